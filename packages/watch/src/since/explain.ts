/** Whether an agreed access could do what an entry says. */
import type { HandOut } from "../access/handOut";
import type { TenantLook } from "../look/look";
import type { LogEntry } from "./readLogs";

/** `agreed`: within an agreed right. `finding`: no agreed access could do it, or it is none of the agreed. */
export interface ExplainedEntry extends LogEntry {
  readonly verdict: "agreed" | "finding" | "other";
  /** A clause. */
  readonly why: string;
}

/** What changes an activity, and which permission of an application changes it. The first that fits counts. */
const rights: readonly (readonly [RegExp, RegExp])[] = [
  [/app ?role ?assign/i, /^AppRoleAssignment\.ReadWrite/],
  [/delegated permission|oauth2 ?permission|consent/i, /^(DelegatedPermissionGrant|AppRoleAssignment)\.ReadWrite/],
  [/defender/i, /^RoleManagement\.ReadWrite\.Defender/],
  [/detection ?rule/i, /^CustomDetection\.ReadWrite/],
  [/eligib/i, /^(PrivilegedEligibilitySchedule|RoleManagement)\.ReadWrite/],
  [/role ?management ?polic/i, /^RoleManagementPolicy\.ReadWrite/],
  [/directory ?role|to role|from role|role ?assignment/i, /^RoleManagement\.ReadWrite\.Directory/],
  [/access ?package|catalog|connected ?organization|entitlement/i, /^EntitlementManagement\.ReadWrite/],
  [/conditional ?access|named ?location/i, /^Policy\.ReadWrite\.ConditionalAccess/],
  [/cross-?tenant|partner/i, /^Policy\.ReadWrite\.CrossTenantAccess/],
  [/polic/i, /^Policy\.ReadWrite/],
  [/application|service ?principal|credential/i, /^Application\.ReadWrite/],
  [/group/i, /^Group(Member)?\.(ReadWrite|Create)/],
  [/user|invit/i, /^User\.(ReadWrite|Invite|EnableDisable|DeleteRestore)/],
];

/** What every person of a tenant may do for themselves. */
const selfService = /redeem|accept.*invit|security info|self-service|activat|request|sign-in/i;

export function explain(entry: LogEntry, look: TenantLook, handOut: HandOut | undefined): ExplainedEntry {
  if (entry.actor.whose === "other") return { ...entry, verdict: "other", why: `it is of ${entry.actor.key}` };
  const { id, appId, isPerson } = entry.actor;
  if (handOut === undefined) return { ...entry, verdict: "finding", why: "without a hand-out nothing is agreed" };
  const object = handOut.objects.find(({ objectId }) => objectId === id);
  const seen = look.objects.find((each) => each.id.toLowerCase() === id);
  const isKnown =
    object !== undefined || handOut.applications.some((each) => each.id === appId) || seen?.agreement === "agreed";
  if (!isKnown) return { ...entry, verdict: "finding", why: "nobody of this identity was agreed to" };
  if (entry.log !== "changes") return { ...entry, verdict: "agreed", why: "an agreed identity signed in" };
  if (isPerson && selfService.test(entry.what))
    return { ...entry, verdict: "agreed", why: "everybody may do it for themselves" };
  const permissions = [
    ...handOut.applications.filter((each) => each.id === appId).flatMap((each) => each.permissions),
    ...(object?.detail.split(/[ ,]+/) ?? []),
  ];
  const [, needed] = rights.find(([activity]) => activity.test(entry.what)) ?? [];
  const hasRight = isPerson
    ? handOut.paths.some(
        ({ from, to }) =>
          from === object?.key && handOut.objects.some(({ key, kind }) => key === to && kind === "directoryRole"),
      )
    : needed !== undefined && permissions.some((permission) => needed.test(permission));
  return hasRight
    ? { ...entry, verdict: "agreed", why: "an agreed right permits it" }
    : { ...entry, verdict: "finding", why: "no agreed access could do it" };
}
