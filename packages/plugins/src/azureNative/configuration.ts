/**
 * The provider's arguments, with the environment's variables behind them: names and order as in the
 * official plugin.
 */
import { VisibleError } from "@defender-mssp/errors";
import { refuseOtherHost } from "../loopback";
import { type ValueRecord, valueText } from "../protocol/values";
import { type ResourceProperties, boolean, list, string } from "../schema/property";

export const configuration: ResourceProperties = {
  auxiliaryTenantIds: list("optional"),
  clientCertificatePassword: string("optional", { secret: true }),
  clientCertificatePath: string("optional"),
  clientId: string("optional", { secret: true }),
  clientSecret: string("optional", { secret: true }),
  disableInstanceDiscovery: boolean("optional"),
  disablePulumiPartnerId: boolean("optional"),
  environment: string("optional"),
  location: string("optional"),
  metadataHost: string("optional"),
  msiEndpoint: string("optional"),
  oidcRequestToken: string("optional"),
  oidcRequestUrl: string("optional"),
  oidcToken: string("optional"),
  oidcTokenFilePath: string("optional"),
  partnerId: string("optional"),
  subscriptionId: string("optional"),
  tenantId: string("optional"),
  useDefaultAzureCredential: boolean("optional"),
  useMsi: boolean("optional"),
  useOidc: boolean("optional"),
};

/** Subscription, cloud and credentials. */
export interface AzureNativeCredentials {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly tenantId: string;
  readonly clientId: string;
  readonly subscriptionId: string;
  /** The default location. */
  readonly location: string;
}

const variables: Readonly<Record<string, string>> = {
  clientCertificatePassword: "ARM_CLIENT_CERTIFICATE_PASSWORD",
  clientCertificatePath: "ARM_CLIENT_CERTIFICATE_PATH",
  clientId: "ARM_CLIENT_ID",
  clientSecret: "ARM_CLIENT_SECRET",
  environment: "ARM_ENVIRONMENT",
  location: "ARM_LOCATION",
  metadataHost: "ARM_METADATA_HOSTNAME",
  oidcRequestToken: "ARM_OIDC_REQUEST_TOKEN",
  oidcRequestUrl: "ARM_OIDC_REQUEST_URL",
  oidcToken: "ARM_OIDC_TOKEN",
  oidcTokenFilePath: "ARM_OIDC_TOKEN_FILE_PATH",
  subscriptionId: "ARM_SUBSCRIPTION_ID",
  tenantId: "ARM_TENANT_ID",
};

/** The official plugin's names of clouds; with a metadata host only the name is checked. */
const environments =
  /^(azurecloud|azurepubliccloud|public|usgovernment|usgov|azureusgovernment(cloud)?|china|azurechina(cloud)?)$/i;

/**
 * @throws VisibleError when no metadata host is set, or one of another machine, or no subscription.
 */
export function credentialsOf(
  args: ValueRecord,
  environment: AzureNativeCredentials["environment"] = process.env,
): AzureNativeCredentials {
  const merged: Record<string, string | undefined> = {};
  for (const [argument, variable] of Object.entries(variables)) {
    merged[variable] = valueText(args[argument]) || environment[variable];
  }
  const cloud = merged.ARM_ENVIRONMENT ?? "public";
  if (!environments.test(cloud)) throw new VisibleError(`unrecognized environment "${cloud}"`);
  const host = merged.ARM_METADATA_HOSTNAME;
  if (!host) {
    throw new VisibleError(
      "The sandbox's stand-in azure-native plugin needs the sandbox's address: neither azure-native:metadataHost nor " +
        "ARM_METADATA_HOSTNAME is set. Start the sandbox with `npx mssp sandbox run -- …`, or use the official plugin for a real subscription.",
    );
  }
  const who = args.metadataHost === undefined ? "ARM_METADATA_HOSTNAME" : "azure-native:metadataHost";
  refuseOtherHost("azure-native", who, `https://${host}`);
  const subscriptionId = merged.ARM_SUBSCRIPTION_ID ?? "";
  if (subscriptionId === "") {
    throw new VisibleError("A subscription ID must be set: azure-native:subscriptionId, or ARM_SUBSCRIPTION_ID.");
  }
  return {
    // Only a secret or a certificate is accepted here; no login of the Azure CLI is used.
    environment: { ...merged, ARM_ENVIRONMENT: "public", ARM_USE_CLI: "false" },
    tenantId: merged.ARM_TENANT_ID ?? "",
    clientId: merged.ARM_CLIENT_ID ?? "",
    subscriptionId,
    location: merged.ARM_LOCATION ?? "",
  };
}
