import { graphUsers, guestsPath } from "@defender-mssp/microsoft";
import { guest as kind } from "../../../domain/kinds/guest";
import { guestAddresses } from "./guestAddresses";
import { deletion, restorablePresence } from "./graphPresence";
import type { KindCalls, KindTenant, Sighting } from "./kindCalls";
import { ownership, type Ownership } from "./ownership";

export const guest = {
  presence: restorablePresence(kind.address),
  search: guests,
} satisfies KindCalls;

interface GuestUser {
  readonly id: string;
  readonly displayName: string | null;
  readonly mail: string | null;
  readonly userPrincipalName: string;
  readonly otherMails?: readonly string[];
  readonly employeeType?: string | null;
  readonly createdDateTime?: string | null;
}

const properties = [
  "id",
  "displayName",
  "mail",
  "userPrincipalName",
  "otherMails",
  "employeeType",
  "createdDateTime",
] as const;

/** Guests of the stack by their marks, and guests with an address of the MSSP's domains. */
async function guests(tenant: KindTenant): Promise<Sighting[]> {
  return (await tenant.list<GuestUser>(guestsPath(properties))).flatMap((user) => {
    const owner = byMark(tenant, user) ?? byDomain(tenant, user);
    if (owner === undefined) return [];
    const name = user.mail ?? user.displayName ?? user.userPrincipalName;
    return [
      {
        kind: "guest" as const,
        id: user.id,
        name,
        ...owner,
        principal: { type: "user" as const, id: user.id },
        gives: [],
        ...(typeof user.createdDateTime === "string" ? { createdOn: user.createdDateTime } : {}),
        ...deletion(tenant, graphUsers.item(user.id)),
      },
    ];
  });
}

/** An invitation has no property but the display name: it has the mark until the next request. */
function byMark({ owner }: KindTenant, { employeeType, displayName }: GuestUser): Ownership | undefined {
  return ownership(owner, employeeType) ?? ownership(owner, displayName);
}

function byDomain({ owner }: KindTenant, user: GuestUser): Ownership | undefined {
  const address = guestAddresses(user).find((text) => owner.domains.includes(text.split("@").at(-1) ?? ""));
  return address === undefined
    ? undefined
    : { whose: "thisMssp", evidence: `its address ${address} is of the MSSP's domain` };
}
