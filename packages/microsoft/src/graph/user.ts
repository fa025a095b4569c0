/** Users, guests among them. https://learn.microsoft.com/graph/api/resources/user */
import { graphCollection } from "./collection";
import type { DirectoryObject } from "./types";

export const graphUsers = graphCollection("/v1.0/users", {
  read: ["User.Read.All"],
  write: ["User.ReadWrite.All"],
});

/** All users: people of another tenant may be members. */
export function usersPath(
  properties: readonly (keyof User | "employeeType" | "otherMails" | "proxyAddresses" | "identities")[],
): string {
  return `${graphUsers.path}?$select=${properties.join(",")}&$top=999`;
}

/** A user with the state of the invitation, which Graph returns only if it is selected. */
export function invitationStatePath(userId: string): string {
  return `${graphUsers.item(userId)}?$select=id,externalUserState`;
}

export interface User extends DirectoryObject {
  displayName: string | null;
  userPrincipalName: string;
  mail: string | null;
  userType: "Member" | "Guest" | null;
  externalUserState: "PendingAcceptance" | "Accepted" | null;
  createdDateTime: string | null;
}
