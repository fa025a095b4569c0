/** Questions on the terminal: drawn on standard error, because standard output is for results. */
import type { Choice, Questions, TextQuestion } from "./session";
import { visibleText } from "./terminalText";

export class TerminalQuestions implements Questions {
  constructor(
    private readonly input: NodeJS.ReadStream = process.stdin,
    private readonly output: NodeJS.WriteStream = process.stderr,
  ) {}

  get isPossible(): boolean {
    return this.input.isTTY && this.output.isTTY;
  }

  async show(text: string, as: "title" | "step" = "step"): Promise<void> {
    const { intro, log } = await import("@clack/prompts");
    const { message, output } = this.#question(text);
    if (as === "title") intro(message, { output });
    else log.step(message, { output });
  }

  async confirm(question: string): Promise<boolean> {
    const { confirm } = await import("@clack/prompts");
    return (await confirm({ ...this.#question(question), initialValue: false })) === true;
  }

  async text(question: string, { validate, ...options }: TextQuestion = {}): Promise<string | undefined> {
    const { text } = await import("@clack/prompts");
    const asked = this.#question(question);
    const answer = await text({ ...options, ...asked, validate: (value = "") => validate?.(value) });
    // An empty answer is undefined in the library.
    return answered((answer as string | symbol | undefined) ?? "");
  }

  async secret(question: string): Promise<string | undefined> {
    const { password } = await import("@clack/prompts");
    return answered(await password(this.#question(question)));
  }

  async choose<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T | undefined> {
    const { select, settings } = await import("@clack/prompts");
    // A letter typed one question early chooses nothing.
    for (const letter of "hjkl") settings.aliases.delete(letter);
    return answered(await select<string>({ ...this.#question(question), options: optionsOf(choices) })) as
      T | undefined;
  }

  async chooseKey<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T | undefined> {
    const { selectKey } = await import("@clack/prompts");
    return answered(await selectKey<string>({ ...this.#question(question), options: optionsOf(choices) })) as
      T | undefined;
  }

  async chooseSome<T extends string>(
    question: string,
    choices: readonly Choice<T>[],
  ): Promise<readonly T[] | undefined> {
    const { multiselect } = await import("@clack/prompts");
    const options = optionsOf(choices);
    return answered(await multiselect<string>({ ...this.#question(question), required: false, options })) as
      readonly T[] | undefined;
  }

  /** Questions have lines of their own; foreign text in each is visible. */
  #question(text: string) {
    return { message: text.split("\n").map(visibleText).join("\n"), input: this.input, output: this.output };
  }
}

/** A cancelled question's answer is a symbol. */
function answered<T>(answer: T): Exclude<T, symbol> | undefined {
  return typeof answer === "symbol" ? undefined : (answer as Exclude<T, symbol>);
}

function optionsOf(choices: readonly Choice<string>[]) {
  return choices.map(({ value, label }) => ({ value, label: visibleText(label) }));
}
