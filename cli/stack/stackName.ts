/** The name of a stack as people type it, for every command's `--stack`. */
import { InvalidArgumentError } from "commander";
import { isStackName } from "@defender-mssp/siem/connector/stackName";

/**
 * A stack's name, also with organization and project in front. What no stack can be called is
 * refused here: it never gets to the engine, to a file's name or to a command that is shown for
 * copying.
 */
export function stackArgument(text: string): string {
  if (text.split("/").length <= 3 && text.split("/").every(isStackName)) return text;
  throw new InvalidArgumentError(
    'A stack\'s name has at most 100 letters, digits, "_", "." and "-", and no "-" or "." at the beginning.',
  );
}

/** A stack's name or a pattern of names, in which `*` stands for any characters; for a repeated option. */
export function stackPatterns(text: string, before: readonly string[] = []): readonly string[] {
  const parts = text.split("/");
  if (parts.length <= 3 && parts.every((part) => isStackName(part.replaceAll("*", "x")))) return [...before, text];
  return [...before, stackArgument(text)];
}

/** The same for an option that takes several. */
export function stackArguments(text: string, before: readonly string[] = []): string[] {
  return [...before, stackArgument(text)];
}
