/** The stacks of the project, for a person who named none. */
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import { readProject, stacksWithSettings } from "../settings/project";

/** Names in one message. */
const most = 20;

/** What people type for another command. */
const meant: Readonly<Record<string, string>> = {
  up: "npx pulumi up --stack <stack>; for all customers: npx mssp fleet up",
  preview: "npx pulumi preview --stack <stack>; for all customers: npx mssp fleet preview",
  destroy: "npx mssp offboard --stack <stack>",
  "add-customer": "npx mssp new <stack>",
  "add-analyst": "npx mssp analyst add",
  validate: "npx mssp check",
};

/**
 * Says below a usage error what is meant: the stacks where it asks for one, another command for one that is not here.
 * @param message commander's, such as "required option '--stack <stack>' not specified".
 */
export async function showStacks(
  message: string,
  commandLine: readonly string[],
  { folder, err }: Pick<Session, "folder" | "err">,
): Promise<void> {
  const [, unknown = ""] = /unknown command '([\w-]+)'/.exec(message) ?? [];
  if (commandLine[0] === unknown && Object.hasOwn(meant, unknown)) err.line(`Type: ${meant[unknown] ?? ""}`);
  const isExtra = message.includes("too many arguments");
  if (!isExtra && !/(?:required option '|exactly one of )--stack </.test(message)) return;
  let stacks: readonly string[];
  try {
    stacks = await stacksWithSettings(await readProject(folder));
  } catch (error) {
    if (error instanceof VisibleError) return; // Not in a project's folder: the message stands alone.
    throw error;
  }
  if (isExtra) {
    const extra = stacks.find((stack) => commandLine.includes(stack));
    if (extra !== undefined) err.line(`A stack is named by an option: --stack ${extra}`);
    return;
  }
  const [first] = stacks;
  if (first === undefined) return;
  const more = stacks.length > most ? `, and ${stacks.length - most} more` : "";
  err.line(`Stacks: ${stacks.slice(0, most).join(", ")}${more}. Such as: --stack ${first}`);
}
