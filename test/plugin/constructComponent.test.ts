import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import type { DetectionRuleProperties } from "@defender-mssp/microsoft";
import { subscriptionIdOf, testSandbox, fixture } from "@defender-mssp/testkit";
import * as pulumi from "@pulumi/pulumi";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { Provider } from "@pulumi/azure-native/provider";
import { azureRoleAssignment, component, dynamic } from "../../domain/resourceTypes";
import { constructComponent } from "../../plugin/constructComponent";
import schemaFile from "../../plugin/schema.json";
import type { PackageSchema } from "../../plugin/schema";
import { officeRule, RulesProject } from "../cli/detections/rulesProject";
import { msspTenantId, only, resolved, settled, startMocks, tenantId, type MockOptions } from "../components/mocks";

const schema = schemaFile as unknown as PackageSchema;
const subscriptionId = subscriptionIdOf(tenantId);
const groupObjectId = "11111111-0000-4000-8000-000000000001";

describe("plugin: Construct", function () {
  const test = fixture(testSandbox);

  async function construct(
    type: Parameters<typeof component>[0],
    args: pulumi.Inputs,
    { mocks = {}, options = {} }: { mocks?: MockOptions; options?: pulumi.ComponentResourceOptions } = {},
  ) {
    const recorded = await startMocks({ reached: tenantId, ...mocks });
    const made = await constructComponent(schema, "soc", component(type), args, options, test.context);
    await settled();
    // The stand-in of the engine answers no properties of a secret.
    const isAnswered = (output: string) => !["secretUri", "secretVersionUri"].includes(output);
    for (const output of schema.resources[component(type)]?.required.filter(isAnswered) ?? []) {
      const value = (made as unknown as Record<string, pulumi.Output<unknown>>)[output];
      assert.notEqual((await resolved(value)).value, undefined, output);
    }
    return { made, recorded };
  }
  const typesIn = ({ resources }: { readonly resources: readonly { readonly type: string }[] }) =>
    resources.map(({ type }) => type).sort();

  const delegation = {
    ...{ tenantId, subscriptionId, msspTenantId, msspName: "Fabrikam", groupName: "Analysts", groupObjectId },
    roles: [{ role: "Microsoft Sentinel Responder" }],
  };
  const handover = {
    ...{
      tenantId: msspTenantId,
      subscriptionId,
      customerTenantId: tenantId,
      clientId: "client",
      location: "westeurope",
    },
    ...{ secret: pulumi.secret("sec~ret"), expiresOn: "2027-03-31T00:00:00Z" },
  };
  const sentinel = {
    ...{ tenantId, subscriptionId, resourceGroup: "sentinel", workspaceName: "sentinel", msspName: "Fabrikam" },
    grants: [{ group: "tier1", objectId: groupObjectId, roles: ["Microsoft Sentinel Reader"] }],
  };

  it("AzureDelegation signs in to the subscription's tenant and delegates with a provider of its own", async () => {
    const { recorded } = await construct("AzureDelegation", delegation);
    const { name, inputs } = only("pulumi:providers:azure-native");
    assert.deepEqual([name, inputs["tenantId"], inputs["subscriptionId"]], ["soc-azure", tenantId, subscriptionId]);
    const definition = only("azure-native:managedservices:RegistrationDefinition");
    assert.match(definition.provider, /::soc-azure::/);
    const { managedByTenantId } = definition.inputs["properties"] as { managedByTenantId: string };
    assert.equal(managedByTenantId, msspTenantId);
    assert.equal(recorded.resources.filter(({ type }) => type === component("AzureDelegation")).length, 1);
  });

  it("refuses the components in Azure where the credentials reach another tenant, and declares nothing", async () => {
    const reached = "00000000-0000-4000-8000-00000000beef";
    for (const [type, args] of [
      ["AzureDelegation", delegation],
      ["CredentialHandover", handover],
      ["SentinelAccess", sentinel],
    ] as const) {
      await assert.rejects(
        construct(type, args, { mocks: { reached } }),
        /reach tenant 00000000-.*Nothing was created/s,
      );
      assert.equal(only("pulumi:providers:azure-native").name, "soc-azure");
    }
  });

  it("uses the azure-native provider of the program, unless it acts in another subscription", async () => {
    await startMocks({ reached: tenantId });
    const own = new Provider("own", { tenantId, subscriptionId });
    const options = { providers: { "azure-native": own } };
    await assert.rejects(
      constructComponent(schema, "soc", component("AzureDelegation"), delegation, options),
      /The azure-native provider acts in subscription s, but subscriptionId is/,
    );
    await constructComponent(
      schema,
      "soc",
      component("AzureDelegation"),
      { ...delegation, subscriptionId: "s" },
      options,
    );
    await settled();
    assert.match(only("azure-native:managedservices:RegistrationDefinition").provider, /::own::/);
  });

  it("CredentialHandover keeps the client secret a secret", async () => {
    const { made } = await construct("CredentialHandover", handover, { mocks: { reached: msspTenantId } });
    const { inputs } = only("azure-native:keyvault:Secret");
    assert.equal(inputs["secretName"], `siem-${tenantId}`);
    const { secret } = (made as unknown as { nodes: { secret: { properties: pulumi.Output<unknown> } } }).nodes;
    assert.ok(await pulumi.isSecret(secret.properties));
  });

  it("CredentialHandover refuses an existing vault with access policies", async () => {
    const vaultId = `/subscriptions/${subscriptionId}/resourceGroups/siem/providers/Microsoft.KeyVault/vaults/fabrikam`;
    const { location: _, ...args } = handover;
    const vault = { tenantId: msspTenantId, enableRbacAuthorization: false };
    await assert.rejects(
      construct("CredentialHandover", { ...args, vaultId }, { mocks: { reached: msspTenantId, vault } }),
      /permission model of the vault fabrikam is access policies/,
    );
  });

  it("SentinelAccess assigns the roles to the groups, also to one that a preview does not know yet", async () => {
    await construct("SentinelAccess", sentinel);
    const { inputs, name } = only(azureRoleAssignment);
    assert.deepEqual([name, inputs["principalId"]], ["soc-tier1-reader", groupObjectId]);
    const UnknownOutput = pulumi.Output as unknown as new (...parts: unknown[]) => pulumi.Output<string>;
    const no = Promise.resolve(false);
    const objectId = new UnknownOutput(new Set(), Promise.resolve(), no, no, Promise.resolve(new Set()));
    await construct(
      "SentinelAccess",
      { ...sentinel, grants: [{ ...sentinel.grants[0], objectId }] },
      { mocks: { preview: true } },
    );
    assert.equal(only(azureRoleAssignment).inputs["principalId"], rpc.unknownValue);
  });

  it("SentinelAccess looks at the workspace first", async () => {
    await assert.rejects(
      construct("SentinelAccess", { ...sentinel, workspaceName: "nothing" }),
      /sentinelAccess\.workspaceName: .* has no Log Analytics workspace nothing/,
    );
    assert.equal(only("pulumi:providers:azure-native").name, "soc-azure");
  });

  it("Detections declares a rule for each file of the sets below the folder, as the settings compose it", async () => {
    const project = await RulesProject.create();
    await project.write("detections/base/office.yaml", officeRule);
    await project.write("detections/other/office-2.yaml", officeRule);
    const args = { tenantId, msspName: "Fabrikam", folder: project.folder, detections: { sets: ["base"] } };
    await construct("Detections", args);
    const { name, inputs } = only(dynamic("DetectionRule"));
    const { displayName } = inputs as unknown as DetectionRuleProperties;
    assert.deepEqual([name, displayName], ["soc-office", "Encoded PowerShell from Office"]);
  });

  it("Detections refuses what the program's setting refuses, without a value in the message", async () => {
    const args = { tenantId, msspName: "Fabrikam", folder: "/nowhere" };
    for (const [detections, message] of [
      [{}, /^detections\.sets: a list of 1 to 100 sets of rules/],
      [{ sets: ["base"], actions: ["isolateDevices"] }, /detections\.approvedBy: .*\n- detections\.until: /],
      [{ sets: ["base"], until: "sec~ret" }, /^(?!.*sec~ret).*detections\.until: /s],
      [{ sets: ["base"], unknown: 1 }, /^detections\.unknown: no such setting/],
    ] as const) {
      await assert.rejects(construct("Detections", { ...args, detections }), { message });
    }
  });

  it("EntitlementAccess looks the approvers up, and declares packages for the groups", async () => {
    const group = (displayName: string) => ({ displayName, objectId: groupObjectId });
    const { recorded } = await construct("EntitlementAccess", {
      ...{ tenantId, customerDomain: "contoso.com", msspName: "Fabrikam" },
      terms: {
        ...{ approvers: ["upn.admin@contoso.com"], expiresAfterDays: 30, reviewEvery: "year" },
        identitySource: { tenantId: msspTenantId },
      },
      groups: { tier1: group("1"), tier2: group("2"), approvers: group("3") },
    });
    assert.equal(typesIn(recorded).filter((type) => type.endsWith(":AccessPackage")).length, 3);
    const policy = recorded.resources.find(({ name }) => name === "soc-packages-approvers-policy");
    assert.match(JSON.stringify(policy?.inputs), /user-of-upn\.admin@contoso\.com/);
  });

  it("the plugin loads azure-native only for a component that needs it", () => {
    const script =
      'require("@defender-mssp/testkit/mocha/compile"); require("./plugin/constructComponent.ts");' +
      'process.stdout.write(String(Object.keys(require.cache).some((file) => file.includes("azure-native"))))';
    const cwd = path.resolve(__dirname, "../..");
    assert.equal(
      execFileSync(process.execPath, ["--conditions=source", "-e", script], { cwd, encoding: "utf8" }),
      "false",
    );
  });
});
