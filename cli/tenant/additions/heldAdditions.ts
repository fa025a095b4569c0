/** The stack's principals in the customer's tenant, and what each holds beyond the stack's state. */
import { applicable, chain, edgeChain, type Edge, eligibilityEnd, type OwnedNode } from "@defender-mssp/tenant";
import { listGroupEligibilities } from "@defender-mssp/microsoft";
import { atOnce } from "@defender-mssp/errors/atOnce";
import type { AdditionsPartName } from "../../../domain/additionsPartNames";
import { additionsKinds } from "../../../domain/prerequisites";
import type { FoundAddition } from "./addition";
import type { Deployed } from "../deployed";
import { eligibleMembers } from "./groups";
import { identityPrincipals } from "./msspApplicationAdditions";
import { nodeAdditions } from "./nodeAdditions";
import { servicePrincipalsOf } from "./servicePrincipal";
import { kindTenant, type AdditionsTenant, type StackPrincipal } from "./tenant";

/** @param holders object IDs of those who hold an access package of the stack's. */
export function peopleOf(tenant: AdditionsTenant, holders: ReadonlySet<string>): readonly StackPrincipal[] {
  const guests = tenant.deployed.all("guest").map(({ objectId, inputs, outputs }) => ({
    type: "user" as const,
    id: objectId,
    name: `guest ${String(inputs["email"])}`,
    adopted: outputs["adopted"] === true,
    outputs,
  }));
  const others = [...holders].filter((id) => !tenant.deployed.has(id));
  return [
    ...guests,
    ...others.map((id) => ({ type: "user" as const, id, name: `holder of an access package ${id}`, adopted: false })),
  ];
}

export function groupPrincipals(tenant: AdditionsTenant): readonly StackPrincipal[] {
  return tenant.deployed.all("group").map(({ objectId, inputs, outputs, retainOnDelete = false }) => ({
    type: "group",
    id: objectId,
    name: `group "${String(inputs["displayName"] ?? outputs["displayName"])}"`,
    adopted: retainOnDelete,
  }));
}

export function connectorPrincipals(tenant: AdditionsTenant): readonly StackPrincipal[] {
  return servicePrincipalsOf(tenant).map(({ objectId, outputs }) => ({
    type: "servicePrincipal",
    id: objectId,
    name: `service principal "${String(outputs["displayName"])}"`,
    adopted: outputs["adopted"] === true,
  }));
}

/** Principals that are asked about at the same time. */
const askedAtOnce = 8;

interface HeldLook {
  readonly of: readonly ("people" | "groups" | "connector" | "identities")[];
  /** Whether an adopted principal is asked: what it had before the stack is the customer's. */
  readonly withAdopted?: boolean;
  /** Output of an adopted guest that has the IDs of what it held before. */
  readonly recordedAs?: string;
  /** @default whether the state has its ID */
  readonly isDeclared?: (edge: Edge, deployed: Deployed) => boolean;
}

const isWithinStack = ({ within = "" }: Edge, deployed: Deployed): boolean => deployed.has(within);

/** Whom each part asks. */
const looks = {
  "added to access packages": { of: ["people"], isDeclared: isWithinStack },
  "added directory roles": { of: ["people", "groups", "connector", "identities"], withAdopted: true },
  "added eligibilities": { of: ["people", "groups"], withAdopted: true, isDeclared: isWithinStack },
  "added memberships": {
    of: ["people", "groups", "connector"],
    recordedAs: "groupsBefore",
    // A group's rule takes whom it fits: nobody added them.
    isDeclared: ({ id, byRule }, deployed) => byRule === true || deployed.has(id),
  },
  "added ownerships": { of: ["people", "connector"] },
  "added app roles": { of: ["people", "groups"], recordedAs: "appRolesBefore" },
  "added Azure roles": {
    of: ["people", "groups", "connector"],
    isDeclared: ({ id }, deployed) => deployed.declares(id),
  },
} as const satisfies Readonly<Partial<Record<AdditionsPartName, HeldLook>>>;

/** What the principals hold of the kinds whose additions the part finds, without what the state declares. */
export async function heldAdditions(
  tenant: AdditionsTenant,
  part: HeldPart,
  holders: ReadonlySet<string> = new Set(),
): Promise<FoundAddition[]> {
  const { withAdopted = false, isDeclared = ({ id }, deployed) => deployed.has(id) }: HeldLook = looks[part];
  const calls = additionsKinds(part).flatMap(({ held }) => applicable(held) ?? []);
  const all = await askedPrincipals(tenant, part, holders);
  const principals = all.filter((each) => withAdopted || !each.adopted || heldBefore(each, part) !== undefined);
  const additions = await atOnce(askedAtOnce, principals, async (principal) => {
    const edges = await Promise.all(calls.map((held) => held(kindTenant(tenant), principal)));
    return edges
      .flat()
      .filter((edge) => !isDeclared(edge, tenant.deployed) && heldBefore(principal, part)?.includes(edge.id) !== true)
      .map((edge) => addition(principal, edge));
  });
  return additions.flat();
}

type HeldPart = keyof typeof looks;

async function askedPrincipals(
  tenant: AdditionsTenant,
  part: HeldPart,
  holders: ReadonlySet<string>,
): Promise<readonly StackPrincipal[]> {
  const askable = {
    people: () => peopleOf(tenant, holders),
    groups: () => groupPrincipals(tenant),
    connector: () => connectorPrincipals(tenant),
    identities: () => identityPrincipals(tenant),
  };
  const all: StackPrincipal[] = [];
  for (const whom of looks[part].of) all.push(...(await askable[whom]()));
  return all;
}

/** IDs of what an adopted principal held before the stack; undefined where the state does not have them. */
function heldBefore({ outputs = {} }: StackPrincipal, part: HeldPart): readonly string[] | undefined {
  const { recordedAs = "" }: HeldLook = looks[part];
  return outputs[recordedAs] as readonly string[] | undefined;
}

/** A clause about adopted principals, whom the part leaves out; undefined where there are none. */
export async function unrecordedEarlier(tenant: AdditionsTenant, part: HeldPart): Promise<string | undefined> {
  const { withAdopted = false }: HeldLook = looks[part];
  if (withAdopted) return undefined;
  const adopted = (await askedPrincipals(tenant, part, new Set())).filter((principal) => principal.adopted);
  const unrecorded = adopted.filter((principal) => heldBefore(principal, part) === undefined);
  if (unrecorded.length === 0) return undefined;
  return `what ${unrecorded.map(({ name }) => name).join(", ")} had before is not recorded`;
}

/** A clause about what adopted principals had before the stack, which is no addition; undefined where it is nothing. */
export async function recordedEarlier(tenant: AdditionsTenant, part: HeldPart): Promise<string | undefined> {
  const counts = (await askedPrincipals(tenant, part, new Set())).flatMap((principal) => {
    const { length } = heldBefore(principal, part) ?? [];
    return length === 0 ? [] : [`${principal.name} had ${length} before its adoption`];
  });
  return counts.length === 0 ? undefined : counts.join(", ");
}

function addition(principal: StackPrincipal, edge: Edge): FoundAddition {
  const { name, id, what, step, within } = edge;
  return {
    chains: [edgeChain(principal.id, edge)],
    kind: name,
    to: principal.name,
    what,
    id,
    step,
    targets: within === undefined ? [principal.id] : [principal.id, within],
    mentions: within === undefined ? [principal.id] : [principal.id, within],
  };
}

/** Access packages besides the stack's: those that its guests hold, may request, or approve. */
export async function packageAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  // A policy with a mark is another stack's.
  const isAddition = ({ mark }: OwnedNode) => mark === undefined;
  return [
    ...(await heldAdditions(tenant, "added to access packages")),
    ...(await nodeAdditions(tenant, { kind: "assignmentPolicy", name: "assignment policy", isAddition })),
  ];
}

/** Other eligibilities of the stack's principals, and of others for the stack's groups. */
export async function eligibilityAdditions(
  tenant: AdditionsTenant,
  holders: ReadonlySet<string>,
): Promise<FoundAddition[]> {
  const ofGroups = await Promise.all(groupPrincipals(tenant).map((group) => addedEligibilities(tenant, group)));
  return [...ofGroups.flat(), ...(await heldAdditions(tenant, "added eligibilities", holders))];
}

/** Owners and members who may activate, without the members that the state declares. */
async function addedEligibilities(tenant: AdditionsTenant, group: StackPrincipal): Promise<FoundAddition[]> {
  const declared = eligibleMembers(tenant, group.id);
  return (await listGroupEligibilities(kindTenant(tenant).graph, "groupId", group.id))
    .filter(({ accessId, principalId }) => accessId !== "member" || !declared.includes(principalId.toLowerCase()))
    .map((schedule) => ({
      kind: "eligibility",
      to: group.name,
      what: `eligible ${schedule.accessId === "owner" ? "ownership" : "membership"} of ${schedule.principalId}`,
      id: schedule.id,
      chains: [chain({ kind: "eligibility", principal: schedule.principalId, object: schedule.id })],
      targets: [group.id, schedule.principalId],
      mentions: [group.id, schedule.principalId],
      step: eligibilityEnd(kindTenant(tenant), schedule),
    }));
}
