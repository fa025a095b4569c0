/**
 * What a stack may have in Azure, prepared before the first change and loaded only when it is there: azure-native costs a third of a second.
 * It is loaded by `require`, which the program's compiler (`launcher.js`) and the tests' both understand for a TypeScript file.
 */
/* eslint-disable @typescript-eslint/no-require-imports */
import type { CloudName } from "@defender-mssp/microsoft";
import type { AzureDelegation, AzureDelegationArgs } from "./azureDelegation";
import type { CredentialHandover, CredentialHandoverArgs } from "./credentialHandover";

/** The part of an argument list that is known beforehand. */
type Prepared<Args, Later extends keyof Args> = Omit<Args, Later> & {
  /** @default "public" */
  readonly cloud?: CloudName;
};

type HandedOver = "customerTenantId" | "clientId" | "secret" | "expiresOn";

/**
 * Signs in to the MSSP's subscription. The result declares the handover there.
 * @throws pulumi.RunError, before any resource is created, where the credentials don't reach the MSSP's tenant.
 */
export async function prepareHandover(
  name: string,
  args: Prepared<CredentialHandoverArgs, HandedOver | "tenantId"> & { readonly tenantId: string },
): Promise<(handedOver: Pick<CredentialHandoverArgs, HandedOver>) => CredentialHandover> {
  const { azureSubscription } = require("./azureSubscription") as typeof import("./azureSubscription");
  const handover = require("./credentialHandover") as typeof import("./credentialHandover");
  const { cloud, ...others } = args;
  const provider = await azureSubscription(`${name}-azure`, { ...args, cloud });
  return (handedOver) => new handover.CredentialHandover(name, { ...others, ...handedOver }, { provider });
}

/**
 * Signs in to the customer's subscription. The result declares its delegation to the MSSP's group.
 * @throws pulumi.RunError, before any resource is created, where the credentials don't reach the customer's tenant.
 */
export async function prepareDelegation(
  name: string,
  args: AzureDelegationArgs & { readonly tenantId: string; readonly cloud?: CloudName },
): Promise<() => AzureDelegation> {
  const { azureSubscription } = require("./azureSubscription") as typeof import("./azureSubscription");
  const delegation = require("./azureDelegation") as typeof import("./azureDelegation");
  const { cloud, tenantId, ...others } = args;
  const provider = await azureSubscription(`${name}-azure`, { tenantId, subscriptionId: args.subscriptionId, cloud });
  return () => new delegation.AzureDelegation(name, others, { provider });
}
