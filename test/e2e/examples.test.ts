import assert from "node:assert/strict";
import path from "node:path";
import type { SandboxProject } from "@defender-mssp/testkit";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { ana, ben, checkout, createProject, dumpOfTenant, objectsOf, single, tenantIdOf } from "./support";
import { checkOnboarding, checkSecretsEncrypted } from "./onboardings";
import { goHost } from "./goHost";
import { pythonHost } from "./pythonHost";
import { yamlHost } from "./yamlHost";

/** examples/customer-onboarding-yaml is the program of plugin.test.ts. */
const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";

interface Example {
  readonly folder: string;
  /** @default TypeScript */
  readonly language?: "yaml" | "python" | "go";
  /** Numbers of the customers' tenants. */
  readonly tenants: readonly number[];
  readonly settings: Readonly<Record<string, unknown>>;
  /** Another example of the language has its components: neither previewed before `up` nor afterwards. */
  readonly isPart?: boolean;
  /** What the outputs and the tenants must say after `up`. */
  check(project: SandboxProject, outputs: Record<string, unknown>): void;
}

const examples: readonly Example[] = [
  {
    folder: "one-component",
    isPart: true,
    tenants: [70],
    settings: { customerName: "Contoso 70", tenantId: tenantIdOf(70) },
    check: checkConnector(70),
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
  {
    folder: "parts-yaml",
    language: "yaml",
    tenants: [73],
    settings: { customerName: "Contoso 73", tenantId: tenantIdOf(73) },
    check: checkConnector(73),
  },
  {
    folder: "customer-onboarding-python",
    language: "python",
    tenants: [76],
    settings: {
      customerName: "Contoso 76",
      customerDomain: "contoso76.example",
      tenantId: tenantIdOf(76),
      msspName: "Fabrikam Security",
      msspTenantId,
    },
    check: (project, outputs) => checkOnboarding(project, 76, "onboarding-python", outputs),
  },
  {
    folder: "siem-connector-go",
    language: "go",
    tenants: [77],
    settings: { customerName: "Contoso 77", tenantId: tenantIdOf(77) },
    check: checkConnector(77),
  },
];

/** Checks the application of a connector alone. */
function checkConnector(tenant: number): Example["check"] {
  return (project, { clientId, clientSecret }) => {
    const application = single(objectsOf(project, tenantIdOf(tenant)).applications);
    assert.equal(application["displayName"], `Contoso ${tenant} SIEM MSSP Connector`);
    assert.equal(clientId, application["appId"]);
    assert.match(String(clientSecret), /^\S{20,}$/);
  };
}

interface LanguageHost {
  readonly environment: Readonly<Record<string, string>>;
  /** Completes the program's folder. */
  prepare?(folder: string): Promise<void>;
}

/** What the engine needs to run a program in the language; `missing` says why it cannot. */
async function hostEnvironment(
  language: Example["language"],
  sdk: string,
): Promise<LanguageHost | { readonly missing: string }> {
  if (language === undefined) return { environment: {} };
  if (language === "python") return pythonHost(sdk);
  if (language === "go") return goHost(sdk);
  const host = await yamlHost();
  if ("missing" in host) return host;
  return { environment: { PATH: `${host.folder}${path.delimiter}${process.env["PATH"] ?? ""}` } };
}

describe("the examples on the real engine:", function () {
  for (const example of examples) {
    describe(example.folder, function () {
      let project: SandboxProject;
      let asBefore: readonly string[];
      let sdk: string;

      const dumps = () => example.tenants.map((number) => dumpOfTenant(project, tenantIdOf(number)));

      before(async function () {
        sdk = newFolder();
        const host = await hostEnvironment(example.language, sdk);
        if ("missing" in host) {
          console.log(`    skipped: ${host.missing}`);
          return this.skip();
        }
        const { environment } = host;
        project = await createProject({ program: path.join(checkout, "examples", example.folder), environment });
        await host.prepare?.(project.folder);
        await project.writeSettings("dev", example.settings);
        await project.addStack("dev");
        for (const number of example.tenants) project.sandbox.cloud.tenant(tenantIdOf(number));
        asBefore = dumps();
      });
      after(() => (project as SandboxProject | undefined)?.dispose());

      const itOfWhole = example.isPart === true ? () => undefined : it;

      itOfWhole("an example previews with unknown values", async () => {
        const steps = await project.changes("dev");
        assert.ok(steps.length > 0 && steps.every(({ op }) => op === "create"), JSON.stringify(steps));
        assert.deepEqual(dumps(), asBefore);
      });

      it("an example creates the objects of its components", async () => {
        await project.succeed(["up", "--stack", "dev", "--yes", "--skip-preview"]);
        example.check(project, await project.outputs("dev"));
      });

      it("has each secret encrypted in the state", () => checkSecretsEncrypted(project, "dev"));

      itOfWhole("an example has no changes afterwards", async () => {
        await project.succeed(["preview", "--stack", "dev", "--refresh", "--expect-no-changes"]);
      });

      it("`destroy` of an example leaves each tenant as before", async () => {
        await project.succeed(["destroy", "--stack", "dev", "--yes", "--skip-preview"]);
        assert.deepEqual(dumps(), asBefore);
      });
    });
  }
});
