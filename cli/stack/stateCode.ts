/**
 * Compares a stack's state with what this program writes, before the engine runs anything out of
 * it.
 */
import { VisibleError } from "@defender-mssp/errors";
import { foreignStateMessage } from "../../domain/stateCode";
import { readAllowedPackages } from "../../settings/fromFile";
import type { Place } from "../base/place";
import { readDeployment, type Deployment } from "./deployment";

/**
 * Refuses a state of which the engine would run code, or start a provider plugin, that neither a
 * release of this program nor the stack's settings name. Resources that wait for their deletion and
 * interrupted operations count as well. A stack without a state passes.
 *
 * @throws VisibleError that names each such resource.
 */
export async function refuseForeignState({ stack, resources, pending }: Deployment, place: Place): Promise<void> {
  const entries = [...resources, ...pending.map(({ resource }) => resource)];
  const packages = await readAllowedPackages(stack, place.folder);
  const problem = foreignStateMessage(stack, entries, place.environment, packages);
  if (problem !== undefined) throw new VisibleError(problem);
}

/**
 * Reads the state for a command that starts the engine. A stack without a state is as good as none.
 * @throws VisibleError as `refuseForeignState`.
 */
export async function requireOwnState(stack: string, place: Place): Promise<Deployment> {
  const deployment = await readDeployment(stack, place);
  await refuseForeignState(deployment, place);
  return deployment;
}
