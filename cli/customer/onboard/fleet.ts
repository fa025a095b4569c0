/** Where the onboarding of every customer stands. */
import { atOnce } from "@defender-mssp/terminal/atOnce";
import { availableParallelism } from "node:os";
import { VisibleError } from "@defender-mssp/errors";
import { readProject } from "../../../settings/project";
import type { Place } from "../../base/place";
import { customerStacks } from "../../stack/customers";
import { passphraseVariables } from "../../stack/passphrases";
import { onboardingProgress } from "../../access/waiting/onboarding";
import type { OnboardingProgress } from "../../access/waiting/progress";

export interface FleetOnboardingOptions extends Place {
  /** Folder that holds a file named like the stack, with its passphrase, for each stack. */
  readonly passphraseFolder?: string;
  /** Engines at a time. Default: one for each core. */
  readonly parallel?: number;
}

/**
 * Checks all customers, in the order of their stacks' names.
 * @throws VisibleError where there is none, or a passphrase is missing.
 */
export async function onboardingOfFleet(options: FleetOnboardingOptions): Promise<OnboardingProgress[]> {
  const { environment, passphraseFolder, parallel = availableParallelism() } = options;
  const project = await readProject(options.folder);
  const stacks = await customerStacks(project.folder);
  if (stacks.length === 0) throw new VisibleError(`${project.folder} has no Pulumi.<stack>.yaml of a customer.`);
  const variables = await passphraseVariables(stacks, {
    project,
    environment,
    ...(passphraseFolder === undefined ? {} : { passphraseFolder }),
  });
  return atOnce(parallel, stacks, (stack) =>
    onboardingProgress({ stack, folder: project.folder, environment: { ...environment, ...variables.get(stack) } }),
  );
}
