/** Parts of an app registration that stays. */
import { goneStatuses, graphApplications, isGone } from "@defender-mssp/microsoft";
import type { KindTenant, ObjectIdentity, Presence } from "./kindCalls";

/** Looks at the application that has the part. */
export async function applicationPresence(
  { graph }: KindTenant,
  { ownerId = "" }: ObjectIdentity,
  hasPart: (application: Readonly<Record<string, unknown>>) => boolean,
): Promise<Presence> {
  const answer = await graph(graphApplications.item(ownerId), { accept: goneStatuses });
  if (isGone(answer)) return { state: "notFound" };
  return { state: hasPart(answer.body as Readonly<Record<string, unknown>>) ? "found" : "notFound" };
}

/** Looks for a credential by its key ID. */
export function keyPresence(property: "passwordCredentials" | "keyCredentials") {
  return (tenant: KindTenant, object: ObjectIdentity): Promise<Presence> =>
    applicationPresence(tenant, object, (application) =>
      ((application[property] ?? []) as readonly { readonly keyId: string }[]).some(
        ({ keyId }) => keyId.toLowerCase() === object.id.toLowerCase(),
      ),
    );
}
