/** Microsoft's dated changes of behaviour: what gives, takes or charges without anybody's act. */
import { dateOf } from "../clock";
import type { Certainty } from "./retirements";

/** Parts of a customer's access that a change of behaviour concerns. */
export const concernedParts = {
  defenderRoles: "the roles of Defender's unified RBAC",
  guests: "the analysts' guest accounts",
  accessPackages: "the access packages",
  governance: "the governance relationship",
  msspApplication: "the connector, an application of the MSSP's tenant",
  customerApplication: "the connector, an application of the customer's tenant",
  sentinel: "the access to Microsoft Sentinel",
  detections: "the detection rules",
  automation: "the automation's sign-in",
} as const;
export type ConcernedPart = keyof typeof concernedParts;

export interface BehaviourChange {
  /** Names it in code and in JSON. None changes. */
  readonly id: string;
  readonly subject: "permission" | "default" | "rule" | "licence" | "price";
  readonly effect: "ends" | "begins" | "freezes" | "isSwitchedOn" | "costs";
  /** In a few words, as Microsoft names it. */
  readonly what: string;
  /** UTC, `YYYY-MM-DD`: the first day on which it may be so. */
  readonly from: string;
  /** The day on which it is so for all tenants, where Microsoft takes its time. */
  readonly until?: string;
  /** `month`: only the month of `from` is known. */
  readonly precision: "day" | "month";
  readonly certainty: Certainty;
  /** The page, with its own date. */
  readonly source: string;
  /** The day on which somebody read the source. */
  readonly read: string;
  readonly messageCenter?: string;
  readonly concerns: readonly ConcernedPart[];
  /** What is so afterwards: whole sentences. */
  readonly then: string;
  /** What to do before, or that nothing is to do. */
  readonly next: string;
  /** Whether nothing is to do. */
  readonly needsNobody?: true;
}

const digest = (numbers: string) => `digests of the Message Center (${numbers}); Microsoft's own text was not read`;

const table = [
  {
    id: "unified-rbac-on",
    subject: "default",
    effect: "isSwitchedOn",
    what: "Unified RBAC of Microsoft Defender",
    from: "2026-09-22",
    until: "2026-12-31",
    precision: "day",
    certainty: "low",
    source: digest("2026-08-20, 2026-09-22"),
    read: "2026-12-02",
    messageCenter: "MC1457836",
    concerns: ["defenderRoles"],
    then:
      "Microsoft turns unified RBAC on by itself in a tenant that has the older roles, about 30 days after a notice, unless the customer opts out. " +
      "Roles that `up` created begin to work, and roles that Microsoft imports appear.",
    next: "Count the roles as access from their creation. An administrator of the customer sees in the Defender portal, Settings > Permissions and roles, what is active.",
  },
  {
    id: "unified-rbac-new-tenants",
    subject: "default",
    effect: "isSwitchedOn",
    what: "Unified RBAC of Microsoft Defender in new tenants",
    from: "2026-07-01",
    precision: "month",
    certainty: "high",
    source: "Microsoft, Activate Microsoft Defender unified RBAC; MC1246006",
    read: "2026-11-28",
    messageCenter: "MC1246006",
    concerns: ["defenderRoles"],
    then: "New tenants of Defender for Endpoint and Defender for Identity (2025) and of Defender for Office 365 (July 2026) have unified RBAC from the start.",
    next: "Nothing. In such a tenant the roles work at once.",
    needsNobody: true,
  },
  {
    id: "member-of-frozen",
    subject: "rule",
    effect: "freezes",
    what: "Membership rules with memberOf",
    from: "2026-11-04",
    precision: "day",
    certainty: "high",
    source:
      "Microsoft, Configure dynamic membership groups with the memberOf operator (2026-08-04): not updated after 2026-11-03",
    read: "2026-12-02",
    messageCenter: "MC1448379",
    concerns: ["guests", "accessPackages"],
    then: "Dynamic groups and automatic assignments of access packages whose rule uses memberOf keep the members that they had on 2026-11-03: nobody leaves them by the rule.",
    next: "An administrator of the customer replaces rules that contain memberOf, and removes members who should have left.",
  },
  {
    id: "sms-voice",
    subject: "default",
    effect: "ends",
    what: "Microsoft's own SMS and voice calls for multifactor authentication",
    from: "2027-02-01",
    precision: "day",
    certainty: "low",
    source: digest("2026-07-28, 2026-09-01"),
    read: "2026-12-02",
    messageCenter: "MC1426371",
    concerns: ["guests"],
    then: "An analyst without another method can't answer multifactor authentication: in the MSSP's tenant where the customer trusts it, otherwise in the customer's.",
    next: "Each analyst looks at https://aka.ms/mysecurityinfo and registers a passkey or Microsoft Authenticator. `npx mssp doctor` names who has no other method in the MSSP's tenant, where it may read them.",
  },
  {
    id: "security-questions",
    subject: "default",
    effect: "ends",
    what: "Security questions of self-service password reset",
    from: "2027-03-01",
    precision: "month",
    certainty: "low",
    source: digest("a public list"),
    read: "2026-11-28",
    concerns: ["guests"],
    then: "Nobody resets a password by security questions.",
    next: "Analysts register another method in the MSSP's tenant.",
  },
  {
    id: "custom-controls-closed",
    subject: "rule",
    effect: "freezes",
    what: "Custom controls of Conditional Access",
    from: "2026-09-01",
    precision: "month",
    certainty: "high",
    source: "Microsoft, Migrate from custom controls to external MFA: not created and not edited from September 2026",
    read: "2026-12-02",
    messageCenter: "MC1422061",
    concerns: ["guests"],
    then: "Nobody can create or edit a custom control.",
    next: "The customer replaces custom controls by external multifactor authentication.",
  },
  {
    id: "custom-controls-off",
    subject: "rule",
    effect: "ends",
    what: "Custom controls of Conditional Access that exist",
    from: "2027-05-01",
    precision: "month",
    certainty: "low",
    source: `${digest("2026-09-22: May 2027")}; Microsoft's page says "early 2027"`,
    read: "2026-12-02",
    messageCenter: "MC1422061",
    concerns: ["guests"],
    then: "Microsoft Entra no longer evaluates custom controls: a policy that rests on one lets the analysts in without it, or keeps them out.",
    next: "The customer replaces custom controls by external multifactor authentication. `npx mssp doctor` names policies that rest on one.",
  },
  {
    id: "guest-governance-metered",
    subject: "price",
    effect: "costs",
    what: "Microsoft Entra ID Governance for guests",
    from: "2026-01-30",
    precision: "day",
    certainty: "low",
    source: `${digest("five copies")}; what is billed: entra-docs, 2025-07-25`,
    read: "2026-12-02",
    messageCenter: "MC1225192",
    concerns: ["accessPackages"],
    then:
      "Without a linked Azure subscription nobody can create or change guests' policies and reviews of governance; those that exist go on. Features of P2 are not billed; " +
      "just-in-time groups or directory roles in an access package, sponsors and guests marked as governed are, by monthly active guest.",
    next: "The customer links a subscription in the Entra admin center, Identity Governance, or does without these features. Whether one is linked is not looked at.",
  },
  {
    id: "app-instance-lock",
    subject: "default",
    effect: "isSwitchedOn",
    what: "App Instance Lock of new applications",
    from: "2026-06-01",
    precision: "month",
    certainty: "low",
    source: digest("2026-06-05"),
    read: "2026-12-02",
    messageCenter: "MC1300584",
    concerns: ["msspApplication"],
    then: "An application made since has its lock: nobody adds a credential to its service principal in another tenant. An older application has none.",
    next: "`npx mssp doctor` names an automation without the lock.",
  },
  {
    id: "user-read-update",
    subject: "permission",
    effect: "begins",
    what: "The permission User.ReadUpdate.All of Microsoft Graph",
    from: "2026-07-01",
    precision: "month",
    certainty: "high",
    source: "Microsoft Graph, What's new, July 2026 (2026-07-04)",
    read: "2026-11-28",
    concerns: ["guests"],
    then: "It is the least permission that changes a user. User.ReadWrite.All grants more.",
    next: "Nothing: the permissions page says what is asked.",
    needsNobody: true,
  },
  {
    id: "tenant-governance-available",
    subject: "licence",
    effect: "begins",
    what: "Microsoft Entra Tenant Governance",
    from: "2026-08-10",
    precision: "day",
    certainty: "high",
    source: "Microsoft Entra licensing (2026-09-14): licences in the governing tenant alone",
    read: "2026-11-28",
    concerns: ["governance"],
    then: "It is generally available. The governing tenant needs licences, the governed tenant none.",
    next: "Nothing in the customer's tenant.",
    needsNobody: true,
  },
  {
    id: "tenant-governance-administrator",
    subject: "rule",
    effect: "begins",
    what: "The directory role Tenant Governance Administrator",
    from: "2026-10-06",
    precision: "day",
    certainty: "low",
    source: digest("October 2026"),
    read: "2026-11-28",
    concerns: ["governance"],
    then: "It is a privileged role, with actions on applications' service principals.",
    next: "Give it to few people, and just in time.",
  },
  {
    id: "app-only-read-after-write",
    subject: "default",
    effect: "ends",
    what: "Read-after-write consistency for application sign-ins",
    from: "2026-06-30",
    precision: "day",
    certainty: "low",
    source: digest("by a public pull request"),
    read: "2026-11-28",
    messageCenter: "MC1268930",
    concerns: ["automation"],
    then: "A new object may be missing in the automation's next reads for minutes.",
    next: "Nothing: `up` looks again, with the waits of `npx mssp docs waits`.",
    needsNobody: true,
  },
  {
    id: "azure-write-mfa",
    subject: "rule",
    effect: "begins",
    what: "Multifactor authentication for every change in Azure by a person",
    from: "2026-07-01",
    precision: "day",
    certainty: "high",
    source: "Microsoft, mandatory multifactor authentication, phase 2: from 2025-10-01, at latest 2026-07-01",
    read: "2026-11-28",
    messageCenter: "MC1143999",
    concerns: ["sentinel"],
    then: "A person, guests included, who runs `up` with Azure features answers multifactor authentication. Applications are exempt.",
    next: "Let an application run `up`, or sign in with Azure CLI 2.76 or newer.",
  },
  {
    id: "all-resources-exclusions",
    subject: "rule",
    effect: "begins",
    what: "Conditional Access policies on all resources with exclusions",
    from: "2026-06-15",
    precision: "day",
    certainty: "high",
    source: "Microsoft: 2026-03-27, moved to 2026-06-15; Tech Community 4488925",
    read: "2026-11-28",
    messageCenter: "MC1223829",
    concerns: ["guests"],
    then: "They also apply to sign-ins that ask for the basic scopes alone, as Azure CLI does.",
    next: "The customer checks the exclusions that let analysts in.",
  },
  {
    id: "sentinel-moves",
    subject: "default",
    effect: "isSwitchedOn",
    what: "Workspaces of Microsoft Sentinel that are still in the Azure portal",
    from: "2027-04-01",
    precision: "day",
    certainty: "low",
    source: "a public feed, 2026-06-17; Microsoft's own text was not read",
    read: "2026-11-28",
    concerns: ["sentinel"],
    then: "Microsoft moves them to the Defender portal by itself.",
    next: "Connect the workspace before: `npx mssp docs azure`.",
  },
  {
    id: "detection-rule-period",
    subject: "rule",
    effect: "ends",
    what: "The properties schedule.period and nextRunDateTime of detection rules",
    from: "2026-10-01",
    precision: "day",
    certainty: "high",
    source: "Microsoft Graph beta, ruleSchedule",
    read: "2026-11-28",
    concerns: ["detections"],
    then: "A rule's schedule is frequency and lookback.",
    next: "Nothing: this program writes frequency and lookback.",
    needsNobody: true,
  },
] as const satisfies readonly BehaviourChange[];

export type BehaviourChangeId = (typeof table)[number]["id"];

type TableEntry<Id extends BehaviourChangeId> = Extract<(typeof table)[number], { readonly id: Id }>;

export const behaviourChanges: readonly (BehaviourChange & { readonly id: BehaviourChangeId })[] = table;

export function behaviourChange<Id extends BehaviourChangeId>(id: Id): TableEntry<Id> {
  const entry = table.find((candidate): candidate is TableEntry<Id> => candidate.id === id);
  if (entry === undefined) throw new Error(`no change ${id}`);
  return entry;
}

/** Whether the first day of a change has come. */
export function hasBegun(id: BehaviourChangeId, now: Date): boolean {
  return dateOf(now) >= behaviourChange(id).from;
}
