/** `mssp fleet` on the real engine: whose an error is, and how it is shown. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxProject } from "@defender-mssp/testkit";
import { execa } from "execa";
import type { RunReport } from "../../cli/stack/report";
import { ana, checkout, createProject, customer } from "./support";

/** Fails some time after the end of its run, when another program of the thread runs. */
const late = `
  import { existsSync } from "node:fs";
  import type { Extension } from "./index";
  export const extend: Extension = () => {
    const timer = setInterval(() => {
      if (!existsSync(String(process.env["SECOND_RUNS"]))) return;
      clearInterval(timer);
      void Promise.reject(new Error("late error of first's extension"));
    }, 20);
  };
`;
const second = `
  import { writeFileSync } from "node:fs";
  import type { Extension } from "./index";
  export const extend: Extension = () => writeFileSync(String(process.env["SECOND_RUNS"]), "");
`;

describe("mssp fleet: errors", function () {
  let project: SandboxProject;
  before(async () => {
    project = await createProject();
    await writeFile(path.join(project.folder, "extensions", "late.ts"), late);
    await writeFile(path.join(project.folder, "extensions", "second.ts"), second);
    await project.writeSettings("first", customer(1, { analysts: [ana], extension: "late" }));
    await project.writeSettings("second", customer(2, { analysts: [ana], extension: "second" }));
    await project.verifyDomains();
  });
  after(() => project.dispose());

  it("a late error of one customer's program fails no other customer", async () => {
    const { exitCode, stdout, stderr } = await fleet("up", "--init", "--yes", "--parallel", "1", "--tries", "1");
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
    assert.deepEqual((await lastReport()).counts, {
      failed: 0,
      drifted: 0,
      leftOut: 0,
      new: 0,
      changed: 2,
      unchanged: 0,
    });
  });

  it("a policy violation is shown with the rule, the resource and the remedy", async () => {
    const analysts = [{ email: "ana.silva@gmail.com", displayName: "Ana Silva" }];
    await project.writeSettings("first", customer(1, { analysts }));
    const { exitCode, stdout, stderr } = await fleet("preview", "--stack", "first", "--policy-pack", "policy");
    assert.equal(exitCode, 1);
    for (const text of [stdout, stderr]) {
      assert.match(text, /first:? +failed: policy guest-domains of \S+ refuses \S+: .*gmail\.com/);
      assert.doesNotMatch(text, /preview failed/);
    }
    const [first] = (await lastReport()).stacks;
    assert.match(first?.messages[0] ?? "", /^policy guest-domains /);
  });

  it("refused settings start no engine, and get no advice to run again", async () => {
    await project.writeSettings("first", customer(1, { tenantId: "wrong" }));
    const { exitCode, stdout } = await fleet("up", "--stack", "first", "--yes");
    assert.equal(exitCode, 1);
    assert.match(stdout, /^first {2}failed: .*tenantId/m);
    assert.match(stdout, /^Fails again: first\. First do what each line above says\.$/m);
    assert.doesNotMatch(stdout, /--status failed/);
    const outcomes = (await lastReport()).stacks.map(({ isRefused, tries }) => [isRefused, tries]);
    assert.deepEqual(outcomes, [[true, 0]]);
  });

  it("a refused state is named as refused, without a promise and without the advice to run again", async () => {
    await project.writeSettings("first", customer(1, { analysts: [ana] }));
    const exported = await project.succeed(["stack", "export", "--stack", "first"]);
    const state = JSON.parse(exported) as {
      readonly deployment: { readonly resources: { type: string; inputs?: object; outputs?: object }[] };
    };
    const guest = state.deployment.resources.find(({ type }) => type.endsWith(":Guest"));
    assert.ok(guest);
    for (const values of [guest.inputs, guest.outputs] as Record<string, unknown>[]) values["__provider"] = "foreign()";
    const file = path.join(project.folder, "state.json");
    await writeFile(file, JSON.stringify(state));
    await project.succeed(["stack", "import", "--stack", "first", "--file", file]);
    for (const command of [["up", "--refresh"], ["up"], ["refresh"], ["destroy"]]) {
      const { exitCode, stdout } = await fleet(...command, "--stack", "first", "--yes", "--tries", "1");
      assert.equal(exitCode, 1);
      assert.match(stdout, /^first {2}failed: .*carries code that no release of this program has written/m, stdout);
      assert.match(stdout.replaceAll(/\s+/g, " "), /The state of first was refused, and will be again\. Restore it/);
      assert.doesNotMatch(stdout, /Nothing was changed|--status failed/);
    }
  });

  function fleet(...args: readonly string[]) {
    return execa(process.execPath, [path.join(checkout, "cli", "mssp.js"), "fleet", ...args], {
      cwd: project.folder,
      env: {
        ...project.environment,
        ...{ NO_COLOR: "1", CI: "true", SECOND_RUNS: path.join(project.folder, "second.runs") },
      },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
  }

  async function lastReport(): Promise<RunReport> {
    const journals = path.join(project.folder, ".mssp", "fleet");
    const [last = ""] = (await readdir(journals)).sort().reverse();
    return JSON.parse(await readFile(path.join(journals, last, "report.json"), "utf8")) as RunReport;
  }
});
