/**
 * Declares the components in Azure and the detection rules by the functions that a program in
 * TypeScript calls: they sign in, and look at what exists, before the first declaration.
 */
import { clockFrom, type CallContext, type SentinelGroup, type SentinelRole } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import * as pulumi from "@pulumi/pulumi";
import {
  prepareDelegation,
  prepareDetections,
  prepareHandover,
  prepareSentinelAccess,
  recoverLostCreates,
  type AzureProviderChoice,
} from "../components";
import { inspected } from "../program/sdk/inspectedOutput";
import { stackResources } from "../program/sdk/stackResources";
import { checkedSettings } from "./checkedSettings";
import type { PreparedComponentName } from "./exposed";
import { takenProvider } from "./takenProvider";
import type { ExposedArguments } from "./exposedArguments";

type Declare<Args> = (
  name: string,
  args: Args,
  options: pulumi.ComponentResourceOptions,
  context: CallContext,
) => Promise<pulumi.ComponentResource>;

const azureDelegation: Declare<ExposedArguments["AzureDelegation"]> = async (name, args, all) => {
  const { choice, options } = azureProviderIn(all);
  const delegate = await prepareDelegation(name, args, choice);
  return delegate(options);
};

const credentialHandover: Declare<ExposedArguments["CredentialHandover"]> = async (name, args, all) => {
  const { choice, options } = azureProviderIn(all);
  const handOver = await prepareHandover(name, args, choice);
  return handOver(args, options);
};

const sentinelAccess: Declare<ExposedArguments["SentinelAccess"]> = async (name, { grants, ...args }, all, context) => {
  const { choice, options } = azureProviderIn(all);
  const roles: Record<string, readonly SentinelRole[]> = {};
  const groups: Partial<Record<SentinelGroup, pulumi.Input<string>>> = {};
  const objectIds: Partial<Record<SentinelGroup, string>> = {};
  for (const { group, objectId, roles: names } of grants) {
    roles[group] = [...new Set([...(roles[group] ?? []), ...names])];
    groups[group] = objectId;
    // A preview does not know the ID of a new group, which has no assignments.
    const output = inspected(pulumi.output(objectId));
    if (await output.isKnown) objectIds[group] = String(await output.promise());
  }
  const prepared = { ...args, roles, objectIds, context };
  const deployed = await stackResources();
  const give = await prepareSentinelAccess(name, prepared, deployed, choice);
  // Azure does not know a new group at once.
  const recover = recoverLostCreates(args.tenantId, deployed, context, `${name}-lost-creates`);
  return give(groups, { ...options, transformations: [...(options.transformations ?? []), recover] });
};

const detections: Declare<ExposedArguments["Detections"]> = async (
  name,
  { tenantId, msspName, folder, detections: setting },
  options,
  context,
) => {
  const { detections: chosen } = checkedSettings({ detections: setting });
  if (chosen === undefined) throw new VisibleError("detections: must be a map");
  const sources = { tenantId, msspName, folder, detections: chosen, now: clockFrom(process.env)() };
  const declare = await prepareDetections(name, sources, await stackResources(), context);
  return declare(options);
};

/** By the names that the schema has. The arguments are as it says. */
export const preparedComponents = {
  AzureDelegation: azureDelegation as unknown as Declare<pulumi.Inputs>,
  CredentialHandover: credentialHandover as unknown as Declare<pulumi.Inputs>,
  Detections: detections as unknown as Declare<pulumi.Inputs>,
  SentinelAccess: sentinelAccess as unknown as Declare<pulumi.Inputs>,
} as const satisfies Record<PreparedComponentName, Declare<pulumi.Inputs>>;

export function isPrepared(component: string): component is PreparedComponentName {
  return Object.hasOwn(preparedComponents, component);
}

/** The program's azure-native provider; otherwise the parent of a new one. */
function azureProviderIn(all: pulumi.ComponentResourceOptions) {
  const { provider, options } = takenProvider(all, "azure-native");
  // The engine hands over a provider by its URN; it is of no class of a package.
  const choice = { parent: options.parent, provider } as unknown as AzureProviderChoice;
  return { options, choice };
}
