/** The options by which a fleet command selects customers. */
import { InvalidArgumentError, type Command } from "commander";
import { isTag } from "../../settings/tagForm";
import { recordedStates, type RecordedState } from "../stack/outcome";
import { partArgument, type Part } from "./part";
import { allCustomers } from "../stack/stackNames";

/** Days without a successful `up` after which a stack is stale. */
export const staleAfterDays = 7;

export interface SelectionOptions {
  readonly stack?: readonly string[];
  readonly tag?: readonly string[];
  readonly changedSince?: string;
  readonly status?: readonly RecordedState[];
  readonly part?: Part;
}

/** Adds the selectors to a command. */
export function selectionOptions(command: Command): Command {
  return command
    .optionsGroup("Which customers:")
    .option("--stack <pattern...>", `only these stacks; * matches any characters (default: ${allCustomers})`)
    .option("--tag <tag...>", "only stacks with these tags: tier=gold, or tier for any value; all must match", tags)
    .option("--changed-since <revision>", "only stacks that the commits since this revision touch")
    .option(
      "--status <states>",
      "only stacks whose last run ended in one of these states, separated by commas: " +
        recordedStates.join(", ") +
        `; stale: no successful up for ${staleAfterDays} days`,
      states,
    )
    .option("--part <k/n>", "only part k of n of the selected stacks: every n-th one", partArgument)
    .optionsGroup("How:");
}

function tags(text: string, before: readonly string[] = []): readonly string[] {
  if (!isTag(text) && !isTag(`${text}=x`)) throw new InvalidArgumentError("A tag is <name>=<value> or <name>.");
  return [...before, text];
}

function states(text: string): readonly RecordedState[] {
  return text.split(",").map((one) => {
    const known = recordedStates.find((state) => state === one);
    if (known === undefined) throw new InvalidArgumentError(`Allowed: ${recordedStates.join(", ")}.`);
    return known;
  });
}
