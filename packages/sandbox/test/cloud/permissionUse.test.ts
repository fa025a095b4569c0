import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import type { Caller } from "../../src/cloud/model";
import { PermissionUse } from "../../src/cloud/permissionUse";
import { TenantRecord } from "../../src/cloud/store";
import type { OwnSandbox } from "../../src/server";
import { addDaemon, contoso, daemonId, daemonRequest, graphId, post, temporarySandbox } from "@defender-mssp/testkit";

const tenant = new TenantRecord(contoso);

/** A request that has passed checks, each with the permissions that were enough. */
function caller(operation: string, ...checks: readonly (readonly string[])[]): Caller {
  return {
    tenant,
    objectId: "0b1ec700-0000-4000-8000-000000000001",
    applicationId: daemonId,
    roles: new Set(["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"]),
    scopes: new Set(),
    audience: "graph",
    operation,
    passed: checks.map((enough) => ({ api: "Microsoft Graph", enough })),
  };
}

function usedIn(use: PermissionUse): string[] {
  const [identity] = use.of(contoso);
  return identity!.permissions.filter(({ used }) => used).map(({ permission }) => permission);
}

describe("the record of the permissions that requests need", () => {
  it("of several that are enough, the least privileged is used", () => {
    const use = new PermissionUse();
    use.record(caller("GET /users", ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"]), "/v1.0/any");
    assert.deepEqual(usedIn(use), ["User.Read.All"]);
    const unused = use.of(contoso)[0]!.permissions.filter(({ used }) => !used);
    assertEach(unused, ({ permission }) => permission, ["Directory.Read.All", "User.ReadWrite.All"]);
  });

  it("of several that are enough, one that another request needs is used", () => {
    const use = new PermissionUse();
    use.record(caller("GET /users", ["User.Read.All", "User.ReadWrite.All"]), "/v1.0/any");
    use.record(caller("POST /users", ["User.ReadWrite.All"]), "/v1.0/any");
    use.record(caller("GET /users", ["User.Read.All", "User.ReadWrite.All"]), "/v1.0/any");
    const [first] = use.of(contoso)[0]!.permissions;
    assert.deepEqual(first, {
      api: "Microsoft Graph",
      permission: "User.ReadWrite.All",
      used: true,
      requests: 3,
      operations: ["GET /users", "POST /users"],
    });
    assert.deepEqual(usedIn(use), ["User.ReadWrite.All"]);
  });

  it("a request with two checks needs both; the text brings everything back, and a damaged one nothing", () => {
    const use = new PermissionUse();
    use.record(caller("POST /groups", ["Group.Create"], ["RoleManagement.ReadWrite.Directory"]), "/v1.0/any");
    use.record(caller("GET "), "/v1.0/unknown");
    use.record(
      { ...caller("GET /users"), scopes: new Set(["User.Read"]) },
      "/beta/any?$top=1&%24expand=manager&$top=2",
    );
    assert.deepEqual(usedIn(use), ["Group.Create", "RoleManagement.ReadWrite.Directory"]);
    const read = PermissionUse.parse(use.text());
    assert.deepEqual(read.of(contoso), use.of(contoso));
    const requests = ["GET /beta/users ?$expand,$top by person", "POST /v1.0/groups by application"];
    assert.deepEqual(read.requests(), requests);
    assert.deepEqual(PermissionUse.parse("{").of(contoso), []);
    read.forget(contoso);
    assert.deepEqual([read.of(contoso), read.requests()], [[], requests]);
    read.forget();
    assert.deepEqual(read.requests(), []);
  });

  describe("in a sandbox", () => {
    let sandbox: OwnSandbox;
    before(async () => (sandbox = await temporarySandbox()));
    after(() => sandbox.stop());

    it("lists granted app roles and what they were needed for; a refused request counts for none", async () => {
      const permissions = { [graphId]: ["Group.Read.All", "User.Read.All", "Directory.Read.All"] };
      const { body } = await post(
        sandbox,
        `/${contoso}/oauth2/v2.0/token`,
        daemonRequest(addDaemon(sandbox.cloud, permissions)),
      );
      const headers = { authorization: `Bearer ${String(body["access_token"])}`, "content-type": "application/json" };
      const ask = (path: string, method = "GET") => fetch(sandbox.origins.http + path, { method, headers, body: null });
      assert.equal((await ask("/v1.0/groups?$top=5")).status, 200);
      assert.equal((await ask("/v1.0/groups/0b1ec700-0000-4000-8000-000000000001")).status, 404);
      assert.equal((await ask("/v1.0/users/0b1ec700-0000-4000-8000-000000000001", "DELETE")).status, 403);
      const report = sandbox.permissionUse.of(contoso).find(({ applicationId }) => applicationId === daemonId);
      assertEach(report?.permissions, ({ permission, used, operations }) => [permission, used, operations], [
        ["Group.Read.All", true, ["GET /groups", "GET /groups/{id}"]],
        ["Directory.Read.All", false, []],
        ["User.Read.All", false, []],
      ]);
      const requests = ["GET /v1.0/groups ?$top by application", "GET /v1.0/groups/{id} by application"];
      assert.deepEqual(sandbox.permissionUse.requests(), requests);
    });
  });
});
