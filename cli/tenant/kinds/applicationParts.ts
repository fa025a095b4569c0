/** Parts of an app registration, which stays without them. */
import { federatedCredentialsPath, goneStatuses, graphApplications, isGone } from "@defender-mssp/microsoft";
import { partPresence } from "./graphPresence";
import type { KindCalls, KindTenant, ObjectIdentity, Presence } from "./kindCalls";

export const clientSecret = {
  presence: keyPresence("passwordCredentials"),
} satisfies KindCalls;

export const certificate = {
  presence: keyPresence("keyCredentials"),
} satisfies KindCalls;

export const federatedCredential = {
  presence: partPresence(federatedCredentialsPath, ({ id }) => id),
} satisfies KindCalls;

export const redirectUri = {
  presence: webPresence,
} satisfies KindCalls;

/** Whether the app registration, which stays, has a redirect URI of any platform. */
function webPresence(tenant: KindTenant, object: ObjectIdentity): Promise<Presence> {
  return applicationPresence(tenant, object, (application) =>
    ["web", "spa", "publicClient"].some(
      (platform) => ((application[platform] as { redirectUris?: unknown[] } | null)?.redirectUris ?? []).length > 0,
    ),
  );
}

export const requestedPermission = {
  presence: requestPresence,
} satisfies KindCalls;

/** The ID ends with the application ID of the API. */
function requestPresence(tenant: KindTenant, object: ObjectIdentity): Promise<Presence> {
  return applicationPresence(tenant, object, ({ requiredResourceAccess = [] }) =>
    (requiredResourceAccess as readonly { readonly resourceAppId: string }[]).some(
      ({ resourceAppId }) => resourceAppId.toLowerCase() === object.id.toLowerCase(),
    ),
  );
}

/** Looks at the application that has the part. */
async function applicationPresence(
  { graph }: KindTenant,
  { ownerId = "" }: ObjectIdentity,
  hasPart: (application: Readonly<Record<string, unknown>>) => boolean,
): Promise<Presence> {
  const answer = await graph(graphApplications.item(ownerId), { accept: goneStatuses });
  if (isGone(answer)) return { state: "notFound" };
  return { state: hasPart(answer.body as Readonly<Record<string, unknown>>) ? "found" : "notFound" };
}

/** Looks for a credential by its key ID. */
function keyPresence(property: "passwordCredentials" | "keyCredentials") {
  return (tenant: KindTenant, object: ObjectIdentity): Promise<Presence> =>
    applicationPresence(tenant, object, (application) =>
      ((application[property] ?? []) as readonly { readonly keyId: string }[]).some(
        ({ keyId }) => keyId.toLowerCase() === object.id.toLowerCase(),
      ),
    );
}
