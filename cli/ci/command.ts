/** `mssp ci`: what CI does for a repository of customers. The workflows only call this. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import { print } from "@defender-mssp/terminal/standardOutput";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { stackArguments } from "../stack/stackName";
import type { GitLabJob, MatrixFormat } from "./matrix";

/** Adds arguments, options and action. */
export function define(ci: Command): void {
  ci.addHelpText("after", "\nThe pipelines in templates/ call these commands; docs/ci.md explains them.");
  registerSetup(ci);
  registerMatrix(ci);
  registerPreview(ci);
  registerComment(ci);
  registerSort(ci);
  registerDrift(ci);
  registerConfirmDestroy(ci);
  registerCheckState(ci);
  registerOidcToken(ci);
}

interface SetupCommandOptions {
  readonly stack?: readonly string[];
  readonly repository?: string;
  readonly reviewer?: string[];
  readonly branch: string;
  readonly clientId?: string;
  readonly previewClientId?: string;
  readonly backend?: string;
  readonly apply?: boolean;
  readonly json?: boolean;
}

function registerSetup(ci: Command): void {
  const command = ci
    .command("setup")
    .description(
      "Print the GitHub environments, reviewers and variables that the workflows need; --apply creates them.",
    )
    .option(
      "--stack <stack...>",
      "only these stacks (default: all with settings, except the sandbox's)",
      stackArguments,
    )
    .option("--repository <owner/name>", "the repository (default: this folder's, according to gh)", repositoryName)
    .option("--reviewer <reviewer>", "a user, or organization/team; repeatable, at most six", reviewerName)
    .option("--branch <branch>", "the branch whose workflows bring stacks up", "main")
    .option("--client-id <id>", "application ID of the automation, for the variable MSSP_CLIENT_ID")
    .option("--preview-client-id <id>", "application ID of the preview application")
    .option("--backend <url>", "address of the state, for the variable PULUMI_BACKEND_URL")
    .option("--apply", "create them with gh")
    .option("--json", "print the plan as one JSON object")
    .action(async ({ apply, json, ...options }: SetupCommandOptions) => {
      const [{ applyPlan, ownRepository, planText, setupPlan }, { customersOf }] = await Promise.all([
        import("./setup.js"),
        import("../stack/customers.js"),
      ]);
      const customers = await customersOf(options.stack);
      const [tenant] = customers.map(({ settings }) => settings.msspTenantId);
      const plan = setupPlan({
        repository: options.repository ?? (await ownRepository()),
        stacks: customers.map(({ stack }) => stack),
        reviewers: options.reviewer ?? [],
        branch: options.branch,
        variables: Object.fromEntries(
          Object.entries({
            MSSP_TENANT_ID: tenant,
            MSSP_CLIENT_ID: options.clientId,
            MSSP_PREVIEW_CLIENT_ID: options.previewClientId,
            PULUMI_BACKEND_URL: options.backend,
          }).filter((entry): entry is [string, string] => entry[1] !== undefined),
        ),
      });
      if (plan.environments.some(({ name, reviewers }) => name.startsWith("customer-") && reviewers.length === 0))
        say("without --reviewer nobody has to approve `up`.");
      if (apply === true) await applyPlan(plan, (line) => say(`${line} is set.`));
      if (json === true) print(`${visibleJson(plan, 2)}\n`);
      else if (apply !== true) print(planText(plan));
    });
  describeCommand(command, {
    notes: [
      "Run it before the first workflow of a customer: GitHub creates a missing environment without protection. docs/ci.md has the steps for GitLab and Azure Pipelines.",
    ],
    reads: "Pulumi.yaml, the stacks' settings files, and with --apply the repository's environments.",
    changes: "Nothing; with --apply, environments and variables of the repository.",
    exitCodes: { 1: "a stack has no settings, or gh failed; changes made before stay" },
    examples: [
      "npx mssp ci setup --stack contoso --reviewer acme/soc-leads",
      "npx mssp ci setup --reviewer acme/soc-leads --client-id <ID> --apply",
    ],
  });
}

function repositoryName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9_.-]{1,100}$/.test(text)) return text;
  throw new InvalidArgumentError("A repository is <owner>/<name>.");
}

function reviewerName(text: string, before: string[] = []): string[] {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,38}(\/[A-Za-z0-9_.-]{1,100})?$/.test(text))
    throw new InvalidArgumentError("A reviewer is a login, or <organization>/<team>.");
  if (before.length >= 6) throw new InvalidArgumentError("GitHub takes at most six reviewers.");
  return [...before, text];
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
    .description("Print the stacks that a range of commits touches.")
    .option("--from <commit>", "start of the range, such as origin/main: the commit at which --to left it")
    .option("--to <commit>", "end of the range", "HEAD")
    .option("--all", "every stack, regardless of changes")
    .option(
      "--exclude <pattern>",
      'leave out these stacks; * matches any characters; repeatable (default: "dev", "sandbox-*")',
      oneMore,
    )
    .option("--only <pattern>", "leave out all other stacks; repeatable", oneMore)
    .option("--part <k/n>", "print only part k of n of the stacks", partNumber)
    .option(
      "--parts",
      'with --format github: print "parts", a list of matrices of at most 256 stacks, for a reusable workflow',
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
    .option("--json", "the same as --format json");
  describeCommand(matrix, {
    notes: [
      "Pulumi.<stack>.yaml touches that stack. Documents, tests and the sandbox touch none. Any other file touches all.",
      'A stack whose file is deleted is listed in "deleted": its resources are still in the customer\'s tenant until somebody destroys them.',
    ],
    reads: "The commits of the repository in this folder. The range needs the whole history.",
    exitCodes: { 1: "git does not know the commits, or a GitHub matrix can't hold all stacks" },
    examples: [
      "npx mssp ci matrix --from origin/main",
      'npx mssp ci matrix --all --format github --parts >> "$GITHUB_OUTPUT"',
      'npx mssp ci matrix --from "$BEFORE" --exclude "*-test" --exclude dev',
    ],
  });
  matrix.action(async (options: MatrixOptions) => {
    if ((options.from === undefined) !== (options.all === true))
      matrix.error("error: either --from <commit> or --all is required", { exitCode: 2 });
    const [{ changedStacks }, { matrixText, partOf }] = await Promise.all([
      import("../stack/changedStacks.js"),
      import("./matrix.js"),
    ]);
    const found = await changedStacks({ ...options, folder: process.cwd(), from: options.from });
    const changed = options.part === undefined ? found : partOf(found, options.part);
    print(matrixText(changed, options.json === true ? "json" : options.format, options));
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
      const preview = await runPreview({
        ...options,
        folder: process.cwd(),
        environment: process.env,
        progress: say,
      });
      const file = options.out ?? `previews/${preview.stack}.json`;
      await writePreview(file, preview);
      if (options.json === true) print(`${visibleJson(preview, 2)}\n`);
      const { countsText } = await import("../stack/previewText.js");
      const counts = countsText(preview.changes);
      const ended = preview.failed ? "the preview failed" : counts === "" ? "no changes" : counts;
      say(`${preview.stack}: ${ended}. Written to ${file}.`);
      for (const message of preview.failed ? preview.messages : []) say(oneLine(message));
      if (preview.failed) process.exitCode = 1;
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

interface CommentOptions {
  readonly matrix?: string;
  readonly maxLength: number;
  readonly json?: boolean;
}

function registerComment(ci: Command): void {
  const command = ci
    .command("comment")
    .description("Print the Markdown of the one comment on a pull request, from previews, without secrets.")
    .argument(
      "[file...]",
      "files of `npx mssp ci preview`, <stack>.json of `pulumi preview --json`, or folders of them",
    )
    .option("--matrix <file>", "output of `npx mssp ci matrix`: adds deleted stacks, and stacks without a preview")
    .option("--max-length <characters>", "maximum number of characters; GitHub's limit is", wholeNumber, 65_536)
    .option("--json", "print an object with the text, and the marker that is its first line")
    .action(async (files: string[], options: CommentOptions) => {
      const [{ commentMarker, commentText }, { readPreviews }, { readMatrix }] = await Promise.all([
        import("./comment.js"),
        import("../stack/stackPreview.js"),
        import("../stack/changedStacks.js"),
      ]);
      const touched = options.matrix === undefined ? undefined : await readMatrix(options.matrix);
      const body = commentText(await readPreviews(files), {
        limit: options.maxLength,
        ...(touched === undefined ? {} : { deleted: touched.deleted, expected: touched.stacks }),
      });
      print(options.json === true ? `${visibleJson({ marker: commentMarker, body })}\n` : body);
    });
  describeCommand(command, {
    notes: ["The first line is always the same: find the comment by it, and update that comment."],
    reads: "The files.",
    exitCodes: { 1: "a file can't be read or holds no preview" },
    examples: ["npx mssp ci comment previews", "npx mssp ci comment previews --matrix matrix.json"],
  });
}

interface SortCommandOptions {
  readonly matrix: string;
  readonly canary?: string[];
  readonly format: "json" | "github";
}

function registerSort(ci: Command): void {
  const command = ci
    .command("sort")
    .description("Separate the stacks that a change affects from those whose preview shows no changes.")
    .argument("<file...>", "files of `npx mssp ci preview`, or folders of them")
    .requiredOption("--matrix <file>", "output of `npx mssp ci matrix`: a stack without a preview counts as changed")
    .option("--canary <pattern>", "stacks that go first; * matches any characters; repeatable", oneMore)
    .addOption(
      new Option("--format <format>", "json, or $GITHUB_OUTPUT lines").choices(["json", "github"]).default("json"),
    )
    .action(async (files: string[], { matrix, canary = [], format }: SortCommandOptions) => {
      const [{ gitHubSortOutput, sortStacks }, { readPreviews }, { readMatrix }] = await Promise.all([
        import("./sort.js"),
        import("../stack/stackPreview.js"),
        import("../stack/changedStacks.js"),
      ]);
      const canaries = canary.flatMap((patterns) => patterns.split(/[\s,]+/)).filter((pattern) => pattern !== "");
      const options = { expected: (await readMatrix(matrix)).stacks, canaries };
      const sorted = sortStacks(await readPreviews(files), options);
      print(format === "github" ? gitHubSortOutput(sorted) : `${visibleJson(sorted, 2)}\n`);
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

interface DriftOptions {
  readonly matrix?: string;
  readonly out?: string;
  readonly json?: boolean;
}

function registerDrift(ci: Command): void {
  const command = ci
    .command("drift")
    .description("Report for each stack whether its tenant has drifted, with title and text of an issue.")
    .argument("<file...>", "files of `npx mssp ci preview --drift`, or folders of them")
    .option("--matrix <file>", "output of `npx mssp ci matrix`: a stack without a preview counts as failed")
    .option("--out <folder>", "write each stack's text to <folder>/<stack>.md")
    .option("--json", "print stack, state, title and body of each as a JSON list")
    .action(async (files: string[], options: DriftOptions) => {
      const [{ driftReports }, { readPreviews }, { readMatrix }, { mkdir }, path] = await Promise.all([
        import("./drift.js"),
        import("../stack/stackPreview.js"),
        import("../stack/changedStacks.js"),
        import("node:fs/promises"),
        import("node:path"),
      ]);
      const expected = options.matrix === undefined ? [] : (await readMatrix(options.matrix)).stacks;
      const reports = driftReports(await readPreviews(files), expected);
      if (options.out !== undefined) {
        await mkdir(options.out, { recursive: true });
        for (const { stack, body } of reports) await writeWholeFile(path.join(options.out, `${stack}.md`), body);
      }
      print(
        options.json === true
          ? `${visibleJson(reports, 2)}\n`
          : reports.map(({ stack, state }) => `${stack}\t${state}\n`).join(""),
      );
      const states = new Set(reports.map(({ state }) => state));
      process.exitCode = states.has("failed") ? 1 : states.has("drifted") ? 3 : 0;
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

interface DestroyOptions {
  readonly stack: string;
  readonly typed: string;
  readonly restoreSettings?: boolean;
  readonly json?: boolean;
}

function registerConfirmDestroy(ci: Command): void {
  const command = ci
    .command("confirm-destroy")
    .description("Succeed only if the typed text is exactly the stack's name, and the stack's settings exist.")
    .requiredOption("--stack <stack>", "the stack to destroy")
    .requiredOption("--typed <text>", "the text that the person typed")
    .option("--restore-settings", "restore the stack's deleted file from the last commit that had it")
    .option("--json", "print the result as one JSON object")
    .action(async (options: DestroyOptions) => {
      const { confirmDestroy } = await import("../stack/confirmDestroy.js");
      const confirmed = await confirmDestroy({ ...options, folder: process.cwd() });
      if (options.json === true) print(`${visibleJson({ confirmed: true, ...confirmed })}\n`);
      else say(`The destroy of ${confirmed.stack} is confirmed.`);
      if (confirmed.settingsFrom !== undefined) say(`Its settings are those of commit ${confirmed.settingsFrom}.`);
      for (const step of await stepsBeforeDestroy(confirmed.stack)) say(step);
    });
  describeCommand(command, {
    notes: ["This command destroys nothing."],
    reads: "The stack's file, and with --restore-settings the commits of the repository in this folder.",
    changes: "Nothing; with --restore-settings, Pulumi.<stack>.yaml.",
    exitCodes: { 0: "confirmed", 1: "not confirmed, or the stack has no settings" },
    examples: ["npx mssp ci confirm-destroy --stack contoso --typed contoso"],
  });
}

/**
 * Manual steps before the destroy. Invalid settings give none: `destroy` does not read settings.
 */
async function stepsBeforeDestroy(stack: string): Promise<string[]> {
  const [{ readStackSettings }, { beforeDestroy }] = await Promise.all([
    import("../../settings/fromFile.js"),
    import("../../domain/prerequisites.js"),
  ]);
  return readStackSettings(stack).then(beforeDestroy, () => []);
}

function registerCheckState(ci: Command): void {
  const command = ci
    .command("check-state")
    .description("Refuse a stack's state that holds code or provider plugins of another origin.")
    .requiredOption("--stack <stack>", "name of the stack")
    .action(async ({ stack }: { readonly stack: string }) => {
      const [{ refuseForeignState }, { checkedStackName }] = await Promise.all([
        import("../stack/stateCode.js"),
        import("../stack/stackNames.js"),
      ]);
      await refuseForeignState(checkedStackName(stack));
      say(`${stack}: the state is as this program writes it.`);
    });
  describeCommand(command, {
    notes: [
      "A state holds the code of dynamic resources and the inputs of provider plugins; the engine uses both. Run " +
        "this before `pulumi up --refresh`, `refresh` or `destroy`. It runs nothing that is in the state.",
      "MSSP_ALLOWED_STATE_CODE lists SHA-256 hashes of code that your own extensions write.",
    ],
    reads: "The stack's state.",
    exitCodes: { 0: "the state is as this program writes it", 1: "it is not, or it can't be read" },
    examples: [
      "npx mssp ci check-state --stack contoso",
      "npx mssp sandbox run -- npx mssp ci check-state --stack dev",
    ],
  });
}

function registerOidcToken(ci: Command): void {
  const command = ci
    .command("oidc-token")
    .description("Write GitHub's OpenID Connect token for Entra to a file, for AZURE_FEDERATED_TOKEN_FILE.")
    .requiredOption("--out <file>", "the file")
    .option("--audience <audience>", "audience of the token (default: api://AzureADTokenExchange)")
    .action(async (options: { readonly out: string; readonly audience?: string }) => {
      const { writeOidcToken } = await import("./oidcToken.js");
      await writeOidcToken(options.out, process.env, options.audience);
    });
  describeCommand(command, {
    reads: "The job's own token service; the job needs the permission `id-token: write`.",
    changes: "Writes the file, readable by its owner only.",
    exitCodes: { 1: "not a GitHub job with that permission, or the file can't be written" },
    examples: ['npx mssp ci oidc-token --out "$RUNNER_TEMP/entra-token"'],
  });
}

/** To stderr: the next command reads stdout. */
function say(line: string): void {
  process.stderr.write(`mssp ci: ${line}\n`);
}

/**
 * Foreign text must not begin a log line: GitHub and Azure run some lines as commands
 * (`::set-output`, `##vso[…]`).
 */
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
