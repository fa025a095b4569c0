/** Guests and external members with an address of the MSSP's that are not on its list. Reading needs `User.Read.All`. */
import { guestAddresses, nodeChains, readPeople } from "@defender-mssp/tenant";
import type { FoundAddition } from "./addition";
import { kindTenant, principalName, type AdditionsTenant } from "./tenant";

/**
 * @param assigned object IDs of those who hold an access package of the stack's: entitlement
 * management invited them.
 */
export async function guestAdditions(
  tenant: AdditionsTenant,
  assigned: ReadonlySet<string> = new Set(),
): Promise<FoundAddition[]> {
  const listed = tenant.settings.analysts.map(({ email }) => email.toLowerCase());
  return (await readPeople(kindTenant(tenant)))
    .filter(({ id }) => !tenant.deployed.has(id) && !assigned.has(id.toLowerCase()))
    .filter(({ address, user }) => address !== undefined && !guestAddresses(user).some((each) => listed.includes(each)))
    .map((node) => {
      const { id, user, createdOn = "", step } = node;
      const userPrincipalName = user.mail ?? user.userPrincipalName;
      return {
        kind: "guest",
        to: "the MSSP's guests",
        what: `${user.userType === "Member" ? "member" : "guest"} ${principalName({ ...user, userPrincipalName })}`,
        id,
        chains: nodeChains(node, tenant.settings),
        createdOn,
        targets: [id],
        step,
      };
    });
}
