/**
 * Compares a stack's state with what this program writes, before the engine runs anything out of
 * it.
 */
import { VisibleError } from "@defender-mssp/errors";
import { foreignStateMessage } from "../../domain/stateCode";
import type { Deployment } from "./deployment";

/**
 * Refuses a state of which the engine would run code, or start a provider plugin, that no release
 * of this program has written there. Resources that wait for their deletion and interrupted
 * operations count as well. A stack without a state passes.
 *
 * @throws VisibleError that names each such resource.
 */
export function refuseForeignState({ stack, resources, pending }: Deployment, environment: NodeJS.ProcessEnv): void {
  const entries = [...resources, ...pending.map(({ resource }) => resource)];
  const problem = foreignStateMessage(stack, entries, environment);
  if (problem !== undefined) throw new VisibleError(problem);
}
