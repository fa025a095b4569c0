/** Most tests use one process for programs and dynamic resources: it must do what the engine's own do. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { compareDumps, dump } from "@defender-mssp/sandbox";
import { type Finished, type SandboxProject, setSwitches } from "@defender-mssp/testkit";
import { ana, ben, createProject, customer, tenantIdOf } from "./support";

const number = 0x9e;
const stack = ["--stack", "contoso"];
const everyKind = {
  portalAccess: "rbac",
  notificationRules: [{ name: "High", severities: ["High"], recipients: ["soc@fabrikam-security.example"] }],
};

describe("the shared runtime, beside the processes that the engine starts", function () {
  let projects: readonly [own: SandboxProject, shared: SandboxProject];
  let startedAt: Date;

  before(async () => {
    startedAt = new Date();
    projects = await Promise.all([createProject({ sharedRuntime: false }), createProject({ sharedRuntime: true })]);
    await configure({});
    for (const project of projects) await project.addStack("contoso");
  });
  after(() => Promise.all(projects.map((project) => project.dispose())));

  function configure(changes: Readonly<Record<string, unknown>>): Promise<unknown> {
    const settings = customer(number, { ...everyKind, ...changes });
    return Promise.all(projects.map((project) => project.writeSettings("contoso", settings)));
  }

  async function both(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<readonly [Finished, Finished]> {
    const [own, shared] = projects;
    const all = [...args, ...stack];
    const ended = [await own.run(all, environment), await shared.run(all, environment)] as const;
    assert.equal(ended[1].exitCode, ended[0].exitCode, `${ended[0].stdout}\n${ended[1].stdout}\n${ended[1].stderr}`);
    return ended;
  }

  /** Fails where the tenants differ, or what the states say of the resources. */
  async function assertSame(): Promise<void> {
    const [own, shared] = projects.map((project) => ({ text: dump(project.sandbox.cloud), startedAt }));
    assert.deepEqual(compareDumps(own!, shared!), { onlyLeft: [], onlyRight: [] });
    const states = await both(["stack", "export"]);
    const [resources, others] = states.map(({ stdout }) => declared(stdout));
    assert.deepEqual(others, resources);
  }

  it("its key server closes no idle connection, on which Go would not repeat a PUT", async () => {
    const { headers } = await fetch(projects[1].environment["VAULT_SERVER_URL"] ?? "");
    assert.equal(headers.get("keep-alive"), null);
  });

  it("`up` makes the same tenant and state", async () => {
    const ended = await both(["up", "--yes", "--skip-preview"]);
    assert.equal(ended[0].exitCode, 0, ended[0].stdout);
    await assertSame();
  });

  it("the outputs that are read without the engine are those of the engine", async () => {
    const [, shared] = projects;
    const { stdout } = await shared.run(["stack", "output", ...stack, "--json", "--show-secrets"]);
    const outputs = await shared.outputs("contoso");
    assert.deepEqual(outputs, JSON.parse(stdout));
    assert.match(String(outputs["clientSecret"]), /^\S{30,}$/);
  });

  it("a preview at another time shows the same steps", async () => {
    await configure({ analysts: [ana] });
    const nextYear = { MSSP_CLOCK: new Date(Date.now() + 340 * 24 * 60 * 60 * 1000).toISOString() };
    const [own, shared] = (await both(["preview", "--json", "--refresh"], nextYear)).map(stepsOf);
    assert.ok(
      own!.some((step) => step.startsWith("create ") && step.includes("ApplicationPassword")),
      own!.join("\n"),
    );
    assert.ok(
      own!.some((step) => step.startsWith("delete ") && step.includes("Guest")),
      own!.join("\n"),
    );
    assert.deepEqual(shared, own);
  });

  it("settings that are refused and an error that a hook explains are reported in the same words", async () => {
    await configure({ analysts: [{ ...ben, tier: "tier9" }] });
    assert.deepEqual(...((await both(["preview"])).map(diagnosticsOf) as [string, string]));
    await configure({});
    for (const project of projects)
      setSwitches(project.sandbox.cloud.tenant(tenantIdOf(number)), { clientSecrets: "off" });
    const nextYear = { MSSP_CLOCK: new Date(Date.now() + 340 * 24 * 60 * 60 * 1000).toISOString() };
    const [own, shared] = (await both(["up", "--yes", "--skip-preview"], nextYear)).map(diagnosticsOf);
    assert.match(own!, /forbids client secrets/);
    assert.equal(shared, own);
  });

  it("the command after one whose resource failed runs its program", async () => {
    for (const project of projects)
      setSwitches(project.sandbox.cloud.tenant(tenantIdOf(number)), { clientSecrets: "on" });
    await configure({ analysts: [ana] });
    const [own, shared] = (await both(["preview", "--json"])).map(stepsOf);
    assert.ok(
      own!.some((step) => step.startsWith("delete ") && step.includes("Guest")),
      own!.join("\n"),
    );
    assert.deepEqual(shared, own);
  });

  it("a run that ends well without a program's outputs is a failure, not the end of everything", async () => {
    const [, shared] = projects;
    const launcher = path.join(shared.folder, "launcher.js");
    const text = await readFile(launcher);
    await writeFile(launcher, "module.exports = () => ({});");
    const { exitCode, stdout } = await shared.run(["preview", ...stack]);
    await writeFile(launcher, text);
    assert.notEqual(exitCode, 0);
    assert.match(stdout, /The shared runtime has lost this run/);
  });

  it("`destroy` leaves the same tenant", async () => {
    const ended = await both(["destroy", "--yes", "--skip-preview"]);
    assert.equal(ended[0].exitCode, 0, ended[0].stdout);
    await assertSame();
  });
});

interface Declared {
  readonly urn: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** What a program says of each resource, without the values that each tenant makes. */
function declared(state: string): unknown[] {
  const { deployment } = JSON.parse(state) as { deployment: { resources?: (Declared & Record<string, unknown>)[] } };
  const sorted = (texts: readonly string[] = []) => [...texts].sort();
  return (deployment.resources ?? [])
    .map(({ urn, type, custom, parent, additionalSecretOutputs, ...more }) => ({
      ...{ urn, type, custom, parent, additionalSecretOutputs },
      dependencies: sorted(more.dependencies),
      propertyDependencies: Object.entries(more.propertyDependencies ?? {}).map(([name, urns]) => [name, sorted(urns)]),
      inputs: sorted(Object.keys(more.inputs ?? {})),
      outputs: sorted(Object.keys(more.outputs ?? {})),
      code: more.inputs?.["__provider"],
    }))
    .sort((a, b) => a.urn.localeCompare(b.urn));
}

function stepsOf({ stdout }: Finished): string[] {
  const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
  return steps.map(({ op, urn }) => `${op} ${urn}`).sort();
}

/** The part of the output that shows errors and warnings, in one order; IDs are each run's own. */
function diagnosticsOf({ stdout }: Finished): string {
  const [, diagnostics = ""] = /^Diagnostics:\n([\s\S]*?)^(?:Resources|Outputs):/m.exec(stdout) ?? [];
  assert.notEqual(diagnostics, "", stdout);
  return (
    diagnostics
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<id>")
      .replace(/127\.0\.0\.1:\d+/g, "<sandbox>")
      // The two stacks were made in one minute, or in two.
      .replace(/\d\d:\d\d UTC/g, "<time>")
      .split("\n\n")
      .sort()
      .join("\n")
  );
}
