import * as pulumi from "@pulumi/pulumi";
import { foreignStateMessage, type AllowedPackage } from "../../domain/stateCode";
import { stackResources, type DeployedResources } from "../../program/sdk/stackResources";
import { stackType } from "../../domain/resourceTypes";

export type { DeployedResource, DeployedResources } from "../../program/sdk/stackResources";

/**
 * The running stack's resources by URN, as its state has them after the last run.
 *
 * @param packages the setting `allowedPackages`.
 * @throws pulumi.RunError if a resource carries code, or configures a provider plugin, in a way
 * that no release of this program does.
 */
export async function deployedResources(packages?: readonly AllowedPackage[]): Promise<DeployedResources> {
  const outputs = await stackResources();
  const entries = Object.entries(outputs).map(([urn, resource]) => ({ urn, ...resource }));
  const problem = foreignStateMessage(pulumi.getStack(), entries, process.env, packages);
  if (problem !== undefined) throw new pulumi.RunError(problem);
  return outputs;
}

/** The outputs of the stack after the last run. */
export function stackOutputs(deployed: DeployedResources): Readonly<Record<string, unknown>> {
  return Object.values(deployed).find(({ type }) => type === stackType)?.outputs ?? {};
}
