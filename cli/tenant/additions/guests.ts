/** Guests and external members with an address of the MSSP's that are not on its list. Reading needs `User.Read.All`. */
import { chain, addressOfDomains, azRest, guestAddresses } from "@defender-mssp/tenant";
import { graphList, graphUsers, usersPath } from "@defender-mssp/microsoft";
import type { FoundAddition } from "./addition";
import { msspDomains } from "../openTenant";
import { principalName, type AdditionsTenant } from "./tenant";

interface Guest {
  readonly id: string;
  readonly displayName: string | null;
  readonly mail: string | null;
  readonly userPrincipalName: string;
  readonly otherMails?: readonly string[];
  readonly createdDateTime: string | null;
  readonly userType?: string | null;
}

const selected = [
  "id",
  "displayName",
  "mail",
  "userPrincipalName",
  "otherMails",
  "createdDateTime",
  "userType",
] as const;

/**
 * @param assigned object IDs of those who hold an access package of the stack's: entitlement
 * management invited them.
 */
export async function guestAdditions(
  tenant: AdditionsTenant,
  assigned: ReadonlySet<string> = new Set(),
): Promise<FoundAddition[]> {
  const guests = await graphList<Guest>(tenant.call, usersPath(selected));
  const addressOf = addressOfDomains(guests, msspDomains(tenant.settings));
  const listed = tenant.settings.analysts.map(({ email }) => email.toLowerCase());
  return guests
    .filter(({ id }) => !tenant.deployed.has(id) && !assigned.has(id.toLowerCase()))
    .filter((guest) => addressOf(guest) !== undefined)
    .filter((guest) => !guestAddresses(guest).some((address) => listed.includes(address)))
    .map((guest) => ({
      kind: "guest",
      to: "the MSSP's guests",
      what: `${guest.userType === "Member" ? "member" : "guest"} ${principalName({ ...guest, userPrincipalName: guest.mail ?? guest.userPrincipalName })}`,
      id: guest.id,
      chains: [chain({ kind: "guest", principal: guest.id, object: guest.id })],
      createdOn: guest.createdDateTime ?? "",
      targets: [guest.id],
      step: azRest("DELETE", `${tenant.graph}${graphUsers.item(guest.id)}`),
    }));
}
