import type { Session } from "./session";

/** A command that says nothing for so long looks as if it hung. */
const silenceMilliseconds = 3_000;

/** Says on a terminal what a command is at, such as "reading 12 customers", where the work takes longer than three seconds. */
export async function telling<Result>(
  doing: string,
  { err }: Pick<Session, "err">,
  work: Promise<Result>,
  silence = silenceMilliseconds,
): Promise<Result> {
  const timer = err.isTerminal ? setTimeout(() => err.note(`${doing}…`), silence) : undefined;
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
