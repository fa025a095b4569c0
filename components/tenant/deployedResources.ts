import * as pulumi from "@pulumi/pulumi";
import { foreignStateMessage } from "../../domain/stateCode";
import { stackResources, type DeployedResources } from "../../program/sdk/stackResources";
import { stackType } from "../../domain/resourceTypes";

export type { DeployedResource, DeployedResources } from "../../program/sdk/stackResources";

/**
 * The running stack's resources by URN, as its state has them after the last run.
 *
 * @throws pulumi.RunError if a resource carries code, or configures a provider plugin, in a way
 * that no release of this program does.
 */
export async function deployedResources(): Promise<DeployedResources> {
  const outputs = await stackResources();
  const entries = Object.entries(outputs).map(([urn, resource]) => ({ urn, ...resource }));
  const problem = foreignStateMessage(pulumi.getStack(), entries, process.env);
  if (problem !== undefined) throw new pulumi.RunError(problem);
  return outputs;
}

/** The outputs of the stack after the last run. */
export function stackOutputs(deployed: DeployedResources): Readonly<Record<string, unknown>> {
  return Object.values(deployed).find(({ type }) => type === stackType)?.outputs ?? {};
}
