import * as pulumi from "@pulumi/pulumi";
import { foreignStateMessage } from "../../domain/stateCode";

/** A resource in the stack's state after the last run. */
export interface DeployedResource {
  readonly type: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The stack's resources by URN. */
export type DeployedResources = Readonly<Record<string, DeployedResource>>;

/**
 * The running stack's resources by URN, as its state has them after the last run. It makes the call
 * of a `StackReference`, without its resource in the state.
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

/** The same, whatever the resources carry: they may be those of a program in another language. */
export async function stackResources(): Promise<DeployedResources> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName })) as {
    readonly outputs: DeployedResources;
  };
  return outputs;
}

/** The outputs of the stack after the last run. */
export function stackOutputs(deployed: DeployedResources): Readonly<Record<string, unknown>> {
  return Object.values(deployed).find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
}
