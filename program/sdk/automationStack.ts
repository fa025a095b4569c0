import type * as automation from "@pulumi/pulumi/automation";
import { missingMember } from "./missingMember";

/**
 * A stack of the Automation API that starts the engine for its command alone. The API starts it
 * once before, and three times after each command.
 *
 * @param sdk the Automation API of the program's own SDK.
 * @throws VisibleError if this SDK has other members.
 */
export async function automationStack(
  sdk: typeof automation,
  name: string,
  workspace: automation.LocalWorkspace,
): Promise<automation.Stack> {
  // Selecting also writes the current stack, which all workers share.
  replace(workspace, "selectStack", () => Promise.resolve());
  const stack = await sdk.Stack.select(name, workspace);
  // The engine's events have the outputs.
  replace(stack, "outputs", () => Promise.resolve({}));
  replace(stack, "info", () => Promise.resolve(undefined));
  return stack;
}

function replace<T extends object, Name extends keyof T & string>(object: T, name: Name, method: T[Name]): void {
  if (typeof object[name] !== "function") throw missingMember(`${object.constructor.name}.${name}`);
  object[name] = method;
}
