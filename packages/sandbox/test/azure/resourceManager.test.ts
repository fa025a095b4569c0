/** The resource manager and Key Vault of the sandbox, as any client sees them. */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assignmentCondition, azureRoles, requestToken, type AzureRoleName } from "@defender-mssp/microsoft";
import { answered, newFolder } from "@defender-mssp/testkit";
import type { StoredObject } from "../../src/cloud/model";
import { automationApplicationId, msspTenantId, sandboxCustomerTenantId } from "../../src/cloud/identity";
import { Clock } from "../../src/cloud/clock";
import { addApplication, addConsentedServicePrincipal } from "../../src/graph/newDirectory";
import { startSandbox, type OwnSandbox } from "../../src/server";
import { azureResources, msspSubscriptionId, sandboxCustomerSubscriptionId } from "../../src/azure/subscriptions";

const apiVersion = "2024-11-01";
const group = `/subscriptions/${msspSubscriptionId}/resourceGroups/siem`;
const vaultId = `${group}/providers/Microsoft.KeyVault/vaults/fabrikam-siem`;
const secretId = `${vaultId}/secrets/contoso`;
const strangerId = "5714a93e-0000-4000-8000-000000000001";

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { [name: string]: unknown; error?: { code: string; message: string } };
}

describe("sandbox/azure", () => {
  const home = newFolder();
  let sandbox: OwnSandbox;
  let clientSecret: string;
  const tokens = new Map<string, string>();
  const clock = new Clock();

  before(() => start());
  after(() => sandbox.stop());

  async function start(): Promise<void> {
    sandbox = await startSandbox({ home, clock });
    tokens.clear();
    const { variables } = await sandbox.environment({ user: {} });
    clientSecret = variables.ARM_CLIENT_SECRET ?? "";
    const tenant = sandbox.cloud.tenant(msspTenantId);
    const stranger = { applicationId: strangerId, displayName: "Stranger", signInAudience: "AzureADMyOrg" } as const;
    if (sandbox.cloud.homeTenantOf(strangerId) === undefined) {
      addApplication(tenant, stranger);
      addConsentedServicePrincipal(tenant, { ...stranger, homeTenantId: msspTenantId }, {});
    }
    sandbox.cloud.acceptPassingSecret("stranger-secret-of-the-test", strangerId);
  }

  async function token(who: "automation" | "stranger", tenantId: string, audience: string): Promise<string> {
    const key = `${who} ${tenantId} ${audience}`;
    const { http } = sandbox.origins;
    const known = tokens.get(key);
    if (known !== undefined) return known;
    const [id, secret] =
      who === "automation" ? [automationApplicationId, clientSecret] : [strangerId, "stranger-secret-of-the-test"];
    const { accessToken } = await requestToken({
      tenantId,
      audience,
      environment: { ARM_CLIENT_ID: id, ARM_CLIENT_SECRET: secret },
      endpoints: {
        cloud: "public",
        loginEndpoint: http,
        graphEndpoint: http,
        resourceManagerEndpoint: http,
        metadataHost: "x",
      },
    });
    tokens.set(key, accessToken);
    return accessToken;
  }

  async function send(method: string, url: string, bearer: string | undefined, body?: unknown): Promise<Reply> {
    const address = url.startsWith("/")
      ? sandbox.origins.http + url
      : url.replace(sandbox.origins.https, sandbox.origins.http);
    const response = await fetch(address, {
      method,
      headers: {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answered(response);
  }

  async function arm(
    method: string,
    id: string,
    body?: unknown,
    who: "automation" | "stranger" = "automation",
    tenantId = msspTenantId,
  ) {
    const url = id.includes("?") ? id : `${id}?api-version=${apiVersion}`;
    return send(method, url, await token(who, tenantId, "https://management.azure.com"), body);
  }

  async function data(method: string, address: string, body?: unknown, who: "automation" | "stranger" = "automation") {
    return send(
      method,
      `/keyvault/${address}?api-version=7.4`,
      await token(who, msspTenantId, "https://vault.azure.net"),
      body,
    );
  }

  const vaultBody = (properties: Record<string, unknown> = {}) => ({
    location: "West Europe",
    properties: {
      tenantId: msspTenantId,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      softDeleteRetentionInDays: 7,
      ...properties,
    },
  });
  const secretBody = (value: string) => ({
    tags: { customer: "contoso" },
    properties: { value, contentType: "text/plain", attributes: { enabled: true, exp: 1_900_000_000 } },
  });

  it("subscription: each tenant has one, which names its tenant", async () => {
    const { body, headers } = await arm("GET", `/subscriptions/${msspSubscriptionId}`);
    assert.equal(body["tenantId"], msspTenantId);
    assert.deepEqual(body["managedByTenants"], []);
    assert.ok("quotaId" in (body["subscriptionPolicies"] as object));
    for (const name of ["x-ms-request-id", "x-ms-correlation-request-id", "x-ms-routing-request-id"])
      assert.match(headers.get(name) ?? "", /[0-9a-f-]{36}$/, name);
    assert.equal(body["state"], "Enabled");
    const { body: tenants } = await arm("GET", "/tenants");
    assertEach(
      (tenants as { value: { tenantId: string; tenantCategory: string }[] }).value,
      (one) => one.tenantCategory,
      ["Home"],
    );
    const { body: list } = await arm("GET", "/subscriptions");
    assert.equal((list["value"] as unknown[]).length, 1);
  });

  it("locations: the regions of a subscription, for who may read it", async () => {
    const path = `/subscriptions/${msspSubscriptionId}/locations`;
    const { body } = await arm("GET", path);
    const west = (body as unknown as { value: Record<string, unknown>[] }).value.find(
      ({ name }) => name === "westeurope",
    );
    assert.deepEqual(
      [west?.["id"], west?.["type"], west?.["regionalDisplayName"]],
      [`${path}/westeurope`, "Region", "(Europe) West Europe"],
    );
    assert.deepEqual((west?.["metadata"] as Record<string, unknown>)["pairedRegion"], [
      { name: "northeurope", id: `${path}/northeurope` },
    ]);
    assert.equal((await arm("GET", `${path}/westeurope`)).status, 404);
    assert.equal((await arm("GET", path, undefined, "automation", sandboxCustomerTenantId)).status, 401);
  });

  it("request: refused without a token, with another API's or tenant's token, and without api-version", async () => {
    const url = `${group}?api-version=${apiVersion}`;
    assert.equal((await send("GET", url, undefined)).body.error?.code, "AuthenticationFailed");
    const graphs = await token("automation", msspTenantId, "https://graph.microsoft.com");
    const wrong = await send("GET", url, graphs);
    assert.equal(wrong.status, 401);
    assert.equal(wrong.body.error?.code, "InvalidAuthenticationTokenAudience");
    const bare = await send("GET", group, await token("automation", msspTenantId, "https://management.azure.com"));
    assert.equal(bare.body.error?.code, "MissingApiVersionParameter");
    const customers = await arm("GET", group, undefined, "automation", sandboxCustomerTenantId);
    assert.equal(customers.status, 401);
    assert.equal(customers.body.error?.code, "InvalidAuthenticationTokenTenant");
    assert.equal(
      (await arm("GET", `/subscriptions/${msspSubscriptionId}/providers/Microsoft.Web/sites/x`)).status,
      404,
    );
    const nowhere = await arm("GET", "/subscriptions/00000000-0000-0000-0000-000000000000");
    assert.equal(nowhere.body.error?.code, "SubscriptionNotFound");
  });

  it("resource group: created; the name is case-insensitive", async () => {
    assert.equal((await arm("GET", group)).body.error?.code, "ResourceGroupNotFound");
    assert.equal((await arm("PUT", group, { location: "West Europe" })).status, 201);
    const { status, body } = await arm("GET", group.replace("resourceGroups/siem", "RESOURCEGROUPS/SIEM"));
    assert.deepEqual([status, body["name"], body["location"]], [200, "siem", "westeurope"]);
    assert.equal(
      (await arm("PUT", group, { location: "northeurope" })).body.error?.code,
      "InvalidResourceGroupLocation",
    );
    assert.deepEqual((await arm("PATCH", group, { tags: { a: "b" } })).body["tags"], { a: "b" });
  });

  it("list: $filter selects, and every form that the service refuses is a 400", async () => {
    const scope = `/subscriptions/${msspSubscriptionId}`;
    const list = async (path: string, filter: string) => {
      const { status, body } = await arm(
        "GET",
        `${path}?api-version=${apiVersion}&$filter=${encodeURIComponent(filter)}`,
      );
      if (status !== 200) return `${status} ${body.error?.code ?? ""}`;
      return (body["value"] as { name: string }[]).map(({ name }) => name);
    };
    const [definitions, assignments] = ["roleDefinitions", "roleAssignments"].map(
      (type) => `${scope}/providers/Microsoft.Authorization/${type}`,
    ) as [string, string];
    assert.deepEqual(await list(definitions, "roleName eq 'Reader'"), [azureRoles.Reader]);
    assert.deepEqual(await list(definitions, "roleName eq 'Nobody''s and eq role'"), []);
    const automation = [...sandbox.cloud.tenant(msspTenantId).objects("servicePrincipals").values()].find(
      ({ appId }) => appId === automationApplicationId,
    )!.id;
    assert.equal((await list(assignments, `principalId eq '${automation}'`)).length, 3);
    assert.equal((await list(`${group}/providers/Microsoft.Authorization/roleAssignments`, "atScope()")).length, 3);
    assert.equal((await list(assignments, `atScope() and assignedTo('${automation}')`)).length, 3);
    assert.deepEqual(await list(assignments, `principalId eq '${strangerId}'`), []);
    for (const filter of [`principalId eq ${automation}`, `atScope() and principalId eq '${automation}'`, "", "x"])
      assert.equal(await list(assignments, filter), "400 UnsupportedQuery", filter);
    for (const [path, filter] of [
      [definitions, "startswith(roleName,'R')"],
      [`${scope}/resourceGroups`, "name eq 'siem'"],
      [`${scope}/resources`, "substringof('a',name)"],
      [`${scope}/providers/Microsoft.KeyVault/vaults`, "name eq 'x'"],
      ["/subscriptions", "displayName eq 'MSSP'"],
    ] as const)
      assert.equal(await list(path, filter), "400 InvalidFilterInQueryString", path);
    assert.deepEqual(await list(`${scope}/resourceGroups`, "tagName eq 'a' and tagValue eq 'b'"), ["siem"]);
    assert.deepEqual(await list(`${scope}/resourceGroups`, "tagName eq 'a' and tagValue eq 'c'"), []);
  });

  it("authorization: the error names the missing action", async () => {
    const { status, body } = await arm("PUT", group, { location: "westeurope" }, "stranger");
    assert.equal(status, 403);
    assert.equal(body.error?.code, "AuthorizationFailed");
    assert.match(body.error.message, /perform action 'Microsoft\.Resources\/subscriptions\/resourceGroups\/write'/);
  });

  it("vault: created as a long-running operation; invalid arguments are refused as by Azure", async () => {
    for (const [name, properties, message] of [
      ["fabrikam-siem", { enablePurgeProtection: false }, /irreversible/],
      ["fabrikam-siem", { softDeleteRetentionInDays: 6 }, /from 7 to 90/],
      ["fabrikam-siem", { tenantId: sandboxCustomerTenantId }, /tenant of the subscription/],
      ["no--vault", {}, /VaultNameNotValid|not contain consecutive hyphens/],
    ] as const) {
      const { status, body } = await arm("PUT", vaultId.replace("fabrikam-siem", name), vaultBody(properties));
      assert.equal(status, 400, name);
      assert.match(body.error?.message ?? "", message);
    }
    const made = await arm("PUT", vaultId, vaultBody());
    assert.equal(made.status, 200);
    assert.equal((made.body["properties"] as { provisioningState: string }).provisioningState, "RegisteringDns");
    const { body } = await arm("GET", vaultId);
    const properties = body["properties"] as Record<string, unknown>;
    assert.equal(properties["provisioningState"], "Succeeded");
    assert.equal(properties["vaultUri"], "https://fabrikam-siem.vault.sandbox.invalid/");
    const changed = await arm("PUT", vaultId, vaultBody({ softDeleteRetentionInDays: 8 }));
    assert.match(changed.body.error?.message ?? "", /can't be modified/);
    const kept = await arm("PUT", vaultId, vaultBody({ enablePurgeProtection: undefined }));
    assert.equal((kept.body["properties"] as Record<string, unknown>)["enablePurgeProtection"], true);
    await arm(
      "PUT",
      `/subscriptions/${sandboxCustomerSubscriptionId}/resourceGroups/other`,
      { location: "westeurope" },
      "automation",
      sandboxCustomerTenantId,
    );
    const taken = await arm(
      "PUT",
      `/subscriptions/${sandboxCustomerSubscriptionId}/resourceGroups/other/providers/Microsoft.KeyVault/vaults/fabrikam-siem`,
      vaultBody(),
      "automation",
      sandboxCustomerTenantId,
    );
    assert.equal(taken.body.error?.code, "VaultAlreadyExists");
  });

  it("resources: vaults are listed, of the subscription and of their group alone", async () => {
    const vaultsOf = async (scope: string, filter: string) => {
      const query = `?api-version=2015-11-01&$filter=${encodeURIComponent(filter)}`;
      const { body } = await arm("GET", `${scope}/resources${query}`);
      return (body["value"] as { id: string; type: string }[]).map(({ id }) => id);
    };
    const ofType = "resourceType eq 'Microsoft.KeyVault/vaults'";
    assert.deepEqual(await vaultsOf(`/subscriptions/${msspSubscriptionId}`, ofType), [vaultId]);
    assert.deepEqual(await vaultsOf(group, `${ofType} and name eq 'FABRIKAM-siem'`), [vaultId]);
    assert.deepEqual(await vaultsOf(group, "resourceType eq 'Microsoft.Web/sites'"), []);
    const { body } = await arm("GET", `/subscriptions/${msspSubscriptionId}/resources`);
    assertEach(body["value"] as { type: string }[], ({ type }) => type, ["Microsoft.KeyVault/vaults"]);
  });

  it("secret: each version is kept; the resource manager returns no value", async () => {
    assert.equal((await arm("PUT", secretId, { properties: {} })).status, 400);
    const first = await arm("PUT", secretId, secretBody("one"));
    const second = await arm("PUT", secretId, secretBody("two"));
    assert.deepEqual([first.status, second.status], [201, 200]);
    const { body } = await arm("GET", secretId);
    assert.ok(!JSON.stringify(body).includes('"value"'));
    const properties = body["properties"] as { secretUriWithVersion: string; attributes: { exp: number } };
    assert.equal(properties.attributes.exp, 1_900_000_000);
    const versions = (await data("GET", "fabrikam-siem/secrets/contoso/versions")).body["value"] as { id: string }[];
    assert.equal(versions.length, 2);
    assert.equal(versions[1]?.id, properties.secretUriWithVersion);
    assert.equal((await data("GET", "fabrikam-siem/secrets/contoso")).body["value"], "two");
    const oldest = versions[0]?.id.split("/").at(-1) ?? "";
    assert.equal((await data("GET", `fabrikam-siem/secrets/contoso/${oldest}`)).body["value"], "one");
  });

  it("secret: written by the data plane and returned after a restart", async () => {
    const written = await data("PUT", "fabrikam-siem/secrets/refresh-token", { value: "three", tags: { a: "b" } });
    assert.equal(written.status, 200);
    assert.match(String(written.body["id"]), /\/secrets\/refresh-token\/[0-9a-f]{32}$/);
    await sandbox.stop();
    await start();
    const { body } = await data("GET", "fabrikam-siem/secrets/refresh-token");
    assert.equal(body["value"], "three");
    assert.deepEqual(body["tags"], { a: "b" });
    assert.equal(((await data("GET", "fabrikam-siem/secrets")).body["value"] as unknown[]).length, 2);
  });

  it("data plane: 401 names the token endpoint, 403 the missing action", async () => {
    const bare = await send("GET", "/keyvault/fabrikam-siem/secrets/contoso?api-version=7.4", undefined);
    assert.equal(bare.status, 401);
    assert.equal(
      bare.headers.get("www-authenticate"),
      `Bearer authorization="${sandbox.origins.https}/${msspTenantId}", resource="https://vault.azure.net"`,
    );
    const forbidden = await data("GET", "fabrikam-siem/secrets/contoso", undefined, "stranger");
    assert.equal(forbidden.status, 403);
    assert.match(forbidden.body.error?.message ?? "", /secrets\/getSecret\/action/);
  });

  it("data plane: a role on one secret gives access to that secret only", async () => {
    const tenant = sandbox.cloud.tenant(msspTenantId);
    const stranger = [...tenant.objects("servicePrincipals").values()].find(({ appId }) => appId === strangerId)!;
    const assignment = `${secretId}/providers/Microsoft.Authorization/roleAssignments/a5516000-0000-4000-8000-000000000001`;
    const body = (role: AzureRoleName, principalType?: string) => ({
      properties: {
        principalId: stranger.id,
        principalType,
        roleDefinitionId: `/subscriptions/${msspSubscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles[role]}`,
      },
    });
    const wrongType = await arm("PUT", assignment, body("Key Vault Secrets User", "User"));
    assert.equal(wrongType.body.error?.code, "UnmatchedPrincipalType");
    assert.equal((await arm("PUT", assignment, body("Key Vault Secrets User", "ServicePrincipal"))).status, 201);
    assert.equal((await data("GET", "fabrikam-siem/secrets/contoso", undefined, "stranger")).status, 200);
    assert.equal((await data("GET", "fabrikam-siem/secrets/refresh-token", undefined, "stranger")).status, 403);
    const other = assignment.replace(/1$/, "2");
    const twice = await arm("PUT", other, body("Key Vault Secrets User", "ServicePrincipal"));
    assert.equal(twice.body.error?.code, "RoleAssignmentExists");
    const changed = await arm("PUT", assignment, body("Key Vault Reader", "ServicePrincipal"));
    assert.equal(changed.body.error?.code, "RoleAssignmentUpdateNotPermitted");
    assert.equal((await arm("DELETE", assignment)).status, 200);
    assert.equal((await arm("DELETE", assignment)).status, 204);
    assert.equal((await data("GET", "fabrikam-siem/secrets/contoso", undefined, "stranger")).status, 403);
  });

  it("secret: a disabled one is refused with the service's inner code", async () => {
    const disabled = { value: "off", attributes: { enabled: false } };
    assert.equal((await data("PUT", "fabrikam-siem/secrets/disabled", disabled)).status, 200);
    const { status, body } = await data("GET", "fabrikam-siem/secrets/disabled");
    const { code, innererror } = body.error as { code: string; innererror?: object };
    assert.deepEqual(
      { status, code, innererror },
      { status: 403, code: "Forbidden", innererror: { code: "SecretDisabled" } },
    );
  });

  it("secret: the name stays reserved after the deletion", async () => {
    assert.equal((await data("DELETE", "fabrikam-siem/secrets/refresh-token")).status, 200);
    assert.equal((await data("GET", "fabrikam-siem/secrets/refresh-token")).body.error?.code, "SecretNotFound");
    const again = await data("PUT", "fabrikam-siem/secrets/refresh-token", { value: "four" });
    assert.equal(again.status, 409);
    assert.match(again.body.error?.message ?? "", /deleted but recoverable state/);
  });

  it("vault: soft-deleted with its name reserved; purge is refused, recovery works", async () => {
    assert.equal((await arm("DELETE", vaultId)).status, 200);
    assert.equal((await arm("DELETE", vaultId)).status, 204);
    assert.equal((await arm("PUT", vaultId, vaultBody())).body.error?.code, "ConflictError");
    const deleted = `/subscriptions/${msspSubscriptionId}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/fabrikam-siem`;
    assert.equal((await arm("GET", deleted)).status, 200);
    assert.match(
      (await arm("POST", `${deleted}/purge`)).body.error?.message ?? "",
      /'DeletedVaultPurge' is not allowed/,
    );
    assert.equal((await arm("PUT", vaultId, vaultBody({ createMode: "recover" }))).status, 200);
    assert.equal((await data("GET", "fabrikam-siem/secrets/contoso")).body["value"], "two");
    assert.equal((await data("GET", "fabrikam-siem/secrets/refresh-token")).status, 404, "deleted before the vault");
  });

  it("resource group: deleted with its content as a long-running operation", async () => {
    const { status, headers } = await arm("DELETE", group);
    assert.equal(status, 202);
    const bearer = await token("automation", msspTenantId, "https://management.azure.com");
    const location = headers.get("location") ?? "";
    assert.equal((await send("GET", location, bearer)).status, 202);
    assert.equal((await send("GET", location, bearer)).status, 200);
    assert.equal((await arm("GET", vaultId)).status, 404);
    assert.ok(sandbox.cloud.tenant(msspTenantId).deleted.size >= 3);
  });

  it("expired tokens and deleted secrets: end as Azure and the retention period say", async () => {
    const bearer = await token("automation", msspTenantId, "https://management.azure.com");
    const vaults = await token("automation", msspTenantId, "https://vault.azure.net");
    clock.advance(8 * 24 * 60 * 60 * 1000);
    const { error } = (await send("GET", `${group}?api-version=${apiVersion}`, bearer)).body;
    const time = String.raw`'\d+\/\d+\/\d{4} \d+:\d\d:\d\d [AP]M'`;
    const said = `^The access token expiry UTC time ${time} is earlier than current UTC time ${time}\\.$`;
    assert.equal(error?.code, "ExpiredAuthenticationToken");
    assert.match(error.message, new RegExp(said));
    const vault = await send("GET", "/keyvault/fabrikam-siem/secrets/contoso?api-version=7.4", vaults);
    assert.deepEqual(vault.body.error, { code: "Unauthorized", message: "Error validating token: IDX10223" });
    await sandbox.stop();
    await start();
    assert.equal(sandbox.cloud.tenant(msspTenantId).deleted.size, 0);
  });

  describe("an automation with the condition", () => {
    const scope = `/subscriptions/${sandboxCustomerSubscriptionId}/resourceGroups/sentinel`;
    const groupId = "67000000-0000-4000-8000-000000000001";
    const path = (number: number, at = scope) =>
      `${at}/providers/Microsoft.Authorization/roleAssignments/a6000000-0000-4000-8000-00000000000${number}`;
    const customer = (method: string, id: string, content?: unknown) =>
      arm(method, id, content, "automation", sandboxCustomerTenantId);
    const assign = (role: AzureRoleName, changes: object = {}, at = path(1)) =>
      customer("PUT", at, {
        properties: {
          ...{ principalId: groupId, principalType: "Group", ...changes },
          roleDefinitionId: `/subscriptions/${sandboxCustomerSubscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles[role]}`,
        },
      });
    let resources: Map<string, StoredObject>;
    let former: [string, StoredObject][];

    beforeEach(() => {
      const tenant = sandbox.cloud.tenant(sandboxCustomerTenantId);
      resources = tenant.objects(azureResources);
      former = [...resources];
      tenant.objects("groups").set(groupId, { id: groupId, displayName: "Tier 1" });
      // In the place of its roles on the subscription, the one with the condition on the resource group.
      for (const [id, { type }] of former) if (type === "Microsoft.Authorization/roleAssignments") resources.delete(id);
      const principal = [...tenant.objects("servicePrincipals").values()].find(
        ({ appId }) => appId === automationApplicationId,
      )!;
      const id = path(9);
      resources.set(id.toLowerCase(), {
        ...{ id, name: "a6", type: "Microsoft.Authorization/roleAssignments" },
        properties: {
          ...{ principalId: principal.id, principalType: "ServicePrincipal", scope, conditionVersion: "2.0" },
          roleDefinitionId: azureRoles["Role Based Access Control Administrator"],
          condition: assignmentCondition({ roles: ["Microsoft Sentinel Reader"], groups: [groupId] }),
        },
      });
    });
    afterEach(() => {
      resources.clear();
      for (const [id, resource] of former) resources.set(id, resource);
    });

    it("assigns a role to a group of another tenant with an active relationship, under a condition for it", async () => {
      const relationships = sandbox.cloud.tenant(sandboxCustomerTenantId).objects("governanceRelationships");
      const groups = sandbox.cloud.tenant(msspTenantId).objects("groups");
      const principalId = "0a0b0c0d-0000-4000-8000-000000000001";
      const condition = assignmentCondition({
        ...{ roles: ["Microsoft Sentinel Reader"], groups: [principalId], principalType: "ForeignGroup" },
      });
      const limits = resources.get(path(9).toLowerCase())!;
      resources.set(path(9).toLowerCase(), {
        ...limits,
        properties: { ...(limits["properties"] as object), condition },
      });
      const remote = { principalId, principalType: "ForeignGroup" };
      const relationship = { id: "1", governingTenantId: msspTenantId, governedTenantId: sandboxCustomerTenantId };
      groups.set(principalId, { id: principalId, displayName: "SOC" });
      try {
        for (const status of ["terminated", "active"]) {
          relationships.set("1", { ...relationship, status });
          const { status: code, body } = await assign("Microsoft Sentinel Reader", remote);
          assert.deepEqual(
            [code, body.error?.code],
            status === "active" ? [201, undefined] : [400, "PrincipalNotFound"],
          );
        }
        assert.equal((await assign("Microsoft Sentinel Reader", {}, path(2))).status, 403);
      } finally {
        relationships.clear();
        groups.delete(principalId);
      }
    });

    it("assigns and removes the role for the group", async () => {
      assert.equal((await assign("Microsoft Sentinel Reader")).status, 201);
      assert.equal((await customer("DELETE", path(1))).status, 200);
    });

    it("is refused Owner, another role, principal and scope, and the removal of its own limits", async () => {
      const refused = [
        await assign("Owner"),
        await assign("Role Based Access Control Administrator"),
        await assign("Microsoft Sentinel Responder"),
        await assign("Microsoft Sentinel Reader", { principalId: "67000000-0000-4000-8000-000000000002" }),
        await assign("Microsoft Sentinel Reader", { principalType: "User" }),
        await assign("Microsoft Sentinel Reader", {}, path(1, `/subscriptions/${sandboxCustomerSubscriptionId}`)),
        await customer("DELETE", path(9)),
      ];
      for (const { status, body } of refused)
        assert.deepEqual([status, body.error?.code], [403, "AuthorizationFailed"]);
    });

    it("sees the assignments of the resource group, and not those of the subscription", async () => {
      const list = (at: string) => customer("GET", `${at}/providers/Microsoft.Authorization/roleAssignments`);
      assert.equal((await list(scope)).status, 200);
      assert.equal((await list(`/subscriptions/${sandboxCustomerSubscriptionId}`)).status, 403);
    });
  });

  describe("Lighthouse", () => {
    const subscription = `/subscriptions/${sandboxCustomerSubscriptionId}`;
    const definition = `${subscription}/providers/Microsoft.ManagedServices/registrationDefinitions/de400000-0000-4000-8000-000000000001`;
    const assignments = `${subscription}/resourceGroups/sentinel/providers/Microsoft.ManagedServices/registrationAssignments`;
    const assignment = `${assignments}/a5000000-0000-4000-8000-000000000001`;
    const workspace = `${subscription}/resourceGroups/sentinel/providers/Microsoft.OperationalInsights/workspaces/sentinel`;
    const body = (roleDefinitionId: string) => {
      const principal = [...sandbox.cloud.tenant(msspTenantId).objects("servicePrincipals").values()].find(
        ({ appId }) => appId === strangerId,
      )!;
      return {
        properties: {
          registrationDefinitionName: "Fabrikam",
          managedByTenantId: msspTenantId,
          authorizations: [{ principalId: principal.id, principalIdDisplayName: "Analysts", roleDefinitionId }],
        },
      };
    };
    const customer = (method: string, id: string, content?: unknown) =>
      arm(method, id, content, "automation", sandboxCustomerTenantId);

    it("Lighthouse: roles that cannot be delegated are refused with Azure's message", async () => {
      const owner = await customer("PUT", definition, body(azureRoles.Owner));
      assert.equal(owner.body.error?.code, "InvalidRegistrationDefinitionCreateRequest");
      assert.match(owner.body.error.message, /because of restricted actions/);
      const withData = await customer("PUT", definition, body(azureRoles["Log Analytics Contributor"]));
      assert.match(withData.body.error?.message ?? "", /with data actions not allowed/);
      const inGroup = definition.replace("/providers", "/resourceGroups/sentinel/providers");
      assert.equal(
        (await customer("PUT", inGroup, body(azureRoles.Reader))).body.error?.code,
        "InvalidRegistrationDefinitionUri",
      );
    });

    it("Lighthouse: the other tenant's principal has access while the assignment exists", async () => {
      assert.equal((await arm("GET", workspace, undefined, "stranger")).status, 401);
      assert.equal((await customer("PUT", definition, body(azureRoles["Microsoft Sentinel Reader"]))).status, 201);
      assert.equal((await arm("GET", workspace, undefined, "stranger")).status, 401);
      const made = await customer("PUT", assignment, { properties: { registrationDefinitionId: definition } });
      assert.equal(made.status, 201);
      assert.equal((made.body["properties"] as { provisioningState: string }).provisioningState, "Accepted");
      const bearer = await token("automation", sandboxCustomerTenantId, "https://management.azure.com");
      const asked = made.headers.get("azure-asyncoperation") ?? "";
      assert.equal((await send("GET", asked, bearer)).body["status"], "Running");
      assert.equal((await send("GET", asked, bearer)).body["status"], "Succeeded");
      assert.equal((await arm("GET", workspace, undefined, "stranger")).status, 200);
      const other = await arm("GET", `${subscription}/resourceGroups/other`, undefined, "stranger");
      assert.equal(other.status, 401, "only the group is delegated");
      const write = await arm("PATCH", `${subscription}/resourceGroups/sentinel`, { tags: {} }, "stranger");
      assert.equal(write.body.error?.code, "AuthorizationFailed");
      assert.equal((await customer("DELETE", definition)).status, 409);
      assert.equal((await customer("DELETE", assignment)).status, 202);
      assert.equal((await customer("DELETE", definition)).status, 200);
      assert.equal((await arm("GET", workspace, undefined, "stranger")).status, 401);
    });

    it("Lighthouse: an assignment requires the right to assign roles", async () => {
      await customer("PUT", definition, body(azureRoles.Reader));
      const objects = sandbox.cloud.tenant(sandboxCustomerTenantId).objects(azureResources);
      for (const [key, resource] of [...objects]) {
        const { roleDefinitionId = "" } = (resource["properties"] ?? {}) as { roleDefinitionId?: string };
        if (roleDefinitionId.endsWith(azureRoles["Role Based Access Control Administrator"])) objects.delete(key);
      }
      const { status, body: refused } = await customer("PUT", assignment, {
        properties: { registrationDefinitionId: definition },
      });
      assert.equal(status, 403);
      assert.match(refused.error?.message ?? "", /Microsoft\.Authorization\/roleAssignments\/write/);
    });
  });
});
