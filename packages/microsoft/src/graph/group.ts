/** Groups. https://learn.microsoft.com/graph/api/resources/group */
import { ServiceError } from "@defender-mssp/errors";
import { parseStackMark } from "../stackMark";
import { untilSeen, waits, type WaitContext } from "../waits";
import { equals, graphList, type GraphCall } from "./call";
import { graphCollection } from "./collection";
import { isExisting } from "./createOnce";
import { goneStatuses, isGone } from "./gone";
import type { DirectoryObject } from "./types";

export const graphGroups = graphCollection("/v1.0/groups", {
  read: ["Group.Read.All"],
  write: ["Group.ReadWrite.All"],
});

export function groupMembersPath(groupId: string): string {
  return `${graphGroups.item(groupId)}/members`;
}

/** A DELETE takes the member out of the group. */
export function groupMemberPath(groupId: string, memberId: string): string {
  return `${groupMembersPath(groupId)}/${encodeURIComponent(memberId)}/$ref`;
}

/** Object IDs of the members. */
export async function listMemberIds(call: GraphCall, groupId: string): Promise<string[]> {
  const members = await graphList<{ readonly id: string }>(call, `${groupMembersPath(groupId)}?$select=id`);
  return members.map(({ id }) => id);
}

/** A new group with the stack's mark, and the members that it is to have. */
interface NewGroup {
  readonly displayName: string;
  /** With the mark of the stack. */
  readonly description: string;
  /** Object IDs. */
  readonly members: readonly string[];
  /** Base URL of Microsoft Graph. */
  readonly graph: string;
  /** Its object ID, if the failure named it: azuread gives a new group another name for a while. */
  readonly id?: string;
}

/**
 * Adds the members that a failed create of a group did not add, and gives it its name.
 * @returns false if the group has no mark, or was not seen in time.
 * @throws ServiceError
 */
export async function addMembers(
  call: GraphCall,
  { displayName, description, members, graph, id }: NewGroup,
  context: WaitContext = {},
): Promise<boolean> {
  // Without the random ID any stack of that name would fit.
  if (!parseStackMark(description)?.stackId) return false;
  const isUnknown = (failure: ServiceError) => failure.status === 404;
  const find = async () => {
    if (id !== undefined) {
      const answer = await call(graphGroups.item(id), { accept: goneStatuses });
      const named = answer.body as Group;
      return !isGone(answer) && named.description === description ? named : undefined;
    }
    const groups = await graphList<Group>(call, `${graphGroups.path}?$filter=${equals("displayName", displayName)}`);
    return groups.find((one) => one.description === description);
  };
  // Without anybody to add there is nothing to wait for.
  const group = members.length === 0 ? await find() : await untilSeen(waits.groupMembers, find, context);
  if (group === undefined) return false;
  if (group.displayName !== displayName)
    await call(graphGroups.item(group.id), { method: "PATCH", json: { displayName }, idempotent: true });
  for (const member of members) {
    const add = async () => {
      const json = { "@odata.id": `${graph}/v1.0/directoryObjects/${member}` };
      await call(`${groupMembersPath(group.id)}/$ref`, { method: "POST", json, idempotent: true }).catch(
        (failure: unknown) => {
          if (!(failure instanceof ServiceError) || !isExisting(failure)) throw failure;
        },
      );
      return true;
    };
    await untilSeen(waits.groupMembers, add, { ...context, isUnknown });
  }
  return true;
}

export interface Group extends DirectoryObject {
  displayName: string;
  description: string | null;
  mailEnabled: boolean;
  securityEnabled: boolean;
  groupTypes: string[];
}
