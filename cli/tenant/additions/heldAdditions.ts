/** The stack's principals in the customer's tenant, and what each holds beyond the stack's state. */
import {
  applicable,
  chain,
  edgeChain,
  type Edge,
  eligibilityEnd,
  type OwnedNode,
  type Principal,
} from "@defender-mssp/tenant";
import { listGroupEligibilities } from "@defender-mssp/microsoft";
import { atOnce } from "@defender-mssp/terminal/atOnce";
import type { AdditionsPartName } from "../../../domain/additionsPartNames";
import { additionsKinds } from "../../../domain/prerequisites";
import type { FoundAddition } from "./addition";
import { eligibleMembers, groupsOf } from "./groups";
import { sightingAdditions } from "./sightingAdditions";
import { servicePrincipalsOf } from "./servicePrincipal";
import { kindTenant, type AdditionsTenant } from "./tenant";

export interface StackPrincipal extends Principal {
  /** Such as `guest ana@fabrikam.example`. */
  readonly name: string;
  /** It was in the tenant before the stack: what it held then is the customer's. */
  readonly adopted: boolean;
}

/** @param holders object IDs of those who hold an access package of the stack's. */
export function peopleOf(tenant: AdditionsTenant, holders: ReadonlySet<string>): readonly StackPrincipal[] {
  const guests = tenant.deployed.all("guest").map(({ objectId, inputs, outputs }) => ({
    type: "user" as const,
    id: objectId,
    name: `guest ${String(inputs["email"])}`,
    adopted: outputs["adopted"] === true,
  }));
  const others = [...holders].filter((id) => !tenant.deployed.has(id));
  return [
    ...guests,
    ...others.map((id) => ({ type: "user" as const, id, name: `holder of an access package ${id}`, adopted: true })),
  ];
}

export function groupPrincipals(tenant: AdditionsTenant): readonly StackPrincipal[] {
  return groupsOf(tenant).map(({ objectId, inputs, outputs, retainOnDelete = false }) => ({
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
  readonly principals: readonly StackPrincipal[];
  /** Default: whether the state has its ID. */
  readonly isDeclared?: (grant: Edge) => boolean;
}

/** What the principals hold of the kinds whose additions the part finds, without what the state declares. */
export async function heldAdditions(
  tenant: AdditionsTenant,
  part: AdditionsPartName,
  { principals, isDeclared = ({ id }) => tenant.deployed.has(id) }: HeldLook,
): Promise<FoundAddition[]> {
  const looks = additionsKinds(part).flatMap(({ held }) => applicable(held) ?? []);
  const additions = await atOnce(askedAtOnce, principals, async (principal) => {
    const grants = await Promise.all(looks.map((held) => held(kindTenant(tenant), principal)));
    return grants
      .flat()
      .filter((grant) => !isDeclared(grant))
      .map((grant) => addition(principal, grant));
  });
  return additions.flat();
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

/** Directory roles of the stack's principals, and of the MSSP's identities. */
export function directoryRoleAdditions(
  tenant: AdditionsTenant,
  holders: ReadonlySet<string>,
  identities: readonly StackPrincipal[] = [],
): Promise<FoundAddition[]> {
  const principals = [
    ...peopleOf(tenant, holders),
    ...groupPrincipals(tenant),
    ...connectorPrincipals(tenant),
    ...identities,
  ];
  return heldAdditions(tenant, "added directory roles", { principals });
}

/**
 * Other groups that the stack's principals were made members of. An adopted one has had groups
 * before, and a group's rule takes whom it fits: nobody added either.
 */
export function membershipAdditions(tenant: AdditionsTenant, holders: ReadonlySet<string>): Promise<FoundAddition[]> {
  const principals = [...peopleOf(tenant, holders), ...groupPrincipals(tenant), ...connectorPrincipals(tenant)];
  return heldAdditions(tenant, "added memberships", {
    principals: principals.filter(({ adopted }) => !adopted),
    isDeclared: ({ id, byRule }) => byRule === true || tenant.deployed.has(id),
  });
}

/** What the stack's guests and connector own besides the stack's objects. */
export function ownershipAdditions(tenant: AdditionsTenant, holders: ReadonlySet<string>): Promise<FoundAddition[]> {
  const principals = [...peopleOf(tenant, holders), ...connectorPrincipals(tenant)];
  return heldAdditions(tenant, "added ownerships", { principals: principals.filter(({ adopted }) => !adopted) });
}

/** App roles of the stack's guests and groups; those of the connector are found with its service principal. */
export function appRoleAdditions(tenant: AdditionsTenant, holders: ReadonlySet<string>): Promise<FoundAddition[]> {
  const principals = [...peopleOf(tenant, holders), ...groupPrincipals(tenant)];
  return heldAdditions(tenant, "added app roles", { principals: principals.filter(({ adopted }) => !adopted) });
}

/** Access packages besides the stack's: those that its guests hold, may request, or approve. */
export async function packageAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const principals = peopleOf(tenant, new Set()).filter(({ adopted }) => !adopted);
  const isDeclared = ({ within = "" }: Edge) => tenant.deployed.has(within);
  const held = await heldAdditions(tenant, "added to access packages", { principals, isDeclared });
  // A policy with a mark is another stack's.
  const look = { kind: "assignmentPolicy", name: "assignment policy" } as const;
  const isAddition = ({ mark }: OwnedNode) => mark === undefined;
  return [...held, ...(await sightingAdditions(tenant, { ...look, isAddition }))];
}

/** Other eligibilities of the stack's principals, and of others for the stack's groups. */
export async function eligibilityAdditions(
  tenant: AdditionsTenant,
  holders: ReadonlySet<string>,
): Promise<FoundAddition[]> {
  const ofGroups = await Promise.all(groupPrincipals(tenant).map((group) => addedEligibilities(tenant, group)));
  const principals = [...peopleOf(tenant, holders), ...groupPrincipals(tenant)];
  const ofPrincipals = await heldAdditions(tenant, "added eligibilities", {
    principals,
    isDeclared: ({ within = "" }) => tenant.deployed.has(within),
  });
  return [...ofGroups.flat(), ...ofPrincipals];
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
