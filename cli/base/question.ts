/** Questions to the person at the terminal. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** Whether somebody can answer. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** A question whose answer is no unless it is y or yes. */
export async function confirmed(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await answerTo(`${question} [y/N] `)).trim());
}

/** An answer that is not echoed. */
export async function secretAnswer(question: string): Promise<string> {
  process.stderr.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await asked("", unseen);
  process.stderr.write("\n");
  return answer;
}

/** What the person types, without the spaces around it. */
export async function typedAnswer(question: string): Promise<string> {
  return (await answerTo(question)).trim();
}

async function answerTo(question: string): Promise<string> {
  return asked(question, process.stderr);
}

/** Ctrl-C and the end of the input give an empty answer. */
async function asked(question: string, output: NodeJS.WritableStream): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  try {
    const none = new Promise<string>((resolve) => {
      terminal.once("SIGINT", () => resolve(""));
      terminal.once("close", () => resolve(""));
    });
    return await Promise.race([terminal.question(question), none]);
  } finally {
    terminal.close();
  }
}
