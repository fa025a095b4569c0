/**
 * Signs in to Azure before the first declaration, and loads azure-native only then: it takes a
 * third of a second.
 */
import type { CloudName } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { stackOutputs, type DeployedResources } from "../tenant/deployedResources";
import type { AzureDelegation, AzureDelegationArgs } from "./azureDelegation";
import type { CredentialHandover, CredentialHandoverArgs } from "./credentialHandover";

/** The release of azure-native that this program is tried with, and that a package asks for. */
export const azureNativeVersion = "3.28.0";

/** The arguments that are known before the first declaration. */
type Prepared<Args, Later extends keyof Args> = Omit<Args, Later> & {
  /**
   * Microsoft cloud of the tenant.
   * @default "public"
   */
  readonly cloud?: CloudName;
};

/** The arguments that are known only when the connector is declared. */
export type HandedOver = "customerTenantId" | "clientId" | "secret" | "expiresOn";

/**
 * Signs in to the MSSP's subscription, and returns a function that declares the
 * `CredentialHandover` there.
 *
 * @throws pulumi.RunError, before a resource is created, if the credentials do not reach the MSSP's
 * tenant, or if the vault of `vaultId` grants access in another way than by Azure RBAC.
 *
 * @example
 * const handOver = await prepareHandover("handover", { tenantId: msspTenantId, subscriptionId, location: "westeurope" });
 * handOver({
 *   customerTenantId,
 *   clientId: connector.clientId,
 *   secret: connector.clientSecret,
 *   expiresOn: connector.clientSecretExpiresOn,
 * });
 */
export async function prepareHandover(
  name: string,
  args: Prepared<CredentialHandoverArgs, HandedOver | "tenantId"> & { readonly tenantId: string },
): Promise<(handedOver: Pick<CredentialHandoverArgs, HandedOver>) => CredentialHandover> {
  requireAzureNative("handover");
  const { azureSubscription } = require("./azureSubscription") as typeof import("./azureSubscription");
  const handover = require("./credentialHandover") as typeof import("./credentialHandover");
  const { cloud, ...others } = args;
  const provider = await azureSubscription(`${name}-azure`, { ...args, cloud });
  if (args.vaultId !== undefined) {
    const { requireSafeVault } = require("./existingVault") as typeof import("./existingVault");
    await requireSafeVault(args.vaultId, { tenantId: args.tenantId, provider });
  }
  return (handedOver) => new handover.CredentialHandover(name, { ...others, ...handedOver }, { provider });
}

/**
 * Refuses another subscription for a handover of a release that did not replace its resources when
 * the subscription changed: they would stay where they are. The next `up` with the old subscription
 * prepares the stack; `handover.subscriptionId` among its outputs tells.
 *
 * @param deployed the stack's resources: `await deployedResources()`.
 * @throws pulumi.RunError before a resource is created.
 */
export function refuseUnpreparedMove(name: string, subscriptionId: string, deployed: DeployedResources): void {
  const resources = Object.entries(deployed);
  const ofName = (suffix: string) => resources.find(([urn]) => urn.endsWith(`::${name}-${suffix}`))?.[1];
  const before = ofName("azure")?.outputs["subscriptionId"];
  const isPrepared = Object.hasOwn(Object(stackOutputs(deployed)["handover"]) as object, "subscriptionId");
  if (isPrepared || ofName("secret") === undefined || typeof before !== "string" || before === subscriptionId) return;
  throw new pulumi.RunError(
    `handover.subscriptionId is ${subscriptionId}, but the vault is in ${before}, and an earlier release of this program deployed it. ` +
      `Nothing was changed. Run \`npx pulumi up --refresh\` once with ${before}, and then change the setting.`,
  );
}

/**
 * Signs in to the customer's subscription, and returns a function that declares its
 * `AzureDelegation`.
 *
 * @throws pulumi.RunError, before a resource is created, if the credentials do not reach the
 * customer's tenant.
 *
 * @example
 * const delegate = await prepareDelegation("delegation", {
 *   tenantId: customerTenantId,
 *   subscriptionId,
 *   resourceGroupName: "sentinel",
 *   msspTenantId,
 *   msspName: "Fabrikam Security",
 *   groupObjectId: "00000000-0000-4000-8000-000000000001",
 *   groupName: "Sentinel Analysts",
 *   roles: ["Microsoft Sentinel Responder"],
 * });
 * delegate();
 */
export async function prepareDelegation(
  name: string,
  args: AzureDelegationArgs & { readonly tenantId: string; readonly cloud?: CloudName },
): Promise<() => AzureDelegation> {
  requireAzureNative("azureDelegation");
  const { azureSubscription } = require("./azureSubscription") as typeof import("./azureSubscription");
  const delegation = require("./azureDelegation") as typeof import("./azureDelegation");
  const { cloud, tenantId, ...others } = args;
  const provider = await azureSubscription(`${name}-azure`, { tenantId, subscriptionId: args.subscriptionId, cloud });
  return () => new delegation.AzureDelegation(name, others, { provider });
}

/**
 * Only customers with resources in Azure need this SDK, which is larger than all other packages
 * together: an installed package does not bring it.
 */
function requireAzureNative(setting: string): void {
  try {
    require.resolve("@pulumi/azure-native/package.json");
  } catch {
    throw new pulumi.RunError(
      `${setting}: the package @pulumi/azure-native is not installed. Nothing was changed. Install it in the project's folder:\n` +
        `  npm install --save-exact @pulumi/azure-native@${azureNativeVersion}`,
    );
  }
}
