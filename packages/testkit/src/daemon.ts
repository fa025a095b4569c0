/** An application of a customer that signs in with a secret. */
import {
  addApplication,
  addConsentedServicePrincipal,
  hashSecret,
  jsonText,
  type EmulatedCloud,
  type StoredObject,
  type Tenant,
} from "@defender-mssp/sandbox/internals";

export const contoso = "c0570500-0000-4000-8000-00000000000a";
export const automation = "5ec0de00-a070-4000-8000-000000000001";
export const daemonId = "da3e0000-0000-4000-8000-000000000001";
export const graphId = "00000003-0000-0000-c000-000000000000";
export const defenderId = "fc780465-2017-40d4-a0c5-307022471b92";

/** An application of Contoso with a secret, a service principal and the given permissions. */
export interface Daemon {
  readonly tenant: Tenant;
  readonly application: StoredObject;
  readonly servicePrincipal: StoredObject;
  readonly secret: string;
}

export function addDaemon(
  cloud: EmulatedCloud,
  permissions: Readonly<Record<string, readonly string[]>> = {},
  options: { tenantId?: string; applicationId?: string } = {},
): Daemon {
  const tenant = cloud.tenant(options.tenantId ?? contoso);
  const description = {
    applicationId: options.applicationId ?? daemonId,
    displayName: "Daemon",
    signInAudience: "AzureADMyOrg",
  } as const;
  const application = addApplication(tenant, description);
  const servicePrincipal = addConsentedServicePrincipal(
    tenant,
    { ...description, homeTenantId: tenant.id },
    permissions,
  );
  const secret = addSecret(cloud, tenant, application, "2099-01-01T00:00:00Z");
  return { tenant, application, servicePrincipal, secret };
}

let secrets = 0;

/** Another secret of an application; returns it. */
export function addSecret(
  cloud: EmulatedCloud,
  tenant: Tenant,
  application: StoredObject,
  endDateTime: string,
  startDateTime = "2024-01-15T09:00:00Z",
): string {
  const number = String(++secrets).padStart(4, "0");
  const secret = `not-a-real-secret-${number}-aaaaaaaaaaaaaaaaa`;
  const keyId = `5ec2e700-${number}-4000-8000-000000000001`;
  const credentials = application["passwordCredentials"];
  application["passwordCredentials"] = [
    ...(Array.isArray(credentials) ? credentials : []),
    { customKeyIdentifier: null, displayName: null, endDateTime, hint: "not", keyId, secretText: null, startDateTime },
  ];
  tenant.secretHashes.set(keyId, hashSecret(secret));
  cloud.changed(true);
  return secret;
}

export function clientIdOf({ application }: Daemon): string {
  return jsonText(application["appId"]);
}

/** Form of a client credentials request of the daemon. */
export function daemonRequest(daemon: Daemon, more: Readonly<Record<string, string | undefined>> = {}) {
  return {
    grant_type: "client_credentials",
    client_id: clientIdOf(daemon),
    client_secret: daemon.secret,
    scope: "https://graph.microsoft.com/.default",
    ...more,
  };
}
