/** Additions to the stack's groups: members and owners. Reading needs `Group.Read.All`. */
import { azRest, chain } from "@defender-mssp/tenant";
import { graphGroups, graphList, groupMemberPath, groupMembersPath, type Group } from "@defender-mssp/microsoft";
import { upRefresh, type FoundAddition } from "./addition";
import { membersOf, textsOf } from "../deployed";
import { foreignOwners, principalName, type AdditionsTenant, type ListedPrincipal } from "./tenant";

/**
 * @param assigned object IDs of those who hold an access package of the stack's: they are members
 * without being in its state.
 */
export async function groupAdditions(
  tenant: AdditionsTenant,
  assigned: ReadonlySet<string> = new Set(),
): Promise<FoundAddition[]> {
  const found = tenant.deployed.all("group").map(async ({ objectId, inputs }): Promise<FoundAddition[]> => {
    const { status, body } = await tenant.call(graphGroups.item(objectId), { accept: [404] });
    if (status === 404) return [];
    const named = { id: objectId, name: `group "${(body as Group).displayName}"` };
    return [
      ...(await foreignMembers(
        tenant,
        named,
        inputs["members"],
        new Set([...assigned, ...eligibleMembers(tenant, objectId)]),
      )),
      ...(await foreignOwners(tenant, "groups", named)),
    ];
  });
  return (await Promise.all(found)).flat();
}

/** Eligible members are members while their activation lasts, without being in the group's state. */
export function eligibleMembers({ deployed }: AdditionsTenant, groupId: string): readonly string[] {
  return deployed
    .all("eligibility")
    .filter((one) => one.objectId === groupId)
    .flatMap(({ inputs }) => membersOf(inputs["members"]))
    .map(({ objectId }) => objectId.toLowerCase());
}

async function foreignMembers(
  { call, graph }: AdditionsTenant,
  group: { readonly id: string; readonly name: string },
  wanted: unknown,
  assigned: ReadonlySet<string>,
): Promise<FoundAddition[]> {
  const expected = new Set([...textsOf(wanted), ...assigned]);
  return (await graphList<ListedPrincipal>(call, groupMembersPath(group.id)))
    .filter(({ id }) => !expected.has(id.toLowerCase()))
    .map((member) => ({
      kind: "member",
      to: group.name,
      what: `member ${principalName(member)}`,
      id: member.id,
      chains: [chain({ kind: "membership", principal: member.id, object: group.id })],
      targets: [group.id, member.id],
      mentions: [group.id, member.id],
      step: wanted === undefined ? azRest("DELETE", `${graph}${groupMemberPath(group.id, member.id)}`) : upRefresh,
    }));
}
