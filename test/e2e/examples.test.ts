import assert from "node:assert/strict";
import path from "node:path";
import type { SandboxProject } from "@defender-mssp/sandbox";
import { ana, ben, checkout, createProject, dumpOfTenant, objectsOf, single, tenantIdOf } from "./support";

const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";

interface Example {
  readonly folder: string;
  /** Numbers of the customers' tenants. */
  readonly tenants: readonly number[];
  readonly settings: Readonly<Record<string, unknown>>;
  /** What the outputs and the tenants must say after `up`. */
  check(project: SandboxProject, outputs: Record<string, unknown>): void;
}

const examples: readonly Example[] = [
  {
    folder: "one-component",
    tenants: [70],
    settings: { customerName: "Contoso 70", tenantId: tenantIdOf(70) },
    check: (project, { clientId, clientSecret }) => {
      const application = single(objectsOf(project, tenantIdOf(70)).applications);
      assert.equal(application["displayName"], "Contoso 70 SIEM MSSP Connector");
      assert.equal(clientId, application["appId"]);
      assert.match(String(clientSecret), /^\S{20,}$/);
    },
  },
  {
    folder: "many-customers",
    tenants: [71, 72],
    settings: {
      msspName: "Fabrikam Security",
      msspTenantId,
      analysts: [ana, ben],
      customers: [71, 72].map((number) => ({
        name: `contoso${number}`,
        displayName: `Contoso ${number}`,
        tenantId: tenantIdOf(number),
        domain: `contoso${number}.example`,
      })),
    },
    check: (project, outputs) => {
      for (const number of [71, 72]) {
        const objects = objectsOf(project, tenantIdOf(number));
        const application = single(objects.applications);
        assert.equal(application["displayName"], `Contoso ${number} SIEM MSSP Connector`);
        const customer = outputs[`contoso${number}`] as { clientId: string; guests: Record<string, string> };
        assert.equal(customer.clientId, application["appId"]);
        for (const email of [ana.email, ben.email]) {
          assert.ok(objects.users[customer.guests[email] ?? ""], `${email} is a user of tenant ${number}`);
        }
      }
    },
  },
];

describe("the examples on the real engine:", function () {
  for (const example of examples) {
    describe(example.folder, function () {
      let project: SandboxProject;
      let asBefore: readonly string[];

      const dumps = () => example.tenants.map((number) => dumpOfTenant(project, tenantIdOf(number)));

      before(async () => {
        project = await createProject({ program: path.join(checkout, "examples", example.folder) });
        await project.writeSettings("dev", example.settings);
        await project.succeed(["stack", "init", "dev"]);
        for (const number of example.tenants) project.sandbox.cloud.tenant(tenantIdOf(number));
        asBefore = dumps();
      });
      after(() => project.dispose());

      it("an example previews with unknown values", async () => {
        const steps = await project.changes("dev");
        assert.ok(steps.length > 0 && steps.every(({ op }) => op === "create"), JSON.stringify(steps));
        assert.deepEqual(dumps(), asBefore);
      });

      it("an example creates the objects of its components", async () => {
        await project.succeed(["up", "--stack", "dev", "--yes", "--skip-preview"]);
        example.check(project, await project.outputs("dev"));
      });

      it("an example has no changes afterwards", async () => {
        await project.succeed(["preview", "--stack", "dev", "--refresh", "--expect-no-changes"]);
      });

      it("`destroy` of an example leaves each tenant as before", async () => {
        await project.succeed(["destroy", "--stack", "dev", "--yes", "--skip-preview"]);
        assert.deepEqual(dumps(), asBefore);
      });
    });
  }
});
