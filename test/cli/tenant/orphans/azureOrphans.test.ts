/** What a stack has in Azure and not in its state, over a simulated Azure Resource Manager. */
import type { AzureCalls, TenantReader } from "@defender-mssp/tenant";
import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { azureOrphans } from "../../../../cli/tenant/orphans/azureOrphans";
import { deployedOf } from "../../../../cli/tenant/deployed";
import type { Deployment } from "../../../../cli/stack/deployment";
import type { Settings } from "../../../../settings";

const subscription = "/subscriptions/5ec0de00-5ab5-4000-8000-000000000001";
const customers = "/subscriptions/c0570500-5ab5-4000-8000-00000000000a";
const vault = `${subscription}/resourceGroups/siem-handover-0123abcd/providers/Microsoft.KeyVault/vaults/siem-handover-0123abcd`;
const secret = `${vault}/secrets/siem-c0570500-0000-4000-8000-00000000000a`;
const definition = `${customers}/providers/Microsoft.ManagedServices/registrationDefinitions/d0000000-0000-4000-8000-000000000001`;
const assignment = `${secret}/providers/Microsoft.Authorization/roleAssignments/a0000000-0000-4000-8000-000000000001`;
const reader = "5ec0de00-51e4-4000-8000-000000000001";

const settings = {
  tenantId: "c0570500-0000-4000-8000-00000000000a",
  handover: { subscriptionId: subscription.split("/")[2], location: "westeurope", readerObjectId: reader },
  azureDelegation: { subscriptionId: customers.split("/")[2], groupObjectId: "g", groupName: "G", roles: [] },
} as unknown as Settings;

const urn = (type: string, name: string) => `urn:pulumi:contoso::defender-mssp::${type}::${name}`;
const interrupted = {
  ...{ urn: "", type: "azure-native:managedservices:RegistrationDefinition", id: "", custom: true, delete: false },
  ...{ retainOnDelete: false, inputs: {}, outputs: {} },
};
const resource = (type: string, name: string, id = "", custom = true) => ({
  ...interrupted,
  ...{ urn: urn(type, name), type, id, custom },
});

/** The random parts are in the state, and the components and providers; of Azure's resources only those given. */
const state = (...known: readonly string[]): Deployment => ({
  stack: "contoso",
  resources: [
    resource("random:index/randomId:RandomId", "handover-suffix", Buffer.from("0123abcd", "hex").toString("base64url")),
    resource("random:index/randomUuid:RandomUuid", "delegation-definition-id", "d0000000-0000-4000-8000-000000000001"),
    resource("defender-mssp:index:CredentialHandover", "handover", "", false),
    resource("defender-mssp:index:AzureDelegation", "delegation", "", false),
    resource("pulumi:providers:azure-native", "handover-azure", "p1"),
    resource("pulumi:providers:azure-native", "delegation-azure", "p2"),
    ...known.map((id) => resource("azure-native:any:Type", id, id)),
  ],
  pending: [{ operation: "creating", resource: interrupted }],
});

const tenant = (azure: AzureCalls) => ({ azure }) as unknown as TenantReader;

describe("azureOrphans", () => {
  let server: http.Server;
  const there = new Set<string>();
  let status = 404;

  before(async () => {
    server = http.createServer(({ url = "" }, response) => {
      const [path = ""] = url.split("?");
      if (path.endsWith("/roleAssignments") && status !== 403) {
        const roleDefinitionId = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6`;
        const value = [...there]
          .filter((id) => id.startsWith(path))
          .map((id) => ({ id, properties: { principalId: reader, roleDefinitionId } }));
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ value }));
        return;
      }
      response.writeHead(there.has(path) ? 200 : status, { "content-type": "application/json" }).end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => server.close());
  beforeEach(() => {
    there.clear();
    status = 404;
  });

  const find = (known: Deployment) => {
    const call = { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: "t" };
    return azureOrphans(tenant({ handover: call, delegation: call }), settings, deployedOf(known));
  };

  it("lists objects that the state lacks, inner ones first, with the import command", async () => {
    for (const id of [vault, secret, definition, assignment]) there.add(id);
    const { orphans: found } = await find(state());
    assert.deepEqual(
      found.map(({ id }) => id),
      [definition, secret, vault, assignment],
    );
    assert.deepEqual(found[2]?.importArguments, [
      "azure-native:keyvault:Vault",
      "handover-vault",
      vault,
      "--parent",
      `parent=${urn("defender-mssp:index:CredentialHandover", "handover")}`,
      "--provider",
      `provider=${urn("pulumi:providers:azure-native", "handover-azure")}`,
    ]);
    assert.deepEqual(found[2].removal, {
      method: "DELETE",
      path: `${vault}?api-version=2024-11-01`,
      service: "handover",
    });
  });

  it("omits objects that the state has", async () => {
    for (const id of [vault, secret, definition]) there.add(id);
    assert.deepEqual(
      (await find(state(vault.toUpperCase(), secret))).orphans.map(({ id }) => id),
      [definition],
    );
  });

  it("only a delegation is certain, as a deleted vault keeps its name", async () => {
    for (const id of [vault, definition]) there.add(id);
    assert.deepEqual(
      (await find(state())).orphans.map(({ interrupted }) => interrupted),
      [true, false],
    );
  });

  it("counts what may not be read as unread, never as not there", async () => {
    status = 403;
    const { orphans, unread } = await find(state());
    assert.deepEqual(orphans, []);
    assert.deepEqual(
      unread.map(({ kind, reason }) => [kind, reason]),
      [
        ["lighthouseDefinition", "not permitted: requires Reader"],
        ["keyVaultSecret", "not permitted: requires Reader"],
        ["keyVault", "not permitted: requires Reader"],
        ["resourceGroup", "not permitted: requires Reader"],
        ["vaultReader", "not permitted: requires Reader"],
      ],
    );
  });

  it("counts Azure as unread where the sign-in failed", async () => {
    const { orphans, unread } = await azureOrphans(
      tenant({ handover: undefined, delegation: undefined }),
      settings,
      deployedOf(state()),
    );
    assert.deepEqual([orphans.length, unread.length], [0, 5]);
    assert.match(unread[0]?.reason ?? "", /^not checked: Azure was not searched: /);
  });

  it("finds a role on a workspace by the stack's mark, with the import command, and no other stack's", async () => {
    const stackId = "0123456789abcdef";
    const scope = `${customers}/resourceGroups/sentinel`;
    const marked = (name: string, id: string) => ({
      id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
      name,
      properties: {
        ...{ principalId: "g1", scope, description: `Managed by Pulumi (defender-mssp/contoso#${id}, MSSP tenant x)` },
        roleDefinitionId: "/x/roleDefinitions/8d289c81-5878-46d4-8554-54e1e3d8b5cb",
      },
    });
    const withSentinel = {
      ...{ tenantId: settings.tenantId, portalAccess: { model: "rbac" } },
      sentinelAccess: { subscriptionId: customers.split("/")[2], resourceGroup: "sentinel", roles: {} },
    } as unknown as Settings;
    const azure = {
      ...tenant({ handover: undefined, delegation: { endpoint: "http://127.0.0.1:9", token: "t" } }),
      owner: { stackId, msspTenantId: "x" },
      customerAzure: { assignments: () => Promise.resolve([marked("a1", stackId), marked("a2", "f".repeat(16))]) },
    } as unknown as TenantReader;
    const { resources } = state();
    const known = {
      ...state(),
      resources: [
        ...resources,
        resource("azuread:index/group:Group", "customer-access-tier1-group", "/groups/g1"),
        resource("defender-mssp:index:SentinelAccess", "sentinel", "", false),
        resource("pulumi:providers:azure-native", "sentinel-azure", "p3"),
      ],
    };
    const { orphans } = await azureOrphans(azure, withSentinel, deployedOf(known));
    assert.deepEqual(
      orphans.map(({ id }) => id),
      [marked("a1", stackId).id],
    );
    assert.deepEqual(orphans[0]?.importArguments?.slice(0, 3), [
      "azure-native:authorization:RoleAssignment",
      "sentinel-tier1-reader",
      marked("a1", stackId).id,
    ]);
    assert.equal(orphans[0].removal.method, "DELETE");
  });
});
