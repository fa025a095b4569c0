/**
 * The provider's arguments, with the environment's variables behind them: names and order as in the
 * official plugin.
 */
import { VisibleError } from "@defender-mssp/errors";
import type { ValueRecord } from "../protocol/values";
import { type ResourceProperties, boolean, string } from "../schema/property";
import { uuid } from "../schema/validators";
import { replicasVariable, timeScaleVariable } from "@defender-mssp/microsoft/sandboxVariables";
import { type AzureadCredentials, refuseOtherHost } from "./graph";

const secret = string("optional", { secret: true });

export const configuration: ResourceProperties = {
  adoPipelineServiceConnectionId: string("optional"),
  clientCertificate: string("optional"),
  clientCertificatePassword: secret,
  clientCertificatePath: string("optional"),
  clientId: secret,
  clientIdFilePath: string("optional"),
  clientSecret: secret,
  clientSecretFilePath: string("optional"),
  disableTerraformPartnerId: boolean("optional"),
  environment: string("optional"),
  metadataHost: string("optional"),
  msiEndpoint: string("optional"),
  oidcRequestToken: string("optional"),
  oidcRequestUrl: string("optional"),
  oidcToken: string("optional"),
  oidcTokenFilePath: string("optional"),
  partnerId: string("optional", { check: (value, name) => (value === "" ? undefined : uuid(value, name)) }),
  tenantId: string("optional"),
  useAksWorkloadIdentity: boolean("optional"),
  useCli: boolean("optional"),
  useMsi: boolean("optional"),
  useOidc: boolean("optional"),
};

/** Each argument's environment variable. */
const variables: Readonly<Record<string, string>> = {
  clientCertificate: "ARM_CLIENT_CERTIFICATE",
  clientCertificatePassword: "ARM_CLIENT_CERTIFICATE_PASSWORD",
  clientCertificatePath: "ARM_CLIENT_CERTIFICATE_PATH",
  clientId: "ARM_CLIENT_ID",
  clientIdFilePath: "ARM_CLIENT_ID_FILE_PATH",
  clientSecret: "ARM_CLIENT_SECRET",
  clientSecretFilePath: "ARM_CLIENT_SECRET_FILE_PATH",
  environment: "ARM_ENVIRONMENT",
  metadataHost: "ARM_METADATA_HOSTNAME",
  oidcRequestToken: "ARM_OIDC_REQUEST_TOKEN",
  oidcRequestUrl: "ARM_OIDC_REQUEST_URL",
  oidcToken: "ARM_OIDC_TOKEN",
  oidcTokenFilePath: "ARM_OIDC_TOKEN_FILE_PATH",
  tenantId: "ARM_TENANT_ID",
};

/**
 * The names of clouds that the official plugin knows; with a metadata host only the name is
 * checked.
 */
const environments = /^(global|public|usgovernment|usgovernmentl4|usgovernmentl5|dod|china)$/i;

/**
 * Tenant, cloud and credentials.
 * @throws VisibleError when no metadata host is set, or one of another machine; and without a
 * tenant, as the official plugin.
 */
export function credentialsOf(
  args: ValueRecord,
  environment: AzureadCredentials["environment"] = process.env,
): AzureadCredentials {
  const merged: Record<string, string | undefined> = {};
  for (const [argument, variable] of Object.entries(variables)) {
    const value = args[argument];
    merged[variable] = typeof value === "string" && value !== "" ? value : environment[variable];
  }
  const cloud = merged.ARM_ENVIRONMENT ?? "public";
  if (!environments.test(cloud)) {
    throw new VisibleError(
      `failed to read Azure environment "${cloud}": no Cloud Environment was found with the name "${cloud}"`,
    );
  }
  const host = merged.ARM_METADATA_HOSTNAME;
  if (!host) {
    throw new VisibleError(
      "The sandbox's stand-in azuread plugin needs the sandbox's address: neither azuread:metadataHost nor " +
        "ARM_METADATA_HOSTNAME is set. Start the sandbox with `npx mssp sandbox run -- …`, or use the official plugin for a real tenant.",
    );
  }
  refuseOtherHost(
    args.metadataHost === undefined ? "ARM_METADATA_HOSTNAME" : "azuread:metadataHost",
    `https://${host}`,
  );
  if (!merged.ARM_TENANT_ID) {
    throw new VisibleError(
      "failed to load Azure credentials.\n" +
        "Details: no Authorizer could be configured, please check your configuration: neither azuread:tenantId nor ARM_TENANT_ID is set.",
    );
  }
  // Only a secret or a certificate is accepted here; no login of the Azure CLI is used.
  const credentials = { ...merged, ARM_ENVIRONMENT: "public", ARM_USE_CLI: "false" };
  const hasReplicas = environment[replicasVariable] !== undefined;
  return {
    ...(hasReplicas ? { timeScale: Number(environment[timeScaleVariable] ?? 1) } : {}),
    environment: credentials,
    tenantId: merged.ARM_TENANT_ID,
    clientId: merged.ARM_CLIENT_ID ?? "",
  };
}
