/** App registrations and their parts: a registration stays without them. */
import { federatedCredentialsPath, goneStatuses, graphApplications, isGone } from "@defender-mssp/microsoft";
import type { KindKey } from "../../../domain/kinds/kinds";
import { partPresence, restorablePresence } from "./graphPresence";
import type { KindCalls, KindTenant, ObjectIdentity, Presence } from "./kindCalls";
import { markedObjects } from "./markedObjects";

export const applications = {
  application: {
    presence: restorablePresence(graphApplications.path),
    search: markedObjects({
      kind: "application",
      collection: graphApplications.path,
      read: registrations,
      gives: ["who has one of its credentials signs in as it"],
    }),
  },
  clientSecret: { presence: keyPresence("passwordCredentials") },
  certificate: { presence: keyPresence("keyCredentials") },
  federatedCredential: {
    presence: partPresence(federatedCredentialsPath, ({ id }) => id),
  },
  redirectUri: { presence: webPresence },
  requestedPermission: { presence: requestPresence },
} satisfies Partial<Record<KindKey, KindCalls>>;

interface Registration {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string | null;
  readonly description?: string | null;
  readonly createdDateTime?: string | null;
}

/** Every app registration: Graph can't filter by a part of the description. */
export function registrations({ list }: KindTenant): Promise<readonly Registration[]> {
  return list<Registration>(
    `${graphApplications.path}?$select=id,appId,displayName,description,createdDateTime&$top=999`,
  );
}

/** Whether the app registration, which stays, has a redirect URI of any platform. */
function webPresence(tenant: KindTenant, object: ObjectIdentity): Promise<Presence> {
  return applicationPresence(tenant, object, (application) =>
    ["web", "spa", "publicClient"].some(
      (platform) => ((application[platform] as { redirectUris?: unknown[] } | null)?.redirectUris ?? []).length > 0,
    ),
  );
}

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
