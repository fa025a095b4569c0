/** Groups. https://learn.microsoft.com/graph/api/resources/group */
import { graphList, type GraphCall } from "./call";
import { graphCollection } from "./collection";
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

export interface Group extends DirectoryObject {
  displayName: string;
  description: string | null;
  mailEnabled: boolean;
  mailNickname: string;
  securityEnabled: boolean;
  groupTypes: string[];
  isAssignableToRole: boolean | null;
  createdDateTime: string | null;
  visibility: string | null;
}
