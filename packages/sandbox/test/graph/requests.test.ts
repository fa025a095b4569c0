/** What holds for every route: tokens, permissions, query options, bodies, errors. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import type { Json } from "../../src/cloud/model";
import { baseUnits } from "../../src/graph/resourceUnits";
import { routeTable } from "../../src/graph/routes";
import { Harness, items, text, type As, type Body } from "./support/harness";

describe("requests to the emulated Graph", function () {
  let graph: Harness;
  before(async () => (graph = await Harness.start()));
  after(() => graph.stop());

  const group = (displayName: string, extra: Body = {}): Body => ({
    displayName,
    mailEnabled: false,
    mailNickname: "nickname",
    securityEnabled: true,
    ...extra,
  });

  describe("tokens", () => {
    it("no token: 401 with the address of the token endpoint", async () => {
      const answered = await graph.call("GET", "/v1.0/users", { headers: { authorization: "" } });
      assert.equal(answered.status, 401);
      assert.equal((answered.body["error"] as Body)["code"], "InvalidAuthenticationToken");
      const challenge = String(answered.headers["www-authenticate"]);
      assert.match(
        challenge,
        /^Bearer realm="", authorization_uri="https:\/\/127\.0\.0\.1:8443\/common\/oauth2\/authorize"/,
      );
      assert.equal(answered.headers["odata-version"], undefined);
    });

    it("expired token: 401 with the service's message", async () => {
      const options = { headers: { authorization: "Bearer expired" } };
      const refused = await graph.refused(401, "GET", "/v1.0/users", undefined, options);
      assert.equal(refused.message, "Lifetime validation failed, the token is expired.");
    });

    it("token: another tenant's objects are not visible", async () => {
      const created = await graph.create("/v1.0/groups", group("Mine"));
      const as = { roles: ["Group.ReadWrite.All"], tenantId: "22222222-2222-4222-8222-222222222222" };
      await graph.refused(404, "GET", `/v1.0/groups/${text(created, "id")}`, undefined, { as });
      assert.deepEqual(await graph.list("/v1.0/groups", { as }), []);
      await graph.remove(`/v1.0/groups/${text(created, "id")}`);
    });
  });

  it("takes of the quota what the page of limits says, by route and options", async () => {
    const id = text(await graph.create("/v1.0/groups", group("Priced")), "id");
    const members = `groups/${id}/members`;
    const priced: readonly (readonly [string, number])[] = [
      ["organization", 1],
      ["users", 2],
      ["users?$select=id", 1],
      ["users?$select=id&$top=5", 1],
      ["users?$expand=manager", 3],
      [members, 3],
      [`${members}?$top=19`, 2],
      [`${members}?$top=20`, 3],
    ];
    for (const [path, units] of priced) {
      const { headers } = await graph.call("GET", `/v1.0/${path}`);
      assert.equal(headers["x-ms-resource-unit"], String(units), path);
    }
    await graph.remove(`/v1.0/groups/${id}`);
    const served = routeTable.routes.map(({ method, path }) => `${method} ${path}`);
    const unserved = Object.keys(baseUnits).filter((operation) => !served.includes(operation));
    assert.deepEqual(unserved, []);
  });

  describe("permissions", () => {
    const refusedFor = async (as: As, method: string, path: string, body?: Body): Promise<void> => {
      const refused = await graph.refused(403, method, path, body, { as });
      assert.equal(refused.code, "Authorization_RequestDenied");
      assert.match(
        refused.message,
        /^Insufficient privileges to complete the operation\. \(Sandbox: \S.* is missing\.\)$/,
      );
    };

    for (const [role, method, path, body] of [
      ["Application.Read.All", "POST", "/v1.0/applications", { displayName: "x" }],
      ["Group.Read.All", "POST", "/v1.0/groups", group("x")],
      ["User.Read.All", "POST", "/v1.0/invitations", {}],
      ["Application.ReadWrite.All", "POST", "/v1.0/oauth2PermissionGrants", {}],
      ["Application.ReadWrite.All", "POST", `/v1.0/servicePrincipals/${randomUUID()}/appRoleAssignedTo`, {}],
      ["RoleManagement.Read.Directory", "POST", "/v1.0/roleManagement/directory/roleAssignments", {}],
      ["User.Invite.All", "PATCH", `/v1.0/users/${randomUUID()}`, { companyName: null }],
      ["Directory.ReadWrite.All", "DELETE", `/v1.0/users/${randomUUID()}`, undefined],
      ["Directory.ReadWrite.All", "DELETE", `/v1.0/groups/${randomUUID()}`, undefined],
      ["Group.ReadWrite.All", "GET", "/v1.0/domains", undefined],
    ] as const) {
      it(`permission: ${role} is not enough for ${method} ${path.replace(/[0-9a-f-]{36}/, "{id}")}`, () =>
        refusedFor({ roles: [role] }, method, path, body));
    }

    it("permission: each change of a role-assignable group requires RoleManagement.ReadWrite.Directory", async () => {
      const withoutRoles = { as: { roles: ["Group.ReadWrite.All"] } };
      const body = group("Assignable", { isAssignableToRole: true });
      await graph.refused(403, "POST", "/v1.0/groups", body, withoutRoles);
      const path = `/v1.0/groups/${text(await graph.create("/v1.0/groups", body), "id")}`;
      const member = { "@odata.id": `${graph.origin}/v1.0/directoryObjects/${graph.automation.id}` };
      await graph.refused(403, "POST", `${path}/members/$ref`, member, withoutRoles);
      await graph.refused(403, "PATCH", path, { description: "x" }, withoutRoles);
      await graph.refused(403, "DELETE", path, undefined, withoutRoles);
      await graph.remove(path);
    });

    it("permission: Application.ReadWrite.OwnedBy manages owned applications only", async () => {
      const as = { roles: ["Application.ReadWrite.OwnedBy"] };
      const foreign = await graph.create("/v1.0/applications", { displayName: "Foreign" });
      await graph.refused(403, "PATCH", `/v1.0/applications/${text(foreign, "id")}`, { notes: "x" }, { as });
      const backing = await graph.refused(
        403,
        "POST",
        "/v1.0/servicePrincipals",
        { appId: text(foreign, "appId") },
        { as },
      );
      assert.match(backing.message, /^When using this permission, the backing application/);
      // "GET /applications to list applications will fail with a 403", says the permissions reference.
      for (const set of ["applications", "servicePrincipals"]) {
        await graph.refused(403, "GET", `/v1.0/${set}?$filter=displayName eq 'Foreign'`, undefined, { as });
      }
      await graph.refused(403, "GET", `/v1.0/applications(appId='${text(foreign, "appId")}')`, undefined, { as });
      const own = await graph.create("/v1.0/applications", { displayName: "Own" }, { as });
      await graph.expect(200, "POST", `/v1.0/applications/${text(own, "id")}/addPassword`, {}, { as });
      const servicePrincipal = await graph.create("/v1.0/servicePrincipals", { appId: text(own, "appId") }, { as });
      await graph.patch(`/v1.0/servicePrincipals/${text(servicePrincipal, "id")}`, { notes: "x" }, { as });
      const owner = { "@odata.id": `${graph.origin}/v1.0/directoryObjects/${graph.automation.id}` };
      await graph.refused(403, "POST", `/v1.0/applications/${text(own, "id")}/owners/$ref`, owner, { as });
      await graph.remove(`/v1.0/applications/${text(own, "id")}`, { as });
      await graph.remove(`/v1.0/applications/${text(foreign, "id")}`);
    });

    it("permission: Group.Create manages owned groups", async () => {
      const as = { roles: ["Group.Create"] };
      const created = await graph.create("/v1.0/groups", group("Own"), { as });
      const path = `/v1.0/groups/${text(created, "id")}`;
      await graph.patch(path, { description: "mine" }, { as });
      const member = { "@odata.id": `${graph.origin}/v1.0/directoryObjects/${graph.automation.id}` };
      await graph.refused(403, "POST", `${path}/members/$ref`, member, { as });
      const bound = { "members@odata.bind": [member["@odata.id"]] };
      await graph.refused(403, "PATCH", path, bound, { as });
      await graph.refused(403, "POST", "/v1.0/groups", group("Filled", bound), { as });
      const both = { roles: ["Group.Create", "Application.ReadWrite.All"] };
      await graph.expect(204, "POST", `${path}/members/$ref`, member, { as: both });
      const foreign = await graph.create("/v1.0/groups", group("Foreign"));
      await graph.refused(403, "PATCH", `/v1.0/groups/${text(foreign, "id")}`, { description: "x" }, { as });
      await graph.remove(path, { as });
      await graph.remove(`/v1.0/groups/${text(foreign, "id")}`);
    });

    it("permission: for a user the scopes count, not the application's roles", async () => {
      await graph.get("/v1.0/users", { as: { scopes: ["User.Read.All"] } });
      await refusedFor({ scopes: ["User.Read"] }, "GET", "/v1.0/users");
      await graph.get("/v1.0/groups", { as: { scopes: ["Directory.AccessAsUser.All"] } });
    });

    it("permission: purging a deleted item requires the permission to delete its type", async () => {
      const created = await graph.create("/v1.0/groups", group("Purged"));
      const path = `/v1.0/directory/deletedItems/${text(created, "id")}`;
      await graph.remove(`/v1.0/groups/${text(created, "id")}`);
      await refusedFor({ roles: ["Group.Read.All"] }, "DELETE", path);
      await graph.remove(path);
    });
  });

  describe("query options", () => {
    before(async () => {
      for (const name of ["Beta", "Alpha", "Gamma", "O'Neil"]) {
        await graph.create("/v1.0/groups", group(name));
      }
    });

    const names = async (query: string, headers: Record<string, string> = {}): Promise<unknown[]> => {
      const answered = await graph.get(`/v1.0/groups?${query}`, { headers });
      return items(answered).map(({ displayName }) => displayName);
    };

    it("$filter: accepts doubled quotes, percent-encoding and plus signs", async () => {
      assert.deepEqual(await names("$filter=displayName+eq+'O''Neil'"), ["O'Neil"]);
      assert.deepEqual(await names(`$filter=${encodeURIComponent("displayName eq 'O''Neil'")}`), ["O'Neil"]);
    });

    it("$orderby: displayName, ascending and descending", async () => {
      assert.deepEqual(await names("$orderby=displayName"), ["Alpha", "Beta", "Gamma", "O'Neil"]);
      assert.deepEqual(await names("$orderby=displayName desc"), ["O'Neil", "Gamma", "Beta", "Alpha"]);
    });

    it("$top: the pages together have each object once", async () => {
      const seen: unknown[] = [];
      let next: string | undefined = "/v1.0/groups?$top=3&$select=displayName&$orderby=displayName";
      while (next !== undefined) {
        const answered: Body = await graph.get(next);
        seen.push(...items(answered).map(({ displayName }) => displayName));
        const link = answered["@odata.nextLink"] as string | undefined;
        if (link !== undefined) assert.ok(link.startsWith(`${graph.origin}/v1.0/groups?`));
        next = link?.slice(graph.origin.length);
      }
      assert.deepEqual(seen, ["Alpha", "Beta", "Gamma", "O'Neil"]);
    });

    it("$skiptoken: the next page is right after earlier objects were deleted", async () => {
      const first = await graph.get("/v1.0/groups?$top=2&$orderby=displayName");
      const [alpha] = items(first);
      await graph.remove(`/v1.0/groups/${text(alpha ?? {}, "id")}`);
      const link = text(first, "@odata.nextLink").slice(graph.origin.length);
      assertEach(await graph.list(link), ({ displayName }) => displayName, ["Gamma", "O'Neil"]);
      await graph.create("/v1.0/groups", group("Alpha"));
    });

    it("$count: with ConsistencyLevel: eventual, together with advanced operators", async () => {
      const headers = { consistencylevel: "eventual" };
      const counted = await graph.get("/v1.0/groups?$count=true&$top=1", { headers });
      assert.equal(counted["@odata.count"], 4);
      const filter = encodeURIComponent("displayName ne 'Alpha' and endsWith(displayName,'a')");
      assert.deepEqual(await names(`$count=true&$filter=${filter}`, headers), ["Beta", "Gamma"]);
    });

    it("$count: without ConsistencyLevel counted for domains and ignored for directory objects", async () => {
      assert.equal((await graph.get("/v1.0/groups?$count=true"))["@odata.count"], undefined);
      const domains = await graph.get("/v1.0/domains?$count=true");
      assert.equal(domains["@odata.count"], items(domains).length);
    });

    it("$select: in a mixed list each object has the properties of its type", async () => {
      const [one] = await graph.list("/v1.0/groups?$top=1");
      const path = `/v1.0/groups/${text(one ?? {}, "id")}/members`;
      await graph.expect(204, "POST", `${path}/$ref`, {
        "@odata.id": `${graph.origin}/v1.0/directoryObjects/${graph.automation.id}`,
      });
      const answered = await graph.get(`${path}?$select=id,appId,userPrincipalName`);
      assert.equal(
        answered["@odata.context"],
        `${graph.origin}/v1.0/$metadata#directoryObjects(id,appId,userPrincipalName)`,
      );
      assert.deepEqual(Object.keys(items(answered)[0] ?? {}), ["@odata.type", "id", "appId"]);
    });

    it("$select: case-insensitive, in the service's order, named in the context", async () => {
      const answered = await graph.get("/v1.0/groups?$select=SECURITYENABLED,DisplayName&$top=1");
      assert.equal(answered["@odata.context"], `${graph.origin}/v1.0/$metadata#groups(securityEnabled,displayName)`);
      assert.deepEqual(Object.keys(items(answered)[0] ?? {}), ["displayName", "securityEnabled"]);
    });

    it("$expand: at most twenty objects", async () => {
      const created = await graph.create("/v1.0/groups", group("Many"));
      const users = await Promise.all(
        Array.from({ length: 21 }, (_, index) =>
          graph.create("/v1.0/invitations", {
            invitedUserEmailAddress: `many${index}@fabrikam.example`,
            inviteRedirectUrl: "https://contoso.com",
          }),
        ),
      );
      const path = `/v1.0/groups/${text(created, "id")}`;
      for (const { invitedUser } of users) {
        const id = text(invitedUser as Body, "id");
        await graph.expect(204, "POST", `${path}/members/$ref`, { "@odata.id": `${graph.origin}/v1.0/users/${id}` });
      }
      const expanded = await graph.get(`${path}?$expand=members($select=id,displayName)`);
      assert.equal((expanded["members"] as Body[]).length, 20);
      assert.equal((await graph.list(`${path}/members`)).length, 21);
      await graph.remove(path);
    });

    for (const [path, message] of [
      [
        "/servicePrincipals?$filter=appRoleAssignmentRequired eq true",
        /property 'appRoleAssignmentRequired' of resource 'S/,
      ],
      [
        "/users?$filter=startswith(streetAddress,'x')",
        /clause specified for property 'streetAddress' of resource 'User'/,
      ],
      [
        "/servicePrincipals?$filter=keyCredentials/any(k:k/endDateTime le 2021-01-02T12:00:00Z)",
        /Complex query on property/,
      ],
      ["/users?$filter=assignedPlans/any(a:a/x eq 'x' and a/y eq 'y')", /Complex query on property assignedPlans/],
      ["/groups?$filter=onPremisesSyncEnabled eq Null", /^Unsupported Query$/],
    ] as const) {
      it(`query: ${path} is not the directory's, and refused`, async () => {
        const refused = await graph.refused(400, "GET", `/v1.0${path}`);
        assert.equal(refused.code, "Request_UnsupportedQuery");
        assert.match(refused.message, message);
      });
    }

    it("query: a property of the second index is filtered in an advanced query", async () => {
      const query = "/v1.0/servicePrincipals?$filter=appRoleAssignmentRequired eq true&$count=true";
      const headers = { consistencylevel: "eventual" };
      assert.equal((await graph.list(query, { headers })).length, 0);
    });

    it("query: members are sorted with ConsistencyLevel only; users also by principal name", async () => {
      const made = await graph.create("/v1.0/groups", group("Sorted"));
      const members = `/v1.0/groups/${text(made, "id")}/members?$orderby=displayName&$count=true`;
      const eventual = { headers: { consistencylevel: "eventual" } };
      await graph.refused(400, "GET", members);
      await graph.get(members, eventual);
      await graph.remove(`/v1.0/groups/${text(made, "id")}`);
      const names = (await graph.list("/v1.0/users?$orderby=userPrincipalName")).map((user) =>
        text(user, "userPrincipalName"),
      );
      assert.deepEqual(
        names,
        [...names].sort((left, right) => left.localeCompare(right, "en")),
      );
      const refused = await graph.refused(400, "GET", "/v1.0/users?$orderby=createdDateTime");
      assert.equal(refused.message, "Unsupported sort property 'createdDateTime' for 'User'.");
      const licences = "/v1.0/groups?$filter=hasMembersWithLicenseErrors eq true";
      assert.deepEqual(await graph.list(licences), []);
    });

    it("query: a user of other identities needs neither a principal name nor accountEnabled", async () => {
      const identities = [
        { signInType: "emailAddress", issuer: "contoso.onmicrosoft.com", issuerAssignedId: "j@a.example" },
      ];
      const passwordProfile = { password: "password-value-1A", forceChangePasswordNextSignIn: false };
      const made = await graph.create("/v1.0/users", { displayName: "John", identities, passwordProfile });
      assert.match(text(made, "userPrincipalName"), new RegExp(`^${text(made, "id")}@`));
      const and = "identities/any(c:c/issuerAssignedId eq 'j@a.example' and c/issuer eq 'contoso.onmicrosoft.com')";
      const found = await graph.list(`/v1.0/users?$filter=${encodeURIComponent(and)}`);
      assertEach(found, ({ id }) => id, [made["id"]]);
      await graph.remove(`/v1.0/users/${text(made, "id")}`);
    });

    for (const [query, code, message] of [
      ["$select=nothing", "BadRequest", /Could not find a property named 'nothing' on type 'microsoft\.graph\.group'/],
      ["$select=displayName,,id", "BadRequest", /is not valid in a \$select or \$expand expression/],
      ["$expand=nothing", "BadRequest", /Could not find a property named 'nothing'/],
      ["$filter=nothing eq 'x'", "BadRequest", /Could not find a property named 'nothing'/],
      // Microsoft Graph has them.
      [
        "$select=isSubscribedByMail",
        "UnknownError",
        /^The sandbox has no 'isSubscribedByMail' of microsoft\.graph\.group/,
      ],
      ["$expand=drive", "UnknownError", /^The sandbox has no 'drive'/],
      ["$filter=isArchived eq true", "UnknownError", /^The sandbox has no 'isArchived'/],
      [
        `$filter=${Array(16).fill("mail eq 'x'").join(" or ")}`,
        "Request_UnsupportedQuery",
        /operators: 16\. Max allowed: 15/,
      ],
      [`$filter=mail in (${Array(16).fill("'x'").join()})`, "Request_UnsupportedQuery", /Max allowed: 15/],
      ["$filter=displayName ne 'x'", "Request_UnsupportedQuery", /NotEqualsMatch/],
      ["$filter=displayName eq 'x'&$orderby=displayName", "Request_UnsupportedQuery", /Sorting not supported/],
      ["$orderby=createdDateTime", "Request_UnsupportedQuery", /Unsupported sort property/],
      ["$top=1000", "Request_UnsupportedQuery", /Must be between 1 and 999/],
      ["$top=0", "Request_UnsupportedQuery", /Must be between 1 and 999/],
      ["$top=many", "BadRequest", /non-negative integer/],
      ["$skip=1", "Request_BadRequest", /'\$skip' is not supported/],
      ["$count=perhaps", "BadRequest", /\$count/],
      ["$nonsense=1", "BadRequest", /'\$nonsense' is not supported/],
      ["$top=1&$top=2", "BadRequest", /specified more than once/],
      ["$skiptoken=nonsense", "Directory_ExpiredPageToken", /page token/],
    ] as const) {
      it(`query: ${query} is refused`, async () => {
        const refused = await graph.refused(400, "GET", `/v1.0/groups?${query}`);
        assert.equal(refused.code, code);
        assert.match(refused.message, message);
      });
    }
  });

  it("query: a page token goes on in its own list alone", async () => {
    const next = text(await graph.get("/v1.0/users?$top=1&$filter=accountEnabled eq true"), "@odata.nextLink");
    const { search, searchParams } = new URL(next);
    assert.equal((await graph.list(`/v1.0/users${search}`)).length, 1);
    for (const other of ["/v1.0/groups?$top=1", "/v1.0/users?$top=1"]) {
      const path = `${other}&$skiptoken=${searchParams.get("$skiptoken") ?? ""}`;
      assert.equal((await graph.refused(400, "GET", path)).code, "Directory_ExpiredPageToken");
    }
  });

  describe("bodies", () => {
    const refusals: [what: string, body: Json | undefined, code: string, message: string | RegExp][] = [
      ["none", undefined, "BadRequest", "Empty Payload. JSON content expected."],
      ["no JSON", "{", "BadRequest", /^Unable to read JSON request payload/],
      ["an array", "[]", "BadRequest", /^Unable to read JSON request payload/],
      [
        "nothing required",
        {},
        "Request_BadRequest",
        "A value is required for property 'displayName' of resource 'Application'.",
      ],
      [
        "null for a name",
        { displayName: null },
        "Request_BadRequest",
        /^Invalid value specified for property 'displayName'/,
      ],
      [
        "an empty name",
        { displayName: "" },
        "Request_BadRequest",
        /^Invalid value specified for property 'displayName'/,
      ],
      ["a name of 257", { displayName: "x".repeat(257) }, "Request_BadRequest", /^Invalid value specified/],
      [
        "a property of every object",
        { displayName: "x", constructor: "x" },
        "Request_BadRequest",
        "Invalid property 'constructor'.",
      ],
      ["an unknown property", { displayName: "x", colour: "red" }, "Request_BadRequest", "Invalid property 'colour'."],
      [
        "beta's property",
        { displayName: "x", oauth2RequirePostResponse: true },
        "Request_BadRequest",
        /^Invalid property/,
      ],
      ["a read-only property", { displayName: "x", appId: randomUUID() }, "Request_BadRequest", /read-only/],
      [
        "a number for text",
        { displayName: 5 },
        "BadRequest",
        /^Cannot convert a primitive value to the expected type 'Edm\.String'/,
      ],
      ["text for yes or no", { displayName: "x", isFallbackPublicClient: "yes" }, "BadRequest", /'Edm\.Boolean'/],
      ["text for an object", { displayName: "x", web: "x" }, "BadRequest", /A 'StartObject' node was expected/],
      ["text for a list", { displayName: "x", tags: "x" }, "BadRequest", /A 'StartArray' node was expected/],
      ["an object for text", { displayName: {} }, "BadRequest", /A 'PrimitiveValue' node was expected/],
      [
        "an unknown inner property",
        { displayName: "x", web: { colour: 1 } },
        "BadRequest",
        /^The property 'colour' does not exist on type 'microsoft\.graph\.webApplication'/,
      ],
      ["another audience", { displayName: "x", signInAudience: "Everybody" }, "Request_BadRequest", /'signInAudience'/],
      [
        "a link that it hasn't",
        { displayName: "x", "members@odata.bind": [] },
        "Request_BadRequest",
        "Invalid property 'members'.",
      ],
    ];
    for (const [what, body, code, message] of refusals) {
      it(`body: ${what} is refused`, async () => {
        const refused = await graph.refused(400, "POST", "/v1.0/applications", body);
        assert.equal(refused.code, code);
        if (typeof message === "string") assert.equal(refused.message, message);
        else assert.match(refused.message, message);
      });
    }

    it("body: null empties complex properties and collections", async () => {
      const created = await graph.create("/v1.0/applications", {
        displayName: "x",
        web: null,
        optionalClaims: null,
      });
      assert.deepEqual((created["web"] as Body)["redirectUris"], []);
      const path = `/v1.0/applications/${text(created, "id")}`;
      await graph.patch(path, { web: { homePageUrl: "https://contoso.com" } });
      await graph.patch(path, { web: null });
      assert.equal(((await graph.get(path))["web"] as Body)["homePageUrl"], null);
      await graph.remove(path);
    });

    it("reference: IDs in upper case are accepted; an undecodable reference does not exist", async () => {
      const created = await graph.create("/v1.0/groups", group("Case"));
      const path = `/v1.0/groups/${text(created, "id").toUpperCase()}`;
      const member = graph.automation.id.toUpperCase();
      await graph.expect(204, "POST", `${path}/members/$ref`, {
        "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects('${member}')`,
      });
      await graph.remove(`${path}/members/${member}/$ref`);
      await graph.refused(404, "POST", `${path}/members/$ref`, { "@odata.id": `${graph.origin}/v1.0/users/%E0%A4%A` });
      await graph.refused(400, "POST", `${path}/members/$ref`, { "@odata.id": "nothing like a reference" });
      await graph.refused(400, "POST", `${path}/members/$ref`, {});
      await graph.remove(path);
    });

    it("body: the error names the property with the invalid value", async () => {
      const answered = await graph.expect(400, "POST", "/v1.0/applications", { displayName: "" });
      assert.deepEqual((answered["error"] as Body)["details"], [{ target: "displayName", code: "InvalidValue" }]);
    });

    it("body: empty with a JSON content type is accepted where none is needed", async () => {
      const created = await graph.create("/v1.0/applications", { displayName: "x" });
      const headers = { "content-type": "application/json; charset=utf-8" };
      await graph.remove(`/v1.0/applications/${text(created, "id")}`, { headers });
    });

    it("body: a refused create leaves no object", () => {
      assertEach([...graph.tenant.objects("applications").values()], ({ displayName }) => displayName, []);
    });
  });

  describe("rules of the service", () => {
    it("passwords: newest first, with the given keyId and seven decimals", async () => {
      const created = await graph.create("/v1.0/applications", { displayName: "Passwords" });
      const path = `/v1.0/applications/${text(created, "id")}`;
      const startDateTime = "2026-01-02T03:04:05.1234567Z";
      const keyId = randomUUID();
      await graph.expect(200, "POST", `${path}/addPassword`, { passwordCredential: { displayName: "first" } });
      const wanted = { displayName: "second", startDateTime, keyId };
      const made = await graph.expect(200, "POST", `${path}/addPassword`, { passwordCredential: wanted });
      assert.deepEqual([made["keyId"], made["startDateTime"]], [keyId, startDateTime]);
      const kept = (await graph.get(path))["passwordCredentials"] as Body[];
      assertEach(kept, ({ displayName }) => displayName, ["second", "first"]);
      assert.equal(kept[0]?.["startDateTime"], startDateTime);
      const again = await graph.refused(400, "POST", `${path}/addPassword`, { passwordCredential: { keyId } });
      assert.equal(again.message, `Update to existing credential with KeyId '${keyId}' is not allowed.`);
      await graph.remove(path);
    });

    it("delegated grant: only the scope can be changed", async () => {
      const resource = (await graph.list("/v1.0/servicePrincipals"))[0]!;
      const created = await graph.create("/v1.0/applications", { displayName: "Grants" });
      const client = await graph.create("/v1.0/servicePrincipals", { appId: text(created, "appId") });
      const grant = await graph.create("/v1.0/oauth2PermissionGrants", {
        clientId: client["id"] ?? null,
        consentType: "AllPrincipals",
        resourceId: resource["id"] ?? null,
        scope: "openid",
      });
      const path = `/v1.0/oauth2PermissionGrants/${text(grant, "id")}`;
      for (const name of ["clientId", "principalId"]) {
        const refused = await graph.refused(400, "PATCH", path, { [name]: text(resource, "id") });
        assert.equal(refused.message, `Property cannot be updated: ${name}`);
      }
      await graph.patch(path, { scope: "openid profile" });
      await graph.remove(`/v1.0/applications/${text(created, "id")}`);
    });

    it("application: personal accounts require token version 2", async () => {
      const personal = { displayName: "Personal", signInAudience: "AzureADandPersonalMicrosoftAccount" };
      const old = { ...personal, api: { requestedAccessTokenVersion: 1 } };
      const refused = await graph.refused(400, "POST", "/v1.0/applications", old);
      assert.equal(refused.message, "Property api.requestedAccessTokenVersion is invalid.");
      const created = await graph.create("/v1.0/applications", personal);
      assert.equal((created["api"] as Body)["requestedAccessTokenVersion"], 2);
      const path = `/v1.0/applications/${text(created, "id")}`;
      await graph.refused(400, "PATCH", path, { api: { requestedAccessTokenVersion: 1 } });
      await graph.patch(path, { api: { acceptMappedClaims: true } });
      await graph.remove(path);
    });

    it("beta: accepts query options without the dollar sign", async () => {
      const [plain] = await graph.list("/beta/users?select=id&top=1");
      assert.deepEqual(Object.keys(plain ?? {}), ["id"]);
    });
  });

  describe("paths", () => {
    it("path: a request that is not emulated gets the server's 404", async () => {
      const answered = await graph.call("GET", "/v1.0/me/messages");
      assert.equal(answered.status, 404);
    }).timeout(5000);

    for (const path of ["domains/$count", "directoryRoles/$count", "directoryRoles/delta", "directoryRoles/delta()"]) {
      it(`path: ${path} is reported as a missing route, not as a missing object`, async () => {
        const { status, body } = await graph.call("GET", `/v1.0/${path}`);
        // The harness's own words, where the server has more.
        assert.deepEqual([status, (body["error"] as Body)["message"]], [404, "No route."]);
      });
    }

    it("path: a type cast accepts the short name of Graph's namespace", async () => {
      const cast = "/v1.0/directory/deletedItems/graph.user";
      const full = "/v1.0/directory/deletedItems/microsoft.graph.user";
      const [short, long] = [await graph.get(cast), await graph.get(full)];
      assert.deepEqual(short["value"], long["value"]);
    });

    it("path: a type cast selects the members of one type; a filter needs an advanced query", async () => {
      const path = `/v1.0/groups/${text(await graph.create("/v1.0/groups", group("Cast")), "id")}`;
      const nested = text(await graph.create("/v1.0/groups", group("Nested")), "id");
      for (const id of [graph.automation.id, nested])
        await graph.expect(204, "POST", `${path}/members/$ref`, {
          "@odata.id": `${graph.origin}/v1.0/directoryObjects/${id}`,
        });
      const groups = await graph.get(`${path}/members/microsoft.graph.group?$select=id,displayName`);
      assert.equal(text(groups, "@odata.context"), `${graph.origin}/v1.0/$metadata#groups(id,displayName)`);
      assert.deepEqual(groups["value"], [{ id: nested, displayName: "Nested" }]);
      assert.deepEqual(await graph.list(`${path}/members/graph.user`), []);
      assert.equal((await graph.list(`/v1.0/groups/${nested}/memberOf/graph.group`)).length, 1);
      const filter = "$filter=startswith(displayName,'N')";
      for (const query of [`${path}/members/microsoft.graph.group?${filter}`, `${path}/members?${filter}`]) {
        const refused = await graph.refused(400, "GET", query);
        assert.equal(refused.code, "Request_UnsupportedQuery");
        assert.match(refused.message, /^The specified filter to the reference property query/);
        const headers = { consistencylevel: "eventual" };
        await graph.get(`${query}&$count=true`, { headers });
      }
      const transitive = `${path}/transitiveMembers/microsoft.graph.group`;
      assert.equal((await graph.refused(400, "GET", transitive)).code, "Request_UnsupportedQuery");
      const counted = { headers: { consistencylevel: "eventual" } };
      assert.equal((await graph.get(`${transitive}?$count=true`, counted))["@odata.count"], 1);
      await graph.expect(404, "GET", `${path}/members/microsoft.graph.device`);
      await graph.remove(path);
    });

    it("path: a method that is not served is never answered in Graph's words", async () => {
      const refused = await graph.expect(404, "DELETE", "/v1.0/organization");
      assert.doesNotMatch(JSON.stringify(refused), /not allowed/);
    });

    it("path: adding to a list requires $ref; a POST to the list is refused", async () => {
      const created = await graph.create("/v1.0/groups", group("Contained"));
      const path = `/v1.0/groups/${text(created, "id")}/members`;
      const body = { "@odata.id": `${graph.origin}/v1.0/directoryObjects/${graph.automation.id}` };
      const refused = await graph.refused(400, "POST", path, body);
      assert.deepEqual(
        [refused.code, refused.message],
        ["BadRequest", "Write requests are only supported on contained entities"],
      );
      await graph.expect(204, "POST", `${path}/$ref`, body);
      const removal = await graph.refused(400, "DELETE", `${path}/${graph.automation.id}`);
      assert.equal(removal.message, refused.message);
      await graph.remove(`/v1.0/groups/${text(created, "id")}`);
    });

    it("path: an action can be called by its qualified name", async () => {
      const created = await graph.create("/v1.0/applications", { displayName: "Qualified" });
      const path = `/v1.0/applications/${text(created, "id")}`;
      const made = await graph.expect(200, "POST", `${path}/microsoft.graph.addPassword`, {});
      await graph.expect(204, "POST", `${path}/graph.removePassword`, { keyId: text(made, "keyId") });
      await graph.remove(path);
    });

    it("path: keys in parentheses, with and without a name", async () => {
      await graph.get(`/v1.0/servicePrincipals('${graph.automation.id}')`);
      await graph.get(`/v1.0/servicePrincipals(appId='${text(graph.automation, "appId")}')`);
      const absent = randomUUID();
      const refused = await graph.refused(404, "GET", `/v1.0/servicePrincipals(appId='${absent}')`);
      assert.ok(refused.message.startsWith(`Resource '${absent}' does not exist`));
    });

    it("path: a principal name with #EXT# finds the guest", async () => {
      const invitation = await graph.create("/v1.0/invitations", {
        invitedUserEmailAddress: "o'neil@fabrikam.example",
        inviteRedirectUrl: "https://contoso.com",
      });
      const id = text(invitation["invitedUser"] as Body, "id");
      const user = await graph.get(`/v1.0/users/${id}`);
      const path = `/v1.0/users/${encodeURIComponent(text(user, "userPrincipalName"))}`;
      assert.equal((await graph.get(path))["id"], id);
      await graph.remove(path);
    });

    it("request IDs: the client's is returned, the service adds its own", async () => {
      const headers = { "client-request-id": "0a0b0c0d-0000-4000-8000-000000000001" };
      const answered = await graph.call("GET", "/v1.0/organization", { headers });
      assert.equal(answered.headers["client-request-id"], headers["client-request-id"]);
      assert.notEqual(answered.headers["request-id"], headers["client-request-id"]);
    });
  });
});
