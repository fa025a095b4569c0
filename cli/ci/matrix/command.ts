/** `mssp ci matrix`: the stacks that a range of commits touches. */
import { Option, type Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";
import { logLine, say } from "../log";
import type { GitLabJob, MatrixFormat } from "./matrix";
import type { FleetStack } from "../../stack/inventory";
import { allCustomers } from "../../stack/stackNames";
import { partArgument, partOf, type Part } from "../../selection/part";

interface MatrixOptions {
  readonly changedSince?: string;
  readonly all?: boolean;
  readonly stack?: readonly string[];
  readonly job: GitLabJob;
  readonly format: MatrixFormat;
  readonly json?: boolean;
  readonly part?: Part;
}

/** Adds the subcommand to `ci`. */
export function registerMatrix(ci: Command, session: Session): void {
  const matrix = ci
    .command("matrix")
    .description("Print the stacks that a range of commits touches.")
    .option("--changed-since <revision>", "start of the range, such as origin/main: the commit at which HEAD left it")
    .option("--all", "every stack, regardless of changes")
    .option("--stack <pattern...>", `leave out all other stacks; * matches any characters (default: ${allCustomers})`)
    .option("--part <k/n>", "print only part k of n of the stacks", partArgument)
    .addOption(
      new Option("--format <format>", "json, $GITHUB_OUTPUT lines, Azure logging commands, or a GitLab child pipeline")
        .choices(["json", "github", "azure", "gitlab"])
        .default("json"),
    )
    .addOption(
      new Option("--job <job>", "with --format gitlab: what to do with each stack")
        .choices(["preview", "up", "drift"])
        .default("preview"),
    )
    .option("--json", "the same as --format json");
  describeCommand(matrix, {
    notes: [
      'With --format github, "parts" is a list of matrices of at most 256 stacks, for a reusable workflow.',
      "Pulumi.<stack>.yaml touches that stack. Documents, tests and the sandbox touch none. Any other file touches all.",
      'A stack whose file is deleted is listed in "deleted": its resources are still in the customer\'s tenant until somebody destroys them.',
    ],
    reads: "The commits of the repository in this folder. The range needs the whole history.",
    exitCodes: {
      1: "git does not know the commits, two stacks share a tenant without naming each other, or a GitHub matrix can't hold all stacks",
    },
    examples: [
      "npx mssp ci matrix --changed-since origin/main",
      'npx mssp ci matrix --all --format github >> "$GITHUB_OUTPUT"',
      'npx mssp ci matrix --changed-since "$BEFORE" --stack "prod-*"',
    ],
  });
  matrix.action(async (options: MatrixOptions) => {
    if ((options.changedSince === undefined) !== (options.all === true))
      matrix.error("error: either --changed-since <revision> or --all is required", { exitCode: 2 });
    const { changedStacks } = await import("../../selection/changedStacks.js");
    const { offboardedNotes, refuseRehearsals, refuseSharedTenants } = await import("../../stack/inventory.js");
    const { matrixText, withoutStacks } = await import("./matrix.js");
    const inventory = await readCustomers(session);
    const leftOut = inventory.filter(({ offboarded }) => offboarded !== undefined);
    const range = {
      folder: session.folder,
      from: options.changedSince,
      to: "HEAD",
      ...(options.stack && { only: options.stack }),
    };
    const found = withoutStacks(await changedStacks(range), leftOut);
    const changed = options.part === undefined ? found : { ...found, stacks: partOf(found.stacks, options.part) };
    // Of all stacks: the pull request that copies a file may touch only the copy.
    refuseSharedTenants(inventory);
    refuseRehearsals(inventory.filter(({ stack }) => changed.stacks.includes(stack)));
    session.out.write(matrixText(changed, options.json === true ? "json" : options.format, options));
    if (changed.everyStackBecause !== undefined && options.all !== true)
      say(session, `Every stack is touched: ${JSON.stringify(changed.everyStackBecause)}.`);
    for (const note of offboardedNotes(leftOut)) say(session, logLine(note));
    for (const stack of changed.deleted)
      say(session, `${stack} needs a destroy: its settings are deleted, its resources are not.`);
  });
}

async function readCustomers({ folder, environment }: Session): Promise<readonly FleetStack[]> {
  const { readInventory } = await import("../../stack/inventory.js");
  const { readProject } = await import("../../../settings/project.js");
  return readInventory(await readProject(folder), environment);
}
