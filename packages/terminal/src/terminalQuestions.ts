/** Questions on the terminal: drawn on standard error, because standard output is for results. */
import type { Choice, Questions, TextQuestion } from "./session";
import { visibleText } from "./terminalText";

const output = process.stderr;

export class TerminalQuestions implements Questions {
  get isPossible(): boolean {
    return process.stdin.isTTY && process.stderr.isTTY;
  }

  async confirm(question: string): Promise<boolean> {
    const { confirm } = await import("@clack/prompts");
    return (await confirm({ message: shown(question), output, initialValue: false })) === true;
  }

  async text(question: string, { validate, ...options }: TextQuestion = {}): Promise<string | undefined> {
    const { text } = await import("@clack/prompts");
    const message = shown(question);
    const answer = await text({ ...options, message, output, validate: (value = "") => validate?.(value) });
    // An empty answer is undefined in the library.
    return answered((answer as string | symbol | undefined) ?? "");
  }

  async secret(question: string): Promise<string | undefined> {
    const { password } = await import("@clack/prompts");
    return answered(await password({ message: shown(question), output }));
  }

  async choose<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T | undefined> {
    const { select } = await import("@clack/prompts");
    return answered(await select<string>({ message: shown(question), output, options: optionsOf(choices) })) as
      T | undefined;
  }

  async chooseSome<T extends string>(
    question: string,
    choices: readonly Choice<T>[],
  ): Promise<readonly T[] | undefined> {
    const { multiselect } = await import("@clack/prompts");
    const options = optionsOf(choices);
    return answered(await multiselect<string>({ message: shown(question), output, required: false, options })) as
      readonly T[] | undefined;
  }
}

/** A cancelled question's answer is a symbol. */
function answered<T>(answer: T): Exclude<T, symbol> | undefined {
  return typeof answer === "symbol" ? undefined : (answer as Exclude<T, symbol>);
}

function optionsOf(choices: readonly Choice<string>[]) {
  return choices.map(({ value, label }) => ({ value, label: visibleText(label) }));
}

/** Questions have lines of their own; foreign text in each is visible. */
function shown(question: string): string {
  return question.split("\n").map(visibleText).join("\n");
}
