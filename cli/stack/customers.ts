/** The customers of a project: every stack with settings, except the sandbox's. */
import { VisibleError } from "@defender-mssp/errors";
import type { Settings } from "../../settings";
import { readStackSettingsOffline } from "../../settings/fromFile";
import { readProject, stacksWithSettings } from "../../settings/project";
import { isCustomerStack } from "./stackNames";

export interface Customer {
  readonly stack: string;
  readonly settings: Settings;
}

/**
 * @param folder the project's, or one below it.
 * @param stacks only these; the sandbox's, too, if named. Default: all.
 * @throws VisibleError where there is none, or the settings of one are wrong.
 */
export async function customersOf(folder: string, stacks?: readonly string[]): Promise<Customer[]> {
  const names = stacks ?? (await customerStacks(folder));
  if (names.length === 0) {
    throw new VisibleError(
      "The project has no customer stacks. Create one with `npx mssp new <stack>`, or name a sandbox stack with --stack.",
    );
  }
  return Promise.all(names.map(async (stack) => ({ stack, settings: await readStackSettingsOffline(stack, folder) })));
}

/** The settings of the first customer whose file can be read, and that fits. */
export async function firstCustomer(
  folder: string,
  fits: (settings: Settings) => boolean = () => true,
): Promise<Settings | undefined> {
  for (const stack of await customerStacks(folder)) {
    const settings = await readStackSettingsOffline(stack, folder).catch(() => undefined);
    if (settings !== undefined && fits(settings)) return settings;
  }
  return undefined;
}

/**
 * "All customers" of every command: the stacks with a settings file in the project's folder, without
 * the sandbox's. Sorted.
 */
export async function customerStacks(folder: string): Promise<string[]> {
  return (await stacksWithSettings(await readProject(folder))).filter(isCustomerStack);
}
