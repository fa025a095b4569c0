import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { compareDumps, type Dump } from "../../src/cloud/compareDumps";

const seeded = "c0570500-0000-5000-8000-000000000001";

/** A tenant with one seeded user, two guests who are members of a group, and an application with a secret. */
function dump(change: (tenant: ReturnType<typeof tenantOf>) => void = () => undefined, reversed = false): Dump {
  const tenant = tenantOf();
  change(tenant);
  if (reversed) {
    tenant.users.reverse();
    tenant.links[tenant.groups[0]?.id ?? ""]?.reverse();
  }
  return { text: JSON.stringify({ tenants: [{ id: seeded, ...tenant }] }), startedAt: new Date() };
}

function tenantOf() {
  const [group, ana, ben, application] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const now = new Date();
  const expires = new Date(now.getTime() + 365 * 24 * 60 * 60 * 1000);
  return {
    users: [
      { id: seeded, displayName: "Administrator", createdDateTime: "2025-01-02T03:04:05Z" },
      { id: ana, displayName: "Ana", createdDateTime: now.toISOString() },
      { id: ben, displayName: "Ana", createdDateTime: now.toISOString() },
    ],
    groups: [{ id: group, displayName: "Analysts", mailNickname: `${randomUUID().slice(0, 8)}-1` }],
    applications: [
      {
        id: application,
        appId: randomUUID(),
        passwordCredentials: [
          { keyId: randomUUID(), hint: randomUUID().slice(0, 3), endDateTime: expires.toISOString() },
        ],
      },
    ],
    links: { [group]: [ana, ben, seeded] } as Record<string, string[]>,
  };
}

describe("comparing two dumps", () => {
  it("comparison: ignores IDs, secrets, times and order", () =>
    assert.deepEqual(compareDumps(dump(), dump(undefined, true)), { onlyLeft: [], onlyRight: [] }));

  it("comparison: ignores which of two objects was created first", () => {
    const [early, late] = [new Date(Date.now() + 5000).toISOString(), new Date(Date.now() + 6000).toISOString()];
    const made = (first: string, second: string) =>
      dump(({ users }) =>
        [first, second].forEach((time, at) => Object.assign(users[at] ?? {}, { createdDateTime: time })),
      );
    assert.deepEqual(compareDumps(made(early, late), made(late, early)), { onlyLeft: [], onlyRight: [] });
  });

  it("comparison: distinguishes objects of one name by composed IDs", () => {
    const scopes = () => {
      const made = ["Tier 1", "Tier 2"].map((displayName) => {
        const [groupId, id] = [randomUUID(), randomUUID()];
        return { group: { id: groupId, displayName }, scope: { id, displayName: "Root", originId: groupId } };
      });
      const ids = made.map(({ scope }) => [`${randomUUID()}_${scope.id}`, scope.id] as const);
      const tenant = {
        groups: made.map(({ group }) => group),
        scopes: made.map(({ scope }) => scope),
        roleScopes: Object.fromEntries(ids.map(([id]) => [id, { id }])),
        links: { "roleScopes.scopes": Object.fromEntries(ids.map(([id, scope]) => [id, [scope]])) },
      };
      return { text: JSON.stringify({ tenants: [{ id: seeded, ...tenant }] }), startedAt: new Date() };
    };
    assert.deepEqual(compareDumps(scopes(), scopes()), { onlyLeft: [], onlyRight: [] });
  });

  it("comparison: names a missing member", () => {
    const smaller = dump((tenant) => Object.values(tenant.links).forEach((members) => members.pop()));
    const { onlyLeft, onlyRight } = compareDumps(dump(), smaller);
    assert.deepEqual(onlyRight, []);
    assert.equal(onlyLeft.length, 1);
    assert.match(onlyLeft[0] ?? "", new RegExp(`^.*/links/‹groups "Analysts"› has "${seeded}"$`));
  });

  it("comparison: distinguishes objects of one name by their links", () => {
    const withoutFirst = dump((tenant) => Object.values(tenant.links).forEach((members) => members.shift()));
    const withoutSecond = dump((tenant) => Object.values(tenant.links).forEach((members) => members.splice(1, 1)));
    assert.deepEqual(compareDumps(withoutFirst, withoutSecond), { onlyLeft: [], onlyRight: [] });
    assert.notDeepEqual(compareDumps(dump(), withoutFirst), { onlyLeft: [], onlyRight: [] });
  });

  it("comparison: reports a secret with another expiry", () => {
    const later = dump((tenant) => {
      const credential = tenant.applications[0]?.passwordCredentials[0];
      if (credential !== undefined)
        credential.endDateTime = new Date(Date.now() + 730 * 24 * 3600 * 1000).toISOString();
    });
    const { onlyLeft, onlyRight } = compareDumps(dump(), later);
    assert.match(onlyLeft.join("\n"), /endDateTime = "‹365 days after the run›"$/);
    assert.match(onlyRight.join("\n"), /endDateTime = "‹730 days after the run›"$/);
  });

  it("comparison: reports null against a missing value", () => {
    const { onlyRight } = compareDumps(
      dump(),
      dump((tenant) => Object.assign(tenant.groups[0] ?? {}, { description: null })),
    );
    assert.deepEqual(
      onlyRight.map((fact) => fact.slice(fact.indexOf("/groups/"))),
      ['/groups/‹groups "Analysts"›/description = null'],
    );
  });
});
