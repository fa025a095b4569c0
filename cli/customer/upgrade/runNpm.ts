/** npm, for a command that restores what it replaced. */
import { execa } from "execa";
import { VisibleError } from "@defender-mssp/errors";
import { npmEnvironment } from "@defender-mssp/errors/npmEnvironment";
import { quietProcess } from "../../base/quietProcess";

/** The last sentence of each error. */
export const nothingChanged = "Nothing was changed.";

/**
 * Runs npm to its end, without its output.
 * @throws VisibleError with npm's first error, or where the signal has ended it.
 */
export async function runNpm(
  args: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> {
  const { failed, stderr, code } = await execa("npm", args, {
    ...quietProcess(folder, npmEnvironment(environment)),
    ...(signal && { cancelSignal: signal }),
  });
  if (signal?.aborted === true) throw new VisibleError(interruptedText);
  if (!failed) return;
  const reason = stderr.split("\n").find((line) => /^npm (?:error|ERR!) (?!code )\S/.test(line)) ?? code ?? "";
  throw new VisibleError(`\`npm ${args[0]}\` failed: ${reason.trim()} ${nothingChanged}`);
}

export const interruptedText = `Interrupted. ${nothingChanged}`;
