/**
 * Tenant Governance, from both tenants' sides. Built from documents alone
 * (`../entities/tenantGovernance.ts`). The pages name no error codes and texts: those are the
 * sandbox's own, and so is what happens where they say nothing (a second open request is accepted, an
 * expired request stays pending and can't be accepted).
 */
import { randomUUID } from "node:crypto";
import { dayMs } from "@defender-mssp/errors/time";
import { directoryRoleTemplates, isUuid, type DirectoryRoleName } from "@defender-mssp/microsoft";
import type { Cloud, Json, StoredObject, Tenant } from "../../cloud/model";
import { createdEntity, entity } from "../answers";
import { get } from "../directory";
import type { EntitySetName } from "../entities";
import { badRequest, denied, missingValue, unreadableRequest } from "../graphErrors";
import { sevenDecimals } from "../identifiers";
import { innerOf, objectsIn, jsonText, type JsonObject } from "../json";
import { requireLicence } from "../licences";
import { complete } from "../objects";
import { isDelegated, permissions } from "../permissions";
import { callBody, bothVersions, parameter, type RouteAnswer, type Call, type Method, type Route } from "../route";
import { removeProvisioned, setProvisioned } from "../tenantGovernance";
import { checkCreate, checkUpdate } from "../validate";
import { alone, asSent, entityRoutes, type EntityRow } from "./entityRoutes";

const settings = "tenantGovernanceSettings";
const invitations = "governanceInvitations";
const templates = "governancePolicyTemplates";
const requests = "governanceRequests";
const relationships = "governanceRelationships";

type Collection = typeof invitations | typeof templates | typeof requests | typeof relationships;

const administrator = ["Global Administrator", "Tenant Governance Administrator"] as const;
const relationshipAdministrator = [...administrator, "Tenant Governance Relationship Administrator"] as const;

/** Days for which Microsoft's pages say that each is valid. */
const invitationDays = 30;
const requestDays = 14;

export const tenantGovernanceRoutes: readonly Route[] = [
  ...governance(
    {
      entitySet: settings,
      path: "settings",
      read: permissions.readGovernanceSettings,
      write: permissions.writeGovernanceSettings,
      single: ({ tenant }) => settingsOf(tenant),
      change: asSent,
      answersChange: true,
    },
    administrator,
  ),
  ...governance({ entitySet: invitations, read: permissions.readGovernanceInvitations }),
  route("POST", `/${invitations}`, permissions.writeGovernanceInvitations, administrator, invite),
  ...governance({
    entitySet: templates,
    read: permissions.readGovernanceTemplates,
    write: permissions.writeGovernanceTemplates,
    create: (call, values) => {
      const now = sevenDecimals(call.cloud.now());
      return { ...checkedTemplate(call, values), createdDateTime: now, lastModifiedDateTime: now };
    },
    change: (call, values, template) => ({
      ...checkedTemplate(call, values),
      version: String(Number(template["version"]) + 1),
      lastModifiedDateTime: sevenDecimals(call.cloud.now()),
    }),
    answersChange: true,
    remove: alone,
  }),
  ...governance({ entitySet: requests, read: permissions.readGovernanceRequests }),
  route("POST", `/${requests}`, permissions.writeGovernanceRequests, relationshipAdministrator, request),
  route("PATCH", `/${requests}/{id}`, permissions.writeGovernanceRequests, administrator, decide),
  ...governance({ entitySet: relationships, read: permissions.readGovernanceRelationships }),
  route("PATCH", `/${relationships}/{id}`, permissions.writeGovernanceRelationships, relationshipAdministrator, end),
];

/** @param writers who may write; the administrators of relationships may read */
function governance(row: EntityRow, writers: readonly DirectoryRoleName[] = relationshipAdministrator): Route[] {
  const routes = entityRoutes({ ...row, path: contextOf(row.path ?? row.entitySet) });
  return routes.map((each) => forRoles(each, each.method === "GET" ? relationshipAdministrator : writers));
}

function route(
  method: Method,
  path: string,
  wanted: Route["permissions"],
  roles: readonly DirectoryRoleName[],
  handle: Route["handle"],
): Route {
  return forRoles(
    { method, path: `/directory/tenantGovernance${path}`, versions: bothVersions, permissions: wanted, handle },
    roles,
  );
}

function forRoles(each: Route, roles: readonly DirectoryRoleName[]): Route {
  return {
    ...each,
    handle: (call) => {
      requireRole(call, roles);
      return each.handle(call);
    },
  };
}

/** A signed-in user needs a role besides the permission; an application reads by permission alone. */
function requireRole(call: Call, roles: readonly DirectoryRoleName[]): void {
  if (!isDelegated(call.caller)) return;
  const enough: readonly string[] = roles.map((name) => directoryRoleTemplates[name]);
  const held = [...call.tenant.objects("roleAssignments").values()].filter(
    ({ principalId }) => principalId === call.caller.objectId,
  );
  if (held.some(({ roleDefinitionId }) => enough.includes(jsonText(roleDefinitionId)))) return;
  throw denied(roles.slice(1).map((name) => `the directory role ${name}`));
}

function one(call: Call, collection: Collection): RouteAnswer {
  return entity(call, collection, get(call.tenant, collection, parameter(call, "id")), contextOf(collection));
}

function contextOf(collection: string): string {
  return `directory/tenantGovernance/${collection}`;
}

function settingsOf(tenant: Tenant): StoredObject {
  return tenant.objects(settings).get("settings") ?? complete(settings, { id: "settings" });
}

/** The customer's side. The other tenant must have allowed invitations. */
function invite(call: Call): RouteAnswer {
  const { values } = checkCreate(invitations, callBody(call), call.version);
  const governing = otherTenant(call, jsonText(values["governingTenantId"]), "governingTenantId");
  if (settingsOf(governing)["canReceiveInvitations"] !== true) {
    throw unreadableRequest("The governing tenant does not receive governance invitations.");
  }
  refuseBothSides(governing, call.tenant);
  const now = call.cloud.now();
  const invitation = complete(invitations, {
    ...pairOf(governing, call.tenant),
    id: randomUUID(),
    createdDateTime: sevenDecimals(now),
    expirationDateTime: sevenDecimals(inDays(now, invitationDays)),
  });
  keepInBoth(call.cloud, invitations, invitation);
  return createdEntity(call, invitations, invitation, contextOf(invitations));
}

/** Each group must be a role-assignable one of this tenant; the service adds its name. */
function checkedTemplate(call: Call, values: JsonObject): JsonObject {
  const assignments = values["delegatedAdministrationRoleAssignments"];
  if (assignments === undefined) return values;
  const named = objectsIn(assignments).map((assignment) => {
    const group = assignment["group"];
    const id = jsonText(innerOf(group, "id"));
    if (id === "") throw missingValue("group", "DelegatedAdministrationRoleAssignment");
    const found = get(call.tenant, "groups", id);
    if (found["isAssignableToRole"] !== true || found["securityEnabled"] !== true) {
      throw badRequest(`The group '${id}' must be a role-assignable security group.`);
    }
    return { ...assignment, groupDisplayName: found["displayName"] ?? null };
  });
  return { ...values, delegatedAdministrationRoleAssignments: named };
}

/** The MSSP's side: the customer must have invited it, unless a relationship exists. */
function request(call: Call): RouteAnswer {
  const { values, bindings } = checkCreate(requests, callBody(call), call.version);
  const governed = otherTenant(call, jsonText(values["governedTenantId"]), "governedTenantId");
  const link = call.version === "v1.0" ? "tenantGovernancePolicyTemplate" : "governancePolicyTemplate";
  const [reference] = bindings.get(link) ?? [];
  if (reference === undefined) throw missingValue(link, "GovernanceRequest");
  const template = get(call.tenant, templates, reference.slice(reference.lastIndexOf("/") + 1));
  requireLicence(call, "governanceRelationships");
  if (objectsIn(template["multiTenantApplicationsToProvision"]).length > 0) {
    requireLicence(call, "governanceApplications");
  }
  refuseBothSides(call.tenant, governed);
  const now = call.cloud.now();
  if (!mayRequest(call.tenant, governed, now)) {
    throw unreadableRequest("The governed tenant has not invited this tenant, or its invitation has expired.");
  }
  const sent = complete(requests, {
    ...pairOf(call.tenant, governed),
    id: randomUUID(),
    requestDateTime: sevenDecimals(now),
    expirationDateTime: sevenDecimals(inDays(now, requestDays)),
    policySnapshot: snapshotOf(template),
  });
  keepInBoth(call.cloud, requests, sent);
  return createdEntity(call, requests, sent, contextOf(requests));
}

function mayRequest(governing: Tenant, governed: Tenant, now: Date): boolean {
  if (relationshipOf(governing, governed) !== undefined) return true;
  return ofPair(governing, invitations, governing.id, governed.id).some(
    ({ expirationDateTime }) => new Date(jsonText(expirationDateTime)) > now,
  );
}

/** "Only the governed tenant can update the request status." */
function decide(call: Call): RouteAnswer {
  const asked = get(call.tenant, requests, parameter(call, "id"));
  const { status } = checkUpdate(requests, callBody(call), call.version, asked).values;
  if (asked["governedTenantId"] !== call.tenant.id) throw denied(["being the governed tenant"]);
  if (asked["status"] !== "pending") throw unreadableRequest(`The governance request is ${jsonText(asked["status"])}.`);
  if (status !== "accepted" && status !== "rejected")
    throw unreadableRequest("The status must be accepted or rejected.");
  if (new Date(jsonText(asked["expirationDateTime"])) <= call.cloud.now()) {
    throw unreadableRequest("The governance request has expired.");
  }
  keepInBoth(call.cloud, requests, { ...asked, status });
  if (status === "accepted") establish(call, asked);
  return one(call, requests);
}

/** Creates the relationship, or gives the existing one the new policy. */
function establish(call: Call, accepted: StoredObject): void {
  const governing = call.cloud.tenant(jsonText(accepted["governingTenantId"]));
  const before = relationshipOf(governing, call.tenant);
  const policySnapshot = accepted["policySnapshot"] ?? null;
  const relationship = complete(relationships, {
    creationDateTime: sevenDecimals(call.cloud.now()),
    ...pairOf(governing, call.tenant),
    ...before,
    id: before?.id ?? randomUUID(),
    status: "active",
    policySnapshot,
  });
  keepInBoth(call.cloud, relationships, relationship);
  setProvisioned(call.cloud, call.tenant, governing, policySnapshot);
}

/** The governing tenant asks for the end; the governed one ends it, asked or not. */
function end(call: Call): RouteAnswer {
  const relationship = get(call.tenant, relationships, parameter(call, "id"));
  const { status } = checkUpdate(relationships, callBody(call), call.version, relationship).values;
  const isGoverned = relationship["governedTenantId"] === call.tenant.id;
  const allowed = isGoverned ? "terminated" : "terminationRequestedByGoverningTenant";
  if (status !== allowed) throw unreadableRequest(`This tenant can set the status to ${allowed} only.`);
  if (relationship["status"] === "terminated") throw unreadableRequest("The governance relationship is terminated.");
  keepInBoth(call.cloud, relationships, { ...relationship, status });
  if (isGoverned) removeProvisioned(call.cloud, call.tenant, jsonText(relationship["governingTenantId"]));
  return one(call, relationships);
}

/** A template's content as requests and relationships keep it. */
function snapshotOf(template: StoredObject): Json {
  return {
    policyId: template.id,
    version: Number(template["version"]),
    multiTenantApplicationsToProvision: objectsIn(template["multiTenantApplicationsToProvision"]).map(
      ({ appId, displayName, requiredResourceAccesses }) => ({
        appId: appId ?? null,
        displayName: displayName ?? null,
        requiredResourceAccesses: structuredClone(requiredResourceAccesses ?? []),
      }),
    ),
    delegatedAdministrationRoleAssignments: objectsIn(template["delegatedAdministrationRoleAssignments"]).map(
      ({ group, groupDisplayName, roleTemplates }) => ({
        groupDisplayName: groupDisplayName ?? null,
        groupId: innerOf(group, "id") ?? null,
        roleTemplates: structuredClone(roleTemplates ?? []),
      }),
    ),
  };
}

function otherTenant(call: Call, id: string, property: string): Tenant {
  if (!isUuid(id) || id.toLowerCase() === call.tenant.id)
    throw unreadableRequest(`${property} must name another tenant.`);
  return call.cloud.tenant(id);
}

/** A tenant can't govern the one that governs it. */
function refuseBothSides(governing: Tenant, governed: Tenant): void {
  if (relationshipOf(governed, governing) === undefined) return;
  throw unreadableRequest("A governance relationship in the other direction exists.");
}

function relationshipOf(governing: Tenant, governed: Tenant): StoredObject | undefined {
  return ofPair(governing, relationships, governing.id, governed.id).find(({ status }) => status !== "terminated");
}

function ofPair(tenant: Tenant, collection: EntitySetName, governing: string, governed: string): StoredObject[] {
  return [...tenant.objects(collection).values()].filter(
    ({ governingTenantId, governedTenantId }) => governingTenantId === governing && governedTenantId === governed,
  );
}

function pairOf(governing: Tenant, governed: Tenant): JsonObject {
  return {
    governingTenantId: governing.id,
    governingTenantName: nameOf(governing),
    governedTenantId: governed.id,
    governedTenantName: nameOf(governed),
  };
}

function nameOf(tenant: Tenant): Json {
  return [...tenant.objects("organization").values()][0]?.["displayName"] ?? null;
}

/** Each of the two tenants has its copy, with the same ID. */
function keepInBoth(cloud: Cloud, collection: Collection, object: StoredObject): void {
  for (const id of [object["governingTenantId"], object["governedTenantId"]]) {
    cloud.tenant(jsonText(id)).objects(collection).set(object.id, structuredClone(object));
  }
  cloud.changed();
}

function inDays(now: Date, days: number): Date {
  return new Date(now.getTime() + days * dayMs);
}
