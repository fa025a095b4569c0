import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import {
  azureResources,
  msspSubscriptionId,
  msspTenantId,
  subscriptionIdOf,
  type SandboxProject,
} from "@defender-mssp/testkit";
import { parse, stringify } from "yaml";
import { officeRule } from "../cli/detections/rulesProject";
import {
  ana,
  ben,
  checkout,
  createProject,
  dumpOfTenant,
  objectsOf,
  single,
  TenantHands,
  tenantIdOf,
  type ObjectsById,
} from "./support";
import { checkOnboarding, checkSecretsEncrypted } from "./onboardings";
import { yamlHost } from "./yamlHost";

describe("the plugin, from a YAML program on the real engine:", function () {
  const tenantId = tenantIdOf(75);
  const settings = {
    customerName: "Contoso 75",
    customerDomain: "contoso75.example",
    tenantId,
    msspName: "Fabrikam Security",
    msspTenantId,
  };
  const tiers = { tier1: "Fabrikam Tier 1", tier2: "Fabrikam Tier 2", approvers: "Fabrikam Approvers" };
  /** The settings that name what the example grants. */
  const judged = {
    ...settings,
    analysts: [ana, { ...ben, tier: "tier2" }],
    portalAccess: {
      model: "rbac",
      tiers: Object.fromEntries(Object.entries(tiers).map(([tier, name]) => [tier, { name }])),
    },
    connector: { alertApis: ["legacySiem", "graph"] },
    notificationRules: [
      { name: "MSSP SOC", severities: ["High", "Medium"], recipients: ["soc@fabrikam-security.example"] },
    ],
  };
  const stackIdentity = { stackId: "${identity.stackId}", msspTenantId: "${msspTenantId}" };
  let project: SandboxProject;
  let program: string;
  let untouched: string;

  before(async function () {
    const host = await yamlHost();
    if ("missing" in host) {
      console.log(`    skipped: ${host.missing}`);
      return this.skip();
    }
    const PATH = `${host.folder}${path.delimiter}${process.env["PATH"] ?? ""}`;
    const folder = path.join(checkout, "examples", "customer-onboarding-yaml");
    project = await createProject({ program: folder, environment: { PATH } });
    program = await readFile(path.join(project.folder, "Pulumi.yaml"), "utf8");
    await project.writeSettings("dev", settings);
    await project.addStack("dev");
    project.sandbox.cloud.tenant(tenantId);
  });
  after(() => (project as SandboxProject | undefined)?.dispose());

  /** Writes the example with texts in place of others. */
  async function change(...replacements: readonly (readonly [from: string, to: string])[]): Promise<void> {
    let changed = program;
    for (const [from, to] of replacements) {
      assert.ok(changed.includes(from), from);
      changed = changed.replace(from, to);
    }
    await writeFile(path.join(project.folder, "Pulumi.yaml"), changed);
  }

  async function refused(args: readonly string[], environment: Record<string, string> = {}): Promise<string> {
    const { exitCode, stdout, stderr } = await project.run([...args, "--stack", "dev"], environment);
    assert.notEqual(exitCode, 0, stdout);
    assert.doesNotMatch(stdout + stderr, /^\s+at .*:\d+:\d+\)?$/m, "no stack trace");
    return stdout;
  }

  it("`pulumi package get-schema` prints the schema of the package", async () => {
    const schema = JSON.parse(
      await project.succeed(["package", "get-schema", "./node_modules/defender-mssp/plugin"]),
    ) as { name: string; resources: Record<string, { isComponent?: boolean; requiredInputs: string[] }> };
    assert.equal(schema.name, "defender-mssp");
    const connector = schema.resources["defender-mssp:index:SiemConnector"];
    assert.deepEqual([connector?.isComponent, connector?.requiredInputs], [true, ["customerName", "tenantId"]]);
  });

  it("`pulumi package add` names the package for a program without `plugins`, which previews with an unknown argument", async () => {
    const file = path.join(project.folder, "Pulumi.yaml");
    const plugins = /^plugins:\n(?: .*\n)+/m;
    const [declared = ""] = plugins.exec(program) ?? [];
    assert.notEqual(declared, "");
    await change([declared, ""], ["customerName: ${customerName}", "customerName: Contoso ${identity.stackId}"]);
    await project.succeed(["package", "add", "./node_modules/defender-mssp/plugin"]);
    assert.match(
      await readFile(file, "utf8"),
      /^packages:\n {2}defender-mssp: \.\/node_modules\/defender-mssp\/plugin$/m,
    );
    // A copy of the schema, which nothing needs.
    await rm(path.join(project.folder, "sdks"), { recursive: true });
    const steps = await project.changes("dev");
    assert.ok(steps.some(({ urn }) => urn.endsWith("::customer-siem-application")));
    assert.ok(steps.every(({ op }) => op === "create"));
    await writeFile(file, program);
  });

  for (const [name, from, to, line] of [
    [
      "a kind of connector that there is not",
      "kind: customerApp",
      "kind: other",
      "connector.kind: must be one of customerApp, msspApp",
    ],
    [
      "an unknown value where the component must know it",
      "name: Fabrikam Tier 1",
      "name: ${identity.stackId}",
      "portalAccess.tiers.tier1.name: its value must be known in a preview",
    ],
    ["a tenant that is none", "tenantId: ${tenantId}", "tenantId: abc", "Cannot sign in to the customer's tenant abc"],
  ] as const) {
    it(`preview refuses ${name} in one line, and changes nothing`, async () => {
      const asBefore = dumpOfTenant(project, tenantId);
      await change([from, to]);
      const shown = await refused(["preview"]);
      assert.ok(shown.includes(`CustomerOnboarding resource 'customer' has a problem: ${line}`), shown);
      assert.equal(dumpOfTenant(project, tenantId), asBefore);
    });
  }

  it("a program calls the functions, and a failure is one line", async () => {
    const call = (name: string, args: object) => ({
      "fn::invoke": { function: `defender-mssp:${name}`, arguments: args },
    });
    const declared = {
      ...(parse(program) as object),
      resources: {},
      outputs: {
        tenant: call("getTenant", { domain: "contoso75.example" }),
        needed: call("getPermissions", { settings: { portalAccess: "rbac", analysts: [] } }),
      },
    };
    const file = path.join(project.folder, "Pulumi.yaml");
    await writeFile(file, stringify(declared));
    project.sandbox.cloud.describedTenant({ tenantId, domain: "contoso75.example" });
    const shown = await project.succeed(["preview", "--stack", "dev"]);
    assert.match(shown, new RegExp(`portalUrl *: "https://security\\.microsoft\\.com\\?tid=${tenantId}"`));
    assert.match(shown, /permission *: "Application\.ReadWrite\.OwnedBy"/);
    await writeFile(file, stringify({ ...declared, outputs: { tenant: call("getTenant", { domain: "no.example" }) } }));
    assert.match(await refused(["preview"]), /domain: Entra knows no tenant of no\.example in the cloud public/);
    await writeFile(file, program);
  });

  it("the policy pack judges the plugin's resources by the settings of the stack", async () => {
    await writeFile(path.join(project.folder, "Pulumi.yaml"), program);
    await project.writeSettings("dev", judged);
    const pack = ["--policy-pack", path.join(checkout, "policy")];
    const shown = await project.succeed(["preview", "--stack", "dev", ...pack]);
    assert.doesNotMatch(shown, /\[mandatory\]/);
    await change(["ana.silva@fabrikam-security.example", "mallory@other.example"]);
    const violations = await refused(["preview", ...pack]);
    assert.match(violations, /\[mandatory\].*named-guests.*defender-mssp:index:Guest/);
    assert.match(violations, /mallory@other\.example/);
  });

  it("`up` stops before it registers a second application of the same name", async () => {
    await writeFile(path.join(project.folder, "Pulumi.yaml"), program);
    untouched = dumpOfTenant(project, tenantId);
    const hands = new TenantHands(project, tenantId);
    const displayName = "Contoso 75 SIEM MSSP Connector";
    const { id } = await hands.graph<{ id: string }>("POST", "/v1.0/applications", { displayName });
    const shown = await refused(["up", "--yes", "--skip-preview"]);
    assert.match(shown, /an application named "Contoso 75 SIEM MSSP Connector" \(client ID .*\) already exists/);
    assert.deepEqual(Object.keys(objectsOf(project, tenantId).applications), [id]);
    await hands.graph("DELETE", `/v1.0/applications/${id}`);
  });

  it("`up --refresh` goes on after a failure, and again changes nothing", async () => {
    await project.succeed(["up", "--yes", "--skip-preview", "--refresh", "--stack", "dev"]);
    checkOnboarding(project, 75, "onboarding-yaml", await project.outputs("dev"));
    await project.succeed(["preview", "--refresh", "--expect-no-changes", "--stack", "dev"]);
  });

  it("`up` updates, replaces and deletes by the arguments that changed, and keeps the client secret: the plugin reads its dates", async () => {
    const { clientSecret } = await project.outputs("dev");
    await change(["- name: MSSP SOC\n", "- name: MSSP SOC 2\n"], ["displayName: Ana Silva", "displayName: Ana S."]);
    const changes = await project.changes("dev");
    const ops = new Map(changes.map(({ op, urn }) => [urn.split("::").at(-1), op]));
    assert.equal(ops.get("customer-guest-ana.silva@fabrikam-security.example-user"), "update");
    assert.equal(ops.get("customer-notification-MSSP SOC 2"), "create");
    assert.equal(ops.get("customer-notification-MSSP SOC"), "delete");
    await project.succeed(["up", "--yes", "--skip-preview", "--stack", "dev"]);
    const names = Object.values(objectsOf(project, tenantId).users).map(({ displayName }) => displayName);
    assert.ok(names.includes("Ana S.") && !names.includes("Ana Silva"), names.join(", "));
    assert.equal((await project.outputs("dev"))["clientSecret"], clientSecret);
  });

  describe("components in Azure and detection rules", () => {
    const subscriptionId = subscriptionIdOf(tenantId);
    const delegated = {
      ...{ subscriptionId, resourceGroupName: "sentinel", groupName: "Sentinel Analysts" },
      groupObjectId: "5ec0de00-96f0-4000-8000-000000000001",
    };
    const place = { subscriptionId, resourceGroup: "sentinel", workspaceName: "sentinel" };
    const handedOver = { subscriptionId: msspSubscriptionId, location: "westeurope" };
    const components = {
      delegation: {
        type: "defender-mssp:AzureDelegation",
        properties: {
          ...{ ...delegated, tenantId: "${tenantId}", msspTenantId: "${msspTenantId}", msspName: "${msspName}" },
          ...{ roles: [{ role: "Microsoft Sentinel Reader" }], stackIdentity },
        },
      },
      sentinel: {
        type: "defender-mssp:SentinelAccess",
        properties: {
          ...{ ...place, tenantId: "${tenantId}", msspName: "${msspName}", stackIdentity },
          // The group exists only after `up`.
          grants: [
            { group: "tier1", objectId: '${customer.groups["tier1"]}', roles: ["Microsoft Sentinel Reader"] },
            { group: "tier2", objectId: '${customer.groups["tier2"]}', roles: ["Microsoft Sentinel Responder"] },
          ],
        },
      },
      // Not `handover`: Pulumi YAML leaves out a resource with the name of a configuration key.
      vault: {
        type: "defender-mssp:CredentialHandover",
        properties: {
          ...{ ...handedOver, tenantId: "${msspTenantId}", customerTenantId: "${tenantId}", stackIdentity },
          ...{ clientId: "${customer.clientId}", secret: "${customer.clientSecret}" },
          expiresOn: "${customer.clientSecretExpiresOn}",
        },
      },
      rules: {
        type: "defender-mssp:Detections",
        properties: {
          ...{ tenantId: "${tenantId}", msspName: "${msspName}", folder: "${pulumi.cwd}", stackIdentity },
          detections: { sets: ["base"] },
        },
      },
    };
    const pack = ["--policy-pack", path.join(checkout, "policy")];

    const azure = (tenant: string) => [...project.sandbox.cloud.tenant(tenant).objects(azureResources).values()];
    let existing: readonly string[];
    /** Types of the resources in the customer's subscription that the program has created. */
    const newResources = () =>
      azure(tenantId)
        .filter(({ id }) => !existing.includes(id))
        .map(({ type }) => type)
        .sort();

    before(async () => {
      existing = azure(tenantId).map(({ id }) => id);
      const declared = parse(program) as { resources: object };
      Object.assign(declared.resources, components);
      program = stringify(declared, { aliasDuplicateObjects: false, lineWidth: 0 });
      await writeFile(path.join(project.folder, "Pulumi.yaml"), program);
      await mkdir(path.join(project.folder, "detections", "base"), { recursive: true });
      await writeFile(path.join(project.folder, "detections", "base", "office.yaml"), officeRule);
      await project.writeSettings("dev", {
        ...judged,
        azureDelegation: { ...delegated, roles: ["Microsoft Sentinel Reader"] },
        sentinelAccess: place,
        handover: handedOver,
        detections: { sets: ["base"] },
      });
    });

    it("the policy pack judges them by the settings, and refuses another role", async () => {
      const shown = await project.succeed(["preview", "--stack", "dev", ...pack]);
      assert.doesNotMatch(shown, /\[mandatory\]/);
      await change(
        ['objectId: ${customer.groups["tier2"]}', "objectId: 00000000-0000-4000-8000-000000000bad"],
        ["Microsoft Sentinel Reader", "Microsoft Sentinel Contributor"],
      );
      const violations = await refused(["preview", ...pack]);
      assert.match(violations, /\[mandatory\].*named-principals.*RoleAssignment/);
      assert.match(violations, /\[mandatory\].*azure-principals.*RegistrationDefinition/);
      await writeFile(path.join(project.folder, "Pulumi.yaml"), program);
    });

    it("`up` creates them, and again changes nothing", async () => {
      await project.succeed(["up", "--yes", "--skip-preview", "--stack", "dev"]);
      assert.deepEqual(newResources(), [
        "Microsoft.Authorization/roleAssignments",
        "Microsoft.Authorization/roleAssignments",
        "Microsoft.ManagedServices/registrationAssignments",
        "Microsoft.ManagedServices/registrationDefinitions",
      ]);

      assert.ok(azure(msspTenantId).some(({ type }) => type === "Microsoft.KeyVault/vaults"));
      await project.succeed(["preview", "--refresh", "--expect-no-changes", "--stack", "dev"]);
    });

    it("has each secret encrypted in the state", () => checkSecretsEncrypted(project, "dev"));

    it("`destroy` leaves the tenant as it was", async () => {
      await project.succeed(["destroy", "--yes", "--skip-preview", "--stack", "dev"]);
      assert.deepEqual(newResources(), []);
      assert.equal(dumpOfTenant(project, tenantId), untouched);
      assert.deepEqual(objectsOf(project, tenantId).applications, {});
    });
  });

  describe("EntitlementAccess, with an azuread provider of the program", () => {
    interface Policy {
      readonly accessPackageId: string;
      readonly durationInDays: number;
      readonly requestorSettings: { readonly allowedRequestors: readonly { readonly id: string }[] };
      readonly requestApprovalSettings: {
        readonly approvalStages: readonly [{ readonly primaryApprovers: readonly { readonly id: string }[] }];
      };
    }
    const options = { providers: ["${tenant}"] };
    const tierNames = Object.entries(tiers);
    const terms = { expiresAfterDays: 90, reviewEvery: "quarter" };
    let asBefore: string;
    let contact: Record<string, unknown>;
    let shown: string;

    const collection = (name: string): ObjectsById =>
      (objectsOf(project, tenantId) as Partial<Record<string, ObjectsById>>)[name] ?? {};
    const objects = <T = Record<string, unknown>>(name: string) => Object.values(collection(name)) as T[];

    before(async () => {
      const [user] = Object.values(objectsOf(project, tenantId).users);
      contact = user ?? assert.fail("the tenant has no user");
      const approvers = [contact["userPrincipalName"]];
      const group = (displayName: string) => ({
        type: "defender-mssp:MsspSecurityGroup",
        properties: { displayName, msspName: "${msspName}" },
        options,
      });
      const { resources, ...head } = parse(program) as { resources: Record<string, object> };
      const declared = {
        ...head,
        resources: {
          identity: resources["identity"],
          tenant: { type: "pulumi:providers:azuread", properties: { tenantId: "${tenantId}" } },
          ...Object.fromEntries(tierNames.map(([tier, name]) => [`${tier}Group`, group(name)])),
          access: {
            type: "defender-mssp:EntitlementAccess",
            properties: {
              ...{
                tenantId: "${tenantId}",
                customerDomain: "${customerDomain}",
                msspName: "${msspName}",
                stackIdentity,
              },
              terms: { ...terms, approvers, identitySource: { tenantId: "${msspTenantId}" } },
              groups: Object.fromEntries(
                tierNames.map(([tier, displayName]) => [tier, { objectId: `\${${tier}Group.objectId}`, displayName }]),
              ),
            },
            options,
          },
        },
        outputs: { accessPackages: "${access.accessPackages}", nextSteps: "${access.nextSteps}" },
      };
      program = stringify(declared, { aliasDuplicateObjects: false, lineWidth: 0 });
      await writeFile(path.join(project.folder, "Pulumi.yaml"), program);
      await project.writeSettings("dev", {
        ...settings,
        portalAccess: {
          ...{ model: "entitlement", ...terms, approvers, identitySource: "tenant" },
          tiers: Object.fromEntries(tierNames.map(([tier, name]) => [tier, { name }])),
        },
      });
      asBefore = dumpOfTenant(project, tenantId);
    });

    it("`up` creates the organization and the catalog, and for each tier a group, a package and a policy", async () => {
      const pack = ["--policy-pack", path.join(checkout, "policy")];
      shown = await project.succeed(["up", "--yes", "--skip-preview", "--stack", "dev", ...pack]);
      assert.doesNotMatch(shown, /\[mandatory\]/);

      const organization = single(collection("connectedOrganizations"));
      assert.equal(organization["displayName"], "Fabrikam Security");
      assert.match(JSON.stringify(organization["identitySources"]), new RegExp(`"tenantId":"${msspTenantId}"`));
      const groups = new Map(objects("groups").map(({ displayName, id }) => [displayName, id]));
      const packages = objects<{ id: string; displayName: string }>("accessPackages");
      const policies = objects<Policy>("accessPackageAssignmentPolicies");
      assert.deepEqual([packages.length, policies.length], [3, 3]);
      assert.equal(objects("accessPackageResourceRoleScopes").length, 3);
      const { accessPackages, nextSteps } = await project.outputs("dev");
      for (const [tier, name] of tierNames) {
        const { id } = packages.find(({ displayName }) => displayName === name) ?? assert.fail(name);
        const link = `https://myaccess.microsoft.com/@contoso75.example#/access-packages/${id}`;
        assert.equal((accessPackages as Record<string, string>)[tier], link);
        const policy = policies.find(({ accessPackageId }) => accessPackageId === id) ?? assert.fail(name);
        assert.equal(policy.durationInDays, 90);
        const requestors = policy.requestorSettings.allowedRequestors.map((requestor) => requestor.id);
        assert.deepEqual(requestors, [organization["id"]]);
        // The customer decides on the approvers, and they on the analysts.
        const decides = tier === "approvers" ? contact["id"] : groups.get(tiers.approvers);
        const [{ primaryApprovers }] = policy.requestApprovalSettings.approvalStages;
        assertEach(primaryApprovers, (approver) => approver.id, [decides]);
      }
      assert.match((nextSteps as string[]).join("\n"), new RegExp(`${String(contact["userPrincipalName"])} approves`));
    });

    it("the components use the program's provider, and the engine prints no warning of two in conflict", () => {
      const providers = [...shown.matchAll(/pulumi:providers:azuread (\S+) created/g)].map(([, name]) => name);
      assert.deepEqual(providers, ["tenant"]);
      const warnings = [...shown.matchAll(/warning: (.*)/g)].map(([, text]) => text);
      // The host that this test brings.
      assertNone(warnings, (text) => text?.startsWith("using pulumi-language-yaml") !== true);
    });

    it("a second preview, with a look at the tenant, changes nothing", () =>
      project.succeed(["preview", "--refresh", "--expect-no-changes", "--stack", "dev"]));

    it("`destroy` leaves the tenant as it was", async () => {
      await project.succeed(["destroy", "--yes", "--skip-preview", "--stack", "dev"]);
      assert.equal(dumpOfTenant(project, tenantId), asBefore);
    });
  });
});
