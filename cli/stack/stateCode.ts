/**
 * Compares a stack's state with what this program writes, before the engine runs anything out of
 * it.
 */
import { z } from "zod";
import { VisibleError } from "@defender-mssp/errors";
import { foreignStateMessage } from "../../domain/stateCode";
import { runPulumi, type PulumiOptions } from "./pulumi";

const values = z.record(z.string(), z.unknown());
const resource = z.object({
  urn: z.string(),
  type: z.string(),
  inputs: values.optional(),
  outputs: values.optional(),
});
const exported = z.object({
  deployment: z
    .object({
      resources: z.array(resource).nullish(),
      pending_operations: z.array(z.object({ resource })).nullish(),
    })
    .nullish(),
});

/**
 * Refuses a state of which the engine would run code, or start a provider plugin, that no release
 * of this program has written there. Resources that wait for their deletion and interrupted
 * operations count as well. A stack without a state passes.
 *
 * @throws VisibleError that names each such resource; or that the state can't be read.
 */
export async function refuseForeignState(stack: string, options: PulumiOptions): Promise<void> {
  const text = await runPulumi(["stack", "export", "--stack", stack], options);
  const { data } = exported.safeParse(JSON.parse(text));
  if (data === undefined) throw new VisibleError(`The state of stack "${stack}" can't be read: unknown format.`);
  const { resources, pending_operations: pending } = data.deployment ?? {};
  const entries = [...(resources ?? []), ...(pending ?? []).map((operation) => operation.resource)];
  const problem = foreignStateMessage(stack, entries, options.environment);
  if (problem !== undefined) throw new VisibleError(problem);
}
