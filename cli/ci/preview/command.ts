/** `mssp ci preview`: the changes of a stack, without secrets, in a file. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { logLine, say } from "../log";

interface PreviewOptions {
  readonly stack: string;
  readonly out?: string;
  readonly policyPack?: string;
  readonly drift?: boolean;
  readonly json?: boolean;
}

/** Adds the subcommand to `ci`. */
export function registerPreview(ci: Command, session: Session): void {
  const command = ci
    .command("preview")
    .description("Preview a stack and write the changes, without secrets, to a file for `comment` and `drift`.")
    .requiredOption("--stack <stack>", "name of the stack")
    .option("--out <file>", "the file (default: previews/<stack>.json)")
    .option("--policy-pack <folder>", "check the stack with this policy pack (in a checkout of this project: policy)")
    .option("--drift", "compare the tenant with the settings (refreshes first)")
    .option("--json", "print the changes to stdout as well")
    .action(async (options: PreviewOptions) => {
      const { runPreview, writePreview } = await import("./runPreview.js");
      const { readProject } = await import("../../../settings/project.js");
      await readProject(session.folder);
      const preview = await runPreview({
        ...options,
        folder: session.folder,
        environment: session.environment,
        progress: (line) => say(session, line),
      });
      const file = options.out ?? `previews/${preview.stack}.json`;
      await writePreview(file, preview);
      if (options.json === true) writeJson(session.out, "ci preview", preview);
      const { countsText } = await import("../../stack/previewText.js");
      const counts = countsText(preview.changes);
      const ended = preview.failed ? "the preview failed" : counts === "" ? "no changes" : counts;
      say(session, `${preview.stack}: ${ended}. Written to ${file}.`);
      for (const message of preview.failed ? preview.messages : []) say(session, logLine(message));
      if (preview.failed) session.exitCode = 1;
    });
  describeCommand(command, {
    reads: "The stack's settings and state, and the customer's tenant.",
    changes: "Writes the file. The stack and the tenant stay as they are.",
    exitCodes: {
      0: "the preview succeeded, with changes or without",
      1: "the preview failed, or a mandatory policy refused it; the file says why",
    },
    examples: [
      "npx mssp ci preview --stack contoso \\",
      "  --policy-pack node_modules/defender-mssp/policy",
      "npx mssp sandbox run -- npx mssp ci preview --stack dev --drift",
    ],
  });
}
