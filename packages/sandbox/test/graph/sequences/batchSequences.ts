/** JSON batching: https://learn.microsoft.com/graph/json-batching */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import type { Json } from "../../../src/cloud/model";
import { items, responsesOf, text, type As, type BatchAnswer, type Body, type Harness } from "../support/harness";

const json = { "Content-Type": "application/json" };
const group = (displayName: string): Body => ({
  displayName,
  mailEnabled: false,
  mailNickname: "batched",
  securityEnabled: true,
});

export function batchSequences(harness: () => Harness): void {
  it("batch: create, read and delete, each answer with status, headers and body", () => inBoth(harness()));
  it("batch: dependsOn gives the order, and a failed request fails its dependents with 424", () => order(harness()));
  it("batch: a malformed request within is refused alone, also one with a version in its URL", () =>
    refusedWithin(harness()));
  it("batch: each request needs its own permission", () => permissions(harness()));
  it("batch: an inner request cannot choose another token, and gets no header of the batch", () => headers(harness()));
  it("batch: a malformed batch is refused as a whole", () => malformed(harness()));
  it("batch: a batch in a batch is refused", () => nested(harness()));
  it("search: needs ConsistencyLevel: eventual, combines with $filter, $orderby, $count and pages", () =>
    search(harness()));
}

/** Sends a batch, whose answers must come in another order; they are returned by ID. */
async function send(graph: Harness, version: string, requests: Json[], as?: As): Promise<Record<string, BatchAnswer>> {
  const body = await graph.expect(200, "POST", `/${version}/$batch`, { requests }, as === undefined ? {} : { as });
  const answers = responsesOf(body);
  assert.equal(answers.length, requests.length);
  if (answers.length > 1) assert.notEqual(answers[0]?.id, (requests[0] as Body)["id"]);
  return Object.fromEntries(answers.map((answer) => [answer.id, answer]));
}

async function inBoth(graph: Harness): Promise<void> {
  for (const version of ["v1.0", "beta"]) {
    const made = await send(graph, version, [
      { id: "a", method: "POST", url: "/groups", body: group("Batched"), headers: json },
      { id: "b", method: "get", url: "groups?$filter=startswith(displayName,'no such')&$select=id" },
      { id: "c", method: "GET", url: "/groups/00000000-0000-0000-0000-000000000000" },
      { id: "d", method: "POST", url: "/groups/00000000-0000-0000-0000-000000000000", body: {}, headers: json },
    ]);
    const statuses = Object.fromEntries(Object.entries(made).map(([id, { status }]) => [id, status]));
    assert.deepEqual(statuses, { a: 201, b: 200, c: 404, d: 404 });
    const created = made["a"]?.body ?? {};
    assert.equal(
      made["a"]?.headers["Location"]?.endsWith(`/${text(created, "id")}/Microsoft.DirectoryServices.Group`),
      true,
    );
    assert.match(made["a"].headers["Content-Type"] ?? "", /^application\/json;odata\.metadata=minimal/);
    assert.deepEqual(items(made["b"]?.body ?? {}), []);
    assert.equal((made["c"]?.body?.["error"] as Body)["code"], "Request_ResourceNotFound");
    const path = `/groups/${text(created, "id")}`;
    const gone = await send(graph, version, [{ id: "1", method: "DELETE", url: path }]);
    assert.deepEqual([gone["1"]?.status, gone["1"]?.body], [204, null]);
    await graph.refused(404, "GET", `/${version}${path}`);
  }
  await graph.expect(404, "GET", "/v1.0/$batch");
  await graph.expect(200, "POST", "/v1.0/%24batch", { requests: [{ id: "1", method: "GET", url: "/groups" }] });
}

async function order(graph: Harness): Promise<void> {
  const made = await graph.create("/v1.0/groups", group("Ordered"));
  const url = `/groups/${text(made, "id")}`;
  const description = (text_: string): Body => ({ description: text_ });
  const answers = await send(graph, "v1.0", [
    { id: "One", method: "PATCH", url, body: description("first"), headers: json },
    { id: "2", dependsOn: ["one"], method: "PATCH", url, body: description("second"), headers: json },
    { id: "3", dependsOn: ["2"], method: "GET", url },
    { id: "4", dependsOn: ["3"], method: "PATCH", url, body: { colour: "red" }, headers: json },
    { id: "5", dependsOn: ["4"], method: "DELETE", url },
    { id: "6", dependsOn: ["5", "3"], method: "DELETE", url },
  ]);
  assertEach(["One", "2", "3", "4", "5", "6"], (id) => answers[id]?.status, [204, 204, 200, 400, 424, 424]);
  assert.equal(answers["3"]?.body?.["description"], "second");
  await graph.remove(`/v1.0${url}`);
}

async function refusedWithin(graph: Harness): Promise<void> {
  for (const version of ["v1.0", "beta"]) {
    const answers = await send(graph, version, [
      { id: "1", method: "GET", url: `/${version}/groups?$top=1` },
      { id: "2", method: "POST", url: "/groups", body: "no JSON", headers: json },
      { id: "3", method: "GET", url: "/groups?$top=none" },
      { id: "4", method: "GET", url: "/groups?$top=1", dependsOn: [] },
      { id: "5", method: "GET", url: "/groups?$top=1", dependsOn: ["1", "4"] },
      { id: "6", method: "GET", url: "/nothing" },
    ]);
    const statuses = ["1", "2", "3", "4", "5", "6"].map((id) => answers[id]?.status);
    assert.deepEqual(statuses, [400, 400, 400, 200, 424, 404]);
    const { code, message } = answers["1"]?.body?.["error"] as Body;
    assert.deepEqual([code, message], ["BadRequest", `Resource not found for the segment '${version}'.`]);
  }
}

async function permissions(graph: Harness): Promise<void> {
  const requests: Body[] = [
    { id: "1", method: "GET", url: "/groups?$top=1" },
    { id: "2", method: "GET", url: "/users?$top=1" },
    { id: "3", method: "POST", url: "/groups", body: group("Never"), headers: json },
  ];
  const answers = await send(graph, "v1.0", requests, { roles: ["Group.Read.All"] });
  assertEach(["1", "2", "3"], (id) => answers[id]?.status, [200, 403, 403]);
  const nobody = await graph.call("POST", "/v1.0/$batch", { body: { requests }, headers: { authorization: "" } });
  assert.equal(nobody.status, 401);
}

async function headers(graph: Harness): Promise<void> {
  const claims = { tenantId: "22222222-2222-4222-8222-222222222222", roles: ["Group.ReadWrite.All"], scopes: [] };
  const foreign = `Bearer ${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  const made = await graph.create("/v1.0/groups", group("Mine"));
  const url = `/groups/${text(made, "id")}`;
  for (const name of ["Authorization", "authorization", "AUTHORIZATION"]) {
    const answers = await send(graph, "v1.0", [{ id: "1", method: "GET", url, headers: { [name]: foreign } }]);
    assert.equal(answers["1"]?.status, 200);
    const deletion = { id: "1", method: "DELETE", url, headers: { [name]: foreign } };
    const refused = await send(graph, "v1.0", [deletion], { roles: ["Group.Read.All"] });
    assert.equal(refused["1"]?.status, 403);
  }
  const countable = "/groups?$count=true&$filter=displayName ne 'x'";
  const body = { requests: [{ id: "1", method: "GET", url: countable }] };
  const outer = await graph.call("POST", "/v1.0/$batch", { body, headers: { consistencylevel: "eventual" } });
  assert.equal(responsesOf(outer.body)[0]?.status, 400);
  const inner = { id: "1", method: "GET", url: countable, headers: { ConsistencyLevel: "eventual" } };
  assert.equal((await send(graph, "v1.0", [inner]))["1"]?.status, 200);
  await graph.remove(`/v1.0${url}`);
}

async function malformed(graph: Harness): Promise<void> {
  const one = { id: "1", method: "GET", url: "/groups" };
  const created = { id: "1", method: "POST", url: "/groups", body: group("Never") };
  const noType = "Write request id : 1 does not contain Content-Type header or body.";
  const invalid = "Invalid batch payload format.";
  const paths = ["../sandbox/status", "/../../sandbox/status", "/%2e%2e/sandbox/status", "\\..\\..\\sandbox/status"];
  const more = ["/.\t./sandbox/status", "../beta/groups", "https://127.0.0.1/v1.0/groups", ""];
  const refusals: [Json, string][] = [
    [{}, invalid],
    [[], invalid],
    [{ requests: {} }, invalid],
    [{ requests: [] }, invalid],
    [{ requests: ["x"] }, invalid],
    [{ requests: [{ method: "GET", url: "/groups" }] }, invalid],
    [{ requests: [{ ...one, id: 1 }] }, invalid],
    [{ requests: [{ ...one, method: "TRACE" }] }, invalid],
    [{ requests: [{ ...one, headers: "x" }] }, invalid],
    [{ requests: [{ ...one, headers: { ConsistencyLevel: "a\r\nb: c" } }] }, invalid],
    [{ requests: [{ ...one, dependsOn: "1" }] }, invalid],
    [{ requests: [{ ...one, dependsOn: [1] }] }, invalid],
    ...[...paths, ...more].map((url): [Json, string] => [{ requests: [{ ...one, url }] }, invalid]),
    [
      { requests: Array.from({ length: 21 }, (_, id) => ({ ...one, id: `${id}` })) },
      "Number of requests inside batch exceeds the limit.",
    ],
    [{ requests: [one, one] }, "Request Id 1 has to be unique in a batch."],
    [
      {
        requests: [
          { ...one, id: "a" },
          { ...one, id: "A" },
        ],
      },
      "Request Id A has to be unique in a batch.",
    ],
    [{ requests: [{ ...one, dependsOn: ["1"] }] }, "Invalid dependency for request Id 1."],
    [
      {
        requests: [
          { ...one, dependsOn: ["2"] },
          { ...one, id: "2" },
        ],
      },
      "Invalid dependency for request Id 1.",
    ],
    [{ requests: [created] }, noType],
    [{ requests: [{ ...created, headers: { "Content-Type": "" } }] }, noType],
    [{ requests: [{ ...one, method: "PATCH", headers: json }] }, noType],
    [{ requests: [{ ...one, body: {} }] }, noType],
    // The first request is not carried out either.
    [{ requests: [{ ...created, headers: json }, one] }, "Request Id 1 has to be unique in a batch."],
  ];
  for (const [body, message] of refusals) {
    const refused = await graph.refused(400, "POST", "/v1.0/$batch", body);
    assert.deepEqual([refused.code, refused.message], ["BadRequest", message], JSON.stringify(body));
  }
  const twenty = Array.from({ length: 20 }, (_, id) => ({ ...one, id: `${id}` }));
  assert.ok(Object.values(await send(graph, "v1.0", twenty)).every(({ status }) => status === 200));
  assert.deepEqual(await graph.list("/v1.0/groups?$filter=displayName eq 'Never'"), []);
}

async function nested(graph: Harness): Promise<void> {
  const body = { requests: [{ id: "1", method: "GET", url: "/groups" }] };
  for (const url of ["/$batch", "$BATCH", "/%24batch", "//$batch/"]) {
    const answers = await send(graph, "v1.0", [{ id: "1", method: "POST", url, body, headers: json }]);
    assert.equal(answers["1"]?.status, 400, url);
  }
}

async function search(graph: Harness): Promise<void> {
  for (const version of ["v1.0", "beta"]) {
    const ids: string[] = [];
    for (const name of ["Search-Tier 2", "Search-Tier 1", "Research"]) {
      ids.push(text(await graph.create(`/${version}/groups`, group(name)), "id"));
    }
    const eventual = { headers: { consistencylevel: "eventual" } };
    const names = async (query: string): Promise<Json[]> =>
      (await graph.list(`/${version}/groups?${query}`, eventual)).map(({ displayName }) => displayName ?? null);
    const tiers = `$search=${encodeURIComponent('"displayName:tier" AND ("displayName:search" OR "mail:x")')}`;
    assert.deepEqual(await names(`${tiers}&$orderby=displayName`), ["Search-Tier 1", "Search-Tier 2"]);
    assert.deepEqual(await names(`${tiers}&$filter=displayName eq 'Search-Tier 2'`), ["Search-Tier 2"]);
    const path = `/${version}/groups?${tiers}&$top=1`;
    const plain = await graph.get(path, eventual);
    assert.equal(plain["@odata.count"], undefined);
    const counted = await graph.get(`${path}&$count=true`, eventual);
    assert.equal(counted["@odata.count"], 2);
    const next = new URL(text(counted, "@odata.nextLink"));
    const rest = await graph.get(next.pathname + next.search, eventual);
    assert.equal(items(rest).length, 1);
    const refused = await graph.refused(400, "GET", path);
    assert.equal(refused.code, "Request_UnsupportedQuery");
    assert.match(refused.message, /^Request with \$search .*'ConsistencyLevel: eventual'$/);
    for (const list of ["users", "applications", "servicePrincipals"]) {
      await graph.get(`/${version}/${list}?$search="displayName:a"`, eventual);
    }
    const elsewhere = await graph.refused(
      400,
      "GET",
      `/${version}/groups/${ids[0]}?$search="displayName:a"`,
      undefined,
      eventual,
    );
    assert.equal(elsewhere.message, "The query parameter '$search' is not supported.");
    await searchRelationships(graph, version, ids);
    for (const id of ids) await graph.remove(`/${version}/groups/${id}`);
  }
}

/**
 * The relationships that Microsoft lists as searchable:
 * https://learn.microsoft.com/graph/aad-advanced-queries#microsoft-entra-id-directory-objects-that-support-advanced-query-capabilities
 */
async function searchRelationships(graph: Harness, version: string, ids: readonly string[]): Promise<void> {
  const eventual = { headers: { consistencylevel: "eventual" } };
  const [outer = "", inner = "", other = ""] = ids;
  const user = [...graph.tenant.objects("users").values()][0]!;
  const { id: principal } = graph.automation;
  for (const id of [inner, other, user.id, principal]) {
    const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${id}` };
    await graph.expect(204, "POST", `/${version}/groups/${outer}/members/$ref`, reference);
  }
  const names = async (path: string, search: string): Promise<Json[]> =>
    items(await graph.get(`/${version}/${path}?$search=${encodeURIComponent(search)}&$count=true`, eventual)).map(
      ({ displayName }) => displayName ?? null,
    );
  // Objects of every type: a group, and a user and an application by properties that groups lack.
  for (const link of ["members", "transitiveMembers"]) {
    assert.deepEqual(await names(`groups/${outer}/${link}`, '"displayName:tier"'), ["Search-Tier 1"]);
    const byMail = `"userPrincipalName:${text(user, "userPrincipalName").slice(0, 4)}"`;
    assert.deepEqual(await names(`groups/${outer}/${link}`, byMail), [user["displayName"]]);
    assert.deepEqual(await names(`groups/${outer}/${link}`, `"appId:${text(graph.automation, "appId")}"`), [
      graph.automation["displayName"],
    ]);
    assert.deepEqual(await names(`groups/${outer}/${link}`, '"displayName:nobody"'), []);
  }
  for (const member of [`groups/${inner}`, `users/${user.id}`, `servicePrincipals/${principal}`]) {
    for (const link of ["memberOf", "transitiveMemberOf"]) {
      assert.deepEqual(await names(`${member}/${link}`, '"displayName:tier"'), ["Search-Tier 2"]);
      assert.deepEqual(await names(`${member}/${link}`, '"displayName:research"'), []);
    }
  }
  const application = text(await graph.create(`/${version}/applications`, { displayName: "Searched" }), "id");
  assert.deepEqual(await names(`groups/${outer}/owners`, '"displayName:nobody"'), []);
  assert.deepEqual(await names(`applications/${application}/owners`, '"displayName:nobody"'), []);
  await graph.remove(`/${version}/applications/${application}`);
  // Not in the list.
  const role = [...graph.tenant.objects("directoryRoles").values()][0]!;
  for (const path of [`servicePrincipals/${principal}/owners`, `directoryRoles/${role.id}/members`]) {
    const refused = await graph.refused(400, "GET", `/${version}/${path}?$search="displayName:a"`, undefined, eventual);
    assert.equal(refused.message, "The query parameter '$search' is not supported.");
  }
  for (const [path, options, code] of [
    [`groups/${outer}/members?$search="displayName:a"`, {}, "Request_UnsupportedQuery"],
    [`groups/${outer}/members?$search="nothing:a"`, eventual, "Request_UnsupportedQuery"],
  ] as const) {
    assert.equal((await graph.refused(400, "GET", `/${version}/${path}`, undefined, options)).code, code);
  }
}
