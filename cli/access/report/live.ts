/** `--live`: how the customer's tenant differs from the state, with what reads only. */
import {
  alertReaders,
  applicable,
  looked,
  tenantKinds,
  type AlertReader,
  type TenantReader,
} from "@defender-mssp/tenant";
import { isMadeByHand, objectIdentity } from "../../tenant/objectIdentity";
import { invitationStatePath, lastSegment, listGroupEligibilities, listMemberIds } from "@defender-mssp/microsoft";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { eligibility as eligibilityKind, membership as membershipKind } from "../../../domain/kinds/people";
import { kinds } from "../../../domain/kinds/kinds";
import { readStackSettings } from "../../../settings/fromFile";
import type { Place } from "../../base/place";
import type { AdditionsPart } from "../../stack/additionsPart";
import type { Deployment } from "../../stack/deployment";
import type { AdditionsRun } from "../../tenant/additions/find";
import { oneLook, rereads, type Rereads } from "../../tenant/rereads";
import type { GovernanceLook } from "../governance/look";
import { invitationNotAccepted, missingInTenant, missingMembers } from "./differenceState";
import { kindInReport } from "../objects/kindInReport";
import type { ReportObject } from "../objects/reportObject";
import { objectKey } from "../objects/objects";
import type { ReportResource } from "../state/readState";
import { eligibleMembers, groupEligibility, text, texts } from "../state/resourceWithId";

export interface LiveFindings {
  /** What somebody added to the stack's objects. */
  readonly parts: readonly AdditionsPart[];
  /** Objects and memberships that the tenant no longer has, for people. */
  readonly missing: readonly string[];
  /** How an object differs, by its key. */
  readonly differences: ReadonlyMap<string, string>;
  /** Why an object was not compared, by its key. */
  readonly notCompared: ReadonlyMap<string, string>;
  /** Addresses of guests that have not accepted; undefined if the users can't be read. */
  readonly pendingInvitations?: readonly string[];
  /** Permissions that the state has and the tenant has not. */
  readonly missingConsents: readonly string[];
  /** Applications that may read alerts, and are neither the stack's nor known to be the MSSP's. */
  readonly alertReaders: readonly AlertReader[];
  /** The governance relationship of the two tenants. */
  readonly governance: GovernanceLook;
  readonly notChecked: readonly { readonly what: string; readonly reason: string }[];
}

/** Objects that are looked up at the same time. */
const lookedUpAtOnce = 8;

/** Reads the customer's tenant. @throws VisibleError where credentials or tenant can't be used. */
export async function readLive(
  deployment: Deployment,
  objects: readonly ReportObject[],
  resources: readonly ReportResource[],
  options: Place & Pick<AdditionsRun, "whose">,
): Promise<LiveFindings> {
  const { additionsTenant, partsOf } = await import("../../tenant/additions/find.js");
  const { deployedOf } = await import("../../tenant/deployed.js");
  const { deployedWhose, withWhose } = await import("../../tenant/deployedWhose.js");
  const { lookAtGovernance } = await import("../governance/look.js");
  const { openTenant } = await import("../../tenant/openTenant.js");
  const { signInToTenant } = await import("../../tenant/signInToTenant.js");
  const { kindTenant } = await import("../../tenant/additions/tenant.js");
  const { stack } = deployment;
  const { environment } = options;
  const whose = options.whose ?? (await deployedWhose(deployment, options));
  const ofToday = await readStackSettings(stack, options);
  const settings = withWhose(ofToday, whose);
  const signIn = await signInToTenant(settings, environment);
  const tenant = additionsTenant(
    { stack, ...options, whose },
    { settings: ofToday, deployed: deployedOf(deployment), signIn },
  );
  const again = rereads(environment);
  // What is read once is remembered.
  const call = again.looks > 1 ? signIn.call : kindTenant(tenant).graph;
  const notes: string[] = [];
  const say = (note: string): void => void notes.push(note.trim());
  const findings = await compared(
    await openTenant(settings, { stack, stackId: undefined, environment, say, signIn }),
    objects,
    resources,
    again,
  );
  const readers = await looked(tenantKinds.applicationPermission, () => alertReaders(kindTenant(tenant)));
  return {
    ...findings,
    notChecked: [
      ...findings.notChecked,
      ...notes.map((reason) => ({ what: "resources of Azure", reason })),
      ...("reason" in readers ? [{ what: "applications that may read alerts", reason: readers.reason }] : []),
    ],
    alertReaders: "reason" in readers ? [] : readers.value.filter(({ id }) => !tenant.deployed.has(id)),
    parts: await partsOf(tenant),
    // The search for additions reads the relationship, too, and remembers it.
    governance: await lookAtGovernance(() => Promise.resolve({ settings, call }), again),
  };
}

/**
 * Looks each object up by the calls of its kind, and each membership. What any look shows is not
 * missing.
 */
export async function compared(
  tenant: TenantReader,
  objects: readonly ReportObject[],
  resources: readonly ReportResource[],
  again: Rereads = oneLook,
): Promise<Omit<LiveFindings, "parts" | "governance" | "alertReaders">> {
  const names = new Map(objects.map(({ key, name }) => [key, name]));
  const lookUpAll = (own: TenantReader, some: readonly ReportResource[]) =>
    atOnce(lookedUpAtOnce, some, (resource) => lookUp(own, resource, names.get(objectKey(resource)) ?? resource.name));
  let lookups = await lookUpAll(
    tenant,
    resources.filter(({ kind }) => kindInReport(kind) !== undefined),
  );
  const listed: MemberLists = new Map();
  let memberships = await lostMembersOf(tenant, lookups, listed);
  for (let look = 1; look < again.looks; look++) {
    const unseen = lookups.filter(({ state }) => state === "missing").map(({ resource }) => resource);
    if (unseen.length === 0 && memberships.every(({ members }) => members.length === 0)) break;
    await again.apart();
    const fresh = { ...tenant, ...tenant.freshReads() };
    const seen = (await lookUpAll(fresh, unseen)).filter(({ state }) => state === "present");
    lookups = lookups.map((lookup) => seen.find(({ resource }) => resource === lookup.resource) ?? lookup);
    memberships = await lostMembersOf(fresh, lookups, listed);
  }
  const missing = lookups.filter(({ state }) => state === "missing");
  const guests = lookups.filter(({ resource }) => resource.kind === "guest");
  const lost = memberships.filter(({ members }) => members.length > 0);
  return {
    missing: [
      ...missing.filter((lookup) => !isConsent(lookup)).map(({ resource, name }) => `${kindText(resource)} "${name}"`),
      ...lost.flatMap(({ group, what, members }) =>
        members.map((member) => `${what} of "${member}" in group "${group.name}"`),
      ),
    ],
    differences: new Map([
      ...lost.map(({ group, members }) => [objectKey(group.resource), missingMembers(members)] as const),
      ...missing.map(({ resource }) => [objectKey(resource), missingInTenant] as const),
      ...guests
        .filter(({ isPending }) => isPending)
        .map(({ resource }) => [objectKey(resource), invitationNotAccepted] as const),
    ]),
    notCompared: new Map(
      lookups.flatMap(({ resource, reason }) => (reason === undefined ? [] : [[objectKey(resource), reason]])),
    ),
    ...(guests.some(({ state }) => state !== "notCompared")
      ? {
          pendingInvitations: guests
            .filter(({ isPending }) => isPending)
            .map(({ resource }) => text(resource, "email")),
        }
      : {}),
    missingConsents: missing.filter(isConsent).map(({ name }) => name),
    notChecked: [
      ...unread(lookups),
      ...memberships.flatMap(({ group, what, reason }) =>
        reason === undefined ? [] : [{ what: `${what} in group "${group.name}"`, reason }],
      ),
    ],
  };
}

interface Lookup {
  readonly resource: ReportResource;
  /** Of the object of the report. */
  readonly name: string;
  readonly state: "present" | "missing" | "notCompared";
  /** Why it was not compared. */
  readonly reason?: string;
  /** Whether the guest has not accepted the invitation. */
  readonly isPending?: boolean;
}

async function lookUp(tenant: TenantReader, resource: ReportResource, name: string): Promise<Lookup> {
  const unseen = (reason: string): Lookup => ({ resource, name, state: "notCompared", reason });
  const kind = kinds.find(({ key }) => key === resource.kind);
  if (kind === undefined) return unseen("no kind of access has its type: nothing can look at it");
  const presence = applicable(kind.presence);
  if (presence === undefined || isMadeByHand(resource)) return unseen("no public API shows it");
  const answer = await looked(kind, () => presence(tenant, objectIdentity(resource)));
  if ("reason" in answer) return unseen(answer.reason);
  if (answer.value.state === "notVisible") return unseen(answer.value.reason);
  if (answer.value.state !== "found") return { resource, name, state: "missing" };
  if (kind.key !== "guest") return { resource, name, state: "present" };
  const isPending = await looked(kind, () => hasNotAccepted(tenant, lastSegment(resource.id)));
  return "reason" in isPending
    ? unseen(isPending.reason)
    : { resource, name, state: "present", isPending: isPending.value };
}

async function hasNotAccepted({ graph }: TenantReader, id: string): Promise<boolean> {
  const { body } = await graph(invitationStatePath(id));
  return (body as { readonly externalUserState?: string | null }).externalUserState === "PendingAcceptance";
}

interface DeclaredGroup {
  readonly resource: ReportResource;
  readonly name: string;
  readonly eligibility: ReportResource | undefined;
}

/** The groups that the tenant has. */
function groups(lookups: readonly Lookup[]): readonly DeclaredGroup[] {
  const resources = lookups.map(({ resource }) => resource);
  return lookups
    .filter(({ resource, state }) => resource.kind === "group" && state === "present")
    .map(({ resource, name }) => ({ resource, name, eligibility: groupEligibility(resource, resources) }));
}

interface LostMembers {
  readonly group: DeclaredGroup;
  /** `group membership`, or `eligible group membership`. */
  readonly what: string;
  /** Names of guests that the tenant has, and the group no longer. */
  readonly members: readonly string[];
  /** Why the group's members were not compared. */
  readonly reason?: string;
}

/** Members of each group that any look has shown: object IDs in lower case, by the group's ID. */
type MemberLists = Map<string, Set<string>>;

function lostMembersOf(tenant: TenantReader, lookups: readonly Lookup[], listed: MemberLists): Promise<LostMembers[]> {
  return atOnce(lookedUpAtOnce, groups(lookups), (group) => lostMembers(tenant, group, lookups, listed));
}

async function lostMembers(
  tenant: TenantReader,
  group: DeclaredGroup,
  lookups: readonly Lookup[],
  listed: MemberLists,
): Promise<LostMembers> {
  const { resource, eligibility } = group;
  const kind = eligibility === undefined ? membershipKind : eligibilityKind;
  const declared =
    eligibility === undefined
      ? texts({ ...resource, outputs: {} }, "members")
      : eligibleMembers({ ...eligibility, outputs: {} }).map(({ objectId }) => objectId);
  const common = { group, what: kind.singular };
  if (declared.length === 0) return { ...common, members: [] };
  const answer = await looked(kind, () => currentMembers(tenant, lastSegment(resource.id), kind.key));
  if ("reason" in answer) return { ...common, members: [], reason: answer.reason };
  const shown = new Set([...(listed.get(resource.id) ?? []), ...answer.value]);
  listed.set(resource.id, shown);
  const absent = declared.filter((id) => !shown.has(id.toLowerCase()));
  return { ...common, members: absent.flatMap((id) => memberName(id, lookups)) };
}

/** A guest that is gone is a difference of its own. */
function memberName(id: string, lookups: readonly Lookup[]): string[] {
  const lookup = lookups.find(({ resource }) => lastSegment(resource.id).toLowerCase() === id.toLowerCase());
  if (lookup === undefined) return [id];
  return lookup.state === "missing" ? [] : [lookup.name];
}

/** Object IDs of a group's members, or of those who may become members, in lower case. */
async function currentMembers(
  { graph }: TenantReader,
  groupId: string,
  key: "membership" | "eligibility",
): Promise<ReadonlySet<string>> {
  if (key === "membership") {
    return new Set((await listMemberIds(graph, groupId)).map((id) => id.toLowerCase()));
  }
  const schedules = await listGroupEligibilities(graph, "groupId", groupId);
  return new Set(schedules.map(({ principalId }) => principalId.toLowerCase()));
}

function isConsent({ resource }: Lookup): boolean {
  return kindInReport(resource.kind)?.word === "permission";
}

/** What could not be compared: a line for each kind and reason. */
function unread(lookups: readonly Lookup[]): { readonly what: string; readonly reason: string }[] {
  const lines = new Map<string, { readonly reason: string; readonly first: Lookup; count: number }>();
  for (const lookup of lookups) {
    const { reason, resource } = lookup;
    if (reason === undefined) continue;
    const key = `${kindText(resource)} ${reason}`;
    const line = lines.get(key) ?? { reason, first: lookup, count: 0 };
    line.count += 1;
    lines.set(key, line);
  }
  return [...lines.values()].map(({ reason, first: { resource, name }, count }) => ({
    what: count === 1 ? `${kindText(resource)} "${name}"` : `${count} ${kindText(resource, "plural")}`,
    reason,
  }));
}

function kindText({ kind, type }: ReportResource, number: "singular" | "plural" = "singular"): string {
  return (
    kinds.find(({ key }) => key === kind)?.[number] ??
    `${number === "singular" ? "resource" : "resources"} of the unknown type ${type}`
  );
}
