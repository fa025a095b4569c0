import * as pulumi from "@pulumi/pulumi";
import { missingMember } from "./missingMember";

/** A resource in the stack's state after the last run. */
export interface DeployedResource {
  readonly type: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The stack's resources by URN. */
export type DeployedResources = Readonly<Record<string, DeployedResource>>;

const token = "pulumi:pulumi:readStackResourceOutputs";

/**
 * The running stack's resources by URN, as its state has them after the last run. It makes the call
 * of a `StackReference`, without its resource in the state.
 */
export async function stackResources(): Promise<DeployedResources> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const result = (await pulumi.runtime.invoke(token, { stackName })) as { readonly outputs?: DeployedResources };
  if (result.outputs === undefined) throw missingMember(`outputs in the answer of ${token}`);
  return result.outputs;
}
