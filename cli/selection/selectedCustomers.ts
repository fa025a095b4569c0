/** The selected customers of a command over all customers. */
import path from "node:path";
import type { Session } from "@defender-mssp/terminal/session";
import { readProject, type Project } from "../../settings/project";
import { readInventory, sharedTenantNotes, type FleetStack } from "../stack/inventory";
import { defaultJournals } from "../stack/outcome";
import { selectStacks } from "./selectStacks";
import type { SelectionOptions } from "./selectionOptions";

export interface SelectedCustomers {
  readonly project: Project;
  /** Every stack of the project. */
  readonly inventory: readonly FleetStack[];
  readonly chosen: readonly FleetStack[];
  /** Folder of the journals: the default one is the project's. */
  readonly journals: string;
  /** Tenants that stacks share without naming each other. */
  readonly notes: readonly string[];
}

/**
 * Reads the settings files and selects.
 * @throws VisibleError where a name matches no stack.
 */
export async function selectedCustomers(
  options: SelectionOptions & { readonly journal: string },
  { environment, folder: from, now }: Pick<Session, "environment" | "folder" | "now">,
): Promise<SelectedCustomers> {
  const project = await readProject(from);
  const { folder } = project;
  const journals = path.resolve(options.journal === defaultJournals ? folder : "", options.journal);
  const inventory = await readInventory(project, environment);
  const chosen = await selectStacks(inventory, options, { folder, environment, journals, now: now() });
  const names = chosen.map(({ stack }) => stack);
  return { project, inventory, chosen, journals, notes: sharedTenantNotes(inventory, names) };
}
