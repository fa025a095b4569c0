/**
 * The templates as other programs read them: actionlint, systemd, and bash. It runs the shell lines of all pipeline
 * templates as GitHub, GitLab and Azure run them, with stand-ins for npm, npx and gh that write down how they were
 * called. The command line must accept each call of `mssp`; what `mssp ci` then does is tested with the commands.
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import type { Command } from "commander";
import { execa } from "execa";
import { parse } from "yaml";
import { processSession } from "@defender-mssp/terminal/processSession";
import { prepareUsage } from "@defender-mssp/terminal/usage";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { programFor } from "../../cli/program";
import { stepsOf, root, templates, workflow, workflowFile, workflows, type Job as WorkflowJob } from "./workflowFiles";

const stack = "contoso";

/** What else a script may be started with, where it asks. */
const occasions: readonly Readonly<Record<string, string>>[] = [
  {},
  { ONLY: "" },
  { ONLY: "", GITHUB_EVENT_NAME: "schedule" },
  { CI_PIPELINE_SOURCE: "schedule" },
  { CI_PIPELINE_SOURCE: "merge_request_event" },
  { BUILD_REASON: "Schedule" },
];

interface Script {
  readonly name: string;
  readonly text: string;
  /** How the vendor starts bash. */
  readonly bash: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface Step {
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly env?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

/** What GitHub puts in the place of an expression, as far as a script sees it. */
const expressions: readonly (readonly [RegExp, string])[] = [
  [/stacks \}\}$/, `${stack} tailwind`],
  [/(\.stack|\.confirmation) \}\}$/, stack],
  [/NOTIFY_FORMAT \}\}$/, "teams"],
  [/inputs\.action \}\}$/, "off"],
  [/inputs\.until \}\}$/, "2999-03-31"],
  [/./, "value"],
];

async function gitHubScripts(folder: string): Promise<Script[]> {
  const given = {
    ...{ GITHUB_OUTPUT: "out", GITHUB_ENV: "env", GITHUB_STEP_SUMMARY: "summary", GITHUB_EVENT_NAME: "push" },
    ...{ GITHUB_REPOSITORY: "mssp/customers", RUNNER_TEMP: "." },
  };
  const replaced = (env: Readonly<Record<string, string>> = {}) =>
    Object.entries(env).map(([name, text]): [string, string] => {
      const [, value = ""] = expressions.find(([pattern]) => pattern.test(text)) ?? [];
      return [name, text.startsWith("${{") ? value : text];
    });
  const scripts: Script[] = [];
  for (const file of await readdir(path.join(folder, "github"))) {
    const { jobs } = parse(await readFile(path.join(folder, "github", file), "utf8")) as { jobs: Record<string, Job> };
    for (const [id, { env, steps = [] }] of Object.entries(jobs))
      for (const step of steps.filter(({ run }) => run !== undefined)) {
        const environment = Object.fromEntries<string>([
          ...Object.entries(given),
          ...replaced(env),
          ...replaced(step.env),
        ]);
        const name = `${file}, ${id}: ${(step.run ?? "").trim().split("\n")[0]}`;
        scripts.push({ name, text: step.run ?? "", bash: ["-e"], environment });
      }
  }
  return scripts;
}

type GitLabJob = Readonly<Record<"script" | "before_script", readonly string[] | undefined>> & {
  readonly extends?: string;
  readonly variables?: Readonly<Record<string, string>>;
};

async function gitLabScripts(folder: string): Promise<Script[]> {
  const given = {
    ...{ STACK: stack, CONFIRMATION: stack, AZURE_ID_TOKEN: "token", MSSP_PARTS: "2", CI_PIPELINE_SOURCE: "push" },
    ...{ CI_COMMIT_BEFORE_SHA: "before", CI_MERGE_REQUEST_DIFF_BASE_SHA: "base", MSSP_TENANT_ID: "tenant" },
    ...{
      MSSP_CLIENT_ID: "writes",
      MSSP_PREVIEW_CLIENT_ID: "reads",
      MSSP_NOTIFY_FORMAT: "teams",
      MSSP_NOTIFY_URL: "https://hooks.example/x",
      MSSP_FIGURES: "1",
      FIGURES: "true",
    },
  };
  const scripts: Script[] = [];
  for (const file of ["gitlab-ci.yml", "gitlab-stacks.yml"]) {
    const jobs = parse(await readFile(path.join(folder, "gitlab", file), "utf8"), { logLevel: "error" }) as Record<
      string,
      GitLabJob
    >;
    for (const [name, job] of Object.entries(jobs).filter(([, { script }]) => script !== undefined)) {
      const base = jobs[job.extends ?? ""];
      const own = Object.entries({ ...base?.variables, ...job.variables });
      const values = own.map(([key, text]) => [
        key,
        text.replaceAll(/\$(\w+)/g, (_, of: keyof typeof given) => given[of]),
      ]);
      const text = [...(job.before_script ?? base?.before_script ?? []), ...(job.script ?? [])].join("\n");
      const environment = { ...given, ...(Object.fromEntries(values) as Record<string, string>) };
      scripts.push({ name: `${file}, ${name}`, text, bash: ["-e", "-o", "pipefail"], environment });
    }
  }
  return scripts;
}

async function azureScripts(folder: string): Promise<Script[]> {
  const [pipeline = "", steps = ""] = await Promise.all(
    ["azure-pipelines.yml", "azure-stack.yml"].map((file) => readFile(path.join(folder, "azure", file), "utf8")),
  );
  const given = {
    STACK: stack,
    CONFIRMATION: stack,
    idToken: "token",
    servicePrincipalId: "writes",
    tenantId: "tenant",
    MSSP_NOTIFY_FORMAT: "teams",
    FIGURES: "true",
  };
  const own = [...valuesOf(parse(pipeline), "bash"), ...valuesOf(parse(pipeline), "inlineScript")];
  const found = [...own, ...valuesOf(parse(steps), "bash")].map((text) => ({ text }));
  const [inline = ""] = valuesOf(parse(steps), "inlineScript");
  const commands = valuesOf(parse(pipeline), "command").map((command) => ({
    text: inline.replace("${{ parameters.command }}", command),
  }));
  return [...found, ...commands].map(({ text }) => ({
    name: `azure: ${text.trim().split("\n").at(-1)}`,
    ...{ text, bash: [], environment: { ...given, BUILD_REASON: "IndividualCI" } },
  }));
}

/** The texts below a key, anywhere. */
function valuesOf(node: unknown, key: string): string[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === key && typeof value === "string" ? [value] : valuesOf(value, key),
  );
}

async function scriptsIn(folder: string): Promise<Script[]> {
  return (await Promise.all([gitHubScripts(folder), gitLabScripts(folder), azureScripts(folder)])).flat();
}

/** What stands behind `mssp` in the templates, each up to its first value or the command's end. */
async function commandsIn(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map(async ({ parentPath, name }) =>
      (await readFile(path.join(parentPath, name), "utf8")).replaceAll(/^ *#.*/gm, ""),
    );
  return (await Promise.all(texts)).flatMap((text) =>
    [...text.matchAll(/ --no mssp ([^"$&|;>\\\n]+)/g)].map(([, start = ""]) => start.trim()),
  );
}

/** Parses the arguments as `mssp` does. Throws what it would print; no command runs. */
async function parseArguments(args: readonly string[]): Promise<void> {
  const program = programFor(args, processSession());
  const stub = (command: Command): void => {
    if (command.commands.length === 0) command.action(() => undefined);
    command.configureOutput({ writeErr: () => undefined }).commands.forEach(stub);
  };
  stub(program);
  prepareUsage(program);
  await program.parseAsync(args, { from: "user" });
}

/** Writes its arguments down, and fails for those that `FAILS` is a part of. */
const standIn = `#!/bin/bash
printf '%s' "\${0##*/}" >> "$CALLS"; printf '\\t%s' "$@" >> "$CALLS"; printf '\\n' >> "$CALLS"
[ -z "$FAILS" ] || case "\${*#--no }" in *"$FAILS"*) exit 3 ;; esac
exit 0
`;

describe("the scripts of the pipeline templates", () => {
  const folder = newFolder();
  let scripts: readonly Script[];

  before(async () => {
    await mkdir(path.join(folder, "bin"));
    for (const name of ["npm", "npx", "gh", "git"]) {
      await writeFile(path.join(folder, "bin", name), standIn);
      await chmod(path.join(folder, "bin", name), 0o755);
    }
    scripts = await scriptsIn(templates);
  });

  async function run({ text, bash, environment }: Script, fails = "") {
    const work = await mkdtemp(path.join(folder, "work-"));
    const calls = path.join(work, "calls");
    await writeFile(calls, "");
    const { exitCode, all } = await execa("bash", [...bash, "-u", "-c", text], {
      ...{ all: true, cwd: work, extendEnv: false, reject: false, stdin: "ignore" },
      env: {
        ...environment,
        CALLS: calls,
        FAILS: fails,
        PATH: `${path.join(folder, "bin")}:/usr/bin:/bin`,
        TMPDIR: work,
      },
    });
    const lines = (await readFile(calls, "utf8")).split("\n").filter((line) => line !== "");
    return { exitCode, all, calls: lines.map((line) => line.split("\t")) };
  }

  it("each runs with the vendor's variables: none is unset, no argument is empty, and `mssp` accepts all", async () => {
    assert.ok(scripts.length >= 40, `${scripts.length} scripts`);
    const accepted = new Set<string>();
    const distinct = new Map(scripts.map((script) => [JSON.stringify(script), script]));
    for (const script of distinct.values())
      for (const occasion of occasions.filter((names) =>
        Object.keys(names).every((name) => script.text.includes(name)),
      )) {
        const { exitCode, all, calls } = await run({ ...script, environment: { ...script.environment, ...occasion } });
        // The job that lists what nobody destroys is red on purpose.
        assert.equal(exitCode, /Start the workflow destroy/.test(script.text) ? 1 : 0, `${script.name}\n${all}`);
        for (const call of calls) {
          assert.ok(!call.includes(""), `${script.name}: ${call.join(" ")}`);
          const at = call.indexOf("--stack");
          if (at >= 0) assert.match(call[at + 1] ?? "", /^(contoso|tailwind)$/, `${script.name}: ${call.join(" ")}`);
          if (call[2] !== "mssp") continue;
          await assert.doesNotReject(parseArguments(call.slice(3)), `${script.name}: ${call.join(" ")}`);
          accepted.add(call.slice(3).join(" "));
        }
      }
    for (const command of await commandsIn(templates))
      assert.ok(
        [...accepted].some((args) => args.startsWith(command)),
        `no script ran mssp ${command}`,
      );
  });

  const changes = (call: readonly string[]) => /\tpulumi\t(up|destroy)\t/.test(call.join("\t"));

  for (const check of ["mssp ci check-state", "mssp ci confirm-destroy", "mssp doctor"])
    it(`no tenant is changed after ${check} has failed`, async () => {
      const checked = scripts.filter(({ text }) => text.includes(check) && /pulumi (up|destroy)/.test(text));
      assert.ok(checked.length >= 2, `${checked.length} scripts`);
      for (const script of checked) {
        assert.ok((await run(script)).calls.some(changes), script.name);
        const { exitCode, calls } = await run(script, check);
        assert.notEqual(exitCode, 0, script.name);
        assert.deepEqual(calls.filter(changes), [], script.name);
      }
    });

  it("a stack that would change after all is left as it is, and named; the others are brought up", async () => {
    const script = scripts.find(({ name }) => name.startsWith("unchanged-stacks.yml") && name.includes("export"));
    assert.ok(script);
    const { exitCode, all, calls } = await run(script, `preview --stack ${stack}`);
    assert.equal(exitCode, 1);
    assert.match(all, /Not brought up; .*: contoso$/m);
    assertEach(calls.filter(changes), (call) => call[call.indexOf("--stack") + 1], ["tailwind"]);
  });
});

describe("GitHub workflows, run", () => {
  for (const name of ["preview", "up", "drift"]) {
    it(`${name}.yml splits 600 stacks into matrices of at most 256, and names each stack once`, async () => {
      const { jobs } = workflow(`${name}.yml`);
      const all = Array.from({ length: 600 }, (_, index) => `customer-${index}`);
      const outputs = await outputsOf(jobs["stacks"]!, all);
      const caller = jobs[name]!;
      assert.deepEqual(caller.strategy?.matrix, { part: "${{ fromJSON(needs.stacks.outputs.parts) }}" });
      assert.equal(caller.uses, `./.github/workflows/${name}-stacks.yml`);
      assert.deepEqual(caller.with, { matrix: "${{ toJSON(matrix.part) }}" });
      const called = workflow(`${name}-stacks.yml`).jobs[name]!;
      assert.equal(called.strategy?.matrix, "${{ fromJSON(inputs.matrix) }}");
      const parts = JSON.parse(outputs.get("parts")!) as { stack: string[] }[];
      assert.ok(parts.length <= 256, `${parts.length} parts`);
      for (const { stack } of parts) assert.ok(stack.length <= 256, `${stack.length} stacks`);
      assert.deepEqual(parts.flatMap(({ stack }) => stack).sort(), [...all].sort());
    });
  }

  it("actionlint reports nothing, if Go can install it", async function () {
    const version = await execa("go", ["version"], { reject: false, stdin: "ignore" });
    if (version.exitCode !== 0) skip(this, "there is no Go here");
    const lint = ["run", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"];
    const there = await execa("go", [...lint, "--version"], { reject: false, stdin: "ignore", cwd: root });
    if (there.exitCode !== 0) skip(this, `actionlint can't be had: ${there.stderr.split("\n").at(-1) ?? ""}`);
    // In one folder, as in a repository of customers: the workflows call each other.
    const folder = newFolder();
    const own = path.join(folder, ".github", "workflows");
    mkdirSync(own, { recursive: true });
    await execa("git", ["init", "--quiet"], { cwd: folder });
    const copies = workflows.map((name) => path.join(own, name));
    for (const copy of copies) copyFileSync(workflowFile(path.basename(copy)), copy);
    const { exitCode, stdout, stderr } = await execa("go", [...lint, ...copies], {
      reject: false,
      stdin: "ignore",
      cwd: folder,
    });
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
  });
});

describe("templates/siem, read by systemd", () => {
  it("the unit is one that systemd accepts, and is hardened (systemd-analyze)", async function () {
    const { exitCode: isMissing } = await execa("systemd-analyze", ["--version"], { reject: false });
    if (isMissing !== 0) this.skip();
    const temporary = newFolder();
    // Verifying needs an instance, and programs that exist.
    const instance = path.join(temporary, "mssp-alerts@contoso.service");
    await writeFile(
      instance,
      (await readFile(path.join(templates, "siem", "mssp-alerts@.service"), "utf8")).replace(
        "/usr/bin/node",
        process.execPath,
      ),
    );
    const verified = await execa("systemd-analyze", ["verify", instance], { reject: false, all: true });
    assert.equal(verified.exitCode, 0, verified.all);
    assert.doesNotMatch(verified.all, /mssp-alerts/, "a warning about the unit");
    // From 0.0 (hardened) to 10.0; "exposed" begins at 5.0. The threshold is in tenths.
    const options = ["security", "--offline=true", "--threshold=15", instance];
    const { exitCode, all } = await execa("systemd-analyze", options, { reject: false, all: true });
    assert.equal(exitCode, 0, all.split("\n").slice(-2).join("\n"));
  });
});

/** Ends the test: mocha's skip throws. */
function skip(context: Mocha.Context, reason: string): never {
  process.stderr.write(`workflows: actionlint is not run: ${reason}\n`);
  return context.skip();
}

/** The outputs of the job's step `stacks`, run as written in a repository whose last commit adds these stacks. */
async function outputsOf(job: WorkflowJob, stacks: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const folder = newFolder();
  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=test", "-c", "user.email=test@example.invalid", ...args], { cwd: folder });
  await git("init", "--quiet");
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: defender-mssp\nruntime: nodejs\n");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "before");
  const { stdout: before } = await git("rev-parse", "HEAD");
  for (const stack of stacks) writeFileSync(path.join(folder, `Pulumi.${stack}.yaml`), "config: {}\n");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "stacks");
  const output = path.join(folder, "output");
  const script = stepsOf(job).find((step) => (step as { id?: string }).id === "stacks")?.run ?? "";
  await execa("bash", ["-e", "-c", script.replaceAll("npx --no mssp", '"$NODE" "$MSSP"')], {
    cwd: folder,
    env: {
      NODE: process.execPath,
      MSSP: path.join(root, "cli", "mssp.js"),
      GITHUB_OUTPUT: output,
      GITHUB_EVENT_NAME: "push",
      BASE: before,
      BEFORE: before,
      ONLY: "",
    },
  });
  const lines = readFileSync(output, "utf8").trimEnd().split("\n");
  return new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}
