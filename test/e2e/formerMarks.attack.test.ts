import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxProject } from "@defender-mssp/testkit";
import { createProject, customer, dumpOfTenant, tenantIdOf } from "./support";

interface Resource {
  readonly urn: string;
  readonly type: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
}

/**
 * A stack of version 0.1.0, whose marks name no stack ID: state and tenant are written as that
 * version left them.
 */
describe("components/formerMarks: marks of version 0.1.0, which another stack of the same name has, too", function () {
  this.timeout(240_000);

  const tenantId = tenantIdOf(0x73);
  let project: SandboxProject;
  let asMade: string;

  before(async () => {
    project = await createProject();
    const settings = customer(0x73, {
      portalAccess: "rbac",
      notificationRules: [{ name: "MSSP SOC", severities: ["High"], recipients: ["soc@fabrikam-security.example"] }],
    });
    await project.writeSettings("contoso", settings);
    await project.addStack("contoso");
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    asMade = dumpOfTenant(project, tenantId);
  });
  after(() => project.dispose());

  const former = (text: string) =>
    text
      .replaceAll(/ \(defender-mssp\/contoso#[0-9a-f]{16}, MSSP tenant [0-9a-f-]{36}\)/g, "")
      .replaceAll(/#[0-9a-f]{16}(; [0-9a-f]{8})?/g, "");

  async function backToFormer(): Promise<void> {
    const state = JSON.parse(former(await project.succeed(["stack", "export", "--stack", "contoso"]))) as {
      deployment: { resources: Resource[] };
    };
    const identity = state.deployment.resources.find(({ type }) => type.endsWith(":StackIdentity"))!.urn;
    const without = (urns: readonly string[]) => urns.filter((urn) => urn !== identity);
    state.deployment.resources = state.deployment.resources.filter(({ urn }) => urn !== identity);
    for (const resource of state.deployment.resources) {
      resource.dependencies = without(resource.dependencies ?? []);
      const entries = Object.entries(resource.propertyDependencies ?? {});
      resource.propertyDependencies = Object.fromEntries(entries.map(([name, urns]) => [name, without(urns)]));
    }
    const file = path.join(project.folder, "former.json");
    await writeFile(file, JSON.stringify(state));
    await project.succeed(["stack", "import", "--stack", "contoso", "--file", file]);
    const tenant = project.sandbox.cloud.tenant(tenantId);
    for (const collection of Object.keys((JSON.parse(asMade) as { objects: object }).objects)) {
      const objects = tenant.objects(collection);
      for (const [id, object] of objects) objects.set(id, JSON.parse(former(JSON.stringify(object))) as typeof object);
    }
  }

  it("the next `up` renews them in place and changes nothing else", async () => {
    await backToFormer();
    assert.doesNotMatch(dumpOfTenant(project, tenantId), /#[0-9a-f]{16}/);
    const steps = await project.changes("contoso");
    assert.deepEqual([...new Set(steps.map(({ op }) => op))].sort(), ["create", "update"]);
    assert.deepEqual(
      steps.filter(({ op }) => op === "create").map(({ urn }) => urn.split("::").at(-1)),
      ["stack-identity"],
    );
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
    const renewed = dumpOfTenant(project, tenantId);
    const [, id = ""] = /#([0-9a-f]{16})/.exec(renewed)!;
    assert.equal(renewed.replaceAll(id, ""), asMade.replaceAll(/#[0-9a-f]{16}/g, "#"), "the same objects, marked anew");
  });

  it("`destroy` without an `up` before deletes everything of its own state", async () => {
    await backToFormer();
    await project.succeed(["destroy", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.doesNotMatch(dumpOfTenant(project, tenantId), /managed by Pulumi|Managed by Pulumi/);
  });
});
