import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { directoryRoleTemplates } from "@defender-mssp/microsoft";
import { type SandboxProject, setSwitches } from "@defender-mssp/testkit";
import { createProject, dumpOfTenant, tenantIdOf } from "./support";

const assignments = "/v1.0/roleManagement/directory/roleAssignments";

describe("a switch of the portal access model on the real engine:", function () {
  const tenantId = tenantIdOf(61);
  const requests: string[] = [];
  let project: SandboxProject;
  let asBefore: string;

  before(async () => {
    project = await createProject({ log: (line) => requests.push(line) });
    const program = await readFile(path.join(__dirname, "programs", "portalAccessSwitch.ts"), "utf8");
    await writeFile(path.join(project.folder, "index.ts"), program.replaceAll("../../../components/", "./components/"));
    await settings("basic");
    await project.addStack("contoso");
    project.sandbox.cloud.tenant(tenantId);
    asBefore = dumpOfTenant(project, tenantId);
    await settings("rbac");
    project.environment["MSSP_ALLOWED_STATE_CODE"] = await hashOfGrant();
    await settings("basic");
  });
  after(() => project.dispose());

  /** The hash of a dynamic resource of one's own, by which the operator allows it. */
  async function hashOfGrant(): Promise<string> {
    const { exitCode, stdout, stderr } = await project.run(["preview", "--stack", "contoso"]);
    assert.notEqual(exitCode, 0, "its code needs to be allowed before its first `up`");
    return /dynamic:Resource::\S+ carries code .* \(SHA-256 ([0-9a-f]{64})\)/.exec(stdout + stderr)![1]!;
  }

  async function settings(model: string, more: Record<string, string> = {}): Promise<void> {
    const [guest] = [...project.sandbox.cloud.tenant(tenantId).objects("users").keys()];
    await project.writeSettings("contoso", { tenantId, model, guest, ...more });
  }

  /** What a run writes of role assignments, in the order in which the tenant saw it. */
  async function up(...flags: string[]): Promise<string[]> {
    const from = requests.length;
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview", ...flags]);
    const written = requests.slice(from).filter((line) => new RegExp(`^(POST|DELETE) ${assignments}`).test(line));
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
    return written.map((line) => `${line.split(" ")[0]} ${line.split(" ")[2]}`);
  }

  /** Names of the roles that anybody was given. */
  function roles(): string[] {
    const tenant = project.sandbox.cloud.tenant(tenantId);
    const names = Object.entries(directoryRoleTemplates);
    return [...tenant.objects("roleAssignments").values()]
      .flatMap(({ roleDefinitionId }) => names.filter(([, id]) => id === roleDefinitionId).map(([name]) => name))
      .filter((name) => name !== "Global Administrator")
      .sort();
  }

  it("each model gives its own access", async () => {
    assert.deepEqual(await up(), ["POST 201", "POST 201"]);
    assert.deepEqual(roles(), ["Directory Readers", "Security Reader"]);
  });

  for (const [from, to, role] of [
    ["basic", "rbac", "Security Administrator"],
    ["rbac", "basic", "Security Reader"],
  ] as const) {
    it(`from ${from} to ${to}: the old grant is taken away before the new one is given, and the preview says so`, async () => {
      await settings(to);
      const preview = await project.succeed(["preview", "--stack", "contoso"]);
      const [old, now] = from === "basic" ? ["basic-group", "rbac"] : ["rbac", "basic-group"];
      const position = (step: string) => {
        const found = preview.indexOf(` ${step} `);
        assert.ok(found >= 0, `"${step}" is missing in ${preview}`);
        return found;
      };
      const replaced = position("portal-access-model create replacement");
      assert.ok(position(`${old} delete original`) < replaced, preview);
      assert.ok(replaced < position(`${now} create`), preview);
      assert.doesNotMatch(preview, /bystander/, "what only waits for the model stays");
      assert.deepEqual(await up("--parallel", "16"), ["DELETE 204", "POST 201"]);
      assert.deepEqual(roles(), ["Directory Readers", role]);
    });
  }

  it("another role of the same model: the old one is removed first", async () => {
    await settings("basic", { role: "Security Operator" });
    assert.deepEqual(await up(), ["DELETE 204", "POST 201"]);
    assert.deepEqual(roles(), ["Directory Readers", "Security Operator"]);
  });

  it("from the group to each guest: works where a group cannot have a role", async () => {
    await settings("basic", { assignTo: "guests", assignable: "no" });
    // The group can't be changed: another one takes its name, and the grant that hangs on it goes
    // first.
    assert.deepEqual((await up()).sort(), ["DELETE 204", "POST 201"]);
    assert.deepEqual(roles(), ["Directory Readers", "Security Reader"]);
    const [group, ...others] = [...project.sandbox.cloud.tenant(tenantId).objects("groups").values()];
    assert.deepEqual([group?.["isAssignableToRole"], others], [false, []]);
  });

  it("a tenant without the licence for role-assignable groups: Microsoft's error is shown", async () => {
    setSwitches(project.sandbox.cloud.tenant(tenantId), { entraLicence: "free" });
    await settings("basic");
    const { exitCode, stdout } = await project.run(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.notEqual(exitCode, 0);
    assert.match(stdout, /Only companies who have purchased AAD Premium may perform this operation/);
    setSwitches(project.sandbox.cloud.tenant(tenantId), { entraLicence: "p2" });
  });

  it("`destroy` removes everything", async () => {
    await project.succeed(["destroy", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantId), asBefore);
  });
});
