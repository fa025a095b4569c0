import { notLookedWays, unlookedInReport } from "@defender-mssp/tenant";
import { allConnectorRoles } from "@defender-mssp/microsoft";
import { english } from "@defender-mssp/pages";
import type { Capability } from "../objects/capabilities";
import { kindInReport, type ObjectKind } from "../objects/kindInReport";
import { kindWords, type KindText } from "../objects/kindWords";
import { signatureWords } from "../signed/signatureSection";
import { kinds, type PersonEndedKind } from "../../../domain/kinds/kinds";
import { stayingAccess } from "../../../domain/stayingAccess";
import { certificate } from "./certificate";

const titled = (text: string): string => text.replace(/^./, (first) => first.toUpperCase());

/**
 * `{mssp}`, `{customer}`, `{tenant}`, `{date}` and `{portal}` stand for names and addresses. Names of
 * menus stay English, as Microsoft's English documents have them.
 */
export const en = {
  words: english,
  kinds: Object.fromEntries(
    Object.entries(kindWords).map(([kind, { name, meaning }]) => [kind, { name, meaning }]),
  ) as Readonly<Record<ObjectKind, KindText>>,
  roles: Object.fromEntries(allConnectorRoles.map(({ value, sentence }) => [value, sentence])),
  /** Only where the connector may change something. */
  approval:
    "The SIEM connector may change what the permissions called ReadWrite, Machine and Ti say. {approver} approved this until {until}.",
  /** Only where detection rules act by themselves. */
  detectionApproval:
    "Detection rules act by themselves where the table says so. {actionsApprover} approved these actions until {actionsUntil}: {actions}.",
  title: "Access of {mssp} to the Microsoft Defender of {customer}",
  subtitleBefore: "What {mssp} will create in your tenant {tenant}. As of {date}.",
  subtitleAfter: "What {mssp} has in your tenant {tenant}. As of {date}.",
  /** `{contact}`: the MSSP's address and telephone number. */
  contact: "Questions? {contact}",
  noSecret: "This page contains no password, no secret and no token. Everybody in your organization may read it.",
  mail: {
    subject: "Access of {mssp} to your Microsoft Defender",
    before:
      "Hello,\n\n{mssp} is about to watch the Microsoft Defender of {customer}. The attached page lists everything that we will create in your tenant {tenant}, what each item allows, and how you check it and end it without us.\n\nPlease read it before you agree. Nothing is created until then. Questions: {contact}.",
    after:
      "Hello,\n\n{mssp} watches the Microsoft Defender of {customer}. The attached page lists everything that we have in your tenant {tenant}, what each item allows, when it ends, and how you check it and end it without us.\n\nPlease compare it with your tenant, and tell us what is not as it should be: {contact}.",
    /** Only where there is a link to consent. */
    consent: "To consent, open this page as an administrator: {link}",
  },
  consent: {
    titleBefore: "Before you consent",
    titleAfter: "The applications that you consented to",
    intro:
      "Microsoft shows each application on a page of its own. Accept as a Global Administrator or a Privileged Role Administrator.",
    see: "The page shows the application’s name, its publisher, and these permissions in Microsoft’s words. “Unverified” means that Microsoft has not verified the publisher: then compare the application ID with client_id in the page’s address.",
    more: "Accept only if name and permissions match. If the page lists more, ask first.",
    undo: "To undo it, delete the application in the Microsoft Entra admin center ({entra}) under Enterprise applications > the application > Properties > Delete.",
    uses: {
      automation: "Automation application of {mssp}",
      keeper: "Keeper of {mssp}, which stands while the automation is disabled",
      preview: "Preview application of {mssp}",
      connector: "SIEM connector: application of {mssp}",
    },
    name: "Name",
    applicationId: "Application ID",
    permission: "In Microsoft’s words",
    permissionName: "Permission",
    defender:
      "Microsoft’s words for RoleManagement.ReadWrite.Defender say only “Read”. The permission also writes Defender’s roles.",
    link: "Open Microsoft’s consent page",
    extension:
      "{mssp} uses an extension, which can create more than this page lists. The page after the onboarding has it.",
    none: "No consent page is needed for the SIEM connector: it is an application of your own tenant.",
  },
  who: {
    title: "Who can do what, until when",
    people: "These people of {mssp} can work in your Microsoft Defender: {names}.",
    /** `{names}` are people whom no right reaches: their access has ended, or not begun. */
    idle: "These people of {mssp} are guests in your tenant. What this page lists gives them nothing in Defender by itself: {names}.",
    nobody: "Nobody of {mssp} has an account in your tenant.",
    onRequest: "People of {mssp} get access only for a time, when they request it and somebody approves.",
    siemReads: "The SIEM of {mssp} reads your alerts, and changes nothing.",
    siemWrites: "The SIEM of {mssp} reads your alerts, and may change what the table says.",
    noSiem: "The SIEM of {mssp} has no access.",
    automation:
      "The automation application of {mssp} creates and removes all of this. You can delete it at any time: it then gets no new token, and with one that was issued before it can change things until that expires. The people and the SIEM of {mssp} keep what the table gives them until you end it.",
    columns: {
      who: "Who",
      by: "By what",
      may: "May",
      mayNot: "May not",
      until: "Until",
    },
    automationRow: "Automation of {mssp}",
    keeperRow: "Keeper of {mssp}",
    previewRow: "Previews of {mssp}",
    siemRow: "SIEM of {mssp}",
    requestRow: "People of {mssp} who request it and are approved",
    groupRow: "Members of a group of {mssp}",
    automationMay: "Create, change and remove everything on this page.",
    /** Where the automation may grant itself further permissions. */
    widens: "With AppRoleAssignment.ReadWrite.All it can also give itself every other permission.",
    widensAll: "Nothing limits it while it has that permission.",
    othersNot: "What its permissions do not name.",
    keeperMay: "Invite people, and change members of the groups and the secret of the application that it owns.",
    previewMay: "Read the settings of your tenant.",
    changeNot: "Change anything in your tenant.",
    untilDeleted: "no end: until you delete it",
    afterApproval: "{days} days after each approval",
    eligible: "For some hours after activating it:",
    nothing: "Nothing in Defender by itself.",
    directoryRole: "Everything that Microsoft’s directory role {role} allows, in the whole tenant.",
    rawNames: "Names of the rights",
    capabilities: {
      seeAlerts: "See alerts, incidents and devices, and search their events.",
      manageAlerts: "Assign, classify and close alerts and incidents.",
      respond: "Isolate devices, start scans, and approve remediation.",
      liveResponse: "Run commands on devices (live response), and collect files.",
      vulnerabilities: "See vulnerabilities, and set exceptions and baselines.",
      mail: "Read or release e-mails.",
      settings: "Change security settings or rights.",
    } satisfies Record<Capability, string>,
    pictureTitle: "Who reaches what",
    pictureText:
      "From {mssp} on the left to what its people and its SIEM may do on the right. Each box leads to its row in the table.",
    pictureColumns: {
      mssp: "MSSP",
      who: "Who",
      by: "By what",
      identity: "Group or identity",
      right: "Right",
    },
  },
  objects: {
    titleBefore: "What will be created",
    titleAfter: "What we have in your tenant",
    intro:
      "This table has everything that the MSSP's program manages for this access. Not in the table, as your administrators gave them: the consents to the MSSP's automation application and to its preview application, and the access packages that people hold.",
    kind: "What",
    name: "Name",
    meaning: "What it means",
    who: "Held by",
    objectId: "Object ID",
    since: "Since",
    until: "Until",
  },
  ends: { title: "What ends when", intro: "What has no end stays until {mssp} or you remove it." },
  retirements: {
    title: "What Microsoft ends",
    intro: "Products and interfaces of Microsoft that this access uses, and whose end Microsoft has announced.",
    what: "What",
    when: "When",
    successor: "What replaces it",
    usedBy: "Used by",
    ended: "ended: {date}",
    mayBeOff: "not supported, may be off since {date}",
    ends: "ends: {date}",
    undated: "no date published",
  },
  /** Of the columns, those that `retirements` has not. What is so then is English in every language. */
  changes: {
    title: "What Microsoft changes by itself",
    intro:
      "Microsoft gives, takes or charges without anybody’s act. “Perhaps”: the date is not from a text of Microsoft’s.",
    then: "What is so then",
    since: "since {date}",
    from: "from {date}",
    between: "between {date} and {last}",
    perhaps: "perhaps {time}",
  },
  check: {
    title: "Check it without trusting {mssp}",
    intro:
      "Sign in to your own tenant with your own bookmarks, not with links of this page. Compare the object IDs with the table above.",
    analysts:
      "People: Microsoft Entra admin center ({entra}), Users, user type Guest. Open each group of the table and compare its members.",
    roles:
      "Roles: Microsoft Defender portal, Settings > Microsoft Defender XDR > Permissions and roles. Directory roles: Entra admin center, Roles and administrators.",
    packages:
      "Access packages: Entra admin center, Identity Governance, catalog MSSP Accesses. It shows who holds which package.",
    connector:
      "SIEM connector: Entra admin center, App registrations and Enterprise applications. Compare application ID, permissions and credentials.",
    logs: "What was done: Entra admin center, Audit logs and Sign-in logs, filtered by the guests and the application of the table.",
    notifications:
      "E-mail notifications: Microsoft Defender portal, Settings > Endpoints > General > Email notifications.",
    detections:
      "Detection rules: Microsoft Defender portal, Investigation & response > Hunting > Custom detection rules.",
    trust:
      "Trust and sign-in conditions: Microsoft Entra admin center ({entra}), External Identities > Cross-tenant access settings, and Conditional Access > Policies.",
    azure: "Azure: Azure portal, Service providers.",
    sentinel:
      "Microsoft Sentinel: Azure portal, the resource group of the workspace, Access control (IAM), Role assignments.",
    guestLimits:
      "Guests cannot release messages from quarantine, change the Tenant Allow/Block List or open Threat Explorer. For that, an analyst needs an account in your tenant.",
  },
  withoutObject: Object.fromEntries(
    kinds.flatMap(({ key, plural }) => (kindInReport(key) === undefined ? [[key, titled(plural)]] : [])),
  ),
  ways: Object.fromEntries(
    [...notLookedWays, ...unlookedInReport].map(({ way, what, look }) => [
      way,
      { what: titled(what.replaceAll("the customer's own", "your own")), look },
    ]),
  ),
  notLooked: {
    title: "What this page does not look at",
    intro:
      "Access can be given in these ways, too. {mssp}'s program does not look at them, and this page says nothing of them: look yourself.",
    fromRecord: "This page is made of {mssp}'s own record, and was not compared with your tenant.",
    what: "What",
    look: "Where you look",
  },
  stop: {
    title: "End it yourself",
    intro: "You need nobody's help for this. In this order, nothing comes back by itself:",
    people: Object.fromEntries(
      kinds.flatMap(({ key, removal }) => (removal.by === "person" ? [[key, removal.end]] : [])),
    ) as Readonly<Record<PersonEndedKind, string>>,
    endsWith: "With it ends:",
  },
  stays: stayingAccess as Readonly<Record<keyof typeof stayingAccess, string>>,
  /** By its state. `{agreed}` looks up to `{last}`; provable on `{later}`. */
  certificate: certificate as Readonly<Record<keyof typeof certificate, string>>,
  signature: signatureWords,
  footer:
    "Menus follow Microsoft's documents; Microsoft may have moved one since. The steps were never tried on a real tenant.",
};
