/**
 * The workflow files, held to what docs/ci.md promises: what a reviewer would have to look for in
 * each of them at every change.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { inSession } from "../cli/testSession";
import { type Job, jobsOf, root, runsOf, stepsOf, text, workflow, workflows } from "./workflowFiles";

const changesSomething = (job: Job) => runsOf(job).some((run) => /pulumi (up|destroy)|mssp detections "/.test(run));

/** The jobs for all customers by one approval: stacks whose preview changed nothing, and a rule that is turned off. */
const isRelease = ({ environment }: Job) => environment === "release";

describe("GitHub workflows", () => {
  it("the workflows are those that docs/ci.md names", () =>
    assert.deepEqual([...workflows].sort(), [
      "ci.yml",
      "destroy.yml",
      "detections-off.yml",
      "detections.yml",
      "drift-stacks.yml",
      "drift.yml",
      "preview-stacks.yml",
      "preview.yml",
      "promises.yml",
      "release.yml",
      "systems.yml",
      "unchanged-stacks.yml",
      "up-stacks.yml",
      "up.yml",
    ]));

  for (const name of workflows) {
    describe(name, () => {
      it("pins each action by its commit, with the tag beside it", () => {
        const uses = text(name)
          .split("\n")
          .filter((line) => /\buses:/.test(line));
        assert.ok(uses.length > 0);
        for (const line of uses)
          assert.match(
            line,
            /uses: (actions\/[a-z-]+(?:\/[a-z]+)?@[0-9a-f]{40} # v\d+\.\d+\.\d+|\.\/\.github\/workflows\/[a-z]+-stacks\.yml)$/,
          );
      });

      it("each job has only the permissions that its comment explains", () => {
        assert.deepEqual(workflow(name).permissions, {});
        const allowed = new Set(["contents: read", "id-token: write", "pull-requests: write", "issues: write"]);
        if (name === "detections-off.yml") allowed.add("contents: write");
        for (const [id, { permissions = {} }] of jobsOf(name)) {
          for (const [scope, access] of Object.entries(permissions))
            assert.ok(allowed.has(`${scope}: ${access}`), `${id}: ${scope}`);
          // Whoever can become the MSSP's identity writes nothing on GitHub, and the other way
          // round.
          assert.ok(!("id-token" in permissions) || Object.keys(permissions).length === 2, id);
        }
      });

      it("no running job is cancelled; each has a time limit", () => {
        for (const [id, job] of jobsOf(name)) {
          // A job that runs a reusable workflow takes none: the jobs of that workflow have theirs.
          assert.ok((job["timeout-minutes"] ?? job.uses) !== undefined, `${id} has no timeout-minutes`);
          if (job.concurrency !== undefined) assert.equal(job.concurrency["cancel-in-progress"], false, id);
        }
        assert.doesNotMatch(text(name), /cancel-in-progress: (?!false)/);
      });

      it("no script contains a value from a pull request", () => {
        for (const [id, job] of jobsOf(name)) {
          for (const run of runsOf(job)) assert.doesNotMatch(run, /\$\{\{/, id);
        }
        assert.ok(!("pull_request_target" in workflow(name).on) && !("workflow_run" in workflow(name).on));
      });

      it("no credential is stored or left in the clone", () => {
        // A chat's webhook is no credential of a tenant: whoever has it can only post.
        assert.doesNotMatch(
          text(name),
          /\{\{(?! secrets\.MSSP_NOTIFY_URL \})[^}]*secrets\b|CLIENT_SECRET|PASSPHRASE|ACCESS_TOKEN\b/,
        );
        for (const [id, job] of jobsOf(name)) {
          for (const step of stepsOf(job).filter(({ uses = "" }) => uses.includes("/checkout@")))
            assert.equal(step.with?.["persist-credentials"], false, id);
        }
      });

      it("a customer's tenant is changed only from main, after that customer's approval, one run at a time", () => {
        for (const [id, job] of jobsOf(name).filter(([, one]) => changesSomething(one) && !isRelease(one))) {
          assert.match(job.environment ?? "", /^customer-\$\{\{ (matrix|inputs)\.stack \}\}$/, id);
          assert.match(job.concurrency?.group ?? "", /^stack-\$\{\{ (matrix|inputs)\.stack \}\}$/, id);
          assert.equal(job.env?.["ARM_CLIENT_ID"], "${{ vars.MSSP_CLIENT_ID }}");
          assert.match(text(name), /if: .*github\.ref == 'refs\/heads\/main'/);
        }
        for (const [id, job] of jobsOf(name).filter(
          ([, one]) =>
            // The release's token is for npm.
            name !== "release.yml" &&
            "id-token" in (one.permissions ?? {}) &&
            one.uses === undefined &&
            !changesSomething(one),
        )) {
          assert.equal(job.env?.["ARM_CLIENT_ID"], "${{ vars.MSSP_PREVIEW_CLIENT_ID }}", id);
          assert.ok(job.environment === "preview" || job.environment === "drift", id);
        }
      });
    });
  }

  it("pull requests of forks get no identity; only merged code writes on GitHub", () => {
    const { preview, comment } = workflow("preview.yml").jobs;
    for (const job of [preview, comment])
      assert.match(job?.if ?? "", /github\.event\.pull_request\.head\.repo\.full_name == github\.repository/);
    const checkout = comment?.steps?.find(({ uses = "" }) => uses.includes("/checkout@"));
    assert.equal(checkout?.with?.["ref"], "${{ github.event.pull_request.base.sha }}");
  });

  it("one approval brings up only stacks whose preview is unchanged, in the same job, too", () => {
    const releases = workflows
      .filter((name) => name !== "detections-off.yml")
      .flatMap((name) => jobsOf(name).filter(([, job]) => isRelease(job)));
    assert.equal(releases.length, 1);
    const [, job] = releases[0]!;
    assert.match(job.if ?? "", /github\.ref == 'refs\/heads\/main'/);
    const run = runsOf(job).find((one) => one.includes("pulumi up"))!;
    assert.match(run, /pulumi preview --stack "\$STACK" --refresh --expect-no-changes [^\n]*&&\s+npx --no pulumi up/);
    const { unchanged, changed, sort } = workflow("up.yml").jobs;
    assert.match(unchanged?.if ?? "", /github\.event_name == 'push' && needs\.sort\.outputs\.unchanged != ''/);
    assert.deepEqual(unchanged?.with, { stacks: "${{ needs.sort.outputs.unchanged }}" });
    // After a failed or refused canary neither goes on.
    for (const one of [unchanged, changed])
      assert.match(one?.if ?? "", /\(needs\.canaries\.result == 'success' \|\| needs\.canaries\.result == 'skipped'\)/);
    assert.match(
      runsOf(sort!).join("\n"),
      /ci sort previews --matrix matrix\.json --canary "\$CANARIES" --format github/,
    );
  });

  it("a rule is turned off from main alone, by the automation's identity, in a job that writes nothing on GitHub", () => {
    const { switch: job, push } = workflow("detections-off.yml").jobs;
    assert.equal(job?.environment, "release");
    assert.equal(job.env?.["ARM_CLIENT_ID"], "${{ vars.MSSP_CLIENT_ID }}");
    for (const one of [job, push]) assert.match(one?.if ?? "", /github\.ref == 'refs\/heads\/main'/);
    assert.deepEqual(
      [job.permissions, push?.permissions],
      [{ contents: "read", "id-token": "write" }, { contents: "write" }],
    );
  });

  it("npx runs the installed command only, and downloads none", () => {
    for (const whole of [...workflows.map(text), ...templates.map(template)]) {
      const file = whole.replace(/^\s*#.*$/gm, "");
      assert.doesNotMatch(file, /npx (?!--no )(mssp|pulumi)/);
      assert.doesNotMatch(file, /node cli\/mssp\.js|npm run -s build/);
    }
  });

  it("the job that destroys checks the confirmation, too", () => {
    const { destroy } = workflow("destroy.yml").jobs;
    const runs = runsOf(destroy!);
    const confirmed = runs.findIndex((run) => run.includes("ci confirm-destroy"));
    assert.ok(confirmed >= 0 && confirmed < runs.findIndex((run) => run.includes("pulumi destroy")));
  });

  it("each stack gets a weekly `up`, which renews its secret", () => {
    const { schedule } = workflow("up.yml").on as { schedule?: readonly { readonly cron: string }[] };
    assert.equal(schedule?.length, 1);
    assert.match(schedule[0]!.cron, /^\d+ \d+ \* \* [0-6]$/);
    const stacks = runsOf(workflow("up.yml").jobs["stacks"]!).join("\n");
    assert.match(stacks, /GITHUB_EVENT_NAME" = schedule \]; then\s+npx --no mssp ci matrix --all --format github/);
    assert.match(template("gitlab-ci.yml"), /--job "\$\{JOB:-drift\}"/);
    assert.match(template("azure-pipelines.yml"), /displayName: Weekly up/);
  });

  it("the state is compared with the program before the engine runs code from it", () => {
    const files = [...workflows.map(text), ...templates.map(template)];
    const runs = files.flatMap((file) =>
      [...file.matchAll(/npx --no pulumi (up|destroy) .*/g)].map(({ index }) => file.slice(0, index)),
    );
    assert.ok(runs.length >= 6, `${runs.length} runs`);
    for (const before of runs) {
      const last = before.split("\n").slice(-4).join("\n");
      assert.match(last, /ci check-state --stack "\$STACK" --install-plugins/, last);
      // The state may change between the check and the command.
      assert.match(before, /PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true( |\n(?!.*\bsteps:)[^]*)$/, last);
    }
    for (const file of files)
      for (const [run] of file.matchAll(/npx --no pulumi (up|destroy) .*/g)) assert.match(run, / --refresh /, run);
  });

  it("a job that runs unreviewed code gets no token that can write", () => {
    for (const name of templates)
      assert.doesNotMatch(template(name), /COMMENT_TOKEN|System\.AccessToken|PRIVATE-TOKEN/, name);
  });

  it("the nightly status is sent with what was sent before, from a variable that no other job has", async () => {
    const { stdout: help } = await inSession(["status", "--help", "--all"]);
    const files = [text("drift.yml"), template("gitlab-ci.yml"), template("azure-pipelines.yml")];
    for (const file of files) {
      const [run = ""] = /npx --no mssp status .*/.exec(file) ?? [];
      assert.match(run, / --notify \|\| \[ \$\? -eq 3 \]$/);
      assert.match(file, /MSSP_NOTIFY_STATE[:=] ?\S*\.json/);
      assert.match(file, /npx --no mssp report --day --all --figures (notify\/)?figures/);
      for (const [flag] of run.replace(/.*mssp status/, "").matchAll(/(?<= )--[a-z-]+/g))
        assert.ok(help.includes(`${flag} `), flag);
    }
    for (const name of workflows.filter((one) => one !== "drift.yml"))
      assert.doesNotMatch(text(name), /MSSP_NOTIFY/, name);
    const { status } = workflow("drift.yml").jobs;
    const caches = stepsOf(status!).filter(({ uses = "" }) => uses.includes("actions/cache/"));
    const keys = caches.map((step) => [step.with?.["path"], step.with?.["key"]]);
    assert.equal(keys.length, 2);
    assert.deepEqual(keys[0], keys[1]);
    const { cache } = (parse(template("gitlab-ci.yml")) as Record<string, { cache?: object }>)["status"]!;
    assert.deepEqual(cache, { key: "mssp-notify", paths: ["notify.json", "figures"], when: "always" });
    assert.match(template("azure-pipelines.yml"), /task: Cache@2\n[^\n]*restoreKeys: '"mssp-notify"', path: notify \}/);
  });

  it("each call of mssp ci uses existing commands and options", async () => {
    const files = [...workflows.map(text), ...templates.map(template)];
    for (const [, command = "", flags = ""] of files.join("\n").matchAll(/npx --no mssp ci ([a-z-]+)((?: .*)?)$/gm)) {
      const { stdout } = await inSession(["ci", command, "--help", "--all"]);
      const own = flags.split(/ && | \|\| | > | >> |;;/)[0] ?? "";
      for (const [flag] of own.matchAll(/(?<= )--[a-z-]+/g)) assert.ok(stdout.includes(flag), `${command} ${flag}`);
    }
  });
});

const templates = ["azure", "gitlab"].flatMap((kind) => readdirSync(path.join(root, "templates", kind)));
function template(name: string): string {
  return readFileSync(path.join(root, "templates", name.replace(/-.*$/, ""), name), "utf8");
}

describe("GitLab's and Azure's templates", () => {
  it("the templates are valid YAML", () => {
    assert.deepEqual([...templates].sort(), [
      "azure-pipelines.yml",
      "azure-stack.yml",
      "gitlab-ci.yml",
      "gitlab-stacks.yml",
    ]);
    for (const name of templates) assert.equal(typeof parse(template(name)), "object", name);
  });

  it("the templates store no Azure credential and use tokens of the run", () => {
    for (const name of templates)
      assert.doesNotMatch(template(name), /CLIENT_SECRET|PASSPHRASE|ARM_ACCESS_KEY|PULUMI_ACCESS_TOKEN/, name);
    assert.match(
      template("gitlab-stacks.yml"),
      /id_tokens:\n\s+AZURE_ID_TOKEN: *\{ aud: "api:\/\/AzureADTokenExchange" \}/,
    );
    assert.match(template("azure-stack.yml"), /addSpnToEnvironment: true/);
  });

  it("no running job is cancelled; one job runs at a time for a stack", () => {
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
    assert.equal([...template("azure-pipelines.yml").matchAll(/lockBehavior: sequential/g)].length, 3);
    assert.equal(
      [...template("azure-pipelines.yml").matchAll(/environment: customer-\$\{\{ customer \}\}/g)].length,
      2,
    );
    assert.match(template("azure-pipelines.yml"), /autoCancel: false/);
  });

  it("each job that a child pipeline of mssp ci extends exists", () => {
    const stacks = parse(template("gitlab-stacks.yml")) as Record<string, unknown>;
    for (const job of [".preview", ".up", ".drift", ".comment", ".issues"]) assert.ok(job in stacks, job);
  });

  it("no script contains an input or a branch name", () => {
    // Template expressions are put in before a shell sees the script; the only one in a script is a
    // command of this repository's.
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
