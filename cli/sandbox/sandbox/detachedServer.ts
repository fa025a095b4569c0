/** The process of `mssp sandbox serve --detach`. Its arguments: the options as JSON. */
import { VisibleError } from "@defender-mssp/errors";
import type { DetachedAnswer, DetachedServer } from "./detached";
import { sandboxPackage } from "./packages";
import { processSession } from "@defender-mssp/terminal/processSession";
import { keepUp } from "./session";

/** Answers the command that has started this process, and lets it go. */
function answer(what: DetachedAnswer): void {
  process.send?.(what, () => {
    if (process.connected) process.disconnect();
  });
}

async function main(options: DetachedServer): Promise<void> {
  try {
    await keepUp(options, processSession(), async ({ sandbox }) => {
      const status = await sandboxPackage().runningSandbox(options.home);
      if (status === undefined) throw new VisibleError(`The sandbox in ${options.home} has been stopped.`);
      answer({ status });
      if (!("cloud" in sandbox)) await sandbox.stop();
    });
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof VisibleError) answer({ error: error.message });
    else throw error;
  }
}

void main(JSON.parse(process.argv[2] ?? "{}") as DetachedServer);
