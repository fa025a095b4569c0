/** Stack names from file names: whoever opens a pull request can choose them. */
import { VisibleError } from "@defender-mssp/errors";
import { isStackName } from "@defender-mssp/siem/connector/stackName";

/** @throws VisibleError for what no stack can be called. */
export function checkedStackName(name: string): string {
  if (isStackName(name)) return name;
  throw new VisibleError(
    `${JSON.stringify(name)} can't be a stack's name: at most 100 letters, digits, "_", "." and "-", and no "-" or "." ` +
      `at the beginning. Rename its Pulumi.<stack>.yaml.`,
  );
}

/**
 * The stack whose settings are in a file of the project's folder `stackConfigDir`; none for any
 * other file.
 */
export function stackOfFile(file: string, stackConfigDir = ""): string | undefined {
  const prefix = stackConfigDir === "" ? "" : `${stackConfigDir}/`;
  if (!file.startsWith(prefix)) return undefined;
  const [, name] = /^Pulumi\.(.+)\.ya?ml$/s.exec(file.slice(prefix.length)) ?? [];
  return name === undefined ? undefined : checkedStackName(name);
}

/** Sandbox stacks, which CI skips by default. */
export const sandboxStacks: readonly string[] = ["dev", "sandbox-*"];

/** "All customers" in the help of every command; `customerStacks` lists them. */
export const allCustomers = `every stack with a settings file but ${sandboxStacks.map((one) => `"${one}"`).join(" and ")}`;

/** Whether "all customers" of a command include a stack of this name. */
export function isCustomerStack(stack: string): boolean {
  return !sandboxStacks.some((pattern) => matchesPattern(stack, pattern));
}

/**
 * Whether a name is meant by a pattern: the name itself, or with `*` for any number of characters.
 */
export function matchesPattern(name: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}
