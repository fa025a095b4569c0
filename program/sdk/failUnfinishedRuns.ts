import type { RunResponse } from "@pulumi/pulumi/proto/language_pb";
import { missingMember } from "./missingMember";

type Answer = (error: Error | null | undefined, response?: RunResponse) => void;

/** The Automation API's language host of one run. The SDK keeps it out of its types. */
interface LanguageServer {
  program: () => unknown;
  run: (this: LanguageServer, call: unknown, callback: Answer) => unknown;
}

const unfinished =
  "The connection to the engine failed before the program had ended, so nothing was deleted. Run the command again.";

/**
 * Lets each run of the Automation API fail whose program has not ended well. The SDK leaves out an
 * error of the engine's connection: it may answer that all resources are declared, and the engine
 * would delete those that are not.
 *
 * @param ofProgram requires as the program does.
 * @throws VisibleError if this SDK has other members.
 */
export function failUnfinishedRuns(ofProgram: (module: string) => unknown): void {
  const server = ofProgram("@pulumi/pulumi/automation/server") as {
    readonly LanguageServer?: { readonly prototype: LanguageServer };
  };
  const prototype = server.LanguageServer?.prototype;
  if (typeof prototype?.run !== "function") throw missingMember("LanguageServer.run");
  const { run } = prototype;
  prototype.run = function (this: LanguageServer, call, callback) {
    const { program } = this;
    let ended = false;
    this.program = async () => {
      const outputs = await program();
      ended = true;
      return outputs;
    };
    return run.call(this, call, (error, response) => {
      if (!ended && !error && response?.getError() === "") response.setError(unfinished);
      callback(error, response);
    });
  };
}
