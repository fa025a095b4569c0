import * as pulumi from "@pulumi/pulumi";
import { foreignStateMessage } from "../../guardrails/stateCode";

/** A resource as the stack's state has it after the last run. */
export interface DeployedResource {
  readonly type: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** By URN. */
export type DeployedResources = Readonly<Record<string, DeployedResource>>;

/**
 * The running stack's own resources by URN, as the last run has left them in its state. It is what `StackReference` is made of; as a
 * function it leaves no more in the state than the engine's own default provider.
 *
 * @throws pulumi.RunError where a resource carries code, or configures a provider plugin, in a way that no release of this program does.
 */
export async function deployedResources(): Promise<DeployedResources> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName })) as {
    readonly outputs: DeployedResources;
  };
  const entries = Object.entries(outputs).map(([urn, resource]) => ({ urn, ...resource }));
  const problem = foreignStateMessage(pulumi.getStack(), entries, process.env);
  if (problem !== undefined) throw new pulumi.RunError(problem);
  return outputs;
}
