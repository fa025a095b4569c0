import { VisibleError } from "@defender-mssp/errors";
import type { Questions } from "@defender-mssp/terminal/session";

/** Asks for a passphrase; undefined where nobody can be asked. */
export function passphraseQuestion(ask: Questions): ((question: string) => Promise<string>) | undefined {
  if (!ask.isPossible) return undefined;
  return async (question) => {
    const answer = await ask.secret(question);
    if (answer === undefined) throw new VisibleError("Cancelled. Nothing was run.");
    return answer;
  };
}
