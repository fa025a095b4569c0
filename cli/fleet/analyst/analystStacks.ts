import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import { readProject } from "../../../settings/project";
import { readInventory } from "../../stack/inventory";
import { defaultJournals } from "../../stack/outcome";
import { selectStacks } from "../../selection/selectStacks";

/**
 * The selected stacks whose analysts are named or changed: off-boarded customers have none.
 * @throws VisibleError where none is selected.
 */
export async function analystStacks({ stack }: { readonly stack?: readonly string[] }, session: Session) {
  const project = await readProject(session.folder);
  const inventory = await readInventory(project, session.environment);
  const place = { ...session, now: session.now(), journals: defaultJournals };
  const chosen = await selectStacks(inventory, stack === undefined ? {} : { stack }, place);
  const stacks = chosen.filter(({ offboarded }) => offboarded === undefined).map((customer) => customer.stack);
  if (stacks.length === 0) throw new VisibleError("No stack is selected. Nothing was changed.");
  return { project, inventory, stacks };
}
