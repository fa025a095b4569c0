/**
 * `mssp fleet` on the real engine, with analysts of all customers in one file: what a person sees before the question,
 * previews of new customers, and how each error is shown.
 */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { fixture } from "@defender-mssp/testkit";
import { execa } from "execa";
import { stringify } from "yaml";
import type { RunReport } from "../../cli/fleet/runReport";
import { ana, ben, checkout, cleo, createProject, customer, dumpOfTenant, tenantIdOf } from "./support";

const stacks = ["contoso", "tailspin", "woodgrove"];

/** The command with a person at the terminal, who gives these answers. */
const answering = `
  const { processSession } = require("@defender-mssp/terminal/processSession");
  const { run } = require(process.argv[1]);
  const answers = JSON.parse(process.argv[2]);
  const session = processSession();
  const next = async (question) => { session.err.line(question); return answers.shift(); };
  const ask = { isPossible: true, confirm: next, chooseKey: next };
  Object.defineProperty(session, "ask", { value: ask });
  run(process.argv.slice(3), session).then(() => { process.exitCode = session.exitCode; });
`;

/** Fails some time after the end of its run, when another program of the thread runs. */
const late = `
  import { existsSync } from "node:fs";
  import type { Extension } from "./index";
  export const extend: Extension = () => {
    const timer = setInterval(() => {
      if (!existsSync(String(process.env["SECOND_RUNS"]))) return;
      clearInterval(timer);
      void Promise.reject(new Error("late error of contoso's extension"));
    }, 20);
  };
`;
const second = `
  import { writeFileSync } from "node:fs";
  import type { Extension } from "./index";
  export const extend: Extension = () => writeFileSync(String(process.env["SECOND_RUNS"]), "");
`;

describe("mssp fleet: the plan and its errors", () => {
  const project = fixture(createProject);
  let asBefore: readonly string[];

  before(async () => {
    await mkdir(temporaryFolder());
    await shared([cleo]);
    for (const [index, stack] of stacks.entries()) await settings(stack, index + 1);
    await project.verifyDomains();
    asBefore = dumps();
  });

  it("a customer that the backend does not have is new, and left out without --init", async () => {
    const { exitCode, stdout } = await fleet([], "preview");
    assert.equal(exitCode, 4, stdout);
    assert.match(stdout, /^contoso {4}new: not in the backend; pass --init$/m);
    assert.match(stdout, /fleet preview --init --status new/);
    assert.doesNotMatch(stdout, /--status failed|--resume/);
  });

  it("preview --init shows what up would create, and leaves no stack, no file and no key", async () => {
    const files = await settingsTexts();
    const { exitCode, stdout } = await fleet([], "preview", "--init", "--status", "new", "--policy-pack", "policy");
    assert.equal(exitCode, 0, stdout);
    const { counts, stacks: previewed } = await lastReport();
    assert.deepEqual([counts.new, counts.failed], [3, 0]);
    for (const { preview } of previewed) {
      assert.ok((preview?.changes.length ?? 0) > 10);
      assert.ok(preview?.changes.every(({ operation }) => operation === "create"));
    }
    assert.deepEqual(await settingsTexts(), files);
    assert.deepEqual(dumps(), asBefore);
    assert.deepEqual(await project.succeed(["stack", "ls", "--json"]).then(JSON.parse), []);
    assertNone(await readdir(temporaryFolder()), (name) => name.startsWith("mssp-"));
  });

  it("up runs nothing before a person has seen the plan and agreed", async () => {
    const { exitCode, stderr } = await fleet(["d", "n"], "up", "--init");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^tailspin {3}new: \d+ to create$/m);
    assert.match(stderr, /Run up of 3 stacks\?/);
    assert.match(stderr, /^ {2}create azuread:Group customer-access-analysts-group$/m);
    assert.match(stderr, /Nothing was run\./);
    assert.deepEqual(dumps(), asBefore);
  });

  it("a late error of one customer's program fails no other customer; both have the analysts of the file", async () => {
    await writeFile(extension("late"), late);
    await writeFile(extension("second"), second);
    await settings("contoso", 1, { extension: "late" });
    await settings("tailspin", 2, { extension: "second" });
    const one = ["--parallel", "1", "--set", "tries=1"];
    const { exitCode, stdout, stderr } = await fleet(
      [],
      "up",
      "--init",
      "--yes",
      "--stack",
      "contoso",
      "tailspin",
      ...one,
    );
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
    const { changed, failed } = (await lastReport()).counts;
    assert.deepEqual([changed, failed], [2, 0]);
    for (const stack of ["contoso", "tailspin"]) {
      const { guests } = (await project.outputs(stack)) as { guests: Record<string, string> };
      assert.deepEqual(Object.keys(guests).sort(), [ana.email, cleo.email]);
    }
    await settings("contoso", 1);
  });

  it("the canary is a customer that changes, the unchanged are told, and what nobody saw is not run", async () => {
    await settings("tailspin", 2, { analysts: [ben] });
    const { exitCode, stdout, stderr } = await fleet(["y", true], "up", "--canary", "1");
    assert.match(stderr, /^tailspin {3}changed: 1 to delete, .*1 to create$/m);
    assert.match(stderr, /^woodgrove {2}not run: new: not in the backend; pass --init$/m);
    assert.match(stderr, /^Unchanged: contoso\.$/m);
    assert.match(stderr, /Run up of 2 stacks \(tailspin first\)\?/);
    assert.match(stderr, /up of tailspin has succeeded\. Continue with the other 1\?/);
    assert.match(stderr, /contoso: unchanged \(.*\[3\/3\]/);
    assert.equal(exitCode, 1, stdout);
    const report = await lastReport();
    assert.deepEqual(Object.fromEntries(report.stacks.map(({ stack, state }) => [stack, state])), {
      contoso: "unchanged",
      tailspin: "changed",
      woodgrove: "failed",
    });
    assert.equal(dumps()[2], asBefore[2]);
  });

  it("--skip-preview asks at once", async () => {
    const { stderr } = await fleet([false], "up", "--skip-preview", "--stack", "contoso");
    assert.match(stderr, /^up of 1 stack \(contoso\)\?\nmssp: Nothing was run\.$/);
  });

  it("pulumi preview reads the same file, and names its line in an error", async () => {
    await project.succeed(["preview", "--stack", "contoso", "--expect-no-changes", "--policy-pack", "policy"]);
    await shared([cleo, { ...ana, email: ana.email.toUpperCase() }]);
    const twice = await project.run(["preview", "--stack", "contoso"]);
    assert.notEqual(twice.exitCode, 0);
    assert.match(twice.stdout + twice.stderr, /analysts\.yaml:3:3 analysts\[2\]\.email: .*\n.*each analyst once/);
    await shared([]);
    const deleted = (await project.changes("contoso")).filter(({ op }) => op === "delete");
    assert.ok(deleted.length > 0 && deleted.every(({ urn }) => urn.includes(cleo.email)));
    await shared([cleo]);
  });

  it("pulumi preview refuses a file outside of the repository", async () => {
    await symlink("/etc", path.join(project.folder, "linked"));
    await settings("contoso", 1, { analystsFrom: "linked/team.yaml" });
    const { exitCode, stdout, stderr } = await project.run(["preview", "--stack", "contoso"]);
    assert.notEqual(exitCode, 0);
    assert.match(
      stdout + stderr,
      /analystsFrom: linked\/team\.yaml: there is no such file|leads out of the project's folder/,
    );
  });

  it("a policy violation is shown with the rule, the resource and the remedy", async () => {
    const analysts = [{ email: "ana.silva@gmail.com", displayName: "Ana Silva" }];
    await settings("contoso", 1, { analysts });
    const { exitCode, stdout, stderr } = await fleet([], "preview", "--stack", "contoso", "--policy-pack", "policy");
    assert.equal(exitCode, 1);
    for (const text of [stdout, stderr]) {
      assert.match(text, /contoso:? +failed: policy guest-domains of \S+ refuses \S+: .*gmail\.com/);
      assert.doesNotMatch(text, /preview failed/);
    }
    const [contoso] = (await lastReport()).stacks;
    assert.match(contoso?.messages[0] ?? "", /^policy guest-domains /);
  });

  it("refused settings start no engine, and get no advice to run again", async () => {
    await settings("contoso", 1, { tenantId: "wrong" });
    const { exitCode, stdout } = await fleet([], "up", "--stack", "contoso", "--yes");
    assert.equal(exitCode, 1);
    assert.match(stdout, /^contoso {2}failed: .*tenantId/m);
    assert.match(stdout, /^Fails again: contoso\. First do what each line above says\.$/m);
    assert.doesNotMatch(stdout, /--status failed/);
    const outcomes = (await lastReport()).stacks.map(({ isRefused, tries }) => [isRefused, tries]);
    assert.deepEqual(outcomes, [[true, 0]]);
  });

  it("a refused state is named as refused, without a promise and without the advice to run again", async () => {
    await settings("contoso", 1);
    const exported = await project.succeed(["stack", "export", "--stack", "contoso"]);
    const state = JSON.parse(exported) as {
      readonly deployment: { readonly resources: { type: string; inputs?: object; outputs?: object }[] };
    };
    const guest = state.deployment.resources.find(({ type }) => type.endsWith(":Guest"));
    assert.ok(guest);
    for (const values of [guest.inputs, guest.outputs] as Record<string, unknown>[]) values["__provider"] = "foreign()";
    const file = path.join(project.folder, "state.json");
    await writeFile(file, JSON.stringify(state));
    await project.succeed(["stack", "import", "--stack", "contoso", "--file", file]);
    for (const command of [["up", "--refresh"], ["up"], ["refresh"], ["destroy"]]) {
      const { exitCode, stdout } = await fleet([], ...command, "--stack", "contoso", "--yes", "--set", "tries=1");
      assert.equal(exitCode, 1);
      assert.match(stdout, /^contoso {2}failed: .*carries code that this release has not written/m, stdout);
      assert.match(stdout.replaceAll(/\s+/g, " "), /The state of contoso was refused, and will be again\. Restore it/);
      assert.doesNotMatch(stdout, /Nothing was changed|--status failed/);
    }
  });

  async function settings(
    stack: string,
    number: number,
    changes: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    await project.writeSettings(
      stack,
      customer(number, { analysts: [ana], analystsFrom: "analysts.yaml", ...changes }),
    );
  }

  function extension(name: string): string {
    return path.join(project.folder, "extensions", `${name}.ts`);
  }

  function shared(analysts: readonly object[]): Promise<void> {
    return writeFile(path.join(project.folder, "analysts.yaml"), stringify(analysts));
  }

  function settingsTexts(): Promise<string[]> {
    return Promise.all(stacks.map((stack) => readFile(path.join(project.folder, `Pulumi.${stack}.yaml`), "utf8")));
  }

  function fleet(answers: readonly unknown[], ...args: readonly string[]) {
    const run = path.join(checkout, "dist", "cli", "run.js");
    return execa(process.execPath, ["-e", answering, run, JSON.stringify(answers), "fleet", ...args], {
      cwd: project.folder,
      env: {
        ...project.environment,
        ...{
          NO_COLOR: "1",
          CI: "true",
          TMPDIR: temporaryFolder(),
          SECOND_RUNS: path.join(project.folder, "second.runs"),
        },
      },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
  }

  function temporaryFolder(): string {
    return path.join(project.folder, "tmp");
  }

  async function lastReport(): Promise<RunReport> {
    const journals = path.join(project.folder, ".mssp", "fleet");
    const [last = ""] = (await readdir(journals)).sort().reverse();
    return JSON.parse(await readFile(path.join(journals, last, "report.json"), "utf8")) as RunReport;
  }

  function dumps(): string[] {
    return stacks.map((_, index) => dumpOfTenant(project, tenantIdOf(index + 1)));
  }
});
