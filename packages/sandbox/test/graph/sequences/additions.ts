/** What tells of changes by others: the audit log, and who holds an access package by an administrator's hand. */
import assert from "node:assert/strict";
import { items, text, type Body, type Harness } from "../support/harness";

const base = "/beta/identityGovernance/entitlementManagement";

export function additionSequences(harness: () => Harness): void {
  it("audit log: initiator, change and time without secrets, with AuditLog.Read.All only", () => log(harness()));
  it("access package assignment by an administrator: add, list with its target, remove", () => assignment(harness()));
}

async function log(graph: Harness): Promise<void> {
  const application = await graph.expect(201, "POST", "/v1.0/applications", { displayName: "Logged" });
  const id = text(application, "id");
  const password = { passwordCredential: { displayName: "of the test" } };
  const secret = await graph.expect(200, "POST", `/v1.0/applications/${id}/addPassword`, password);
  for (const version of ["v1.0", "beta"]) {
    const filter = encodeURIComponent(`targetResources/any(t:t/id eq '${id}')`);
    const list = `/${version}/auditLogs/directoryAudits?$filter=${filter}`;
    const entries = items(await graph.expect(200, "GET", list, undefined, { as: { roles: ["AuditLog.Read.All"] } }));
    assert.deepEqual(
      entries.map(({ activityDisplayName }) => activityDisplayName),
      ["POST /applications/{id}/addPassword", "POST /applications"],
    );
    const printed = JSON.stringify(entries);
    assert.ok(printed.includes(text(secret, "keyId")));
    assert.ok(!printed.includes(text(secret, "secretText")));
    assert.equal(
      ((entries[0]?.["initiatedBy"] as Body)["app"] as Body)["displayName"],
      graph.automation["displayName"],
    );
    await graph.refused(403, "GET", list, undefined, { as: { roles: ["Directory.Read.All"] } });
  }
  await graph.expect(204, "DELETE", `/v1.0/applications/${id}`);
}

async function assignment(graph: Harness): Promise<void> {
  const catalog = await graph.expect(201, "POST", `${base}/accessPackageCatalogs`, { displayName: "Assigned" });
  const created = await graph.expect(201, "POST", `${base}/accessPackages`, {
    catalogId: text(catalog, "id"),
    displayName: "Tier 1",
    description: "of the test",
  });
  const accessPackageId = text(created, "id");
  const policy = await graph.expect(201, "POST", `${base}/accessPackageAssignmentPolicies`, {
    accessPackageId,
    displayName: "Anybody",
    description: "of the test",
  });
  const [user] = items(await graph.expect(200, "GET", "/v1.0/users"));
  const asked = { accessPackageId, assignmentPolicyId: text(policy, "id"), targetId: text(user ?? {}, "id") };
  const requests = `${base}/accessPackageAssignmentRequests`;
  const request = (requestType: string, accessPackageAssignment: Body): Body => ({
    requestType,
    accessPackageAssignment,
  });
  await graph.expect(201, "POST", requests, request("AdminAdd", asked));
  await graph.refused(404, "POST", requests, request("AdminAdd", { ...asked, targetId: accessPackageId }));
  const list = `${base}/accessPackageAssignments?$expand=target`;
  const [one] = items(await graph.expect(200, "GET", list));
  assert.equal(one?.["accessPackageId"], accessPackageId);
  assert.equal((one["target"] as Body)["objectId"], asked.targetId);
  await graph.expect(201, "POST", requests, request("AdminRemove", { id: text(one, "id") }));
  assert.deepEqual(items(await graph.expect(200, "GET", list)), []);
  await graph.expect(204, "DELETE", `${base}/accessPackages/${accessPackageId}`);
  await graph.expect(204, "DELETE", `${base}/accessPackageCatalogs/${text(catalog, "id")}`);
}
