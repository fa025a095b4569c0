/** Changes since a token: https://learn.microsoft.com/graph/delta-query-overview */
import assert from "node:assert/strict";
import { dayMs as day } from "@defender-mssp/errors/time";
import { items, text, type Answered, type Body, type Harness } from "../support/harness";

const group = (displayName: string): Body => ({
  ...{ displayName, mailEnabled: false, mailNickname: "delta", securityEnabled: true },
});

export function deltaSequences(harness: () => Harness): void {
  it("delta: what is new, changed, deleted and restored, with members, in each version", () => changes(harness()));
  it("delta: pages, selected properties, one object, and changes from now on", () => options(harness()));
  it("delta: a token that is damaged, of another list or tenant, or too old", () => tokens(harness()));
}

/** Path and query of a link in an answer. */
function link(body: Body, name = "@odata.deltaLink"): string {
  return text(body, name).replace(/^https?:\/\/[^/]+/, "");
}

async function changes(graph: Harness): Promise<void> {
  for (const version of ["v1.0", "beta"]) {
    const groups = `/${version}/groups`;
    const follow = async (at: string): Promise<[Body[], string]> => {
      const body = await graph.get(at);
      return [items(body), link(body)];
    };
    const [user] = [...graph.tenant.objects("users").keys()];
    const [, start] = await follow(`${groups}/delta`);
    const id = text(await graph.create(groups, group("Delta")), "id");
    await graph.expect(204, "POST", `${groups}/${id}/members/$ref`, { "@odata.id": `https://x/v1.0/users/${user}` });
    const [[made, ...others], created] = await follow(start);
    const member = { "@odata.type": "#microsoft.graph.user", id: user };
    assert.deepEqual([made?.["id"], made?.["members@delta"], others], [id, [member], []]);
    assert.ok(!Object.hasOwn(made ?? {}, "description"), "never set, so not shown");
    assert.deepEqual((await follow(created))[0], []);

    await graph.patch(`${groups}/${id}`, { description: "Changed" });
    await graph.remove(`${groups}/${id}/members/${user}/$ref`);
    const [[changed], patched] = await follow(created);
    assert.equal(changed?.["description"], "Changed");
    assert.deepEqual(changed["members@delta"], [{ ...member, "@removed": { reason: "deleted" } }]);
    await graph.patch(`${groups}/${id}`, { description: null });
    assert.equal((await follow(patched))[0][0]?.["description"], null);

    await graph.remove(`${groups}/${id}`);
    const [gone, deleted] = await follow(patched);
    assert.deepEqual(gone, [{ id, "@removed": { reason: "changed" } }]);
    await graph.expect(200, "POST", `/${version}/directory/deletedItems/${id}/restore`);
    assert.equal((await follow(deleted))[0][0]?.["displayName"], "Delta");
    await graph.remove(`${groups}/${id}`);
    await graph.remove(`/${version}/directory/deletedItems/${id}`);
    for (const [from, expected] of [
      [deleted, [{ id, "@removed": { reason: "deleted" } }]],
      [start, []],
    ] as const)
      assert.deepEqual((await follow(from))[0], expected);
  }
}

async function options(graph: Harness): Promise<void> {
  const ids: string[] = [];
  for (let number = 0; number < 101; number++)
    ids.push(text(await graph.create("/v1.0/groups", group(`Many ${number}`)), "id"));
  const [one = ""] = ids;
  const delta = "/v1.0/groups/delta";
  const first = await graph.get(`${delta}()?$select=displayName`);
  const second = await graph.get(link(first, "@odata.nextLink"));
  const listed = [...items(first), ...items(second)];
  assert.equal(items(first).length, 100);
  assert.deepEqual(Object.keys(listed[0] ?? {}).sort(), ["displayName", "id"]);
  assert.ok(ids.every((id) => listed.some((item) => item["id"] === id)));
  const latest = await graph.get(`/v1.0/groups/microsoft.graph.delta()?$deltaToken=latest`);
  const ofOne = await graph.get(`${delta}?$select=members&$filter=id eq '${one}'`);
  assert.deepEqual([items(latest), items(ofOne).length], [[], 1]);
  for (const id of ids.slice(0, 2)) await graph.patch(`/v1.0/groups/${id}`, { description: "Changed" });
  assert.deepEqual(await graph.list(link(second)), [], "the description is not selected");
  assert.equal((await graph.list(link(latest))).length, 2);
  for (const id of ids) await graph.remove(`/v1.0/groups/${id}`);
  assert.deepEqual(await graph.list(link(ofOne)), [{ id: one, "@removed": { reason: "changed" } }]);
  for (const query of ["$top=5", "$orderby=displayName", "$expand=members", "$count=true"])
    await graph.refused(400, "GET", `${delta}?${query}`);
  assert.equal(
    (await graph.refused(400, "GET", `${delta}?$filter=displayName eq 'x'`)).code,
    "Request_UnsupportedQuery",
  );
  await graph.refused(403, "GET", delta, undefined, { as: { roles: ["User.Read.All"] } });
  await graph.refused(400, "GET", "/v1.0/groups?$deltatoken=latest");
}

async function tokens(graph: Harness): Promise<void> {
  for (const version of ["v1.0", "beta"])
    for (const set of ["users", "applications", "servicePrincipals", "oauth2PermissionGrants"])
      link(await graph.get(`/${version}/${set}/delta`));
  const users = link(await graph.get("/v1.0/users/delta"));
  const elsewhere = { as: { roles: ["User.Read.All"], tenantId: "33333333-3333-4333-8333-333333333333" } };
  const refusals: readonly Promise<Answered>[] = [
    graph.call("GET", "/v1.0/users/delta?$deltatoken=abc"),
    graph.call("GET", users.replace("users", "groups")),
    graph.call("GET", users, elsewhere),
  ];
  for (const refused of await Promise.all(refusals))
    assert.equal((refused.body["error"] as Body)["code"], "Directory_ExpiredPageToken");
  graph.clock.advance(7 * day);
  const old = await graph.call("GET", users);
  graph.clock.advance(-7 * day);
  assert.deepEqual([old.status, (old.body["error"] as Body)["code"]], [410, "syncStateNotFound"]);
  const restart = String(old.headers["location"]).replace(graph.origin, "");
  assert.ok((await graph.list(restart)).length > 0);
}
