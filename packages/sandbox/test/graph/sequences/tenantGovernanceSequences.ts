/**
 * Governance relationships between two tenants, with the calls of `mssp governance`, in both versions.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { dayMs as day } from "@defender-mssp/errors/time";
import { directoryRoleTemplates, microsoftGraph } from "@defender-mssp/microsoft";
import { setSwitches } from "../../../src/cloud/switches";
import type { Tenant } from "../../../src/cloud/model";
import { items, tenantId as customerTenantId, text, type As, type Body, type Harness } from "../support/harness";

const msspTenantId = "22222222-2222-4222-8222-222222222222";
const versions = ["v1.0", "beta"] as const;
type Version = (typeof versions)[number];

const everyScope = ["Setting", "Invitation", "PolicyTemplate", "Request", "Relationship"].map(
  (what) => `TenantGovernance-${what}.ReadWrite.All`,
);

export function tenantGovernanceSequences(harness: () => Harness): void {
  for (const version of versions) {
    it(`governance relationship by ${version}: invite, request, accept, change, end`, () =>
      lifecycle(harness(), version));
  }
  it("governance relationship: applications read and change nothing; people need the directory role", () =>
    identities(harness()));
  it("governance relationship: invitations end after 30 days, requests after 14", () => expiry(harness()));
  it("governance relationship: only the tenant whose move it is may make it", () => sides(harness()));
  it("governance relationship: requires P1, and ID Governance for applications", () => licences(harness()));
}

/** A person of a tenant, with the role named. */
function person(tenant: Tenant, role: keyof typeof directoryRoleTemplates, scopes = everyScope): { as: As } {
  const objectId = randomUUID();
  const id = `${objectId}-${role}`;
  const roleDefinitionId = directoryRoleTemplates[role];
  tenant.objects("roleAssignments").set(id, { id, principalId: objectId, directoryScopeId: "/", roleDefinitionId });
  return { as: { tenantId: tenant.id, objectId, scopes } };
}

interface Pair {
  readonly graph: Harness;
  readonly root: string;
  readonly mssp: { as: As };
  readonly customer: { as: As };
  readonly groupId: string;
}

function pairOf(graph: Harness, version: Version = "v1.0"): Pair {
  const msspTenant = graph.cloud.tenant(msspTenantId);
  const groupId = randomUUID();
  msspTenant.objects("groups").set(groupId, {
    id: groupId,
    displayName: "SOC Tier 1",
    isAssignableToRole: true,
    securityEnabled: true,
  });
  return {
    graph,
    root: `/${version}/directory/tenantGovernance`,
    mssp: person(msspTenant, "Tenant Governance Administrator"),
    customer: person(graph.tenant, "Tenant Governance Administrator"),
    groupId,
  };
}

function templateBody(groupId: string, role: keyof typeof directoryRoleTemplates = "Security Reader"): Body {
  return {
    displayName: "Contoso",
    description: "of the test",
    multiTenantApplicationsToProvision: [],
    delegatedAdministrationRoleAssignments: [
      { roleTemplates: [{ id: directoryRoleTemplates[role], name: role }], group: { id: groupId } },
    ],
  };
}

async function invited({ graph, root, mssp, customer }: Pair): Promise<Body> {
  await graph.expect(200, "PATCH", `${root}/settings`, { canReceiveInvitations: true }, mssp);
  return graph.create(`${root}/governanceInvitations`, { governingTenantId: msspTenantId }, customer);
}

function requestBody({ root }: Pair, templateId: string): Body {
  const link = root.startsWith("/beta/") ? "governancePolicyTemplate" : "tenantGovernancePolicyTemplate";
  return {
    governedTenantId: customerTenantId,
    [`${link}@odata.bind`]: `https://graph.microsoft.com${root}/governancePolicyTemplates/${templateId}`,
  };
}

async function requested(pair: Pair, body = templateBody(pair.groupId)): Promise<string> {
  const { graph, root, mssp } = pair;
  const template = await graph.create(`${root}/governancePolicyTemplates`, body, mssp);
  const id = text(template, "id");
  const request = await graph.create(`${root}/governanceRequests`, requestBody(pair, id), mssp);
  assert.equal(request["status"], "pending");
  return text(request, "id");
}

async function lifecycle(graph: Harness, version: Version): Promise<void> {
  const pair = pairOf(graph, version);
  const { root, mssp, customer, groupId } = pair;
  const before = await graph.get(`${root}/settings`, customer);
  assert.equal(before["canReceiveInvitations"], false);
  const invitation = await invited(pair);
  const seen = await graph.get(`${root}/governanceInvitations/${text(invitation, "id")}`, mssp);
  assert.equal(seen["governedTenantId"], customerTenantId);
  assert.ok((await graph.list(`${root}/governanceInvitations`, mssp)).length > 0);

  const requestId = await requested(pair);
  const [template] = await graph.list(`${root}/governancePolicyTemplates`, mssp);
  assert.ok(template !== undefined);
  const templatePath = `${root}/governancePolicyTemplates/${text(template, "id")}`;
  assert.equal((await graph.get(templatePath, mssp))["version"], "1");
  const filter = encodeURIComponent(`governingTenantId eq '${msspTenantId}' and status eq 'pending'`);
  const [open] = items(await graph.get(`${root}/governanceRequests?$filter=${filter}`, customer));
  const snapshot = open?.["policySnapshot"] as Body;
  const [assignment] = snapshot["delegatedAdministrationRoleAssignments"] as Body[];
  assert.deepEqual([assignment?.["groupId"], assignment?.["groupDisplayName"]], [groupId, "SOC Tier 1"]);

  const path = `${root}/governanceRequests/${requestId}`;
  const accepted = await graph.expect(200, "PATCH", path, { status: "accepted" }, customer);
  assert.equal(accepted["status"], "accepted");
  assert.equal((await graph.get(path, mssp))["status"], "accepted");
  const relationships = await graph.list(`${root}/governanceRelationships`, mssp);
  const active = relationships.find(({ status }) => status === "active");
  assert.ok(active !== undefined);
  assert.equal(rolesGiven(graph.tenant).length, 1);
  assert.ok(graph.tenant.objects("crossTenantAccessPartners").has(msspTenantId));

  // A changed template changes nothing until the customer accepts a new request.
  const changed = await graph.expect(200, "PATCH", templatePath, templateBody(groupId, "Security Operator"), mssp);
  assert.equal(changed["version"], "2");
  const second = requestBody(pair, text(template, "id"));
  const again = await graph.create(`${root}/governanceRequests`, second, mssp);
  assert.deepEqual(rolesGiven(graph.tenant), [directoryRoleTemplates["Security Reader"]]);
  await graph.expect(200, "PATCH", `${root}/governanceRequests/${text(again, "id")}`, { status: "accepted" }, customer);
  assert.deepEqual(rolesGiven(graph.tenant), [directoryRoleTemplates["Security Operator"]]);
  const relationshipPath = `${root}/governanceRelationships/${text(active, "id")}`;
  const updated = await graph.get(relationshipPath, customer);
  assert.equal((updated["policySnapshot"] as Body)["version"], 2);

  const asked = { status: "terminationRequestedByGoverningTenant" };
  await graph.expect(200, "PATCH", relationshipPath, asked, mssp);
  assert.equal(rolesGiven(graph.tenant).length, 1, "until the customer confirms");
  await graph.expect(200, "PATCH", relationshipPath, { status: "terminated" }, customer);
  assert.deepEqual(rolesGiven(graph.tenant), []);
  assert.ok(!graph.tenant.objects("crossTenantAccessPartners").has(msspTenantId));
  await graph.remove(templatePath, mssp);
  await reset(pair);
}

/** The sandbox's own collection: Graph shows none of them in the governed tenant. */
function rolesGiven(tenant: Tenant): unknown[] {
  return [...tenant.objects("delegatedAdministrationRoles").values()].flatMap(({ roleTemplateIds }) => roleTemplateIds);
}

/** What a test leaves would let the next one do without its own steps. */
async function reset({ graph }: Pair): Promise<void> {
  for (const tenant of [graph.tenant, graph.cloud.tenant(msspTenantId)]) {
    for (const name of ["Invitations", "Requests", "Relationships", "PolicyTemplates"]) {
      tenant.objects(`governance${name}`).clear();
    }
    tenant.objects("tenantGovernanceSettings").clear();
  }
  graph.cloud.changed();
  await graph.cloud.saved();
}

async function identities(graph: Harness): Promise<void> {
  const pair = pairOf(graph);
  const { root, customer, groupId } = pair;
  const reader = { as: { roles: ["TenantGovernance-Relationship.Read.All"] } };
  await graph.get(`${root}/governanceRelationships`, reader);
  await graph.refused(403, "GET", `${root}/governanceRequests`, undefined, reader);
  const writer = { as: { roles: everyScope } };
  await graph.refused(403, "GET", `${root}/governanceRelationships`, undefined, writer);
  await graph.refused(403, "POST", `${root}/governanceInvitations`, { governingTenantId: msspTenantId }, writer);
  const operator = person(graph.tenant, "Security Operator");
  const refusal = await graph.refused(403, "GET", `${root}/governanceRelationships`, undefined, operator);
  assert.match(refusal.message, /Tenant Governance Administrator/);
  const relationships = person(graph.cloud.tenant(msspTenantId), "Tenant Governance Relationship Administrator");
  await graph.create(`${root}/governancePolicyTemplates`, templateBody(groupId), relationships);
  await graph.refused(403, "PATCH", `${root}/settings`, { canReceiveInvitations: true }, relationships);
  const narrow = { as: { ...customer.as, scopes: ["TenantGovernance-Request.Read.All"] } };
  await graph.refused(403, "GET", `${root}/governanceRelationships`, undefined, narrow);
  await reset(pair);
}

async function expiry(graph: Harness): Promise<void> {
  const pair = pairOf(graph);
  const { root, customer } = pair;
  const body = { governingTenantId: msspTenantId };
  await graph.refused(400, "POST", `${root}/governanceInvitations`, body, customer);
  const start = graph.cloud.now().getTime();
  const invitation = await invited(pair);
  const until = (moment: unknown) => Math.round((Date.parse(String(moment)) - start) / day);
  assert.equal(until(invitation["expirationDateTime"]), 30);
  const requestId = await requested(pair);
  graph.clock.advance(14 * day + 1000);
  const accept = await graph.refused(
    400,
    "PATCH",
    `${root}/governanceRequests/${requestId}`,
    { status: "accepted" },
    customer,
  );
  assert.match(accept.message, /expired/);
  graph.clock.advance(16 * day);
  await assert.rejects(requested(pair), /has not invited this tenant, or its invitation has expired/);
  graph.clock.advance(-30 * day - 1000);
  await reset(pair);
}

async function sides(graph: Harness): Promise<void> {
  const pair = pairOf(graph);
  const { root, mssp, customer } = pair;
  await assert.rejects(requested(pair), /has not invited this tenant/);
  await invited(pair);
  const requestId = await requested(pair);
  const path = `${root}/governanceRequests/${requestId}`;
  await graph.refused(403, "PATCH", path, { status: "accepted" }, mssp);
  await graph.refused(400, "PATCH", path, { status: "pending" }, customer);
  await graph.expect(200, "PATCH", path, { status: "accepted" }, customer);
  await graph.refused(400, "PATCH", path, { status: "rejected" }, customer);
  const [active] = await graph.list(`${root}/governanceRelationships`, customer);
  const relationship = `${root}/governanceRelationships/${text(active ?? {}, "id")}`;
  await graph.refused(400, "PATCH", relationship, { status: "terminated" }, mssp);
  await graph.refused(400, "PATCH", relationship, { status: "active" }, customer);
  // The customer can't govern the MSSP at the same time.
  await graph.expect(200, "PATCH", `${root}/settings`, { canReceiveInvitations: true }, customer);
  const inverse = { governingTenantId: customerTenantId };
  await graph.refused(400, "POST", `${root}/governanceInvitations`, inverse, mssp);
  await graph.expect(200, "PATCH", relationship, { status: "terminated" }, customer);
  await reset(pair);
}

async function licences(graph: Harness): Promise<void> {
  const pair = pairOf(graph);
  const { root, customer, groupId } = pair;
  const mssp = graph.cloud.tenant(msspTenantId);
  await invited(pair);
  setSwitches(mssp, { entraLicence: "free" });
  await assert.rejects(requested(pair), /Microsoft Entra ID P1/);
  setSwitches(mssp, { entraLicence: "p2" });
  const appId = randomUUID();
  const id = microsoftGraph.appRoles["SecurityAlert.Read.All"];
  const body: Body = {
    ...templateBody(groupId),
    multiTenantApplicationsToProvision: [
      {
        appId,
        objectId: randomUUID(),
        displayName: "Fabrikam SIEM",
        requiredResourceAccesses: [
          { resourceAppId: microsoftGraph.appId, permissions: [{ id, name: "SecurityAlert.Read.All", type: "role" }] },
        ],
      },
    ],
  };
  await assert.rejects(requested(pair, body), /Microsoft Entra ID Governance/);
  setSwitches(mssp, { entraLicence: "governance" });
  const requestId = await requested(pair, body);
  await graph.expect(200, "PATCH", `${root}/governanceRequests/${requestId}`, { status: "accepted" }, customer);
  const principals = () =>
    [...graph.tenant.objects("servicePrincipals").values()].filter((one) => one["appId"] === appId);
  const [principal] = principals();
  const grants = [...graph.tenant.objects("appRoleAssignments").values()];
  assert.ok(grants.some(({ principalId, appRoleId }) => principalId === principal?.id && appRoleId === id));
  const [active] = await graph.list(`${root}/governanceRelationships`, customer);
  const relationship = `${root}/governanceRelationships/${text(active ?? {}, "id")}`;
  await graph.expect(200, "PATCH", relationship, { status: "terminated" }, customer);
  assert.deepEqual(principals(), []);
  setSwitches(mssp, { entraLicence: "p2" });
  await reset(pair);
}
