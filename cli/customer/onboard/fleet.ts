/** Where the onboarding of several customers stands. */
import { atOnce } from "@defender-mssp/errors/atOnce";
import { availableParallelism } from "node:os";
import { VisibleError } from "@defender-mssp/errors";
import { readProject, stacksWithSettings, type Project } from "../../../settings/project";
import type { Place } from "../../base/place";
import { customerStacks } from "../../stack/customers";
import { matchesPattern } from "../../stack/stackNames";
import { passphraseVariables } from "../../stack/passphrases";
import { onboardingProgress } from "../../access/waiting/onboarding";
import type { OnboardingProgress } from "../../access/waiting/progress";

export interface FleetOnboardingOptions extends Place {
  /** Names of stacks; * matches any characters. Default: all customers. */
  readonly patterns?: readonly string[];
  /** Folder that holds a file named like the stack, with its passphrase, for each stack. */
  readonly passphraseFolder?: string;
  /** Engines at a time. Default: one for each core. */
  readonly parallel?: number;
}

/**
 * Checks the customers, in the order of their stacks' names.
 * @throws VisibleError where a pattern matches none, there is none, or a passphrase is missing.
 */
export async function onboardingOfFleet(options: FleetOnboardingOptions): Promise<OnboardingProgress[]> {
  const { environment, passphraseFolder, patterns, parallel = availableParallelism() } = options;
  const project = await readProject(options.folder);
  const stacks = patterns === undefined ? await customerStacks(project.folder) : await matching(patterns, project);
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

async function matching(patterns: readonly string[], project: Project): Promise<string[]> {
  const stacks = await stacksWithSettings(project);
  for (const pattern of patterns)
    if (!stacks.some((stack) => matchesPattern(stack, pattern)))
      throw new VisibleError(`No stack matches "${pattern}". Stacks: ${stacks.slice(0, 20).join(", ")}.`);
  return stacks.filter((stack) => patterns.some((pattern) => matchesPattern(stack, pattern)));
}
