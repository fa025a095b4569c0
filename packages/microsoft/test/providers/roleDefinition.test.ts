import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import {
  effectiveActions,
  isDefenderAction,
  roleAssignmentResource,
  roleDefinitionResource,
  tierPermissions,
  type CallContext,
  type RoleAssignmentInputs,
  type RoleDefinitionInputs,
} from "@defender-mssp/microsoft";
import { complete, type StoredObject, tenantId, testSandbox, fixture } from "@defender-mssp/testkit";
import { untimed } from "../untimed";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const managedBy = "defender-mssp/dev/tier1-role";
const permissions = effectiveActions(tierPermissions.tier1);
const role: RoleDefinitionInputs = { tenantId, displayName: "Tier 1 Analyst", permissions, managedBy };
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
const otherGroup = "90000000-0000-4000-8000-000000000002";
const group = "90000000-0000-4000-8000-000000000001";

/** The dynamic providers' methods, called as Pulumi calls them, against the sandbox's own server. */
describe("packages/microsoft/providers/roleDefinition: the providers of Defender's roles", () => {
  const test = fixture(testSandbox);
  let context: CallContext;
  const waits: number[] = [];

  before(() => {
    for (const id of [group, otherGroup]) addGroup(id);
  });

  beforeEach(() => {
    waits.length = 0;
    roles().clear();
    grants().clear();
    const sleep = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));
    context = { environment: test.environment, endpoints: test.endpoints, sleep };
  });

  const roles = (): Map<string, StoredObject> => test.tenant.objects("defenderRoleDefinitions");
  const grants = (): Map<string, StoredObject> => test.tenant.objects("defenderRoleAssignments");
  const addGroup = (id: string): void =>
    void test.tenant.objects("groups").set(id, complete("groups", { id, displayName: id }));
  const only = (objects: Map<string, StoredObject>): StoredObject => {
    assert.equal(objects.size, 1);
    return [...objects.values()][0]!;
  };
  const actionsOf = (object: StoredObject): unknown =>
    (object["rolePermissions"] as { allowedResourceActions: string[] }[])[0]?.allowedResourceActions;
  const change = (object: StoredObject, changes: object): void => void Object.assign(object, changes);

  describe("a role", () => {
    const resource = untimed(roleDefinitionResource);

    it("role, create: has its permissions and a mark, and returns its ID", async () => {
      const { id, outs } = await resource.create(role, context);
      const made = only(roles());
      assert.equal(id, made.id);
      assert.deepEqual(outs, role);
      assert.equal(made["displayName"], "Tier 1 Analyst");
      assert.equal(made["description"], `(managed by ${managedBy})`);
      assert.deepEqual(actionsOf(made), permissions);
      assert.deepEqual(await resource.read(id, outs, context), { id, props: outs, inputs: role });
    });

    it("role, create: keeps a description before the mark", async () => {
      const inputs = { ...role, description: "What the MSSP's analysts may do." };
      const { id, outs } = await resource.create(inputs, context);
      assert.equal(only(roles())["description"], `What the MSSP's analysts may do. (managed by ${managedBy})`);
      assert.deepEqual((await resource.read(id, outs, context)).inputs, inputs);
    });

    it("role, create: recognizes its own after a crash, also several copies of it", async () => {
      const before = await resource.create({ ...role, displayName: "Old name" }, context);
      const [theFirst] = [...roles().values()];
      roles().set("another", { ...theFirst!, id: "another" });
      const after = await resource.create(role, context);
      assert.equal(after.id, before.id);
      assert.equal(only(roles())["displayName"], "Tier 1 Analyst");
    });

    it("role, create: refuses another party's role of the same name, with a remedy", async () => {
      const { id, outs } = await resource.create({ ...role, displayName: "Ours" }, context);
      const theirs = { ...only(roles()), id: "theirs", displayName: "tier 1 analyst", description: "by hand" };
      roles().set("theirs", theirs);
      const expected =
        /already has a Defender role "tier 1 analyst" \(theirs\) that this stack did not create.*setting portalAccess\.tiers/;
      await assert.rejects(resource.create({ ...role, managedBy: "a/b/c" }, context), expected);
      await assert.rejects(resource.update(id, outs, role, context), expected);
      assert.deepEqual(roles().get("theirs"), theirs);
      assert.equal(roles().size, 2);
    });

    it("role, create: refuses the name of another role of the stack and explains how to move a name", async () => {
      await resource.create({ ...role, managedBy: "a/b/tier2" }, context);
      await assert.rejects(
        resource.create({ ...role, managedBy: "a/b/tier1" }, context),
        /another role of this stack\. A name moves to another role in two steps: .*`npx pulumi up --refresh`/,
      );
    });

    it("finds everything that somebody changed, and mends it in place", async () => {
      const { id, outs } = await resource.create(role, context);
      const made = only(roles());
      const asMade = structuredClone(made);
      for (const changes of [
        { displayName: "Renamed" },
        { description: "Changed" },
        { description: null },
        { rolePermissions: [{ allowedResourceActions: ["microsoft.xdr/secops/*/manage"], condition: null }] },
        { rolePermissions: [] },
      ]) {
        change(made, changes);
        const found = await resource.read(id, outs, context);
        assert.ok(found.props);
        const difference = resource.diff(id, found.props, role);
        assert.deepEqual([difference.changes, difference.replaces], [true, []], JSON.stringify(changes));
        assert.deepEqual(await resource.update(id, found.props, role, context), { outs });
        assert.deepEqual(only(roles()), asMade);
      }
      assert.equal(resource.diff(id, outs, role).changes, false);
    });

    it("role, read: Defender's normalization of permissions is no change", async () => {
      const { inputs, failures } = resource.check(
        {},
        {
          ...role,
          permissions: [
            "microsoft.xdr/secops/*/manage",
            "microsoft.xdr/secops/securitydata/alerts/manage",
            ...permissions,
          ],
        },
      );
      assert.deepEqual(failures, []);
      const { id, outs } = await resource.create(inputs, context);
      const found = await resource.read(id, outs, context);
      assert.equal(resource.diff(id, found.props!, inputs).changes, false);
      const asKept = actionsOf(only(roles())) as string[];
      const otherwise = [...asKept].reverse().concat("microsoft.xdr/secops/securitydata/basics/read");
      change(only(roles()), { rolePermissions: [{ allowedResourceActions: otherwise, condition: null }] });
      const again = await resource.read(id, outs, context);
      assert.equal(resource.diff(id, again.props!, inputs).changes, false);
    });

    it("role, update: renews the mark after the stack was renamed", async () => {
      const { id, outs } = await resource.create(role, context);
      await resource.update(id, outs, { ...role, managedBy: "a/b/c" }, context);
      assert.equal(only(roles())["description"], "(managed by a/b/c)");
    });

    it("role: a deleted one is reported as gone; a second delete succeeds", async () => {
      const { id, outs } = await resource.create(role, context);
      await resource.delete(id, outs, context);
      assert.equal(roles().size, 0);
      assert.deepEqual(await resource.read(id, outs, context), { id: "" });
      await resource.delete(id, outs, context);
      await assert.rejects(
        resource.update(id, outs, role, context),
        /Somebody has deleted it: `npx pulumi up --refresh`/,
      );
    });

    it("role: a missing permission is named by Graph's error and in words", async () => {
      test.addConnector({}, "Alert.Read");
      const environment = test.connectorEnvironment;
      await assert.rejects(resource.create(role, { ...context, environment }), (failure: Error) => {
        assert.match(
          failure.message,
          /^The Defender role's create failed\. GET http.*answered 403: PermissionScopeNotGranted/,
        );
        assert.match(
          failure.message,
          /needs Microsoft Graph's application permission RoleManagement\.ReadWrite\.Defender/,
        );
        assert.equal(failure.stack, "");
        return true;
      });
    });

    it("role, check: validates known values", () => {
      const wrong = { tenantId: "x", displayName: "", description: " ", permissions: [] };
      assertEach(resource.check({}, { ...role, ...wrong }).failures, ({ property }) => property, [
        "tenantId",
        "displayName",
        "description",
        "permissions",
      ]);
      const [failure] = resource.check({}, { ...role, permissions: ["microsoft.directory/users/read"] }).failures;
      assert.match(failure!.reason, /"microsoft\.directory\/users\/read" is not written as Defender's permissions are/);
      const news = { tenantId: unknown, displayName: unknown, permissions: [unknown], managedBy };
      assert.deepEqual(resource.check({}, news), { inputs: news, failures: [] });
      assert.deepEqual(resource.diff("", { ...role }, { ...role, tenantId: unknown }).replaces, ["tenantId"]);
    });
  });

  describe("an assignment", () => {
    const resource = untimed(roleAssignmentResource);
    let inputs: RoleAssignmentInputs;

    beforeEach(async () => {
      const { id } = await roleDefinitionResource.create(role, context);
      inputs = {
        tenantId,
        displayName: "Tier 1 Analyst",
        roleDefinitionId: id,
        principalIds: [group],
        dataSources: ["/"],
        portalAccess: "rbac",
      };
    });

    it("assignment, create: assigns the role to the group for all data sources", async () => {
      const { id, outs } = await resource.create(inputs, context);
      const { id: made, roleDefinitionId, principalIds, directoryScopeIds, appScopeIds } = only(grants());
      assert.equal(id, made);
      assert.deepEqual(outs, inputs);
      assert.deepEqual(
        { roleDefinitionId, principalIds, directoryScopeIds, appScopeIds },
        {
          roleDefinitionId: inputs.roleDefinitionId,
          principalIds: [group],
          directoryScopeIds: ["/"],
          appScopeIds: ["/"],
        },
      );
      assert.deepEqual(await resource.read(id, outs, context), { id, props: outs, inputs });
    });

    it("assignment, create: recognizes its own after a crash and keeps those of other names", async () => {
      const { id } = await resource.create({ ...inputs, principalIds: [otherGroup] }, context);
      const [own] = [...grants().values()];
      grants().set("lost", { ...own!, id: "lost" });
      grants().set("theirs", { ...own!, id: "theirs", displayName: "By hand" });
      const again = await resource.create(inputs, context);
      assert.equal(again.id, id);
      assert.deepEqual(own!["principalIds"], [group]);
      assert.deepEqual([...grants().keys()], [own!.id, "theirs"]);
    });

    it("finds everything that somebody changed, and mends it in place", async () => {
      const { id, outs } = await resource.create(inputs, context);
      const made = only(grants());
      for (const changes of [
        { displayName: "Renamed" },
        { principalIds: [group, otherGroup] },
        { principalIds: [] },
        { appScopeIds: ["Mde"] },
      ]) {
        change(made, changes);
        const found = await resource.read(id, outs, context);
        const difference = resource.diff(id, found.props!, inputs);
        assert.deepEqual([difference.changes, difference.replaces], [true, []], JSON.stringify(changes));
        assert.deepEqual(await resource.update(id, found.props!, inputs, context), { outs });
        assert.deepEqual((await resource.read(id, outs, context)).props, outs);
      }
    });

    it("assignment, read: the order of the principals is no change", async () => {
      const two = { ...inputs, principalIds: [group, otherGroup] };
      const { id, outs } = await resource.create(two, context);
      assert.deepEqual(only(grants())["principalIds"], [otherGroup, group]);
      assert.equal(resource.diff(id, (await resource.read(id, outs, context)).props!, two).changes, false);
    });

    it("assignment: another role, tenant or access model replaces it and deletes first", () => {
      for (const changed of [{ roleDefinitionId: unknown }, { tenantId: group }, { portalAccess: "entitlement" }]) {
        assert.deepEqual(resource.diff("", { ...inputs }, { ...inputs, ...changed }), {
          changes: true,
          replaces: Object.keys(changed),
          deleteBeforeReplace: true,
        });
      }
    });

    it("assignment: deleted before its role; a second delete succeeds", async () => {
      const { id, outs } = await resource.create(inputs, context);
      await assert.rejects(
        roleDefinitionResource.delete(inputs.roleDefinitionId, role, context),
        /The Defender role's delete failed\. .*while there are role assignments of it/,
      );
      await resource.delete(id, outs, context);
      await resource.delete(id, outs, context);
      assert.deepEqual(await resource.read(id, outs, context), { id: "" });
      await roleDefinitionResource.delete(inputs.roleDefinitionId, role, context);
      assert.equal(roles().size, 0);
    });

    it("assignment, create: waits for a new group for a limited time", async () => {
      waits.length = 0;
      const late = "90000000-0000-4000-8000-000000000003";
      const sleep = (milliseconds: number): Promise<void> => {
        waits.push(milliseconds);
        if (waits.length === 2) addGroup(late);
        return Promise.resolve();
      };
      await resource.create({ ...inputs, principalIds: [late] }, { ...context, sleep });
      assert.deepEqual(waits.slice(0, 2), [1000, 1000]);
      assert.deepEqual(only(grants())["principalIds"], [late]);
      waits.length = 0;
      const never = "90000000-0000-4000-8000-000000000009";
      await assert.rejects(
        resource.create({ ...inputs, displayName: "Other", principalIds: [never] }, context),
        new RegExp(`answered 404: .*${never}`),
      );
      assert.equal(sum(waits), 600_000);
    });

    it("assignment, check: validates known values and adds the data sources", () => {
      const { dataSources, ...rest } = inputs;
      assert.deepEqual(resource.check({}, { ...rest, principalIds: [group.toUpperCase(), group] }), {
        inputs: { ...rest, dataSources },
        failures: [],
      });
      const wrong = {
        tenantId: "x",
        displayName: "",
        roleDefinitionId: "",
        principalIds: [],
        dataSources: [],
        portalAccess: "",
      };
      assertEach(resource.check({}, wrong).failures, ({ property }) => property, Object.keys(wrong));
      assertEach(resource.check({}, { ...inputs, principalIds: ["x"] }).failures, ({ property }) => property, [
        "principalIds",
      ]);
      const news = { ...inputs, tenantId: unknown, roleDefinitionId: unknown, principalIds: [unknown] };
      assert.deepEqual(resource.check({}, news), { inputs: news, failures: [] });
    });
  });

  describe("with the service's known behaviour", () => {
    let server: http.Server;
    /** What to answer instead of the sandbox; called with the sandbox's own answer's status. */
    let ways: (request: http.IncomingMessage, status: number, response: http.ServerResponse) => boolean;

    beforeEach(async () => {
      server = http.createServer((request, response) => void relay(request, response));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      context = { ...context, endpoints: { ...test.endpoints, loginEndpoint: origin, graphEndpoint: origin } };
    });

    afterEach(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    /** To the sandbox, which knows itself only by its own origin: a token asked for this one is asked for that. */
    async function relay(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const { host } = new URL(test.sandbox.origins.http);
      const port = (server.address() as AddressInfo).port;
      const sent = Buffer.concat(parts).toString().replaceAll(`127.0.0.1%3A${port}`, encodeURIComponent(host));
      const answer = await fetch(test.sandbox.origins.http + (request.url ?? "/"), {
        method: request.method,
        headers: {
          authorization: request.headers.authorization ?? "",
          "content-type": request.headers["content-type"] ?? "application/json",
        },
        body: sent === "" ? undefined : sent,
      });
      const text = await answer.text();
      if (ways(request, answer.status, response)) return;
      response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
    }

    it("create: finds the new object after a redirect, which is not followed", async () => {
      let redirected = 0;
      let hidden = 3;
      ways = (request, status, response) => {
        if (request.method === "POST" && status === 201) {
          redirected++;
          response.writeHead(302, { location: "http://elsewhere.example/" }).end();
          return true;
        }
        const isList = request.method === "GET" && /role(Definitions|Assignments)$/.test(request.url ?? "");
        if (!isList || redirected === 0 || hidden-- <= 0) return false;
        response.writeHead(200, { "content-type": "application/json" }).end('{"value":[]}');
        return true;
      };
      const { id } = await roleDefinitionResource.create(role, context);
      assert.equal(id, only(roles()).id);
      const assignment = {
        tenantId,
        displayName: "Tier 1",
        roleDefinitionId: id,
        principalIds: [group],
        dataSources: ["/"],
      };
      const given = await roleAssignmentResource.create(assignment, context);
      assert.equal(given.id, only(grants()).id);
      assert.equal(redirected, 2);
    });

    it("create: waits until the new object is returned twice in a row", async () => {
      let looks = 0;
      ways = (request, _status, response) => {
        if (request.method !== "GET" || !/roleDefinitions\/./.test(request.url ?? "")) return false;
        looks++;
        if (looks !== 1 && looks !== 3) return false;
        response.writeHead(404, { "content-type": "application/json" }).end('{"error":{"code":"NotFound"}}');
        return true;
      };
      await roleDefinitionResource.create(role, context);
      assert.equal(looks, 5);
    });

    it("create: reports a new object that never appears", async () => {
      ways = (request, _status, response) => {
        if (request.method !== "GET" || !/roleDefinitions\/./.test(request.url ?? "")) return false;
        response.writeHead(404, { "content-type": "application/json" }).end('{"error":{"code":"NotFound"}}');
        return true;
      };
      await assert.rejects(
        roleDefinitionResource.create(role, context),
        /did not appear within ten minutes; the next `up` finds it/,
      );
    });
  });

  describe("the tiers", () => {
    it("tiers: each permission is well-formed and included in no other", () => {
      for (const actions of [tierPermissions.tier1, tierPermissions.tier2]) {
        assertNone(actions, (one) => !isDefenderAction(one));
        assert.equal(effectiveActions(actions).length, actions.length);
      }
    });

    it("tiers: tier 1 without live response and settings, tier 2 with live response, approvers none", () => {
      const added = tierPermissions.tier2.filter((one) => !tierPermissions.tier1.includes(one));
      assert.ok(tierPermissions.tier1.every((one) => tierPermissions.tier2.includes(one)));
      assertEach(added, (one) => one.split("/").at(-2), [
        "filecollection",
        "liveresponse-advanced",
        "liveresponse-basic",
      ]);
      assert.ok(![...tierPermissions.tier2].some((one) => one.includes("/configuration/")));
      assert.deepEqual(tierPermissions.approvers, []);
    });

    it("tiers: a permission that another one includes is dropped", () => {
      const kept = (...actions: string[]) => effectiveActions(actions.map((one) => `microsoft.xdr/${one}`));
      assert.deepEqual(kept("a/b/read", "A/B/READ"), ["microsoft.xdr/a/b/read"]);
      assert.deepEqual(kept("a/*/manage", "a/b/read", "a/b/c/manage"), ["microsoft.xdr/a/*/manage"]);
      assert.equal(kept("a/*/read", "a/b/manage").length, 2);
      assert.equal(kept("a/*/read", "ab/c/read", "a/read").length, 3);
    });
  });
});
