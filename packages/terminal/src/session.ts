/**
 * The world of one run of a command. A command reads its variables, folder, answers and clock here,
 * and writes here, so that a test calls it without a process.
 */

export interface Session {
  /** Environment variables. */
  readonly environment: NodeJS.ProcessEnv;
  /** Working folder. */
  readonly folder: string;
  /** Standard output: the result, and nothing else. */
  readonly out: Output;
  /** Standard error: notes and progress. */
  readonly err: ErrorOutput;
  /** Questions to the person at the terminal. */
  readonly ask: Questions;
  /** Standard input: text out of a pipe or a file. */
  readonly input: NodeJS.ReadableStream;
  readonly now: () => Date;
  /** Ctrl-C, SIGTERM, SIGHUP. Without a listener, a signal ends the process. */
  readonly signals: Signals;
  /** Exit code of the run. Undefined means 0, or 1 if the command throws. */
  exitCode: number | undefined;
  /** Ends the process with the exit code although standard output waits for its reader. */
  readonly endNow: () => void;
}

export interface Output {
  readonly isTerminal: boolean;
  /** Columns of the terminal, at least 40; Infinity without a terminal. */
  readonly columns: number;
  /** For a writer that waits until its text is taken. */
  readonly stream: NodeJS.WritableStream;
  /** File descriptor of a file or a device, which is written at once; undefined for the rest. */
  readonly file?: number | undefined;
  /**
   * Writes a text as it is: the caller makes foreign text visible. On a file it is complete when
   * this returns.
   * @throws VisibleError when it can't be written completely.
   */
  write(text: string): void;
}

export interface ErrorOutput extends Output {
  /** Writes a line. Foreign text has no effect on a terminal or on CI's logs; its line breaks stay. */
  line(text: string): void;
  /** Writes a line that begins with `mssp: `. */
  note(text: string): void;
}

/** Undefined is the answer of a person who cancelled, such as by Ctrl-C. */
export interface Questions {
  /** Whether a person can answer. */
  readonly isPossible: boolean;
  /** Shows what the next question is about: a title at the beginning, or what became known. */
  show(text: string, as?: "title" | "step"): Promise<void>;
  /** Asks for yes or no. No is the default, and the answer of a person who cancelled. */
  confirm(question: string): Promise<boolean>;
  text(question: string, options?: TextQuestion): Promise<string | undefined>;
  /** Asks for a text that the terminal does not show. */
  secret(question: string): Promise<string | undefined>;
  choose<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T | undefined>;
  /** Asks for one of the choices by the key of its value, a letter. Enter shows the first one, and answers undefined. */
  chooseKey<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T | undefined>;
  /** Asks for any number of the choices. */
  chooseSome<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<readonly T[] | undefined>;
}

export interface TextQuestion {
  readonly placeholder?: string;
  /** Text that the person may change. */
  readonly initialValue?: string;
  /** @returns the problem of an answer, undefined if it is accepted. */
  readonly validate?: (answer: string) => string | undefined;
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

export interface Signals {
  on(name: NodeJS.Signals, listener: (name: NodeJS.Signals) => void): unknown;
  once(name: NodeJS.Signals, listener: (name: NodeJS.Signals) => void): unknown;
  off(name: NodeJS.Signals, listener: (name: NodeJS.Signals) => void): unknown;
}
