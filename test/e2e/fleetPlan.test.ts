/** `mssp fleet` on the real engine: what a person sees before the question, and previews of new customers. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxProject } from "@defender-mssp/testkit";
import { execa } from "execa";
import type { RunReport } from "../../cli/stack/report";
import { ana, ben, checkout, createProject, customer, dumpOfTenant, tenantIdOf } from "./support";

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

describe("mssp fleet: the plan", () => {
  let project: SandboxProject;
  let asBefore: readonly string[];

  before(async () => {
    project = await createProject();
    await mkdir(temporaryFolder());
    for (const [index, stack] of stacks.entries()) await settings(stack, index + 1, [ana]);
    await project.verifyDomains();
    asBefore = dumps();
  });
  after(() => project.dispose());

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
    assert.deepEqual(
      (await readdir(temporaryFolder())).filter((name) => name.startsWith("mssp-")),
      [],
    );
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

  it("the canary is a customer that changes, the unchanged are told, and what nobody saw is not run", async () => {
    assert.equal((await fleet([], "up", "--init", "--yes", "--stack", "contoso", "tailspin")).exitCode, 0);
    await settings("tailspin", 2, [ben]);
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

  async function settings(stack: string, number: number, analysts: readonly object[]): Promise<void> {
    await project.writeSettings(stack, customer(number, { analysts }));
  }

  function settingsTexts(): Promise<string[]> {
    return Promise.all(stacks.map((stack) => readFile(path.join(project.folder, `Pulumi.${stack}.yaml`), "utf8")));
  }

  function fleet(answers: readonly unknown[], ...args: readonly string[]) {
    const run = path.join(checkout, "dist", "cli", "run.js");
    return execa(process.execPath, ["-e", answering, run, JSON.stringify(answers), "fleet", ...args], {
      cwd: project.folder,
      env: { ...project.environment, NO_COLOR: "1", CI: "true", TMPDIR: temporaryFolder() },
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
