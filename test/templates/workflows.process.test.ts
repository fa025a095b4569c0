/** The workflow files, held to what docs/ci.md promises: what a reviewer would have to look for in each of them at every change. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { parse } from "yaml";

const root = path.resolve(__dirname, "..", "..");
/** The workflows of a repository of customers, and this project's own. */
const folders = [path.join(root, "templates", "github"), path.join(root, ".github", "workflows")];
const workflows = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith(".yml")));

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly "timeout-minutes"?: number;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const fileOf = (name: string) => path.join(folders[name === "ci.yml" ? 1 : 0]!, name);
const text = (name: string) => readFileSync(fileOf(name), "utf8");
const workflow = (name: string) => parse(text(name)) as Workflow;
const jobsOf = (name: string) => Object.entries(workflow(name).jobs);
const runsOf = (job: Job) => job.steps.map(({ run = "" }) => run);
const changesSomething = (job: Job) => runsOf(job).some((run) => /pulumi (up|destroy)/.test(run));

describe("GitHub workflows", () => {
  it("are those that docs/ci.md names", () => {
    assert.deepEqual([...workflows].sort(), ["ci.yml", "destroy.yml", "drift.yml", "preview.yml", "up.yml"]);
  });

  for (const name of workflows) {
    describe(name, () => {
      it("pins each action by its commit, with the tag beside it", () => {
        const uses = text(name)
          .split("\n")
          .filter((line) => /\buses:/.test(line));
        assert.ok(uses.length > 0);
        for (const line of uses) assert.match(line, /uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      });

      it("gives no job more than it says it needs", () => {
        assert.deepEqual(workflow(name).permissions, {});
        const allowed = new Set(["contents: read", "id-token: write", "pull-requests: write", "issues: write"]);
        for (const [id, { permissions = {} }] of jobsOf(name)) {
          for (const [scope, access] of Object.entries(permissions))
            assert.ok(allowed.has(`${scope}: ${access}`), `${id}: ${scope}`);
          // Whoever can become the MSSP's identity writes nothing on GitHub, and the other way round.
          assert.ok(!("id-token" in permissions) || Object.keys(permissions).length === 2, id);
        }
      });

      it("never cancels what runs, and ends what hangs", () => {
        for (const [id, job] of jobsOf(name)) {
          assert.ok(job["timeout-minutes"] !== undefined, `${id} has no timeout-minutes`);
          if (job.concurrency !== undefined) assert.equal(job.concurrency["cancel-in-progress"], false, id);
        }
        assert.doesNotMatch(text(name), /cancel-in-progress: (?!false)/);
      });

      it("puts no value of others into a script", () => {
        for (const [id, job] of jobsOf(name)) {
          for (const run of runsOf(job)) assert.doesNotMatch(run, /\$\{\{/, id);
        }
        assert.ok(!("pull_request_target" in workflow(name).on) && !("workflow_run" in workflow(name).on));
      });

      it("has no stored credentials, and leaves none in the clone", () => {
        assert.doesNotMatch(text(name), /\{\{[^}]*secrets\b|CLIENT_SECRET|PASSPHRASE|ACCESS_TOKEN\b/);
        for (const [id, job] of jobsOf(name)) {
          for (const step of job.steps.filter(({ uses = "" }) => uses.includes("/checkout@")))
            assert.equal(step.with?.["persist-credentials"], false, id);
        }
      });

      it("changes a customer's tenant only from main, with that customer's approval, one at a time", () => {
        for (const [id, job] of jobsOf(name).filter(([, one]) => changesSomething(one))) {
          assert.match(job.environment ?? "", /^customer-\$\{\{ (matrix|inputs)\.stack \}\}$/, id);
          assert.match(job.concurrency?.group ?? "", /^stack-\$\{\{ (matrix|inputs)\.stack \}\}$/, id);
          assert.equal(job.env?.["ARM_CLIENT_ID"], "${{ vars.MSSP_CLIENT_ID }}");
          assert.match(text(name), /if: .*github\.ref == 'refs\/heads\/main'/);
        }
        for (const [id, job] of jobsOf(name).filter(
          ([, one]) => "id-token" in (one.permissions ?? {}) && !changesSomething(one),
        )) {
          assert.equal(job.env?.["ARM_CLIENT_ID"], "${{ vars.MSSP_PREVIEW_CLIENT_ID }}", id);
          assert.ok(job.environment === "preview" || job.environment === "drift", id);
        }
      });
    });
  }

  it("look at no fork's pull request with an identity, and write on GitHub with merged code only", () => {
    const { preview, comment } = workflow("preview.yml").jobs;
    for (const job of [preview, comment])
      assert.match(job?.if ?? "", /github\.event\.pull_request\.head\.repo\.full_name == github\.repository/);
    const checkout = comment?.steps.find(({ uses = "" }) => uses.includes("/checkout@"));
    assert.equal(checkout?.with?.["ref"], "${{ github.event.pull_request.base.sha }}");
  });

  it("confirm a destroy in the job that does it, too", () => {
    const { destroy } = workflow("destroy.yml").jobs;
    const runs = runsOf(destroy!);
    const confirmed = runs.findIndex((run) => run.includes("ci confirm-destroy"));
    assert.ok(confirmed >= 0 && confirmed < runs.findIndex((run) => run.includes("pulumi destroy")));
  });

  it("bring every stack up once a week, so that a quiet customer's secret is renewed", () => {
    const { schedule } = workflow("up.yml").on as { schedule?: readonly { readonly cron: string }[] };
    assert.equal(schedule?.length, 1);
    assert.match(schedule[0]!.cron, /^\d+ \d+ \* \* [0-6]$/);
    const stacks = runsOf(workflow("up.yml").jobs["stacks"]!).join("\n");
    assert.match(stacks, /GITHUB_EVENT_NAME" = schedule \]; then\s+node cli\/mssp\.js ci matrix --all --format github/);
    assert.match(template("gitlab-ci.yml"), /--job "\$\{JOB:-drift\}"/);
    assert.match(template("azure-pipelines.yml"), /displayName: Weekly up/);
  });

  it("compare the state with this program before the engine runs anything out of it", () => {
    const files = [...workflows.map(text), ...templates.map(template)];
    const runs = files.flatMap((file) =>
      [...file.matchAll(/npx pulumi (up|destroy) .*/g)].map(({ index }) => file.slice(0, index)),
    );
    assert.ok(runs.length >= 6, `${runs.length} runs`);
    for (const before of runs) {
      const last = before.split("\n").slice(-4).join("\n");
      assert.match(last, /ci check-state --stack "\$STACK"/, last);
    }
    for (const file of files)
      for (const [run] of file.matchAll(/npx pulumi (up|destroy) .*/g)) assert.match(run, / --refresh /, run);
  });

  it("give no token that writes to a job that runs unreviewed code", () => {
    for (const name of templates)
      assert.doesNotMatch(template(name), /COMMENT_TOKEN|System\.AccessToken|PRIVATE-TOKEN/, name);
  });

  it("call commands of mssp ci with options that there are", async () => {
    const files = [...workflows.map(text), ...templates.map(template)];
    for (const [, command = "", flags = ""] of files.join("\n").matchAll(/mssp\.js ci ([a-z-]+)((?: .*)?)$/gm)) {
      const { stdout } = await execa(process.execPath, [path.join(root, "cli", "mssp.js"), "ci", command, "--help"]);
      const own = flags.split(/ && | \|\| | > | >> |;;/)[0] ?? "";
      for (const [flag] of own.matchAll(/(?<= )--[a-z-]+/g)) assert.ok(stdout.includes(flag), `${command} ${flag}`);
    }
  }).timeout(60_000);

  it("satisfy actionlint, where Go can get it", async function () {
    const version = await execa("go", ["version"], { reject: false, stdin: "ignore" });
    if (version.exitCode !== 0) skip(this, "there is no Go here");
    const lint = ["run", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"];
    const there = await execa("go", [...lint, "--version"], { reject: false, stdin: "ignore", cwd: root });
    if (there.exitCode !== 0) skip(this, `actionlint can't be had: ${there.stderr.split("\n").at(-1) ?? ""}`);
    const { exitCode, stdout, stderr } = await execa("go", [...lint, ...workflows.map(fileOf)], {
      reject: false,
      stdin: "ignore",
      cwd: root,
    });
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
  });
});

const templates = ["azure", "gitlab"].flatMap((kind) => readdirSync(path.join(root, "templates", kind)));
function template(name: string): string {
  return readFileSync(path.join(root, "templates", name.replace(/-.*$/, ""), name), "utf8");
}

describe("GitLab's and Azure's templates", () => {
  it("are whole YAML", () => {
    assert.deepEqual([...templates].sort(), [
      "azure-pipelines.yml",
      "azure-stack.yml",
      "gitlab-ci.yml",
      "gitlab-stacks.yml",
    ]);
    for (const name of templates) assert.equal(typeof parse(template(name)), "object", name);
  });

  it("have no stored credentials of Azure's: tokens of the run alone", () => {
    for (const name of templates)
      assert.doesNotMatch(template(name), /CLIENT_SECRET|PASSPHRASE|ARM_ACCESS_KEY|PULUMI_ACCESS_TOKEN/, name);
    assert.match(
      template("gitlab-stacks.yml"),
      /id_tokens:\n\s+AZURE_ID_TOKEN: *\{ aud: "api:\/\/AzureADTokenExchange" \}/,
    );
    assert.match(template("azure-stack.yml"), /addSpnToEnvironment: true/);
  });

  it("never cancel what runs, and run one at a time for a stack", () => {
    const [gitlab, stacks] = [template("gitlab-ci.yml"), template("gitlab-stacks.yml")].map(
      (one) => parse(one) as Record<string, Record<string, unknown>>,
    );
    assert.deepEqual(gitlab!["workflow"], { auto_cancel: { on_new_commit: "none" } });
    const jobs = [...Object.entries(gitlab!), ...Object.entries(stacks!)].filter(
      ([, job]) => "script" in job && "image" in job,
    );
    for (const [name, job] of jobs) assert.equal(job["interruptible"], false, name);
    for (const job of [gitlab!["destroy"], stacks![".up"]]) {
      assert.equal(job?.["resource_group"], "stack-$STACK");
      assert.equal((job["environment"] as { name: string }).name, "customer-$STACK");
    }
    assert.equal(stacks![".up"]?.["when"], "manual");
    assert.equal([...template("azure-pipelines.yml").matchAll(/lockBehavior: sequential/g)].length, 2);
    assert.equal(
      [...template("azure-pipelines.yml").matchAll(/environment: customer-\$\{\{ customer \}\}/g)].length,
      2,
    );
    assert.match(template("azure-pipelines.yml"), /autoCancel: false/);
  });

  it("have every job that a child pipeline of mssp ci extends", () => {
    const stacks = parse(template("gitlab-stacks.yml")) as Record<string, unknown>;
    for (const job of [".preview", ".up", ".drift", ".comment", ".issues"]) assert.ok(job in stacks, job);
  });

  it("put nothing that somebody typed, or named a branch, into a script", () => {
    // Template expressions are put in before a shell sees the script; the only one in a script is a command of this repository's.
    const scripts = template("azure-pipelines.yml") + template("azure-stack.yml");
    assert.doesNotMatch(scripts, /command: .*\$\{\{/);
    assert.doesNotMatch(scripts, /- bash: .*\$\{\{/);
    assert.doesNotMatch(template("azure-pipelines.yml"), /\$\((Build\.Source|System\.PullRequest)/);
    for (const name of ["gitlab-ci.yml", "gitlab-stacks.yml"])
      assert.doesNotMatch(
        template(name),
        /\$\{?CI_(COMMIT_(MESSAGE|TITLE|REF_NAME|BRANCH|DESCRIPTION)|MERGE_REQUEST_(TITLE|SOURCE_BRANCH_NAME))\b(?!.*==)/,
        name,
      );
    for (const name of templates) assert.doesNotMatch(template(name), /\beval\b/, name);
  });
});

/** Ends the test: mocha's skip throws. */
function skip(context: Mocha.Context, reason: string): never {
  process.stderr.write(`workflows: actionlint is not run: ${reason}\n`);
  return context.skip();
}
