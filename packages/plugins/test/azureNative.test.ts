/** The azure-native stand-in: its entries against the SDK, and what it asks of the resource manager. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { msspTenantId } from "@defender-mssp/testkit";
import { azureResources, msspSubscriptionId } from "@defender-mssp/testkit";
import { credentialsOf, configuration } from "../src/azureNative/configuration";
import { azureNativeProvider } from "../src/azureNative/provider";
import { resources } from "../src/azureNative/resources";
import { valueText, unknown, type ValueRecord } from "../src/protocol/values";
import { isInput } from "../src/schema/property";
import { PluginClient, refusal } from "./pluginClient";
import { startSandboxPlugin, type SandboxPlugin } from "./sandboxPlugin";
import { membersOf } from "./sdkTypes";

const subscription = `/subscriptions/${msspSubscriptionId}`;
const groupId = `${subscription}/resourceGroups/siem`;
const vaultId = `${groupId}/providers/Microsoft.KeyVault/vaults/fabrikam-siem`;
const group = { resourceGroupName: "siem", location: "West Europe" };
const vault = {
  resourceGroupName: "siem",
  vaultName: "fabrikam-siem",
  location: "westeurope",
  properties: {
    tenantId: msspTenantId,
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
    softDeleteRetentionInDays: 7,
  },
};
const secret = (value: string, expires = 1_900_000_000) => ({
  resourceGroupName: "siem",
  vaultName: "fabrikam-siem",
  secretName: "contoso",
  tags: { a: "b" },
  properties: { value, contentType: "text/plain", attributes: { enabled: true, expires } },
});

describe("The azure-native stand-in's table of types", () => {
  for (const { name, properties, apiVersion, pathOutputs = [], path: template } of resources) {
    const [module = "", type = ""] = name.split(":");
    const file = `${module}/${type.charAt(0).toLowerCase()}${type.slice(1)}.d.ts`;

    it(`${name}: has arguments and outputs of the SDK, and its default API version`, () => {
      const declared = membersOf("azure-native", file, `${type}Args`);
      const inputs = Object.entries(properties).filter(([, property]) => isInput(property));
      for (const [property, { usage }] of inputs) {
        assert.equal(usage === "required", declared.get(property)?.required, property);
      }
      for (const [property, { required }] of declared) if (required) assert.ok(property in properties, property);
      const inPath = [...template.matchAll(/\{(\w+)\}/g)].map(([, parameter = ""]) => parameter);
      const outputs = Object.keys(properties).filter((one) => !inPath.includes(one) || pathOutputs.includes(one));
      const known = membersOf("azure-native", file, type);
      assert.deepEqual(
        outputs.filter((output) => !known.has(output)),
        [],
      );
      const sdk = path.dirname(require.resolve("@pulumi/azure-native/package.json"));
      assert.match(
        readFileSync(path.join(sdk, file), "utf8"),
        new RegExp(`Uses Azure REST API version ${apiVersion}\\.`),
      );
    });
  }

  it("provider: has the SDK's arguments", () =>
    assert.deepEqual(
      Object.keys(configuration).sort(),
      [...membersOf("azure-native", "provider.d.ts", "ProviderArgs").keys()].sort(),
    ));
});

describe("The azure-native stand-in's hosts", () => {
  const environment = { ARM_METADATA_HOSTNAME: "127.0.0.1:8443", ARM_SUBSCRIPTION_ID: msspSubscriptionId };

  it("configuration: requires the sandbox's address and a subscription, both from the environment", () => {
    assert.equal(credentialsOf({}, environment).subscriptionId, msspSubscriptionId);
    assert.equal(credentialsOf({ subscriptionId: "other" }, environment).subscriptionId, "other");
    assert.throws(() => credentialsOf({}, {}), /neither azure-native:metadataHost nor ARM_METADATA_HOSTNAME is set/);
    assert.throws(() => credentialsOf({}, { ARM_METADATA_HOSTNAME: "127.0.0.1:1" }), /subscription ID must be set/);
    assert.throws(() => credentialsOf({ environment: "moon" }, environment), /unrecognized environment "moon"/);
  });

  it("configuration: a metadata host of another machine is refused before any call", async () => {
    const plugin = await PluginClient.over(azureNativeProvider("3.28.0"));
    const text = await refusal(plugin.configure({ metadataHost: "management.azure.com", subscriptionId: "s" }));
    await plugin.stop();
    assert.match(
      text,
      /azure-native plugin works against this machine only, and azure-native:metadataHost names management\.azure\.com/,
    );
  });
});

describe("The azure-native stand-in on the sandbox", function () {
  let test: SandboxPlugin;
  let client: PluginClient;
  before(async () => {
    test = await startSandboxPlugin("azure-native", {
      ARM_TENANT_ID: msspTenantId,
      ARM_SUBSCRIPTION_ID: msspSubscriptionId,
    });
    ({ client } = test);
  });
  after(() => test.stop());

  const asked = () => test.requests({ group: groupId }).filter((line) => !/oauth2|metadata/.test(line));

  it("getClientConfig: names the automation's identity", async () => {
    const { result } = await client.invoke("authorization:getClientConfig");
    assert.equal(result["tenantId"], msspTenantId);
    assert.equal(result["subscriptionId"], msspSubscriptionId);
    assert.match(valueText(result["objectId"]), /^[0-9a-f-]{36}$/);
  });

  it("create: refuses an existing resource and waits until the new one is ready", async () => {
    asked();
    const { id } = await client.create("resources:ResourceGroup", group);
    assert.equal(id, groupId);
    const made = await client.create("keyvault:Vault", vault);
    assert.equal(made.id, vaultId);
    const properties = made.state["properties"] as ValueRecord;
    assert.equal(properties["provisioningState"], "Succeeded");
    assert.equal(properties["vaultUri"], "https://fabrikam-siem.vault.sandbox.invalid/");
    assert.deepEqual(properties["accessPolicies"], []);
    assert.equal(made.state["azureApiVersion"], "2024-11-01");
    assert.ok(!("resourceGroupName" in made.state) && !("id" in made.state));
    const inVault = "{group}/providers/Microsoft.KeyVault/vaults/fabrikam-siem";
    assert.deepEqual(asked(), [
      `GET ${subscription}/resourcegroups/siem`,
      `PUT ${subscription}/resourcegroups/siem`,
      `GET ${inVault}`,
      `PUT ${inVault}`,
      `GET ${inVault}`,
    ]);
    assert.equal(
      await refusal(client.create("keyvault:Vault", vault)),
      `cannot create already existing resource '${vaultId}'`,
    );
  });

  it("secret: Azure's names, no value in the outputs, a new version at each update", async () => {
    const { id, state } = await client.create("keyvault:Secret", secret("one"));
    assert.equal(id, `${vaultId}/secrets/contoso`);
    const properties = state["properties"] as ValueRecord;
    assert.ok(!("value" in properties));
    assert.equal((properties["attributes"] as ValueRecord)["expires"], 1_900_000_000);
    const after = await client.update("keyvault:Secret", id, state, secret("two", 1_950_000_000));
    const now = after["properties"] as ValueRecord;
    assert.notEqual(now["secretUriWithVersion"], properties["secretUriWithVersion"]);
    assert.equal((now["attributes"] as ValueRecord)["expires"], 1_950_000_000);
    const stored = test.sandbox.cloud.tenant(msspTenantId).objects(azureResources).get(id.toLowerCase());
    assert.equal((stored?.["versions"] as unknown[]).length, 2);
  });

  it("preview: values of Azure are unknown, in an update those that change", async () => {
    const { state } = await client.create("keyvault:Vault", { ...vault, vaultName: unknown }, true);
    assert.equal(state["name"], unknown);
    assert.equal((state["properties"] as ValueRecord)["vaultUri"], unknown);
    assert.equal((state["properties"] as ValueRecord)["softDeleteRetentionInDays"], 7);
    const made = await client.read("keyvault:Secret", `${vaultId}/secrets/contoso`);
    const next = await client.update("keyvault:Secret", made.id, made.state, secret("three"), true);
    assert.equal(next["name"], "contoso");
    const properties = next["properties"] as ValueRecord;
    assert.equal(properties["secretUriWithVersion"], unknown);
    assert.equal(properties["secretUri"], (made.state["properties"] as ValueRecord)["secretUri"]);
    assert.ok(!("value" in properties));
  });

  it("diff: path and location replace, others update; spellings of a location are equal", async () => {
    const diff = (type: string, before: ValueRecord, now: ValueRecord) => client.diff(type, "id", {}, now, before);
    assert.equal((await diff("keyvault:Secret", secret("one"), secret("one"))).changed, false);
    const rotated = await diff("keyvault:Secret", secret("one"), secret("two", 1_950_000_000));
    assert.deepEqual(rotated.replaces, []);
    assert.deepEqual(rotated.detailed, { "properties.value": "update", "properties.attributes.expires": "update" });
    assert.deepEqual((await diff("keyvault:Secret", secret("one"), { ...secret("one"), secretName: "x" })).replaces, [
      "secretName",
    ]);
    assert.equal((await diff("resources:ResourceGroup", group, { ...group, location: "westeurope" })).changed, false);
    assert.deepEqual((await diff("resources:ResourceGroup", group, { ...group, location: "northeurope" })).replaces, [
      "location",
    ]);
    const assignment = { scope: groupId, principalId: "a", roleDefinitionId: "r", roleAssignmentName: "n" };
    const other = await diff("authorization:RoleAssignment", assignment, {
      ...assignment,
      principalId: "b",
      description: "d",
    });
    assert.deepEqual(other.replaces, ["principalId"]);
    const later = await diff("authorization:RoleAssignment", assignment, { ...assignment, scope: unknown });
    assert.deepEqual(later.detailed, { scope: "update replace" });
  });

  it("check: generates and keeps names, refuses arguments that the SDK does not send", async () => {
    const { inputs } = await client.check("resources:ResourceGroup", { location: "westeurope" }, "mine");
    assert.match(valueText(inputs["resourceGroupName"]), /^mine[0-9a-f]{8}$/);
    const again = await client.check("resources:ResourceGroup", { location: "westeurope" }, "mine", inputs);
    assert.equal(again.inputs["resourceGroupName"], inputs["resourceGroupName"]);
    const assignment = await client.check("authorization:RoleAssignment", {
      scope: "s",
      principalId: "p",
      roleDefinitionId: "r",
    });
    assert.match(valueText(assignment.inputs["roleAssignmentName"]), /^[0-9a-f-]{36}$/);
    const wrong = await client.check("keyvault:Secret", { properties: { vaultUri: "x" }, vaultName: 1 });
    assert.equal(wrong.failures.length, 2);
  });

  it("refresh: inputs follow Azure; a value that Azure does not return stays", async () => {
    const id = `${vaultId}/secrets/contoso`;
    const before = await client.read("keyvault:Secret", id);
    const given = secret("two", 1_950_000_000);
    const same = await client.read("keyvault:Secret", id, before.state, given);
    assert.deepEqual((same.inputs["properties"] as ValueRecord)["attributes"], given.properties.attributes);
    const objects = test.sandbox.cloud.tenant(msspTenantId).objects(azureResources);
    const stored = objects.get(id.toLowerCase())!;
    stored["tags"] = { a: "changed" };
    const drifted = await client.read("keyvault:Secret", id, before.state, given);
    assert.deepEqual(drifted.inputs["tags"], { a: "changed" });
    assert.equal(drifted.inputs["secretName"], "contoso");
    assert.ok("value" in (drifted.inputs["properties"] as ValueRecord));
  });

  it("import: by ID; a missing resource is reported", async () => {
    const found = await client.read("keyvault:Vault", vaultId);
    assert.deepEqual([found.inputs["resourceGroupName"], found.inputs["vaultName"]], ["siem", "fabrikam-siem"]);
    assert.ok(!("vaultUri" in (found.inputs["properties"] as ValueRecord)));
    assert.equal((await client.read("keyvault:Vault", `${vaultId}x`)).id, "");
    assert.match(await refusal(client.read("keyvault:Vault", "nonsense")), /is no ID of azure-native:keyvault:Vault/);
  });

  it("delete: a secret by the vault's API; a resource group is waited for", async () => {
    asked();
    await client.delete("keyvault:Secret", `${vaultId}/secrets/contoso`, {});
    await client.delete("keyvault:Secret", `${vaultId}/secrets/contoso`, {});
    await client.delete("keyvault:Vault", vaultId, {});
    await client.delete("resources:ResourceGroup", groupId, {});
    const lines = asked().map((line) => line.replace(/operationresults\/[0-9a-f-]+/, "operationresults/{id}"));
    assert.deepEqual(lines, [
      "DELETE /keyvault/fabrikam-siem/secrets/contoso",
      "DELETE /keyvault/fabrikam-siem/secrets/contoso",
      "DELETE {group}/providers/Microsoft.KeyVault/vaults/fabrikam-siem",
      "DELETE {group}",
      `GET ${subscription}/operationresults/{id}`,
      `GET ${subscription}/operationresults/{id}`,
    ]);
  });

  it("error: has Azure's message and code", async () => {
    const nowhere = await refusal(client.create("keyvault:Vault", { ...vault, resourceGroupName: "nowhere" }));
    assert.match(nowhere, /ResourceGroupNotFound: Resource group 'nowhere' could not be found/);
  });
});
