/**
 * Signs in to Azure before the first declaration, and loads azure-native only then: it takes a
 * third of a second.
 */
import {
  armCall,
  remoteGroupId,
  type CallContext,
  type CloudName,
  type SentinelGroup,
  type SentinelRolesByGroup,
} from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { stackOutputs, type DeployedResources } from "../tenant/deployedResources";
import type { AzureDelegation, AzureDelegationArgs } from "./azureDelegation";
import type { AzureProviderChoice } from "./azureSubscription";
import type { CredentialHandover, CredentialHandoverArgs } from "./credentialHandover";
import type { SentinelAccess, SentinelAccessArgs } from "./sentinelAccess";

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
  choice: AzureProviderChoice = {},
): Promise<
  (handedOver: Pick<CredentialHandoverArgs, HandedOver>, opts?: pulumi.ComponentResourceOptions) => CredentialHandover
> {
  requireAzureNative("handover");
  const { azureProvider } = require("./azureSubscription") as typeof import("./azureSubscription");
  const handover = require("./credentialHandover") as typeof import("./credentialHandover");
  const { cloud, ...others } = args;
  const provider = await azureProvider(`${name}-azure`, { ...args, cloud }, choice);
  if (args.vaultId !== undefined) {
    const { requireSafeVault } = require("./existingVault") as typeof import("./existingVault");
    await requireSafeVault(args.vaultId, { tenantId: args.tenantId, provider });
  }
  return (handedOver, opts = {}) =>
    new handover.CredentialHandover(name, { ...others, ...handedOver }, { ...opts, provider });
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
  choice: AzureProviderChoice = {},
): Promise<(opts?: pulumi.ComponentResourceOptions) => AzureDelegation> {
  requireAzureNative("azureDelegation");
  const { azureProvider } = require("./azureSubscription") as typeof import("./azureSubscription");
  const delegation = require("./azureDelegation") as typeof import("./azureDelegation");
  const { cloud, tenantId, ...others } = args;
  const place = { tenantId, subscriptionId: args.subscriptionId, cloud };
  const provider = await azureProvider(`${name}-azure`, place, choice);
  return (opts = {}) => new delegation.AzureDelegation(name, others, { ...opts, provider });
}

/**
 * Signs in to the customer's subscription, looks at the workspace and at the role assignments, and
 * returns a function that declares the `SentinelAccess` of the groups.
 *
 * @param args `roles` by group, and `adopted` with the object IDs of groups that existed before the stack.
 * @param deployed the stack's resources: `await deployedResources()`.
 * @throws pulumi.RunError, before a resource is created, if the credentials do not reach the
 * customer's tenant, or the workspace cannot be used.
 *
 * @example
 * const giveSentinel = await prepareSentinelAccess(
 *   "sentinel",
 *   { tenantId, subscriptionId, resourceGroup: "sentinel", workspaceName: "sentinel", msspName: "Fabrikam", roles: {} },
 *   await deployedResources(),
 * );
 * giveSentinel({ tier1: groupObjectId });
 */
export async function prepareSentinelAccess(
  name: string,
  args: PreparedSentinel,
  deployed: DeployedResources,
  choice: AzureProviderChoice = {},
): Promise<(groups: SentinelGroupIds, opts?: pulumi.ComponentResourceOptions) => SentinelAccess> {
  requireAzureNative("sentinelAccess");
  const { azureProvider } = require("./azureSubscription") as typeof import("./azureSubscription");
  const sentinel = require("./sentinelAccess") as typeof import("./sentinelAccess");
  const assignments = require("./existingAssignments") as typeof import("./existingAssignments");
  const { cloud, tenantId, roles, adopted = [], isOffline = false, context, ...rest } = args;
  const { objectIds: before = deployedGroups(deployed), ...others } = rest;
  const place = { tenantId, subscriptionId: args.subscriptionId, cloud };
  const provider = await azureProvider(`${name}-azure`, place, choice);
  const planned = Object.entries(roles).map(([key, names]) => {
    const group = key as SentinelGroup;
    const objectId = remoteGroupId(group) ?? before[group];
    return { group, roles: names, objectId, isAdopted: objectId !== undefined && adopted.includes(objectId) };
  });
  const looked = async () => {
    const call = await armCall(tenantId, context);
    await assignments.requireWorkspace(call, args, tenantId);
    return assignments.existingAssignments(call, { name, place: args, grants: planned, deployed });
  };
  const existing = isOffline ? {} : await looked();
  return (groups, opts = {}) => {
    const grants = planned.flatMap(({ group, roles: names }) => {
      const objectId = groups[group];
      return objectId === undefined ? [] : [{ group, objectId, roles: names }];
    });
    return new sentinel.SentinelAccess(name, { ...others, grants, existing }, { ...opts, provider });
  };
}

/** Object IDs of the groups, by the keys of `roles`. A group that the stack does not have is omitted. */
export type SentinelGroupIds = Readonly<Partial<Record<SentinelGroup, pulumi.Input<string>>>>;

/** What `prepareSentinelAccess` takes. */
export type PreparedSentinel = Omit<SentinelAccessArgs, "grants" | "existing"> & {
  readonly tenantId: string;
  readonly cloud?: CloudName;
  /** Roles of each group. */
  readonly roles: SentinelRolesByGroup;
  /**
   * Object IDs of the groups that exist already, by the keys of `roles`.
   * @default those of the stack's outputs
   */
  readonly objectIds?: Readonly<Partial<Record<SentinelGroup, string>>>;
  /**
   * Object IDs of groups that existed before the stack: an assignment that one of them has is taken over.
   * @default none
   */
  readonly adopted?: readonly string[];
  /**
   * Whether nothing is asked of Azure, for a plan from the settings alone.
   * @default false
   */
  readonly isOffline?: boolean;
  /** Where the look-ups run. Tests set it. */
  readonly context?: CallContext;
};

/** The groups after the last run, by the stack's outputs. */
function deployedGroups(deployed: DeployedResources): Readonly<Partial<Record<SentinelGroup, string>>> {
  const { groups, groupObjectId } = stackOutputs(deployed);
  return { ...(groups as Readonly<Record<string, string>> | undefined), analysts: groupObjectId as string };
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
