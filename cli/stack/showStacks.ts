/** The stacks of the project, for a person who named none. */
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import { readProject, stacksWithSettings } from "../../settings/project";

/** Names in one message. */
const most = 20;

/**
 * Lists the stacks below a usage error that asks for one.
 * @param message commander's, such as "required option '--stack <stack>' not specified".
 */
export async function showStacks(message: string, { folder, err }: Pick<Session, "folder" | "err">): Promise<void> {
  if (!/(?:required option '|exactly one of )--stack </.test(message)) return;
  let stacks: readonly string[];
  try {
    stacks = await stacksWithSettings(await readProject(folder));
  } catch (error) {
    if (error instanceof VisibleError) return; // Not in a project's folder: the message stands alone.
    throw error;
  }
  const [first] = stacks;
  if (first === undefined) return;
  const more = stacks.length > most ? `, and ${stacks.length - most} more` : "";
  err.line(`Stacks: ${stacks.slice(0, most).join(", ")}${more}. Such as: --stack ${first}`);
}
