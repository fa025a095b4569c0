/** Governance relationships: both forms of a policy on the wire, differences, and what is open. */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import type { GraphCall } from "../../src";
import { grantSentences, policyDifferences, TenantGovernance, wantedPolicy } from "../../src";

const pair = { governingTenantId: "aaaa", governedTenantId: "bbbb" };
const reader = { id: "5d6b6bb7-de71-4623-b4af-96380a352509", name: "Security Reader" };
const group = { objectId: "0A0B", name: "SOC", roles: ["Security Reader"] as const };

/** Answers each collection with this list, and keeps what was asked. */
function governanceWith(lists: Readonly<Record<string, readonly object[]>>): {
  readonly governance: TenantGovernance;
  readonly asked: { readonly path: string; readonly json?: unknown }[];
} {
  const asked: { path: string; json?: unknown }[] = [];
  const call: GraphCall = (path, options = {}) => {
    asked.push({ path: decodeURIComponent(path), ...(options.json === undefined ? {} : { json: options.json }) });
    const name = Object.keys(lists).find((one) => path.includes(one)) ?? "";
    const body = options.method === "POST" ? { id: "new", policySnapshot: null } : { value: lists[name] ?? [] };
    return Promise.resolve({ status: 200, headers: new Headers(), text: "", body, tries: 1 });
  };
  return { governance: new TenantGovernance(call, pair), asked };
}

describe("governance relationships", () => {
  it("reads a snapshot by groupId, and by group.id as Microsoft's examples have it", async () => {
    const forms = [{ groupId: "0a0b", groupDisplayName: "SOC" }, { group: { id: "0a0b" } }];
    for (const form of forms) {
      const policySnapshot = { delegatedAdministrationRoleAssignments: [{ ...form, roleTemplates: [reader] }] };
      const relationship = { id: "1", status: "active", creationDateTime: "2026-11-01T00:00:00Z", policySnapshot };
      const { governance, asked } = governanceWith({ governanceRelationships: [relationship] });
      const current = await governance.current();
      assert.ok(current !== undefined);
      assert.deepEqual(policyDifferences(wantedPolicy([group], []), current.policy), []);
      assert.match(asked[0]?.path ?? "", /governingTenantId eq 'aaaa' and governedTenantId eq 'bbbb'$/);
    }
  });

  it("names each grant that is missing or not in the settings", () => {
    const application = { appId: "APP", displayName: "SIEM", permissions: ["SecurityAlert.Read.All"] };
    const wanted = wantedPolicy([{ ...group, roles: ["Security Reader", "Security Operator"] }], []);
    const found = wantedPolicy([group], [application]);
    assert.deepEqual(policyDifferences(wanted, found), [
      "missing: members of the MSSP's group SOC (0A0B) have the directory role Security Operator",
      "not in the settings: the MSSP's application SIEM (APP) has a service principal",
      "not in the settings: the MSSP's application SIEM has SecurityAlert.Read.All",
    ]);
    const renamed = { ...found, groups: found.groups.map((one) => ({ ...one, name: "renamed", objectId: "0a0b" })) };
    assert.deepEqual(policyDifferences(found, renamed), [], "names and letter case do not count");
    assert.equal(grantSentences(found).length, 3);
  });

  it("an ended relationship is not current, and an expired request or invitation is not open", async () => {
    const ended = { id: "1", status: "terminated", creationDateTime: "2026-11-01T00:00:00Z" };
    const request = { id: "2", status: "pending", expirationDateTime: "2026-11-15T00:00:00Z" };
    const { governance } = governanceWith({
      governanceRelationships: [ended],
      governanceRequests: [request, { ...request, id: "3", status: "rejected" }],
      governanceInvitations: [request],
    });
    assert.equal(await governance.current(), undefined);
    const [early, late] = [new Date("2026-11-14T23:59:59Z"), new Date("2026-11-15T00:00:00Z")];
    assertEach(await governance.openRequests(early), ({ id }) => id, ["2"]);
    assert.deepEqual(await governance.openRequests(late), []);
    assert.equal((await governance.openInvitation(early))?.id, "2");
    assert.equal(await governance.openInvitation(late), undefined);
  });

  it("a request refers to its template by v1.0's name of the link", async () => {
    const { governance, asked } = governanceWith({});
    await governance.request("t1", "https://graph.example");
    assert.deepEqual(asked[0]?.json, {
      governedTenantId: "bbbb",
      "tenantGovernancePolicyTemplate@odata.bind":
        "https://graph.example/v1.0/directory/tenantGovernance/governancePolicyTemplates/t1",
    });
  });
});
