/** The session of this process. Each program makes it once, where it starts. */
import type { ErrorOutput, Output, Session } from "./session";
import { isWrittenDirectly, print } from "./standardOutput";

/** Makes the session; its caller applies the exit code. A help needs neither questions nor foreign text. */
export function processSession(now: (environment: NodeJS.ProcessEnv) => Date = () => new Date()): Session {
  const session: Session = {
    environment: process.env,
    get folder() {
      return process.cwd();
    },
    out: new StreamOutput(process.stdout, print),
    err: new StandardError(process.stderr, (text) => process.stderr.write(text)),
    // Reading process.stdin opens it, which takes milliseconds.
    get ask() {
      const { TerminalQuestions } = require("./terminalQuestions") as typeof import("./terminalQuestions");
      return new TerminalQuestions();
    },
    get input() {
      return process.stdin;
    },
    now: () => now(process.env),
    signals: process,
    exitCode: undefined,
    endNow: () => process.stderr.write("", () => process.exit(session.exitCode)),
  };
  return session;
}

class StreamOutput implements Output {
  constructor(
    readonly stream: NodeJS.WriteStream & { readonly fd: number },
    readonly write: (text: string) => void,
  ) {}

  get file(): number | undefined {
    return isWrittenDirectly(this.stream.fd) ? this.stream.fd : undefined;
  }

  get isTerminal(): boolean {
    return this.stream.isTTY;
  }

  get columns(): number {
    return this.isTerminal ? Math.max(this.stream.columns || 80, 40) : Infinity;
  }
}

export class StandardError extends StreamOutput implements ErrorOutput {
  line(text: string): void {
    const { terminalText } = require("./terminalText") as typeof import("./terminalText");
    this.write(`${terminalText(text)}\n`);
  }

  note(text: string): void {
    if (this.isTerminal) {
      const { paragraph } = require("./table") as typeof import("./table");
      this.write(paragraph(`mssp: ${text}`, this.columns));
    } else this.line(`mssp: ${text}`);
  }
}
