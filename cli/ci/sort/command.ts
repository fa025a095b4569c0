/** `mssp ci sort`: separates affected stacks from unaffected ones. */
import { Option, type Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { repeated } from "../repeated";

interface SortCommandOptions {
  readonly matrix: string;
  readonly canary?: string[];
  readonly format: "json" | "github";
}

/** Adds the subcommand to `ci`. */
export function registerSort(ci: Command, session: Session): void {
  const command = ci
    .command("sort")
    .description("Separate the stacks that a change affects from those whose preview shows no changes.")
    .argument("<file...>", "files of `npx mssp ci preview`, or folders of them")
    .requiredOption("--matrix <file>", "output of `npx mssp ci matrix`: a stack without a preview counts as changed")
    .option("--canary <pattern>", "stacks that go first; * matches any characters; repeatable", repeated)
    .addOption(
      new Option("--format <format>", "json, or $GITHUB_OUTPUT lines").choices(["json", "github"]).default("json"),
    )
    .action(async (files: string[], { matrix, canary = [], format }: SortCommandOptions) => {
      const { gitHubSortOutput, sortStacks } = await import("./sort.js");
      const { readPreviews } = await import("../../stack/stackPreview.js");
      const { readMatrix } = await import("../matrix/readMatrix.js");
      const canaries = canary.flatMap((patterns) => patterns.split(/[\s,]+/)).filter((pattern) => pattern !== "");
      const options = { expected: (await readMatrix(matrix)).stacks, canaries };
      const sorted = sortStacks(await readPreviews(files), options);
      session.out.write(format === "github" ? gitHubSortOutput(sorted) : `${visibleJson(sorted, 2)}\n`);
    });
  describeCommand(command, {
    notes: [
      "A stack that failed, that a mandatory policy refuses, or that has no preview counts as changed: its own approval decides.",
    ],
    reads: "The files.",
    exitCodes: { 1: "a file can't be read or holds no preview" },
    examples: ["npx mssp ci sort previews --matrix matrix.json --canary contoso"],
  });
}
