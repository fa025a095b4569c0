/**
 * What tells of changes by others: the audit log, and who holds an access package by an
 * administrator's hand.
 */
import assert from "node:assert/strict";
import { recordSignIn, type SignInEventType } from "../../../src/cloud/signIns";
import { setSwitches } from "../../../src/cloud/switches";
import { items, text, type Body, type Harness } from "../support/harness";

const base = "/beta/identityGovernance/entitlementManagement";

export function additionSequences(harness: () => Harness): void {
  it("audit log: initiator, change and time without secrets, with AuditLog.Read.All only", () => log(harness()));
  it("sign-ins: kinds, filters, pages, permissions and licence", () => signIns(harness()));
  it("access package assignment by an administrator: add, list with its target, remove", () => assignment(harness()));
}

async function log(graph: Harness): Promise<void> {
  const application = await graph.create("/v1.0/applications", { displayName: "Logged" });
  const id = text(application, "id");
  const password = { passwordCredential: { displayName: "of the test" } };
  const secret = await graph.expect(200, "POST", `/v1.0/applications/${id}/addPassword`, password);
  for (const version of ["v1.0", "beta"]) {
    const filter = encodeURIComponent(`targetResources/any(t:t/id eq '${id}')`);
    const list = `/${version}/auditLogs/directoryAudits?$filter=${filter}`;
    const entries = await graph.list(list, { as: { roles: ["AuditLog.Read.All"] } });
    assert.deepEqual(
      entries.map(({ activityDisplayName }) => activityDisplayName),
      ["Update application – Certificates and secrets management ", "Add application"],
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
  await graph.remove(`/v1.0/applications/${id}`);
}

const logPermissions = { as: { roles: ["AuditLog.Read.All", "Directory.Read.All"] } };

async function signIns(graph: Harness): Promise<void> {
  const [user] = [...graph.tenant.objects("users").values()];
  assert.ok(user);
  const add = (eventType: SignInEventType, at: Date): void =>
    recordSignIn(graph.tenant, {
      eventType,
      at,
      appId: "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
      appDisplayName: "Azure Portal",
      appOwnerTenantId: null,
      servicePrincipal: { id: graph.automation.id, displayName: "Azure Portal" },
      ...(eventType === "servicePrincipal"
        ? {}
        : {
            user: {
              id: user.id,
              displayName: "Ana",
              userPrincipalName: "ana#EXT#@contoso.example",
              userType: "guest" as const,
              homeTenantId: null,
            },
          }),
      ipAddress: "127.0.0.1",
      userAgent: null,
      correlationId: graph.automation.id,
      error: { code: 0, reason: null },
    });
  const now = graph.clock.now().getTime();
  add("interactiveUser", new Date(now - 40 * 86_400_000));
  for (const minutes of [3, 2, 1]) add("interactiveUser", new Date(now - minutes * 60_000));
  add("nonInteractiveUser", new Date(now));
  add("servicePrincipal", new Date(now));
  const read = async (version: string, filter: string, options = ""): Promise<Body> =>
    graph.get(`/${version}/auditLogs/signIns?$filter=${encodeURIComponent(filter)}${options}`, logPermissions);
  for (const version of ["v1.0", "beta"]) {
    assert.equal(items(await read(version, `userId eq '${user.id}'`)).length, 3);
    const since = new Date(now - 150_000).toISOString();
    assert.equal(items(await read(version, `userId eq '${user.id}' and createdDateTime ge ${since}`)).length, 2);
    const page = await read(version, `userId eq '${user.id}'`, "&$top=2");
    assert.equal(items(page).length, 2);
    const next = new URL(text(page, "@odata.nextLink"));
    assert.equal(next.origin, graph.origin);
    const rest = await graph.get(`${next.pathname}${next.search}`, logPermissions);
    assert.equal(items(rest).length, 1);
    await graph.get(`/${version}/auditLogs/signIns?$top=1000`, logPermissions);
    for (const roles of [["AuditLog.Read.All"], ["Directory.Read.All"]]) {
      const refused = await graph.refused(403, "GET", `/${version}/auditLogs/signIns`, undefined, { as: { roles } });
      assert.equal(refused.code, "Authentication_MSGraphPermissionMissing");
    }
  }
  for (const kind of ["nonInteractiveUser", "servicePrincipal"]) {
    const [one, ...others] = items(await read("beta", `signInEventTypes/any(t: t eq '${kind}')`));
    assert.deepEqual([one?.["signInEventTypes"], others], [[kind], []]);
  }
  const principal = `servicePrincipalId eq '${graph.automation.id}' and signInEventTypes/any(t: t eq 'servicePrincipal')`;
  assert.equal(items(await read("beta", principal)).length, 1);
  await graph.refused(
    400,
    "GET",
    `/v1.0/auditLogs/signIns?$filter=${encodeURIComponent("signInEventTypes/any(t: t eq 'servicePrincipal')")}`,
    undefined,
    logPermissions,
  );
  setSwitches(graph.tenant, { entraLicence: "free" });
  const free = await graph.refused(403, "GET", "/v1.0/auditLogs/signIns", undefined, logPermissions);
  setSwitches(graph.tenant, { entraLicence: "p2" });
  assert.equal(free.code, "Authentication_RequestFromNonPremiumTenantOrB2CTenant");
}

async function assignment(graph: Harness): Promise<void> {
  const catalog = await graph.create(`${base}/accessPackageCatalogs`, { displayName: "Assigned" });
  const created = await graph.create(`${base}/accessPackages`, {
    catalogId: text(catalog, "id"),
    displayName: "Tier 1",
    description: "of the test",
  });
  const accessPackageId = text(created, "id");
  const policy = await graph.create(`${base}/accessPackageAssignmentPolicies`, {
    accessPackageId,
    displayName: "Anybody",
    description: "of the test",
  });
  const [user] = await graph.list("/v1.0/users");
  const asked = { accessPackageId, assignmentPolicyId: text(policy, "id"), targetId: text(user ?? {}, "id") };
  const requests = `${base}/accessPackageAssignmentRequests`;
  const request = (requestType: string, accessPackageAssignment: Body): Body => ({
    requestType,
    accessPackageAssignment,
  });
  await graph.create(requests, request("AdminAdd", asked));
  await graph.refused(404, "POST", requests, request("AdminAdd", { ...asked, targetId: accessPackageId }));
  const list = `${base}/accessPackageAssignments?$expand=target`;
  const [one] = await graph.list(list);
  assert.equal(one?.["accessPackageId"], accessPackageId);
  assert.equal((one["target"] as Body)["objectId"], asked.targetId);
  await graph.create(requests, request("AdminRemove", { id: text(one, "id") }));
  assert.deepEqual(await graph.list(list), []);
  await graph.remove(`${base}/accessPackages/${accessPackageId}`);
  await graph.remove(`${base}/accessPackageCatalogs/${text(catalog, "id")}`);
}
