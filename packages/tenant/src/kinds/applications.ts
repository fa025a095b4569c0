/** App registrations and their parts: a registration stays without them. */
import { federatedCredentialsPath, goneStatuses, graphApplications, isGone } from "@defender-mssp/microsoft";
import { type KindRow } from "../kind";
import type { KindKey } from "../kindKey";
import { notApplicable } from "../kindCell";
import { partPresence, restorablePresence } from "../presence";
import type { TenantReader, ObjectIdentity, Presence } from "../reader";
import { markedNodes } from "../markedNodes";
import { claimedRegistrations, msspIssuers, registrations } from "../registrations";

/** What the parts of an app registration share. */
const applicationPart = {
  address: notApplicable("it is a part of another object"),
  read: graphApplications.read,
  search: notApplicable("it ends with its app registration, which is searched"),
} as const;

export const applications = {
  /** The app registration of the SIEM connector. */
  application: {
    singular: "app registration",
    address: graphApplications.path,
    read: graphApplications.read,
    held: notApplicable("its service principal is the principal"),
    presence: restorablePresence(graphApplications.path),
    search: async (tenant) => [...(await searchMarked(tenant)), ...(await claimedRegistrations(tenant))],
  },
  /** A client secret of the SIEM connector. */
  clientSecret: {
    ...applicationPart,
    singular: "client secret",
    presence: keyPresence("passwordCredentials"),
  },
  /** A certificate of the SIEM connector: the public part. */
  certificate: {
    ...applicationPart,
    singular: "certificate",
    presence: keyPresence("keyCredentials"),
  },
  /** A federated identity credential of the SIEM connector. */
  federatedCredential: {
    ...applicationPart,
    singular: "federated credential",
    presence: partPresence(federatedCredentialsPath, ({ id }) => id),
    search: async (tenant) => (await registrations(tenant)).flatMap((each) => msspIssuers(tenant, each)),
  },
  /** A redirect URI of the SIEM connector. */
  redirectUri: {
    ...applicationPart,
    singular: "redirect URI",
    presence: webPresence,
  },
  /** A permission that the app registration requests: without a consent it gives nothing. */
  requestedPermission: {
    ...applicationPart,
    singular: "requested permission",
    presence: requestPresence,
  },
} as const satisfies Partial<Record<KindKey, KindRow>>;

const searchMarked = markedNodes({
  kind: "application",
  collection: graphApplications.path,
  read: registrations,
  gives: [{ what: "who has one of its credentials signs in as it" }],
});

/** Whether the app registration, which stays, has a redirect URI of any platform. */
function webPresence(tenant: TenantReader, object: ObjectIdentity): Promise<Presence> {
  return applicationPresence(tenant, object, (application) =>
    ["web", "spa", "publicClient"].some(
      (platform) => ((application[platform] as { redirectUris?: unknown[] } | null)?.redirectUris ?? []).length > 0,
    ),
  );
}

/** The ID ends with the application ID of the API. */
function requestPresence(tenant: TenantReader, object: ObjectIdentity): Promise<Presence> {
  return applicationPresence(tenant, object, ({ requiredResourceAccess = [] }) =>
    (requiredResourceAccess as readonly { readonly resourceAppId: string }[]).some(
      ({ resourceAppId }) => resourceAppId.toLowerCase() === object.id.toLowerCase(),
    ),
  );
}

/** Looks at the application that has the part. */
async function applicationPresence(
  { graph }: TenantReader,
  { ownerId = "" }: ObjectIdentity,
  hasPart: (application: Readonly<Record<string, unknown>>) => boolean,
): Promise<Presence> {
  const answer = await graph(graphApplications.item(ownerId), { accept: goneStatuses });
  if (isGone(answer)) return { state: "notFound" };
  return { state: hasPart(answer.body as Readonly<Record<string, unknown>>) ? "found" : "notFound" };
}

/** Looks for a credential by its key ID. */
function keyPresence(property: "passwordCredentials" | "keyCredentials") {
  return (tenant: TenantReader, object: ObjectIdentity): Promise<Presence> =>
    applicationPresence(tenant, object, (application) =>
      ((application[property] ?? []) as readonly { readonly keyId: string }[]).some(
        ({ keyId }) => keyId.toLowerCase() === object.id.toLowerCase(),
      ),
    );
}
