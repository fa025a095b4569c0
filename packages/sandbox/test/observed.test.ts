/**
 * The answers of Azure, Key Vault, Entra and Defender in observed-3.json, asked for again. Those of
 * the directory: `graph/sequences/latestObserved.ts`.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { azureRoles, microsoftGraph, requestToken } from "@defender-mssp/microsoft";
import {
  addDaemon,
  answered,
  automationApplicationId,
  msspSubscriptionId,
  msspTenantId,
  post,
  setSwitches,
  subscriptionIdOf,
  tenantId,
  testSandbox,
  jsonText,
  type ReceivedAnswer,
  type TestSandbox,
} from "@defender-mssp/testkit";
import { otherServices } from "./graph/sequences/latestObserved";
import {
  azureExamples,
  notReplayedOfOthers,
  notServedOfOthers,
  ofOtherServices,
} from "./graph/support/knownDifferences";
import {
  differences,
  documentedDifferences,
  readObserved,
  type Exceptions,
  type Observed,
} from "./graph/support/observed";
import { needsReference, hasReference } from "./graph/support/reference";

const publicClient = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
/** What the service sends and the sandbox has no value for. */
const keyVaultHeaders: Exceptions = Object.fromEntries(
  ["network-info", "region", "service-version"]
    .map((name) => `x-ms-keyvault-${name}`)
    .concat("x-ms-request-id", "www-authenticate")
    .map((name) => [name, "names a machine or another address"]),
);

describe("answers observed of Azure, Entra and Defender", () => {
  let test: TestSandbox;
  let isStarted = false;
  const observed = new Map((hasReference ? readObserved("observed-3.json") : []).map((entry) => [entry.key, entry]));

  before(async function () {
    needsReference(this);
    test = await testSandbox();
    isStarted = true;
    test.addConnector({
      [microsoftGraph.appId]: ["SecurityAlert.Read.All", "SecurityIncident.ReadWrite.All", "ThreatHunting.Read.All"],
    });
  });
  after(() => (isStarted ? test.stop() : undefined));

  const asked = new Set<string>();

  function entryOf(key: string): Observed {
    asked.add(key);
    const entry = observed.get(key);
    assert.ok(entry, `observed-3.json has no ${key}`);
    return entry;
  }

  function sameAs(key: string, { status, text, body, headers }: ReceivedAnswer, exceptions: Exceptions = {}): void {
    const answered = { status, text, body: body as never, headers: Object.fromEntries(headers) };
    assert.deepEqual(differences(entryOf(key), answered, exceptions), [], key);
  }

  async function call(method: string, url: string, token: string | undefined, body?: unknown): Promise<ReceivedAnswer> {
    const response = await fetch(url.startsWith("/") ? test.sandbox.origins.http + url : url, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answered(response);
  }

  async function armToken(of = msspTenantId, audience = "https://management.azure.com"): Promise<string> {
    const { endpoints, environment } = test;
    return (await requestToken({ tenantId: of, audience, environment, endpoints })).accessToken;
  }

  describe("Azure", () => {
    const subscription = `/subscriptions/${msspSubscriptionId}`;
    const group = `${subscription}/resourceGroups/observed`;
    const assignment = `${group}/providers/Microsoft.Authorization/roleAssignments`;
    const reader = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles.Reader}`;
    const [first, second] = ["88888888-0000-4000-8000-000000000001", "88888888-0000-4000-8000-000000000002"];
    const addresses: Exceptions = { "value[].id": "another subscription", id: "another subscription" };
    const ofAssignment: Exceptions = {
      ...addresses,
      "properties.scope": "another subscription",
      "properties.roleDefinitionId": "another subscription",
      "value[].properties.scope": "another subscription",
      "value[].properties.roleDefinitionId": "another subscription",
    };
    let principalId: string;

    before(async () => {
      const { servicePrincipal } = addDaemon(test.sandbox.cloud, {}, { tenantId: msspTenantId });
      principalId = servicePrincipal.id;
      await arm("PUT", `${group}?api-version=2024-11-01`, { location: "westeurope" });
    });

    const arm = async (method: string, url: string, body?: unknown) => call(method, url, await armToken(), body);

    it("a role assignment: made, listed by principal, refused a second time", async () => {
      const properties = { roleDefinitionId: reader, principalId, principalType: "ServicePrincipal" };
      const put = (name: string, more: object = {}) =>
        arm("PUT", `${assignment}/${name}?api-version=2022-04-01`, { properties: { ...properties, ...more } });
      sameAs("ra-put", await put(first), ofAssignment);
      const filter = `$filter=principalId%20eq%20'${principalId}'&api-version=2022-04-01`;
      const all = `${subscription}/providers/Microsoft.Authorization/roleAssignments`;
      sameAs("ra-list-sub", await arm("GET", `${all}?${filter}`), ofAssignment);
      sameAs("ra-list-rg", await arm("GET", `${assignment}?${filter}`), ofAssignment);
      sameAs("arm-ra-exists", await put(second), { "error.message": "names the existing one, as newer answers do" });
      const unknown = "0f14a80d-42e5-4d57-afe0-46acf9dfae05";
      const refused = await put(second, { principalId: unknown, principalType: undefined });
      sameAs("arm-principal", refused, { "error.message": "compared below" });
      const recorded = entryOf("arm-principal").responseBody as unknown as { error: { message: string } };
      const { message } = refused.body["error"] as { message: string };
      assert.equal(message, recorded.error.message.replace(/directory [0-9a-f-]{36}/, `directory ${msspTenantId}`));
    });

    it("role definitions by name; role assignments at the scope", async () => {
      const query = "$filter=roleName%20eq%20%27Reader%27&api-version=2018-01-01-preview";
      const path = `${subscription}/providers/Microsoft.Authorization`;
      sameAs("rd-filter", await arm("GET", `${path}/roleDefinitions?${query}`), {
        ...addresses,
        ...Object.fromEntries(
          ["description", "createdOn", "updatedOn", "createdBy", "updatedBy"].map((name) => [
            `value[].properties.${name}`,
            "the sandbox has only what a role allows",
          ]),
        ),
      });
      const atScope = await arm("GET", `${path}/roleAssignments?$filter=atScope%28%29&api-version=2020-04-01-preview`);
      assert.equal(atScope.status, entryOf("ra-atscope").status);
      assert.equal((atScope.body["value"] as unknown[]).length, 3);
    });

    it("Key Vault: no token, and no role", async () => {
      const vault = `${group}/providers/Microsoft.KeyVault/vaults/observed-vault`;
      await arm("PUT", `${vault}?api-version=2024-11-01`, {
        location: "westeurope",
        properties: { tenantId: msspTenantId, sku: { family: "A", name: "standard" }, enableRbacAuthorization: true },
      });
      const secret = "/keyvault/observed-vault/secrets/secret1";
      sameAs("kv-401", await call("GET", `${secret}?api-version=7.1`, undefined), {
        ...keyVaultHeaders,
        "error.message": "since 2026 it names MTLS_POP: kv-401 of observed-4.json",
      });
      const { application } = addDaemon(
        test.sandbox.cloud,
        {},
        { tenantId: msspTenantId, applicationId: "da3e0000-0000-4000-8000-000000000002" },
      );
      test.sandbox.cloud.acceptPassingSecret("vault-secret-of-the-test", jsonText(application["appId"]));
      const { accessToken } = await requestToken({
        tenantId: msspTenantId,
        audience: "https://vault.azure.net",
        endpoints: test.endpoints,
        environment: { ARM_CLIENT_ID: jsonText(application["appId"]), ARM_CLIENT_SECRET: "vault-secret-of-the-test" },
      });
      const refused = await call("GET", `${secret}?api-version=7.4`, accessToken);
      sameAs("kv-403", refused, { "error.message": "compared below" });
      const shape = (body: unknown) =>
        (body as { error: { message: string } }).error.message
          .replaceAll(/[0-9a-f-]{36}/g, "<guid>")
          .replace(/Resource: '[^']*'/, "Resource: <resource>")
          .replace(/Vault: .*;location=[^\r]*/, "Vault: <vault>");
      assert.equal(shape(refused.body), shape(entryOf("kv-403").responseBody));
    });

    it("Lighthouse: the life of a definition and its assignment", async () => {
      const customers = `/subscriptions/${subscriptionIdOf(tenantId)}/providers/Microsoft.ManagedServices`;
      const token = await armToken(tenantId);
      const ask = (method: string, path: string, body?: unknown) =>
        call(method, `${customers}/${path}?api-version=2019-06-01`, token, body);
      const definition = "registrationDefinitions/afee244e-9a4d-41c9-a64d-8d7fc7124717";
      const assigned = "registrationAssignments/b61427a6-974b-4987-a4cc-007a11ec8396";
      const later: Exceptions = Object.fromEntries(
        ["", "value[]."].flatMap((at): [string, string][] => [
          [`${at}id`, "another subscription"],
          [`${at}properties.registrationDefinitionId`, "another subscription"],
          [`${at}properties.managedByTenantName`, "another name"],
          ...["description", "manageeTenantId", "manageeTenantName"].map((name): [string, string] => [
            `${at}properties.${name}`,
            "since api-version 2022-10-01; the sandbox has them in all",
          ]),
        ]),
      );
      const properties = {
        ...(entryOf("ms-def-put").requestBody as { properties: object }).properties,
        managedByTenantId: msspTenantId,
      };
      sameAs("ms-def-put", await ask("PUT", definition, { properties }), later);
      sameAs("ms-def-get", await ask("GET", definition), later);
      sameAs("ms-def-list", await ask("GET", "registrationDefinitions"), later);
      sameAs("ms-asg-list", await ask("GET", "registrationAssignments"), later);
      const registrationDefinitionId = `${customers}/${definition}`;
      const made = await ask("PUT", assigned, { properties: { registrationDefinitionId } });
      sameAs("ms-asg-put", made, later);
      const operation = (made.headers.get("azure-asyncoperation") ?? "").replace(
        test.sandbox.origins.https,
        test.sandbox.origins.http,
      );
      await call("GET", operation, token);
      const names = { id: "names the operation, as later api-versions do", name: "as `id`" };
      sameAs("ms-asg-op", await call("GET", operation, token), names);
      sameAs("ms-asg-get", await ask("GET", assigned), later);
      sameAs("ms-asg-del", await ask("DELETE", assigned));
      sameAs("ms-def-del", await ask("DELETE", definition));
    });
  });

  describe("Entra", () => {
    const texts: Exceptions = Object.fromEntries(
      ["error_description", "timestamp", "trace_id", "correlation_id", "error_uri"].map((name) => [
        name,
        "compared below, or of the moment",
      ]),
    );
    for (const [key, form] of [
      ["tok-7000216", { grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" }],
      [
        "tok-700025",
        {
          grant_type: "client_credentials",
          client_id: publicClient,
          client_secret: "x",
          scope: "https://graph.microsoft.com/.default",
        },
      ],
      [
        "tok-9002313",
        { grant_type: "authorization_code", client_secret: "", code: "garbage", redirect_uri: "https://localhost/x" },
      ],
    ] as const)
      it(`${key}: code, status and text`, async () => {
        const form2 = { client_id: automationApplicationId, ...form };
        const answer = await post(test.sandbox, `/${tenantId}/oauth2/v2.0/token`, form2);
        sameAs(key, answer, texts);
        const text = (body: unknown) =>
          (body as { error_description: string }).error_description.replace(/ Trace ID: [\s\S]*$/, "").trim();
        assert.equal(text(answer.body), text(entryOf(key).responseBody));
      });
  });

  describe("Defender", () => {
    it("an alert and its evidence have the properties of Microsoft's page", async () => {
      const token = await test.connectorToken("graph");
      const { body, status } = await call("GET", "/v1.0/security/alerts_v2?$top=100", token);
      assert.equal(status, 200, JSON.stringify(body));
      const page = entryOf("alerts").responseBody as unknown as {
        value: object[];
        evidence: Readonly<Record<string, Record<string, unknown>>>;
      };
      const missing = (expected: object, actual: object) =>
        Object.keys(expected).filter((name) => name !== "@odata.type" && !(name in actual));
      const alerts = body["value"] as { evidence: { "@odata.type": string; fileDetails?: object }[] }[];
      for (const alert of alerts) assert.deepEqual(missing(page.value[0]!, alert), []);
      const pieces = alerts.flatMap(({ evidence }) => evidence);
      for (const [type, expected] of Object.entries(page.evidence)) {
        const ofType = pieces.filter((piece) => piece["@odata.type"].endsWith(`.${type}`));
        assert.ok(ofType.length > 0, type);
        for (const piece of ofType) {
          assert.deepEqual(missing(expected, piece), [], type);
          if (piece.fileDetails !== undefined)
            assert.deepEqual(missing(expected["fileDetails"] as object, piece.fileDetails), []);
        }
      }
    });

    it("incidents have the properties of Microsoft's page", async () => {
      const token = await test.connectorToken("graph");
      for (const [key, query] of [
        ["inc-list", ""],
        ["inc-expand", "?$expand=alerts&$top=5"],
      ] as const) {
        const { body } = await call("GET", `/v1.0/security/incidents${query}`, token);
        const [expected] = (entryOf(key).responseBody as unknown as { value: object[] }).value;
        const incidents = body["value"] as object[];
        assert.ok(incidents.length > 0);
        for (const incident of incidents)
          assert.deepEqual(
            Object.keys(expected!).filter((name) => name !== "@odata.type" && !(name in incident)),
            [],
            key,
          );
      }
    });

    it("hunting answers schema and results", async () => {
      const { requestBody, responseBody } = entryOf("hunt");
      const answer = await call(
        "POST",
        "/v1.0/security/runHuntingQuery",
        await test.connectorToken("graph"),
        requestBody,
      );
      assert.deepEqual(Object.keys(answer.body), Object.keys(responseBody!));
      assert.deepEqual(answer.body["schema"], [
        { name: "Timestamp", type: "DateTime" },
        { name: "Title", type: "String" },
      ]);
      assert.equal((answer.body["results"] as unknown[]).length, 2);
    });
  });

  describe("observed-4.json", () => {
    const later = new Map((hasReference ? readObserved("observed-4.json") : []).map((entry) => [entry.key, entry]));
    const compared = new Set<string>();
    const subscription = `/subscriptions/${msspSubscriptionId}`;
    const group = `${subscription}/resourceGroups/later`;
    const vault = `${group}/providers/Microsoft.KeyVault/vaults/later-vault`;
    const nobodyId = "da3e0000-0000-4000-8000-000000000006";
    const sku = { family: "A", name: "standard" };
    const vaultBody = {
      location: "westus",
      properties: { tenantId: msspTenantId, sku, enableRbacAuthorization: true },
    };
    let tokens: { arm: string; vault: string };
    const arm = (method: string, path: string, body?: unknown) =>
      call(method, `${path}${path.includes("?") ? "&" : "?"}api-version=2022-04-01`, tokens.arm, body);
    const secret = (method: string, path: string, body?: unknown, token: string | undefined = tokens.vault) =>
      call(method, `/keyvault/later-vault/${path}?api-version=7.4`, token, body);

    function like(key: string, { status, body }: ReceivedAnswer): void {
      compared.add(key);
      const entry = later.get(key);
      assert.ok(entry, `observed-4.json has no ${key}`);
      const { error, ...expected } = (entry.responseBody ?? {}) as { error?: object };
      const observed = { ...entry, responseBody: (error ?? expected) as never };
      assert.deepEqual(documentedDifferences(observed, { status, body: body as never }), [], key);
      const { innererror } = (error ?? {}) as { innererror?: object };
      if (innererror !== undefined)
        assert.deepEqual((body["error"] as { innererror?: object }).innererror, innererror, key);
    }

    before(async () => {
      tokens = { arm: await armToken(), vault: await armToken(msspTenantId, "https://vault.azure.net") };
      await arm("PUT", group, { location: "westus" });
    });

    it("Key Vault: a vault and its secrets, deleted, read, recovered and purged", async () => {
      const made = await arm("PUT", vault, vaultBody);
      like("kv-put-java", { ...made, body: made.body["properties"] as Record<string, unknown> });
      like("kv-list-rg", await arm("GET", `${group}/providers/Microsoft.KeyVault/vaults`));
      like("kv-401", await call("PUT", "/keyvault/later-vault/secrets/a?api-version=7.4", undefined, { value: "x" }));
      const name = "secrets/secret-000004";
      const set = await secret("PUT", name, later.get("kv-set")?.requestBody);
      const { keys, attributes } = later.get("kv-set")?.responseBody as unknown as Record<string, string[]>;
      assert.deepEqual([Object.keys(set.body), Object.keys(set.body["attributes"] as object)], [keys, attributes]);
      compared.add("kv-set");
      like("kv-get-slash", await secret("GET", `${name}/`));
      like("kv-404", await secret("GET", "secrets/azure-cli-validation-dummy/"));
      const version = String(set.body["id"]).split("/").at(-1) ?? "";
      const changed = await secret("PATCH", `${name}/${version}`, { contentType: "b", attributes: { enabled: false } });
      assert.deepEqual([changed.status, changed.body["contentType"]], [200, "b"]);
      assert.equal((await secret("GET", name)).status, 403);
      const deleted = (await secret("DELETE", name)).body;
      like("kv-conflict", await secret("PUT", name, { value: "w" }));
      const kept = "deletedsecrets/secret-000004";
      assert.deepEqual((await secret("GET", kept)).body, deleted);
      assert.deepEqual((await secret("GET", "deletedsecrets")).body["value"], [deleted]);
      assert.equal((await secret("POST", `${kept}/recover`)).status, 200);
      assert.equal((await secret("GET", kept)).status, 404);
      await secret("DELETE", name);
      assert.equal((await secret("DELETE", kept)).status, 204);
      assert.equal((await secret("PUT", name, { value: "again" })).status, 200);
      like("kv-delete", await arm("DELETE", vault));
      const place = `${subscription}/providers/Microsoft.KeyVault/locations/westus/deletedVaults`;
      like("kv-deletedvault", await arm("GET", `${place}/later-vault`));
      like("kv-deletedvault-404", await arm("GET", `${place}/nope-xyz1`));
      assert.deepEqual((await arm("GET", `${subscription}/providers/Microsoft.KeyVault/deletedManagedHSMs`)).body, {
        value: [],
      });
    });

    it("roles, subscriptions and resources; a path with two slashes", async () => {
      const authorization = `${group}/providers/Microsoft.Authorization`;
      const { servicePrincipal } = addDaemon(
        test.sandbox.cloud,
        {},
        { tenantId: msspTenantId, applicationId: "da3e0000-0000-4000-8000-000000000004" },
      );
      const put = (of: string, token = tokens.arm, principalId = servicePrincipal.id) =>
        call("PUT", `${authorization}/roleAssignments/${randomUUID()}?api-version=2022-04-01`, token, {
          properties: { principalId, principalType: "ServicePrincipal", roleDefinitionId: of },
        });
      const reader = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles.Reader}`;
      await put(reader);
      compared.add("ra-exists");
      const exists = await put(reader);
      assert.deepEqual([exists.status, (exists.body["error"] as { code: string }).code], [409, "RoleAssignmentExists"]);
      like("ra-badroleid", await put("072dd7ad-7dc5-fe96-411f-a4a223b5d3cf|"));
      const nobody = addDaemon(test.sandbox.cloud, {}, { tenantId: msspTenantId, applicationId: nobodyId });
      test.sandbox.cloud.acceptPassingSecret("nobody-secret-of-the-test", jsonText(nobody.application["appId"]));
      const environment = { ARM_CLIENT_ID: nobodyId, ARM_CLIENT_SECRET: "nobody-secret-of-the-test" };
      const audience = "https://management.azure.com";
      const { endpoints } = test;
      const { accessToken } = await requestToken({ tenantId: msspTenantId, audience, environment, endpoints });
      like("ra-403", await put(reader, accessToken, nobody.servicePrincipal.id));
      like("sub-404", await arm("GET", "/subscriptions/70cff36b-c4f8-46ea-9655-9cfd44664763"));
      like("res-emptyfilter", await arm("GET", `${subscription}/resources?$filter=&$expand=createdTime`));
      const provider = (await arm("GET", `${subscription}/providers/microsoft.keyvault`)).body;
      assert.deepEqual([provider["namespace"], provider["registrationState"]], ["Microsoft.KeyVault", "Registered"]);
      const all = (await arm("GET", `${subscription}/providers`)).body["value"] as { namespace: string }[];
      assert.ok(all.some(({ namespace }) => namespace === "Microsoft.Authorization"));
      for (const path of ["Microsoft.Compute", "Microsoft.KeyVault/locations/westus"])
        assert.equal((await arm("GET", `${subscription}/providers/${path}`)).status, 404, path);
      const list = `${subscription}/providers/Microsoft.Authorization/roleDefinitions`;
      assert.deepEqual((await arm("GET", `/${list}`)).body, (await arm("GET", list)).body);
    });

    it("a role of the tenant's own: made, listed, assigned, in force, and deleted when nobody has it", async () => {
      const { servicePrincipal, application } = addDaemon(
        test.sandbox.cloud,
        {},
        { tenantId: msspTenantId, applicationId: "da3e0000-0000-4000-8000-000000000005" },
      );
      const appId = jsonText(application["appId"]);
      test.sandbox.cloud.acceptPassingSecret("owner-secret-of-the-test", appId);
      const environment = { ARM_CLIENT_ID: appId, ARM_CLIENT_SECRET: "owner-secret-of-the-test" };
      const audience = "https://management.azure.com";
      const { endpoints } = test;
      const { accessToken } = await requestToken({ tenantId: msspTenantId, audience, environment, endpoints });
      const authorization = `${subscription}/providers/Microsoft.Authorization`;
      const role = `${authorization}/roleDefinitions/358e7f47-5c1e-403a-a866-067af56f19e0`;
      const body = later.get("rd-custom-put-owner")?.requestBody as { properties: object };
      const assign = async (roleDefinitionId: string) => {
        const properties = { principalId: servicePrincipal.id, principalType: "ServicePrincipal", roleDefinitionId };
        return arm("PUT", `${authorization}/roleAssignments/${randomUUID()}`, { properties });
      };
      const as = (method: string, path: string, content?: unknown) =>
        call(method, `${path}?api-version=2022-04-01`, accessToken, content);
      assert.equal((await arm("PUT", role, body)).status, 403);
      await assign(azureRoles.Owner);
      const permissions = [{ actions: ["Microsoft.KeyVault/vaults/read"], dataActions: [] }];
      like("rd-custom-put-owner", await as("PUT", role, { properties: { ...body.properties, permissions } }));
      assert.equal((await as("PUT", role, { properties: {} })).status, 400);
      const named = await arm("GET", `${authorization}/roleDefinitions?$filter=roleName eq 'cli-test-role000001'`);
      assert.equal((named.body["value"] as unknown[]).length, 1);
      assert.equal((await as("GET", role)).status, 200);
      const owner = await arm(
        "GET",
        `${authorization}/roleAssignments?$filter=principalId eq '${servicePrincipal.id}'`,
      );
      const assigned = await assign(role);
      assert.equal(assigned.status, 201, assigned.text);
      const [{ id } = { id: "" }] = owner.body["value"] as { id: string }[];
      await arm("DELETE", id);
      assert.equal((await as("GET", `${subscription}/providers/Microsoft.KeyVault/vaults`)).status, 200);
      assert.equal((await as("GET", `${subscription}/resourceGroups`)).status, 403);
      await assign(azureRoles.Owner);
      assert.equal((await as("DELETE", role)).status, 400);
      await arm("DELETE", String(assigned.body["id"]));
      assert.equal((await as("DELETE", role)).status, 200);
      assert.equal((await as("GET", role)).status, 404);
    });

    it("an eligible role of Azure: asked for, listed, refused twice, ended by an administrator and by time", async () => {
      const { sandbox } = test;
      const { servicePrincipal } = addDaemon(
        sandbox.cloud,
        {},
        { tenantId: msspTenantId, applicationId: "da3e0000-0000-4000-8000-000000000006" },
      );
      const authorization = `${group}/providers/Microsoft.Authorization`;
      const roleDefinitionId = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles.Reader}`;
      const request = (name: string, more: object = {}) =>
        arm("PUT", `${authorization}/roleEligibilityScheduleRequests/${name}`, {
          properties: {
            ...{ principalId: servicePrincipal.id, roleDefinitionId, requestType: "AdminAssign" },
            scheduleInfo: { expiration: { type: "AfterDuration", duration: "P30D" } },
            ...more,
          },
        });
      const code = async (answer: Promise<ReceivedAnswer>) => ((await answer).body["error"] as { code: string }).code;
      const name = "47f8978c-5d8d-4fbf-b4b6-2f43eeb43eca";
      assert.equal(await code(request(name)), "AuthorizationFailed");
      const [automation] = [...sandbox.cloud.tenant(msspTenantId).objects("servicePrincipals").values()].filter(
        ({ appId }) => appId === automationApplicationId,
      );
      const owner = await arm("PUT", `${authorization}/roleAssignments/${randomUUID()}`, {
        properties: { principalId: automation?.id, roleDefinitionId: azureRoles.Owner },
      });
      const permanent = { scheduleInfo: { expiration: { type: "NoExpiration" } } };
      assert.equal(await code(request(name, permanent)), "RoleAssignmentRequestPolicyValidationFailed");
      like("res-elig-put", await request(name));
      assert.equal(await code(request(name)), "RoleAssignmentExists");
      const list = async (type: string, filter = "") =>
        (await arm("GET", `${authorization}/${type}${filter}`)).body["value"] as {
          id: string;
          properties: Record<string, string>;
        }[];
      const mine = `?$filter=principalId eq '${servicePrincipal.id}'`;
      const [schedule, ...others] = await list("roleEligibilitySchedules", mine);
      const [instance] = await list("roleEligibilityScheduleInstances");
      assert.deepEqual(
        [schedule?.properties["memberType"], others, instance?.properties["roleEligibilityScheduleId"]],
        ["Direct", [], schedule?.id],
      );
      const asked = `${authorization}/roleEligibilityScheduleRequests/${name}`;
      for (const [index, id] of [asked, schedule?.id, instance?.id].entries()) {
        const [type = "", properties = ""] = Object.entries(azureExamples)[index] ?? [];
        const read = (await arm("GET", String(id))).body;
        assert.deepEqual(Object.keys(read["properties"] as object).sort(), properties.split(" ").sort());
        assert.deepEqual((await list(type)).at(-1), read);
      }
      // Eligible is not active.
      assert.deepEqual(await list("roleAssignments", mine), []);
      assert.equal((await request(randomUUID(), { requestType: "AdminRemove" })).status, 201);
      assert.equal(await code(request(randomUUID(), { requestType: "AdminRemove" })), "RoleAssignmentDoesNotExist");
      assert.equal(await code(request(randomUUID(), { requestType: "SelfExtend" })), "InvalidRequestType");
      await request(randomUUID());
      sandbox.cloud.clock.advance(31 * 24 * 60 * 60_000);
      const ended = await call("GET", `${authorization}/roleEligibilitySchedules?api-version=1`, await armToken());
      sandbox.cloud.clock.advance(-31 * 24 * 60 * 60_000);
      assert.deepEqual(ended.body["value"], []);
      setSwitches(sandbox.cloud.tenant(msspTenantId), { entraLicence: "p1" });
      assert.equal(await code(request(randomUUID())), "AadPremiumLicenseRequired");
      setSwitches(sandbox.cloud.tenant(msspTenantId), { entraLicence: "p2" });
      await arm("DELETE", String(owner.body["id"]));
    });

    it("Lighthouse: what a definition refuses, and a second delegation of a scope", async () => {
      const token = await armToken(tenantId);
      const services = `/subscriptions/${subscriptionIdOf(tenantId)}/providers/Microsoft.ManagedServices`;
      const ask = (path: string, properties: object) =>
        call("PUT", `${services}/${path}?api-version=2022-10-01`, token, { properties });
      const definition = (authorization: object) =>
        ask("registrationDefinitions/x".replace("x", randomUUID()), {
          managedByTenantId: msspTenantId,
          authorizations: [{ principalId: randomUUID(), roleDefinitionId: azureRoles.Reader, ...authorization }],
        });
      like("ms-principal", await definition({ principalId: "3kl47fff-…" }));
      like("ms-dataactions", await definition({ roleDefinitionId: "92aaf0da-9dab-42b6-94a3-d43ce8d16293" }));
      const registrationDefinitionId = String((await definition({})).body["id"]);
      const assign = () => ask(`registrationAssignments/${randomUUID()}`, { registrationDefinitionId });
      assert.equal((await assign()).status, 201);
      const second = await assign();
      assert.equal(second.status, 409);
      assert.match(second.text, /^.*Multiple registration assignments are not allowed/);
    });

    it("Defender: a filter by a property that takes none; an incident's update in Pascal case", async () => {
      const connector = await test.connectorToken("graph");
      const { requestBody, responseBody } = later.get("incident-patch-pascal") as Observed;
      const unmerged = "/v1.0/security/incidents?$filter=status ne 'redirected'";
      const [{ id } = { id: "" }] = (await call("GET", unmerged, connector)).body["value"] as { id: string }[];
      const changed = await call("PATCH", `/v1.0/security/incidents/${id}`, connector, requestBody);
      const missing = (responseBody as unknown as string[]).filter((name) => !(name in changed.body));
      assert.deepEqual([changed.status, missing], [200, []]);
      compared.add("incident-patch-pascal");
      like("alerts-filter-title", await call("GET", "/v1.0/security/alerts_v2?$filter=title eq 'x'", connector));
    });

    it("what is not served says so in the sandbox's words, with the nearest route", async () => {
      const said = async (method: string, path: string, token: string) => {
        const { status, body } = await call(method, path, token, method === "GET" ? undefined : {});
        assert.equal(status, 404, path);
        return (body["error"] as { message: string }).message;
      };
      const graph = await test.connectorToken("graph");
      for (const [method, path, token, nearest] of [
        ["POST", "/v1.0/domains", graph, "GET /v1.0/domains"],
        ["POST", "/beta/domains", graph, "GET /beta/domains"],
        ["GET", "/v1.0/identityGovernance/entitlementManagement/accessPackageCatalogs", graph, "GET /beta/"],
        ["DELETE", `${subscription}/resources?api-version=1`, tokens.arm, "GET /subscriptions/{parent}/resources"],
        ["PUT", `${vault}/keys/a?api-version=1`, tokens.arm, "PUT /providers/Microsoft.KeyVault/vaults/"],
        ["GET", "/keyvault/later-vault/certificates?api-version=1", tokens.vault, "GET /keyvault/:vault/secrets"],
        ["DELETE", "/api/alerts", graph, "GET /api/alerts"],
        ["PUT", `/${tenantId}/oauth2/v2.0/token`, graph, "POST /:tenant/oauth2/v2.0/token"],
      ] as const) {
        const message = await said(method, path, token);
        assert.ok(message.startsWith(`The sandbox has no ${method} ${path.split("?")[0]}. The nearest`), message);
        assert.ok(message.includes(nearest), message);
      }
    });

    it("each of them is compared or has a reason for its omission", () => {
      const reasons = Object.keys(notServedOfOthers);
      assert.deepEqual([...compared, ...reasons].sort(), [...ofOtherServices].sort());
    });
  });

  // In a describe of its own: mocha runs it after the ones above.
  describe("all", () =>
    it("each of them is replayed or has a reason for its omission", () =>
      assert.deepEqual([...asked, ...Object.keys(notReplayedOfOthers)].sort(), [...otherServices].sort())));
});
