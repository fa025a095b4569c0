/** `mssp fleet outputs`. */
import { availableParallelism } from "node:os";
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import { atOnce } from "@defender-mssp/terminal/atOnce";
import { secretOutputNames } from "../../domain/programOutputs";
import { redactedTexts, redactedValue, secretText } from "../base/redaction";
import { readProject } from "../../settings/project";
import { tableText, type TextCell } from "@defender-mssp/terminal/table";
import { isProgramOutput, readPrintedOutputs } from "../stack/stackOutputs";
import { passphraseVariables } from "../stack/passphrases";
import { passphraseQuestion } from "./passphraseQuestion";

export interface StackOutputList {
  readonly stack: string;
  /** Without secrets. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly problem?: string;
}

export interface FleetOutputsOptions {
  readonly output?: readonly string[];
  readonly parallel?: number;
  readonly passphraseFolder?: string;
}

export async function fleetOutputs(
  stacks: readonly string[],
  { output, parallel = availableParallelism(), passphraseFolder }: FleetOutputsOptions,
  { environment, folder: from, ask }: Session,
): Promise<StackOutputList[]> {
  const project = await readProject(from);
  const { folder } = project;
  const variables = await passphraseVariables(stacks, {
    project,
    environment,
    ...(passphraseFolder === undefined ? {} : { passphraseFolder }),
    ask: passphraseQuestion(ask),
  });
  return atOnce(parallel, stacks, (stack) => {
    return outputsOf(stack, { folder, environment: { ...environment, ...variables.get(stack) } }, output);
  });
}

async function outputsOf(
  stack: string,
  place: { readonly folder: string; readonly environment: NodeJS.ProcessEnv },
  names: readonly string[] | undefined,
): Promise<StackOutputList> {
  try {
    const all = await readPrintedOutputs(stack, place);
    const chosen = Object.entries(all).filter(([name]) => names?.includes(name) ?? true);
    return { stack, outputs: Object.fromEntries(chosen.map(([name, value]) => [name, publicOutput(name, value)])) };
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    return { stack, outputs: {}, problem: error.message };
  }
}

/**
 * An output that anybody may see. The engine prints `[secret]` for a marked secret; one that a state
 * of another origin does not mark is left out here. Names decide for outputs that are not the program's.
 */
function publicOutput(name: string, value: unknown): unknown {
  if (!isProgramOutput(name)) return redactedValue(name, value);
  if ((secretOutputNames as readonly string[]).includes(name)) return value === null ? null : secretText;
  return redactedTexts(value);
}

export function outputsText(list: readonly StackOutputList[]): string {
  const rows = list.flatMap(({ stack, outputs, problem }): TextCell[][] => {
    if (problem !== undefined) return [[stack, { text: problem, color: "red" }]];
    return Object.entries(outputs).map(([name, value]) => [
      stack,
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
  });
  return tableText([["stack", "output", "value"], ...rows]);
}
