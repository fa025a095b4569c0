/** `mssp ci`: what CI does for a repository of customers. The workflows only call this. */
import { InvalidArgumentError, Option, type Command } from "commander";
import type { GitLabJob, MatrixFormat } from "./matrix";

/** Adds the subcommands to `program`. */
export function registerCi(program: Command): void {
  const ci = program
    .command("ci")
    .description(
      "For CI of a repository of customers: which stacks a change touches, previews, comments, drift, destroy.",
    )
    .addHelpText("after", "\nWorkflows for GitHub, Azure Pipelines and GitLab call these; docs/ci.md explains them.");
  registerMatrix(ci);
  registerPreview(ci);
  registerComment(ci);
  registerDrift(ci);
  registerConfirmDestroy(ci);
  registerCheckState(ci);
  registerOidcToken(ci);
}

interface MatrixOptions {
  readonly from?: string;
  readonly to: string;
  readonly all?: boolean;
  readonly exclude?: string[];
  readonly only?: string[];
  readonly job: GitLabJob;
  readonly format: MatrixFormat;
  readonly json?: boolean;
  readonly parts?: boolean;
  readonly part?: { readonly k: number; readonly n: number };
}

function registerMatrix(ci: Command): void {
  const matrix = ci
    .command("matrix")
    .description("Print the stacks that the commits of a range touch: a stack's own file that one, code all of them.")
    .option("--from <commit>", "where the change began, such as origin/main; counted from where --to left it")
    .option("--to <commit>", "where it ends", "HEAD")
    .option("--all", "every stack, without looking at changes")
    .option(
      "--exclude <pattern>",
      'leave out stacks of this name, * for any characters; again for more (default: "dev", "sandbox-*")',
      oneMore,
    )
    .option("--only <pattern>", "leave out all others; again for more", oneMore)
    .option("--part <k/n>", "only part k of n of the stacks, where a matrix can't hold all", partNumber)
    .option(
      "--parts",
      'with --format github: print "parts", a list of matrices of at most 256 stacks, for a called workflow',
    )
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
    .option("--json", "the same as --format json")
    .addHelpText(
      "after",
      `
Documents, tests and the sandbox touch no stack; a file that isn't known to touch nothing touches all.
A stack whose file is deleted is in "deleted": destroy it, what it made is still in the customer's tenant.

Examples:
  mssp ci matrix --from origin/main
  mssp ci matrix --all --format github >> "$GITHUB_OUTPUT"
  mssp ci matrix --from "$BEFORE" --exclude "*-test" --exclude dev`,
    );
  matrix.action(async (options: MatrixOptions) => {
    if ((options.from === undefined) !== (options.all === true))
      matrix.error("error: either --from <commit> or --all is required", { exitCode: 2 });
    const [{ changedStacks }, { matrixText, partOf }] = await Promise.all([
      import("./changedStacks.js"),
      import("./matrix.js"),
    ]);
    const found = await changedStacks({ ...options, folder: process.cwd(), from: options.from });
    const changed = options.part === undefined ? found : partOf(found, options.part);
    process.stdout.write(matrixText(changed, options.json === true ? "json" : options.format, options));
    if (changed.everyStackBecause !== undefined && options.all !== true)
      say(`Every stack is touched: ${JSON.stringify(changed.everyStackBecause)}.`);
    for (const stack of changed.deleted)
      say(`${stack} needs a destroy: its settings are deleted, its resources are not.`);
  });
}

interface PreviewOptions {
  readonly stack: string;
  readonly out?: string;
  readonly policyPack?: string;
  readonly drift?: boolean;
  readonly json?: boolean;
}

function registerPreview(ci: Command): void {
  ci.command("preview")
    .description("Preview a stack and write what would change, without secrets, to a file for `comment` and `drift`.")
    .requiredOption("--stack <stack>", "name of the stack")
    .option("--out <file>", "where to write it (default: previews/<stack>.json)")
    .option("--policy-pack <folder>", "check it with this policy pack")
    .option("--drift", "look at the tenant first: what has changed there that the settings don't say?")
    .option("--json", "print the same to stdout, too")
    .addHelpText(
      "after",
      "\nExit code: 0, with changes or without; 1 where the preview failed, a mandatory policy included (the file says why).",
    )
    .action(async (options: PreviewOptions) => {
      const { runPreview, writePreview } = await import("./runPreview.js");
      const preview = await runPreview({
        ...options,
        folder: process.cwd(),
        environment: process.env,
        progress: say,
      });
      const file = options.out ?? `previews/${preview.stack}.json`;
      await writePreview(file, preview);
      if (options.json === true) process.stdout.write(`${JSON.stringify(preview, undefined, 2)}\n`);
      const { countsText } = await import("./previewText.js");
      const counts = countsText(preview.changes);
      const ended = preview.failed ? "the preview failed" : counts === "" ? "no changes" : counts;
      say(`${preview.stack}: ${ended}. Written to ${file}.`);
      for (const message of preview.failed ? preview.messages : []) say(oneLine(message));
      if (preview.failed) process.exitCode = 1;
    });
}

interface CommentOptions {
  readonly matrix?: string;
  readonly maxLength: number;
  readonly json?: boolean;
}

function registerComment(ci: Command): void {
  ci.command("comment")
    .description("Print the Markdown of the one comment on a pull request, from previews. Secrets are not in it.")
    .argument("[file...]", "previews of `mssp ci preview`, <stack>.json of `pulumi preview --json`, or folders of them")
    .option("--matrix <file>", "answer of `mssp ci matrix`: names deleted stacks, and those without a preview")
    .option("--max-length <characters>", "cut to this many characters (GitHub takes 65536)", wholeNumber, 65_536)
    .option("--json", "print an object with the text and the marker that its first line is")
    .addHelpText("after", "\nThe first line is always the same: find the comment by it and update that one.")
    .action(async (files: string[], options: CommentOptions) => {
      const [{ commentMarker, commentText }, { readPreviews }, { readMatrix }] = await Promise.all([
        import("./comment.js"),
        import("./stackPreview.js"),
        import("./changedStacks.js"),
      ]);
      const touched = options.matrix === undefined ? undefined : await readMatrix(options.matrix);
      const body = commentText(await readPreviews(files), {
        limit: options.maxLength,
        ...(touched === undefined ? {} : { deleted: touched.deleted, expected: touched.stacks }),
      });
      process.stdout.write(options.json === true ? `${JSON.stringify({ marker: commentMarker, body })}\n` : body);
    });
}

interface DriftOptions {
  readonly matrix?: string;
  readonly out?: string;
  readonly json?: boolean;
}

function registerDrift(ci: Command): void {
  ci.command("drift")
    .description("Say for each stack whether its tenant has drifted, with title and text of an issue about it.")
    .argument("<file...>", "what `mssp ci preview --drift` wrote, or folders of it")
    .option(
      "--matrix <file>",
      "answer of `mssp ci matrix`: a stack without a preview counts as one that couldn't be looked at",
    )
    .option("--out <folder>", "write each stack's text to <folder>/<stack>.md")
    .option("--json", "print stack, state, title and body of each as a JSON list")
    .addHelpText(
      "after",
      "\nThe title of a stack's issue is always the same.\nExit code: 0 no drift, 3 drift, 1 where a tenant couldn't be looked at.",
    )
    .action(async (files: string[], options: DriftOptions) => {
      const [{ driftReports }, { readPreviews }, { readMatrix }, { mkdir, writeFile }, path] = await Promise.all([
        import("./drift.js"),
        import("./stackPreview.js"),
        import("./changedStacks.js"),
        import("node:fs/promises"),
        import("node:path"),
      ]);
      const expected = options.matrix === undefined ? [] : (await readMatrix(options.matrix)).stacks;
      const reports = driftReports(await readPreviews(files), expected);
      if (options.out !== undefined) {
        await mkdir(options.out, { recursive: true });
        for (const { stack, body } of reports) await writeFile(path.join(options.out, `${stack}.md`), body);
      }
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify(reports, undefined, 2)}\n`
          : reports.map(({ stack, state }) => `${stack}\t${state}\n`).join(""),
      );
      const states = new Set(reports.map(({ state }) => state));
      process.exitCode = states.has("failed") ? 1 : states.has("drifted") ? 3 : 0;
    });
}

interface DestroyOptions {
  readonly stack: string;
  readonly typed: string;
  readonly restoreSettings?: boolean;
  readonly json?: boolean;
}

function registerConfirmDestroy(ci: Command): void {
  ci.command("confirm-destroy")
    .description(
      "Succeed only if the typed confirmation is the stack's name, to the letter, and its settings are there.",
    )
    .requiredOption("--stack <stack>", "the stack that would be destroyed")
    .requiredOption("--typed <text>", "what the person typed")
    .option("--restore-settings", "write the stack's deleted file again, from the last commit that had it")
    .option("--json", "print the answer as JSON")
    .addHelpText("after", "\nExit code: 0 confirmed, 1 not. Nothing is destroyed by this command.")
    .action(async (options: DestroyOptions) => {
      const { confirmDestroy } = await import("./confirmDestroy.js");
      const confirmed = await confirmDestroy({ ...options, folder: process.cwd() });
      if (options.json === true) process.stdout.write(`${JSON.stringify({ confirmed: true, ...confirmed })}\n`);
      else say(`The destroy of ${confirmed.stack} is confirmed.`);
      if (confirmed.settingsFrom !== undefined) say(`Its settings are those of commit ${confirmed.settingsFrom}.`);
    });
}

function registerCheckState(ci: Command): void {
  ci.command("check-state")
    .description("Compare a stack's state with what this program writes, before the engine runs anything out of it.")
    .requiredOption("--stack <stack>", "name of the stack")
    .addHelpText(
      "after",
      `
The state of a stack holds code (of dynamic resources) and the provider plugins' inputs, and the engine runs and uses both.
Run this before \`pulumi up --refresh\`, \`refresh\` or \`destroy\`. Nothing of the state is run by this command.
MSSP_ALLOWED_STATE_CODE: SHA-256 hashes of what your own extensions put there.

Exit code: 0 the state is as this program writes it; 1 it isn't, or can't be read.`,
    )
    .action(async ({ stack }: { readonly stack: string }) => {
      const [{ refuseForeignState }, { checkedStackName }] = await Promise.all([
        import("../stack/stateCode.js"),
        import("./stackNames.js"),
      ]);
      await refuseForeignState(checkedStackName(stack));
      say(`${stack}: the state is as this program writes it.`);
    });
}

function registerOidcToken(ci: Command): void {
  ci.command("oidc-token")
    .description("Write GitHub's OpenID Connect token for Entra to a file of mode 600 (AZURE_FEDERATED_TOKEN_FILE).")
    .requiredOption("--out <file>", "where to write it")
    .option("--audience <audience>", "whom the token is for (default: api://AzureADTokenExchange)")
    .action(async (options: { readonly out: string; readonly audience?: string }) => {
      const { writeOidcToken } = await import("./oidcToken.js");
      await writeOidcToken(options.out, process.env, options.audience);
    });
}

/** To stderr: stdout is for what the next command reads. */
function say(line: string): void {
  process.stderr.write(`mssp ci: ${line}\n`);
}

/** A text of others can begin no line of the log: GitHub and Azure take some for commands (`::set-output`, `##vso[…]`). */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll("##[", "## [")
    .replaceAll("##vso[", "## vso [");
}

function oneMore(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function partNumber(text: string): { k: number; n: number } {
  const [, k = 0, n = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (k < 1 || k > n) throw new InvalidArgumentError("A part is k/n, such as 1/2, with k from 1 to n.");
  return { k, n };
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{2,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A length is a whole number of at least 100.");
}
