/**
 * The `mssp` command in the test's own process, with a session that records and answers. For what a
 * command reads, asks, says and returns. Not for signals that end a process, real terminals, or
 * what a command's own child processes print.
 */
import { EventEmitter } from "node:events";
import { closeSync, openSync, realpathSync } from "node:fs";
import { Readable, Writable } from "node:stream";
import type { ErrorOutput, Output, Questions, Session, TextQuestion } from "@defender-mssp/terminal/session";
import { writeBytes } from "@defender-mssp/terminal/standardOutput";
import { terminalText } from "@defender-mssp/terminal/terminalText";
import { trustCertificates } from "@defender-mssp/testkit";
import { run } from "../../cli/run";
import { jsonSchemaCheck } from "./jsonSchemaCheck";
import { checkout, environmentOf, type Ended, type MsspOptions } from "./mssp";

export interface TestSessionOptions extends MsspOptions {
  /** Answers of the person at the terminal, in order; undefined cancels. Default: nobody answers. */
  readonly answers?: readonly unknown[];
  readonly now?: () => Date;
  /** File that standard output is redirected to, as by `>` of a shell. Default: none. */
  readonly redirect?: string;
  /** Columns of the terminal that standard output is. Default: it is none. */
  readonly columns?: number;
  /** Text on standard input. Default: none. */
  readonly input?: string;
}

/** Records what a command writes, and answers its questions from a list. */
export class TestSession implements Session {
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly out: RecordedOutput;
  readonly err = new RecordedErrors();
  readonly ask: ListedAnswers;
  readonly input: Readable;
  readonly now: () => Date;
  readonly signals = new EventEmitter();
  exitCode: number | undefined;
  readonly endNow = () => undefined;

  constructor({
    folder = checkout,
    environment,
    answers,
    redirect,
    columns,
    input = "",
    now = () => new Date(),
  }: TestSessionOptions = {}) {
    this.folder = folder;
    this.environment = environmentOf({ environment });
    this.out = redirect === undefined ? new RecordedOutput(columns) : new RedirectedOutput(openSync(redirect, "w"));
    this.ask = new ListedAnswers(answers, this.err);
    this.input = Readable.from([Buffer.from(input)]);
    this.now = now;
  }
}

class RecordedOutput implements Output {
  readonly #chunks: Buffer[] = [];
  readonly file: number | undefined;
  readonly isTerminal: boolean;
  readonly stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      this.#chunks.push(chunk);
      done();
    },
  });

  constructor(readonly columns = Infinity) {
    this.isTerminal = columns !== Infinity;
  }

  write(text: string): void {
    this.stream.write(text);
  }

  /** What was written, without the last line's end. */
  get text(): string {
    return Buffer.concat(this.#chunks).toString("utf8").replace(/\n$/, "");
  }
}

class RedirectedOutput extends RecordedOutput {
  constructor(override readonly file: number) {
    super();
  }

  override write(text: string): void {
    writeBytes(this.file, Buffer.from(text, "utf8"));
  }
}

class RecordedErrors extends RecordedOutput implements ErrorOutput {
  line(text: string): void {
    this.write(`${terminalText(text)}\n`);
  }

  note(text: string): void {
    this.line(`mssp: ${text}`);
  }
}

class ListedAnswers implements Questions {
  readonly #answers: unknown[];
  readonly isPossible: boolean;

  constructor(
    answers: readonly unknown[] | undefined,
    private readonly err: RecordedErrors,
  ) {
    this.isPossible = answers !== undefined;
    this.#answers = [...(answers ?? [])];
  }

  readonly show = (text: string) => {
    this.err.line(text);
    return Promise.resolve();
  };
  readonly confirm = async (question: string) => (await this.#answer(question)) === true;
  /** As on the terminal, a refused answer is asked for again. */
  readonly text = async (question: string, { validate }: TextQuestion = {}): Promise<string | undefined> => {
    for (;;) {
      const answer = await this.#answer<string>(question);
      const problem = answer === undefined ? undefined : validate?.(answer);
      if (problem === undefined) return answer;
      this.err.line(problem);
    }
  };
  readonly secret = (question: string) => this.#answer<string>(question);
  readonly choose = <T extends string>(question: string) => this.#answer<T>(question);
  readonly chooseKey = <T extends string>(question: string) => this.#answer<T>(question);
  readonly chooseSome = <T extends string>(question: string) => this.#answer<readonly T[]>(question);

  #answer<T>(question: string): Promise<T | undefined> {
    if (this.#answers.length === 0) throw new Error(`The test has no answer to: ${question}`);
    this.err.line(question);
    return Promise.resolve(this.#answers.shift() as T | undefined);
  }
}

/** Runs a command line to its end. */
export async function inSession(args: readonly string[], options: TestSessionOptions = {}): Promise<Ended> {
  const session = new TestSession(options);
  trustCertificates(session.environment["NODE_EXTRA_CA_CERTS"]);
  await inFolder(session.folder, () => run(args, session));
  if (session.out.file !== undefined) closeSync(session.out.file);
  jsonSchemaCheck(args, session.out.text);
  return { exitCode: session.exitCode ?? 0, stdout: session.out.text, stderr: session.err.text };
}

let before: string | undefined;
let running = 0;

/** Relative files of options are relative to the process's folder, which is one for all commands. */
async function inFolder(folder: string, action: () => Promise<void>): Promise<void> {
  if (running > 0 && process.cwd() !== realpathSync(folder))
    throw new Error("commands that run at the same time need the same folder");
  if (running++ === 0) before = process.cwd();
  process.chdir(folder);
  try {
    await action();
  } finally {
    if (--running === 0 && before !== undefined) process.chdir(before);
  }
}
