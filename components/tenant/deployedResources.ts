import * as pulumi from "@pulumi/pulumi";

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
 */
export async function deployedResources(): Promise<DeployedResources> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName })) as {
    readonly outputs: DeployedResources;
  };
  return outputs;
}
