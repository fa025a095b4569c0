import assert from "node:assert/strict";
import { ownRoutes } from "../../src/defender";
import { automationApplicationId } from "../../src/cloud/identity";
import { testSandbox, fixture } from "@defender-mssp/testkit";
import { callSetting } from "./callSetting";

const applicationId = "c0ffee00-0000-4000-8000-000000000002";
const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";
const address = `/siemAuthorizations/${applicationId}`;

describe("sandbox/defender: SIEM authorization (the sandbox's own routes)", () => {
  const test = fixture(testSandbox);

  const call = (method: string, path: string, body?: unknown, token?: string) =>
    callSetting(test, method, path, body, token);

  it("authorization: created, read, replaced and deleted", async () => {
    const wanted = { msspTenantId, managedBy: "project/stack/name" };
    const authorization = { applicationId, ...wanted, status: "authorized" };
    assert.equal((await call("GET", address)).status, 404);
    assert.deepEqual(await call("PUT", address, wanted), { status: 201, body: authorization });
    assert.deepEqual(await call("PUT", address, wanted), { status: 200, body: authorization });
    assert.deepEqual(await call("GET", address), { status: 200, body: authorization });
    assert.deepEqual(await call("GET", address.toUpperCase().replace("/SIEMAUTHORIZATIONS", "/siemAuthorizations")), {
      status: 200,
      body: authorization,
    });
    assert.deepEqual(test.tenant.objects("siemAuthorizations").get(applicationId), {
      id: applicationId,
      ...authorization,
    });
    assert.deepEqual(await call("DELETE", address), { status: 204, body: undefined });
    assert.equal((await call("DELETE", address)).status, 404);
    assert.equal(test.tenant.objects("siemAuthorizations").size, 0);
  });

  it("authorization: one that a person made has no mark, and is read without one", async () => {
    const { body } = await call("PUT", address, { msspTenantId: msspTenantId.toUpperCase() });
    assert.deepEqual(body, { applicationId, msspTenantId, managedBy: null, status: "authorized" });
    assert.deepEqual((await call("GET", address)).body, body);
    await call("DELETE", address);
  });

  it("authorization: changes only the token's tenant", async () => {
    const other = "c0570500-0000-4000-8000-00000000000b";
    await call("PUT", address, { msspTenantId });
    assert.equal(test.sandbox.cloud.tenant(other).objects("siemAuthorizations").size, 0);
    await call("DELETE", address);
  });

  it("authorization: a malformed request is refused in Defender's envelope", async () => {
    for (const [path, body] of [
      ["/siemAuthorizations/nothing", { msspTenantId }],
      [address, { msspTenantId: "x" }],
      [address, { msspTenantId, managedBy: 3 }],
      [address, { msspTenantId, managedBy: "x".repeat(257) }],
      [address, undefined],
      [address, "{not json"],
    ] as const) {
      const answer = await call("PUT", path, body);
      assert.equal(answer.status, 400, JSON.stringify([path, body, answer.body]));
      assert.equal((answer.body as { error: { code: string } }).error.code, "BadRequest");
    }
    assert.equal(test.tenant.objects("siemAuthorizations").size, 0);
  });

  it("authorization: requires a token for Defender", async () => {
    const none = await test.get(address);
    assert.deepEqual([none.status, none.headers.get("www-authenticate")], [401, 'Bearer error="invalid_token"']);
    assert.equal((await call("GET", address, undefined, await test.token("graph"))).status, 401);
    assert.equal((await call("GET", address, undefined, "not.a.token")).status, 401);
  });

  it("authorization: requires the permission for Manage portal system settings", async () => {
    const principals = [...test.tenant.objects("servicePrincipals").values()];
    const api = principals.find(({ displayName }) => displayName === "WindowsDefenderATP")!;
    const automation = principals.find(({ appId }) => appId === automationApplicationId)!;
    const assignments = test.tenant.objects("appRoleAssignments");
    const [id, assignment] = [...assignments].find(
      ([, one]) => one.principalId === automation.id && one.resourceId === api.id,
    )!;
    assignments.delete(id);
    try {
      const answer = await call("PUT", address, { msspTenantId }).catch((failure: unknown) => failure as Error);
      assert.ok(!(answer instanceof Error));
      assert.equal(answer.status, 403);
      assert.match(JSON.stringify(answer.body), /Manage portal system settings.*IntegrationConfiguration\.ReadWrite/);
    } finally {
      assignments.set(id, assignment);
    }
  });

  it("authorization: the routes are listed as the sandbox's own", () => {
    assert.deepEqual(ownRoutes, ["/siemAuthorizations/{applicationId}", "/notificationRules/{name}"]);
    assert.deepEqual(test.sandbox.undocumentedRequests, []);
  });
});
