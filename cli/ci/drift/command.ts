/** `mssp ci drift`: the drift of each stack, with title and text of an issue. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";

interface DriftOptions {
  readonly matrix?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Adds the subcommand to `ci`. */
export function registerDrift(ci: Command, session: Session): void {
  const command = ci
    .command("drift")
    .description("Report for each stack whether its tenant has drifted, with title and text of an issue.")
    .argument("<file...>", "files of `npx mssp ci preview --drift`, or folders of them")
    .option("--matrix <file>", "output of `npx mssp ci matrix`: a stack without a preview counts as failed")
    .option("--out <folder>", "write each stack's text to <folder>/<stack>.md")
    .option("--json", "print stack, state, title and body of each as JSON")
    .action(async (files: string[], options: DriftOptions) => {
      const { driftReports } = await import("./drift.js");
      const { readPreviews } = await import("../../stack/stackPreview.js");
      const { readMatrix } = await import("../matrix/readMatrix.js");
      const { mkdir } = await import("node:fs/promises");
      const path = await import("node:path");
      const expected = options.matrix === undefined ? [] : (await readMatrix(options.matrix)).stacks;
      const reports = driftReports(await readPreviews(files), expected);
      if (options.out !== undefined) {
        await mkdir(options.out, { recursive: true });
        for (const { stack, body } of reports) await writeWholeFile(path.join(options.out, `${stack}.md`), body);
      }
      if (options.json === true) writeJson(session.out, "ci drift", { stacks: reports });
      else session.out.write(reports.map(({ stack, state }) => `${stack}\t${state}\n`).join(""));
      const states = new Set(reports.map(({ state }) => state));
      if (states.has("failed")) session.exitCode = exitCodes.failed;
      else if (states.has("drifted")) session.exitCode = exitCodes.somebodyNeeded;
    });
  describeCommand(command, {
    notes: ["The title of a stack's issue is always the same: find the issue by it."],
    reads: "The files.",
    changes: "Nothing; with --out, the texts in that folder.",
    exitCodes: {
      0: "no drift",
      1: "a tenant could not be compared, or a file can't be read",
      3: "a tenant has drifted",
    },
    examples: ["npx mssp ci drift previews", "npx mssp ci drift previews --out issues --json"],
  });
}
