import assert from "node:assert/strict";
import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { CredentialHandover, type CredentialHandoverArgs } from "../../../components/azure/credentialHandover";
import { msspTenantId, only, resolved, settled, startMocks, tenantId, type Recording } from "../mocks";

const subscriptionId = "5ec0de00-5ab5-4000-8000-000000000001";
const vaultId = `/subscriptions/${subscriptionId}/resourceGroups/siem/providers/Microsoft.KeyVault/vaults/fabrikam-siem`;
const args: CredentialHandoverArgs = {
  tenantId: msspTenantId,
  subscriptionId,
  customerTenantId: tenantId,
  clientId: "client",
  secret: "sec~ret",
  expiresOn: "2027-11-24T15:00:00Z",
  location: "westeurope",
};

describe("components: CredentialHandover", () => {
  let recorded: Recording;
  beforeEach(async () => (recorded = await startMocks()));

  async function declare(changes: Partial<CredentialHandoverArgs> = {}): Promise<CredentialHandover> {
    const provider = new Provider("mssp", { tenantId: msspTenantId, subscriptionId });
    const handover = new CredentialHandover("handover", { ...args, ...changes }, { provider });
    await settled();
    return handover;
  }
  const declared = () =>
    recorded.resources
      .filter(({ custom, type }) => custom && !type.startsWith("pulumi:"))
      .map(({ type }) => type)
      .sort();

  it("creates resource group, vault with RBAC and purge protection, and secret by the given provider", async () => {
    await declare();
    assert.deepEqual(declared(), [
      "azure-native:keyvault:Secret",
      "azure-native:keyvault:Vault",
      "azure-native:resources:ResourceGroup",
      "random:index/randomId:RandomId",
    ]);
    assert.deepEqual(only("azure-native:keyvault:Vault").inputs["properties"], {
      tenantId: msspTenantId,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      enablePurgeProtection: true,
      softDeleteRetentionInDays: 90,
      // The SDK's own defaults.
      enabledForDeployment: false,
      enabledForDiskEncryption: false,
      enabledForTemplateDeployment: false,
      publicNetworkAccess: "enabled",
    });
    for (const { type, provider } of recorded.resources.filter(({ type }) => type.startsWith("azure-native:"))) {
      assert.match(provider, /pulumi:providers:azure-native::mssp::/, type);
    }
  });

  it("tags vault and resource group with the stack's mark, and declares what is in them by their known names", async () => {
    await declare();
    for (const type of ["azure-native:keyvault:Vault", "azure-native:resources:ResourceGroup"]) {
      const { tags } = only(type).inputs as { readonly tags: unknown };
      assert.deepEqual(tags, { managedBy: "Pulumi", managedByStack: "defender-mssp/dev" }, type);
    }
    const { vaultName, resourceGroupName } = only("azure-native:keyvault:Secret").inputs;
    assert.match(String(vaultName), /^siem-handover-/);
    assert.equal(resourceGroupName, vaultName);
  });

  it("gives the secret its expiry in seconds, tags, and a name after the customer's tenant; its value is a secret", async () => {
    await declare();
    const { inputs } = only("azure-native:keyvault:Secret");
    assert.equal(inputs["secretName"], `siem-${tenantId}`);
    assert.deepEqual(inputs["tags"], { customerTenantId: tenantId, clientId: "client", managedBy: "Pulumi" });
    const properties = inputs["properties"] as Record<string, unknown>;
    assert.deepEqual(properties["attributes"], { enabled: true, expires: Date.parse("2027-11-24T15:00:00Z") / 1000 });
    assert.equal(properties["contentType"], "text/plain");
    assert.deepEqual(properties["value"], {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      value: "sec~ret",
    });
  });

  it("assigns the reader, with its principal type, the right to read this secret only", async () => {
    await declare({ readerObjectId: "reader", readerType: "Group" });
    const { inputs } = only("azure-native:authorization:RoleAssignment");
    assert.deepEqual(inputs, {
      scope: "handover-secret-id",
      roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6`,
      description: "The reader of the SIEM connector's credential. Managed by Pulumi.",
      principalId: "reader",
      principalType: "Group",
    });
  });

  it("the reader is a service principal or managed identity by default", async () => {
    await declare({ readerObjectId: "reader" });
    assert.equal(only("azure-native:authorization:RoleAssignment").inputs["principalType"], "ServicePrincipal");
  });

  it("writes the secret into an existing vault, and creates nothing else", async () => {
    const handover = await declare({ vaultId, location: undefined, secretName: "contoso" });
    assert.deepEqual(declared(), ["azure-native:keyvault:Secret"]);
    const { inputs } = only("azure-native:keyvault:Secret");
    assert.deepEqual(
      [inputs["vaultName"], inputs["resourceGroupName"], inputs["secretName"]],
      ["fabrikam-siem", "siem", "contoso"],
    );
    assert.equal((await resolved(handover.vaultId)).value, vaultId);
  });

  it("creates the vault in an existing resource group", async () => {
    await declare({ resourceGroupName: "siem" });
    assert.ok(!declared().includes("azure-native:resources:ResourceGroup"));
    assert.equal(only("azure-native:keyvault:Vault").inputs["resourceGroupName"], "siem");
  });

  it("outputs the addresses unencrypted", async () => {
    const handover = await declare();
    for (const output of [handover.secretUri, handover.secretVersionUri, handover.secretName, handover.vaultName]) {
      assert.equal((await resolved(output)).secret, false);
    }
  });

  it("preview: addresses are unknown and the secret stays secret", async () => {
    recorded = await startMocks({ preview: true });
    const handover = await declare({ readerObjectId: "reader" });
    assert.deepEqual(await resolved(handover.secretUri), { value: undefined, secret: false });
    assert.deepEqual(await resolved(handover.vaultName), { value: undefined, secret: false });
    assert.ok(declared().includes("azure-native:authorization:RoleAssignment"));
  });

  for (const [changes, message] of [
    [{ location: undefined }, /location is missing/],
    [{ softDeleteRetentionDays: 6 }, /from 7 to 90/],
    [{ softDeleteRetentionDays: 7.5 }, /from 7 to 90/],
    [{ vaultId, resourceGroupName: "siem" }, /exclude each other/],
    [{ vaultId: "fabrikam-siem" }, /must be the resource ID of a vault/],
    [{ vaultId: vaultId.replace("5ec0de00", "00000000") }, /they must be the same/],
  ] as const) {
    it(`refuses ${JSON.stringify(changes)} and declares nothing`, async () => {
      await assert.rejects(
        declare(changes),
        (error) => pulumi.ResourceError.isInstance(error) && message.test(error.message),
      );
      assert.deepEqual(declared(), []);
    });
  }
});
