/**
 * Entitlement management: the official plugin's calls on beta, connected organizations on both, and
 * what the service refuses.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Json } from "../../../src/cloud/model";
import { text, type Body, type Harness } from "../support/harness";

const path = "identityGovernance/entitlementManagement";
const base = `/beta/${path}`;
const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";

export function entitlementSequences(harness: () => Harness): void {
  for (const version of ["v1.0", "beta"] as const) {
    it(`${version}: a connected organization: create, list, read, change, delete`, () =>
      connectedOrganization(harness(), version));
  }
  it("connected organization: the identity source is a tenant or a domain, each used once", () =>
    identitySources(harness()));
  it("azuread_access_package_catalog, azuread_access_package: create, read, update, delete", () =>
    catalogAndPackage(harness()));
  it("azuread_access_package_resource_catalog_association, …_package_association: a group's role in a package", () =>
    resources(harness()));
  it("azuread_access_package_assignment_policy: create, read, replace, delete", () => assignmentPolicy(harness()));
  it("v1.0 and beta: one assignment policy, whichever of them makes it", () => policyOfBothVersions(harness()));
  it("v1.0: a group's role in a package, and its policy: create, list, replace, delete", () => ofV1(harness()));
  it("assignment policy: invalid settings are refused", () => wrongPolicies(harness()));
  it("entitlement management: a caller without its permission is told the name", () => denied(harness()));
}

const tenantSource = {
  "@odata.type": "#microsoft.graph.azureActiveDirectoryTenant",
  displayName: "Fabrikam Security",
  tenantId: msspTenantId,
};
const domainSource = {
  "@odata.type": "#microsoft.graph.domainIdentitySource",
  displayName: "Fabrikam Security",
  domainName: "fabrikam-security.example",
};

function newOrganization(graph: Harness, source: Json = tenantSource, version = "v1.0"): Promise<Body> {
  return graph.create(`/${version}/${path}/connectedOrganizations`, {
    displayName: "Fabrikam Security",
    description: "The MSSP",
    identitySources: [source],
    state: "configured",
  });
}

async function connectedOrganization(graph: Harness, version: string): Promise<void> {
  const created = await newOrganization(graph, tenantSource, version);
  assert.deepEqual(created["identitySources"], [tenantSource]);
  const list = `/${version}/${path}/connectedOrganizations`;
  const one = `${list}/${text(created, "id")}`;
  const filter = encodeURIComponent("displayName eq 'Fabrikam Security'");
  assert.equal((await graph.list(`${list}?$filter=${filter}`)).length, 1);
  await graph.patch(one, { description: "Changed" });
  const read = await graph.get(one);
  assert.deepEqual(
    [read["displayName"], read["description"], read["state"]],
    ["Fabrikam Security", "Changed", "configured"],
  );
  await graph.refused(400, "PATCH", one, { identitySources: [domainSource] });
  await graph.refused(400, "PATCH", one, { state: "halfway" });
  await graph.remove(one);
  await graph.refused(404, "GET", one);
  await graph.refused(404, "DELETE", one);
}

async function identitySources(graph: Harness): Promise<void> {
  const list = `/v1.0/${path}/connectedOrganizations`;
  const ids = [await newOrganization(graph), await newOrganization(graph, domainSource)].map((one) => text(one, "id"));
  const twice = await graph.refused(400, "POST", list, { displayName: "Again", identitySources: [tenantSource] });
  assert.equal(twice.code, "ConnectedOrganizationExists");
  const wrong: Json[] = [
    [],
    [tenantSource, domainSource],
    [{ ...tenantSource, tenantId: "fabrikam" }],
    [{ ...domainSource, domainName: "fabrikam" }],
    [{ tenantId: msspTenantId }],
    [{ ...tenantSource, "@odata.type": "#microsoft.graph.singleUser" }],
    [{ ...tenantSource, domainName: "fabrikam-security.example" }],
  ];
  for (const identitySources of wrong) {
    await graph.refused(400, "POST", list, { displayName: "Wrong", identitySources });
  }
  for (const id of ids) await graph.remove(`${list}/${id}`);
}

async function newCatalog(graph: Harness, displayName = "MSSP Accesses"): Promise<Body> {
  return graph.create(`${base}/accessPackageCatalogs`, {
    "@odata.type": "#microsoft.graph.accessPackageCatalog",
    catalogStatus: "published",
    description: "What the MSSP may ask for",
    displayName,
    isExternallyVisible: true,
  });
}

/** As the official plugin does: with the whole catalog and without `catalogId`. */
async function newPackage(graph: Harness, catalog: Body, displayName = "Tier 1 Analyst"): Promise<Body> {
  return graph.create(`${base}/accessPackages`, {
    "@odata.type": "#microsoft.graph.accessPackage",
    accessPackageCatalog: catalog,
    description: "Watches",
    displayName,
    isHidden: false,
  });
}

async function newGroup(graph: Harness, displayName: string): Promise<string> {
  const group = { displayName, mailEnabled: false, mailNickname: "tier1", securityEnabled: true };
  return text(await graph.create("/beta/groups", group), "id");
}

async function catalogAndPackage(graph: Harness): Promise<void> {
  const made = await newCatalog(graph);
  const catalog = `${base}/accessPackageCatalogs/${text(made, "id")}`;
  assert.equal((await graph.get(catalog))["catalogStatus"], "published");
  await graph.patch(catalog, {
    "@odata.type": "#microsoft.graph.accessPackageCatalog",
    catalogStatus: "unpublished",
    description: "Changed",
    displayName: "MSSP Accesses",
    isExternallyVisible: false,
  });
  assert.equal((await graph.list(`${base}/accessPackageCatalogs`)).length, 1);
  const read = await graph.get(catalog);
  assert.deepEqual([read["catalogStatus"], read["isExternallyVisible"]], ["unpublished", false]);

  await graph.refused(404, "POST", `${base}/accessPackages`, { displayName: "Lost", catalogId: randomUUID() });
  const accessPackage = await newPackage(graph, read);
  const one = `${base}/accessPackages/${text(accessPackage, "id")}`;
  await graph.patch(one, {
    accessPackageCatalog: read,
    description: "Changed",
    displayName: "Tier 1",
    isHidden: true,
  });
  const changed = await graph.get(one);
  assert.deepEqual([changed["displayName"], changed["isHidden"], changed["catalogId"]], ["Tier 1", true, made["id"]]);
  const byName = encodeURIComponent("displayName eq 'Tier 1'");
  assert.equal((await graph.list(`${base}/accessPackages?$filter=${byName}`)).length, 1);
  assert.equal((await graph.refused(400, "DELETE", catalog)).code, "CatalogHasAccessPackages");
  await graph.remove(one);

  // Microsoft documents the property `catalogId`; the official plugin's library leaves it out.
  const documented = { displayName: "Tier 2", catalogId: text(made, "id") };
  const byCatalogId = await graph.create(`${base}/accessPackages`, documented);
  assert.equal(byCatalogId["catalogId"], made["id"]);
  await graph.remove(`${base}/accessPackages/${text(byCatalogId, "id")}`);
  await graph.refused(400, "POST", `${base}/accessPackages`, { displayName: "In no catalog" });
  await graph.remove(catalog);
  for (const gone of [one, catalog]) await graph.refused(404, "GET", gone);
}

async function resources(graph: Harness): Promise<void> {
  const catalog = await newCatalog(graph);
  const catalogId = text(catalog, "id");
  const accessPackage = await newPackage(graph, catalog);
  const originId = await newGroup(graph, "Tier 1 Analyst");
  const request = (requestType: string, resource: Json = { originId, originSystem: "AadGroup" }): Body => ({
    accessPackageResource: resource,
    catalogId,
    executeImmediately: true,
    requestType,
  });
  const found = (filter: string): string =>
    `${base}/accessPackageCatalogs/${catalogId}/accessPackageResources?$filter=${encodeURIComponent(filter)}`;
  assert.deepEqual(await graph.list(found(`originId eq '${originId}'`)), []);
  const requests = `${base}/accessPackageResourceRequests`;
  const roles = ["EntitlementManagement.ReadWrite.All"];
  // An application, also the one that owns the group, which the harness is.
  for (const as of [{ roles, objectId: randomUUID() }, { roles }]) {
    const refused = await graph.refused(400, "POST", requests, request("AdminAdd"), { as });
    assert.equal(refused.code, "CallerNotResourceOwner");
  }
  const delivered = await graph.create(requests, request("AdminAdd"));
  assert.deepEqual([delivered["requestState"], delivered["requestStatus"]], ["Delivered", "Fulfilled"]);
  assert.equal((await graph.refused(400, "POST", requests, request("AdminAdd"))).code, "ResourceAlreadyOnboarded");
  await graph.refused(400, "POST", requests, request("AdminAdd", { originId: randomUUID(), originSystem: "AadGroup" }));
  await graph.refused(400, "POST", requests, request("AdminAdd", { originId, originSystem: "SharePointOnline" }));
  const [resource] = await graph.list(found(`startswith(originId, '${originId}')`));
  assert.equal(resource?.["displayName"], "Tier 1 Analyst");

  const roleScopes = `${base}/accessPackages/${text(accessPackage, "id")}/accessPackageResourceRoleScopes`;
  const role = (name: string): Body => ({
    accessPackageResourceRole: {
      "@odata.type": "#microsoft.graph.accessPackageResourceRole",
      accessPackageResource: {
        id: resource["id"] ?? null,
        originId,
        resourceType: resource["resourceType"] ?? null,
      },
      displayName: name,
      originId: `${name}_${originId}`,
      originSystem: "AadGroup",
    },
    accessPackageResourceScope: { originId, originSystem: "AadGroup" },
  });
  const added = await graph.create(roleScopes, role("Member"));
  await graph.refused(400, "POST", roleScopes, role("Member"));
  await graph.refused(400, "POST", roleScopes, role("Guest"));
  const expand = "accessPackageResourceRoleScopes($expand=accessPackageResourceRole,accessPackageResourceScope)";
  const one = `${base}/accessPackages/${text(accessPackage, "id")}`;
  const expanded = await graph.get(`${one}?$expand=${encodeURIComponent(expand)}`);
  const [roleScope] = expanded["accessPackageResourceRoleScopes"] as [Body];
  assert.equal(roleScope["id"], added["id"]);
  assert.equal((roleScope["accessPackageResourceRole"] as Body)["originId"], `Member_${originId}`);
  assert.equal((roleScope["accessPackageResourceScope"] as Body)["isRootScope"], true);

  const used = await graph.refused(400, "POST", requests, request("AdminRemove"));
  assert.equal(used.code, "InvalidDeleteResourceHasEntitlements");
  await graph.remove(`${roleScopes}/${text(added, "id")}`);
  await graph.refused(404, "DELETE", `${roleScopes}/${text(added, "id")}`);
  await graph.create(requests, request("AdminRemove"));
  await graph.refused(400, "POST", requests, request("AdminRemove"));
  assert.deepEqual(await graph.list(found(`originId eq '${originId}'`)), []);

  // By its ID alone: the page's example.
  await graph.create(requests, request("AdminAdd"));
  const [again] = await graph.list(found(`originId eq '${originId}'`));
  await graph.create(requests, request("AdminRemove", { id: again?.["id"] ?? null }));
  assert.deepEqual(await graph.list(found(`originId eq '${originId}'`)), []);

  // What is left of a catalog and a package goes with them.
  await graph.create(requests, request("AdminAdd"));
  await graph.create(roleScopes, role("Owner"));
  await graph.remove(one);
  await graph.remove(`${base}/accessPackageCatalogs/${catalogId}`);
  const left =
    graph.tenant.objects("accessPackageResourceRoleScopes").size + graph.tenant.objects("accessPackageResources").size;
  assert.equal(left + graph.tenant.objects("accessPackageResourceRoles").size, 0);
  await graph.remove(`/beta/groups/${originId}`);
}

interface Parties {
  catalog: string;
  accessPackageId: string;
  organization: string;
  group: string;
  policy(changes?: Body): Body;
}

async function parties(graph: Harness): Promise<Parties> {
  const catalog = await newCatalog(graph);
  const accessPackageId = text(await newPackage(graph, catalog), "id");
  const organization = text(await newOrganization(graph), "id");
  const group = await newGroup(graph, "MSSP Analyst Approvers");
  const users = (type: string, id: string): Body => ({
    "@odata.type": `#microsoft.graph.${type}`,
    id,
    isBackup: false,
  });
  const policy = (changes: Body = {}): Body => ({
    "@odata.type": "#microsoft.graph.accessPackageAssignmentPolicy",
    accessPackageId,
    accessReviewSettings: {
      accessReviewTimeoutBehavior: "removeAccess",
      durationInDays: 25,
      isAccessRecommendationEnabled: true,
      isApprovalJustificationRequired: true,
      isEnabled: true,
      recurrenceType: "annual",
      reviewerType: "Reviewers",
      reviewers: [users("groupMembers", group)],
      startDateTime: null,
    },
    canExtend: false,
    description: "Asked for by the MSSP",
    displayName: "MSSP",
    durationInDays: 365,
    expirationDateTime: null,
    questions: [
      {
        "@odata.type": "#microsoft.graph.accessPackageTextInputQuestion",
        isRequired: true,
        sequence: 1,
        text: { defaultText: "Which ticket?", localizedTexts: [] },
      },
    ],
    requestApprovalSettings: {
      approvalStages: [
        {
          approvalStageTimeOutInDays: 14,
          escalationApprovers: [],
          escalationTimeInMinutes: null,
          isApproverJustificationRequired: true,
          isEscalationEnabled: null,
          primaryApprovers: [users("groupMembers", group)],
        },
      ],
      isApprovalRequired: true,
      isApprovalRequiredForExtension: true,
      isRequestorJustificationRequired: true,
    },
    requestorSettings: {
      acceptRequests: true,
      allowedRequestors: [users("connectedOrganizationMembers", organization)],
      scopeType: "SpecificConnectedOrganizationSubjects",
    },
    ...changes,
  });
  return { catalog: text(catalog, "id"), accessPackageId, organization, group, policy };
}

async function takeAway(graph: Harness, { catalog, accessPackageId, organization, group }: Parties): Promise<void> {
  await graph.remove(`${base}/accessPackages/${accessPackageId}`);
  await graph.remove(`${base}/accessPackageCatalogs/${catalog}`);
  await graph.remove(`${base}/connectedOrganizations/${organization}`);
  await graph.remove(`/beta/groups/${group}`);
}

async function assignmentPolicy(graph: Harness): Promise<void> {
  const those = await parties(graph);
  const policies = `${base}/accessPackageAssignmentPolicies`;
  const made = await graph.create(policies, those.policy());
  const one = `${policies}/${text(made, "id")}`;
  const read = await graph.get(one);
  assert.equal((read["requestApprovalSettings"] as Body)["approvalMode"], "SingleStage");
  assert.deepEqual((read["requestorSettings"] as Body)["allowedRequestors"], [
    {
      "@odata.type": "#microsoft.graph.connectedOrganizationMembers",
      isBackup: false,
      id: those.organization,
      description: "Fabrikam Security",
    },
  ]);
  const start = (read["accessReviewSettings"] as Body)["startDateTime"];
  assert.match(JSON.stringify(start), /^"\d{4}-/);
  assert.equal((await graph.list(policies)).length, 1);
  const inUse = await graph.refused(400, "DELETE", `${base}/connectedOrganizations/${those.organization}`);
  assert.equal(inUse.code, "ConnectedOrganizationInUse");

  const replaced = await graph.expect(200, "PUT", one, those.policy({ durationInDays: 90 }));
  assert.equal(replaced["durationInDays"], 90);
  assert.equal((replaced["accessReviewSettings"] as Body)["startDateTime"], start);
  const { accessPackageId, displayName } = those.policy() as { accessPackageId: string; displayName: string };
  const bare = await graph.expect(200, "PUT", one, { accessPackageId, displayName });
  assert.deepEqual([bare["accessReviewSettings"], bare["durationInDays"], bare["questions"]], [null, 0, []]);
  assert.equal((bare["requestorSettings"] as Body)["scopeType"], "NoSubjects");
  assert.equal(bare["createdDateTime"], made["createdDateTime"]);
  await graph.remove(one);
  await graph.refused(404, "GET", one);
  // A package takes its policies along.
  const second = await graph.create(policies, those.policy());
  await takeAway(graph, those);
  await graph.refused(404, "GET", `${policies}/${text(second, "id")}`);
}

async function policyOfBothVersions(graph: Harness): Promise<void> {
  const those = await parties(graph);
  const [beta, v1] = [`${base}/accessPackageAssignmentPolicies`, `/v1.0/${path}/assignmentPolicies`];
  const policy = those.policy({ questions: [] });
  const sponsors = { "@odata.type": "#microsoft.graph.internalSponsors" };
  const { approvalStages } = policy["requestApprovalSettings"] as { approvalStages: [{ primaryApprovers: Json[] }] };
  approvalStages[0].primaryApprovers.push({ ...sponsors, isBackup: true });
  Object.assign(policy["requestApprovalSettings"] as Body, { isApprovalRequiredForExtension: false });
  const first = text(await graph.create(beta, policy), "id");
  const { createdDateTime: _, modifiedDateTime: __, ...read } = await graph.get(`${v1}/${first}`);
  assert.equal(read["allowedTargetScope"], "specificConnectedOrganizationUsers");
  const json = JSON.stringify(read);
  for (const part of [
    `"connectedOrganizationId":"${those.organization}"`,
    `"expiration":{"type":"afterDuration","endDateTime":null,"duration":"P365D"}`,
    `"enableTargetsToSelfAddAccess":true`,
    `"isApprovalRequiredForAdd":true,"isApprovalRequiredForUpdate":false`,
    `"durationBeforeAutomaticDenial":"P14D"`,
    `"expirationBehavior":"removeAccess"`,
    `"expiration":{"type":"afterDuration","endDateTime":null,"duration":"P25D"}`,
    `"pattern":{"type":"absoluteYearly","interval":1,`,
    `"primaryReviewers":[{"@odata.type":"#microsoft.graph.groupMembers","groupId":"${those.group}"`,
    `"fallbackPrimaryApprovers":[${JSON.stringify(sponsors)}]`,
  ]) {
    assert.ok(json.includes(part), `${part} in ${json}`);
  }
  const accessPackage = { id: those.accessPackageId };
  const second = text(await graph.create(v1, { ...read, accessPackage }), "id");
  const policies = graph.tenant.objects("accessPackageAssignmentPolicies");
  const stored = [first, second].map((id) => ({ ...policies.get(id), id: "", requestorSettingsAsSent: null }));
  assert.deepEqual(stored[1], { ...stored[0], canExtend: false });
  await takeAway(graph, those);
}

async function ofV1(graph: Harness): Promise<void> {
  const those = await parties(graph);
  const v1 = `/v1.0/${path}`;
  const request = (requestType: string): Body => ({
    requestType,
    resource: { originId: those.group, originSystem: "AadGroup" },
    catalog: { id: those.catalog },
  });
  const delivered = await graph.create(`${v1}/resourceRequests`, request("adminAdd"));
  assert.deepEqual([delivered["requestType"], delivered["state"]], ["adminAdd", "delivered"]);
  const list = `${v1}/catalogs/${those.catalog}/resources?$filter=originId eq '${those.group}'&$expand=roles,scopes`;
  const [resource] = (await graph.list(encodeURI(list))) as [{ roles: [Body]; scopes: [Body] }];
  const given = `${v1}/accessPackages/${those.accessPackageId}/resourceRoleScopes`;
  const added = await graph.create(given, { role: resource.roles[0], scope: resource.scopes[0] });
  const expand = encodeURIComponent("resourceRoleScopes($expand=role,scope)");
  const read = await graph.get(`${v1}/accessPackages/${those.accessPackageId}?$expand=${expand}`);
  const [roleScope] = read["resourceRoleScopes"] as [{ role: Body }];
  assert.equal(roleScope.role["originId"], `Member_${those.group}`);
  await graph.remove(`${given}/${text(added, "id")}`);
  await graph.create(`${v1}/resourceRequests`, request("adminRemove"));

  const policies = `${v1}/assignmentPolicies`;
  const accessPackage = { id: those.accessPackageId };
  const wanted = { accessPackage, displayName: "Anybody", requestorSettings: { enableTargetsToSelfAddAccess: true } };
  const one = `${policies}/${text(await graph.create(policies, wanted), "id")}`;
  const replaced = await graph.expect(200, "PUT", one, { ...wanted, allowedTargetScope: "allExternalUsers" });
  assert.deepEqual(replaced["expiration"], { type: "noExpiration", endDateTime: null, duration: null });
  const [listed] = (await graph.list(`${policies}?$expand=accessPackage`)) as [Body];
  assert.equal((listed["accessPackage"] as Body)["id"], those.accessPackageId);
  assert.equal(listed["allowedTargetScope"], "allExternalUsers");
  const [stored] = graph.tenant.objects("accessPackageAssignmentPolicies").values();
  assert.equal((stored?.["requestorSettings"] as Body)["scopeType"], "AllExternalSubjects");
  const unserved: Body[] = [
    { expiration: { type: "afterDuration", duration: "PT8H" } },
    { automaticRequestSettings: { requestAccessForAllowedTargets: true } },
    { allowedTargetScope: "everybody" },
  ];
  for (const wrong of unserved) await graph.refused(400, "POST", policies, { ...wanted, ...wrong });
  await graph.remove(one);
  await graph.refused(404, "GET", one);
  await takeAway(graph, those);
}

async function wrongPolicies(graph: Harness): Promise<void> {
  const those = await parties(graph);
  const right = those.policy();
  const within = (name: string, changes: Body): Body => ({ [name]: { ...(right[name] as Body), ...changes } });
  const approval = right["requestApprovalSettings"] as { approvalStages: [Body] };
  const stage = (changes: Body): Body =>
    within("requestApprovalSettings", { approvalStages: [{ ...approval.approvalStages[0], ...changes }] });
  const nobody = [{ "@odata.type": "#microsoft.graph.singleUser", id: randomUUID() }];
  const wrong: Body[] = [
    { durationInDays: 4000 },
    { expirationDateTime: "2030-01-01T00:00:00Z" },
    within("requestorSettings", { allowedRequestors: [] }),
    within("requestorSettings", { allowedRequestors: nobody }),
    within("requestorSettings", { scopeType: "Everybody" }),
    within("requestorSettings", { scopeType: "AllExternalSubjects" }),
    within("requestApprovalSettings", { approvalStages: [] }),
    stage({ primaryApprovers: [] }),
    stage({ primaryApprovers: nobody }),
    stage({ approvalStageTimeOutInDays: 30 }),
    within("accessReviewSettings", { recurrenceType: "daily" }),
    within("accessReviewSettings", { durationInDays: 0 }),
    within("accessReviewSettings", { reviewers: [] }),
    within("accessReviewSettings", { accessReviewTimeoutBehavior: "shrug" }),
  ];
  const policies = `${base}/accessPackageAssignmentPolicies`;
  for (const changes of wrong) await graph.refused(400, "POST", policies, those.policy(changes));
  await graph.refused(404, "POST", policies, those.policy({ accessPackageId: randomUUID() }));
  assert.deepEqual(await graph.list(policies), []);
  await takeAway(graph, those);
}

async function denied(graph: Harness): Promise<void> {
  const list = `/v1.0/${path}/connectedOrganizations`;
  const read = await graph.refused(403, "GET", list, undefined, { as: { roles: ["Directory.ReadWrite.All"] } });
  assert.equal(read.code, "UnAuthorized");
  assert.match(read.message, /lacks any of EntitlementManagement\.Read\.All, EntitlementManagement\.ReadWrite\.All\.$/);
  const as = { roles: ["EntitlementManagement.Read.All"] };
  await graph.get(list, { as });
  const write = await graph.refused(403, "POST", `${base}/accessPackageCatalogs`, { displayName: "x" }, { as });
  assert.match(write.message, /lacks EntitlementManagement\.ReadWrite\.All\.$/);
}
