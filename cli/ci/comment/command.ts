/** `mssp ci comment`: the Markdown of the one comment on a pull request. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";

/** Most characters of a comment. Azure Pipelines sets TF_BUILD. */
const limits = { github: 65_536, azure: 150_000 } as const;

interface CommentCommandOptions {
  readonly matrix?: string;
  readonly json?: boolean;
}

/** Adds the subcommand to `ci`. */
export function registerComment(ci: Command, session: Session): void {
  const command = ci
    .command("comment")
    .description("Print the Markdown of the one comment on a pull request, from previews, without secrets.")
    .argument(
      "[file...]",
      "files of `npx mssp ci preview`, <stack>.json of `pulumi preview --json`, or folders of them",
    )
    .option("--matrix <file>", "output of `npx mssp ci matrix`: adds deleted stacks, and stacks without a preview")
    .option("--json", "print an object with the text, and the marker that is its first line")
    .action(async (files: string[], options: CommentCommandOptions) => {
      const { commentMarker, commentText } = await import("./comment.js");
      const { readPreviews } = await import("../../stack/stackPreview.js");
      const { readMatrix } = await import("../matrix/readMatrix.js");
      const touched = options.matrix === undefined ? undefined : await readMatrix(options.matrix);
      const body = commentText(await readPreviews(files), {
        limit: session.environment["TF_BUILD"] === undefined ? limits.github : limits.azure,
        ...(touched === undefined ? {} : { deleted: touched.deleted, expected: touched.stacks }),
      });
      if (options.json === true) writeJson(session.out, "ci comment", { marker: commentMarker, body });
      else session.out.write(body);
    });
  describeCommand(command, {
    notes: ["The first line is always the same: find the comment by it, and update that comment."],
    reads: "The files.",
    exitCodes: { 1: "a file can't be read or holds no preview" },
    examples: ["npx mssp ci comment previews", "npx mssp ci comment previews --matrix matrix.json"],
  });
}
