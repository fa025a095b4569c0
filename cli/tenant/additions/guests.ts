/**
 * Guests and external members with an address of the MSSP's, but for the one account of each listed analyst.
 * Reading needs `User.Read.All`. */
import { textOf } from "@defender-mssp/errors/json";
import { getUser, guestDifference } from "@defender-mssp/microsoft";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { guestAddresses, nodeChains, readPeople, type PersonNode } from "@defender-mssp/tenant";
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
  const invited = new Set(tenant.deployed.all("guest").map(({ inputs }) => textOf(inputs["email"]).toLowerCase()));
  const awaited = tenant.settings.analysts
    .map(({ email }) => email.toLowerCase())
    .filter((email) => !invited.has(email));
  const others = (await readPeople(kindTenant(tenant))).filter(
    ({ id, address }) => address !== undefined && !tenant.deployed.has(id) && !assigned.has(id.toLowerCase()),
  );
  // Until the stack has the account of an analyst, a single one with the address may become it.
  const isAwaited = ({ user }: PersonNode): boolean =>
    guestAddresses(user).some((email) => awaited.includes(email) && others.filter(hasAddress(email)).length === 1);
  return others
    .filter((node) => !isAwaited(node))
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

function hasAddress(email: string) {
  return ({ user }: PersonNode): boolean => guestAddresses(user).includes(email);
}

/**
 * Guests of the state whose mail or acceptance is no longer what the state has. A reset of the redemption keeps object ID,
 * principal name and groups, and lets another person sign in.
 */
export async function guestChanges(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const { graph } = kindTenant(tenant);
  const changes = await atOnce(askedAtOnce, tenant.deployed.all("guest"), async ({ objectId, inputs, outputs }) => {
    const user = await getUser(graph, objectId);
    const what = user && guestDifference(outputs, user);
    const to = `guest ${textOf(inputs["email"])}`;
    return what === undefined ? [] : [{ kind: "changed guest", to, what, id: objectId, targets: [], step: removal }];
  });
  return changes.flat();
}

/** Guests that are read at the same time. */
const askedAtOnce = 8;

const removal =
  "another person may sign in as this guest. Ask the analyst; delete the guest in Entra, and run `npx pulumi up --refresh`, which invites the analyst again";
