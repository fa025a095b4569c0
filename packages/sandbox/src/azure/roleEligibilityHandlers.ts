/**
 * Roles that a principal may activate: an administrator's requests, the schedules that come of them, and their
 * instances. Activations and policies of roles are not emulated: every role has the
 * default policy, by which an eligibility ends after a year at the latest.
 * https://learn.microsoft.com/rest/api/authorization/role-eligibility-schedule-requests
 */
import { randomUUID } from "node:crypto";
import { dayMs, durationOf } from "@defender-mssp/errors/time";
import { derivedId } from "../cloud/identity";
import type { Json, StoredObject } from "../cloud/model";
import { hasEntraP2 } from "../cloud/switches";
import { propertiesOf, resourcesOfType, textAt } from "./access";
import { armErrors } from "./armErrors";
import { armName, armText, demandScope, ok, recordOf, type ArmRequest, type ResourceHandler } from "./handler";
import { keyOf } from "./resourceId";
import { atScope, definitionId, givenCondition, principalTypeOf, roleAssignments } from "./roleAssignments";
import { findRole, roleOfDefinition } from "./azureRoles";
import { addResource, azureResources, subscriptions } from "./subscriptions";

const authorization = "Microsoft.Authorization";
const requests = "RoleEligibilityScheduleRequests";
const schedules = "RoleEligibilitySchedules";
const instances = "RoleEligibilityScheduleInstances";

/** https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-resource-roles-configure-role-settings */
const longest = 365 * dayMs;

export const roleEligibilityHandlers: readonly ResourceHandler[] = [
  { ...reads("roleEligibilityScheduleRequests", ({ tenant }) => resourcesOfType(tenant, ofType(requests))), put },
  reads("roleEligibilitySchedules", currentEligibilities),
  reads("roleEligibilityScheduleInstances", (request) => currentEligibilities(request).flatMap(instance(request))),
];

function reads(name: string, items: (request: ArmRequest) => readonly StoredObject[]): ResourceHandler {
  const type = `${authorization}/${name}`;
  return {
    type,
    get(request) {
      demandLicence(request);
      const item = items(request).find(({ id }) => keyOf(id) === keyOf(request.path.id));
      if (item === undefined) throw armErrors.resourceNotFound(type, armName(request.path), request.path.resourceGroup);
      return ok(item);
    },
    list(request) {
      demandLicence(request);
      return ok({ value: atScope(request, items(request)) });
    },
    ...(roleAssignments.filter && { filter: roleAssignments.filter }),
  };
}

function put(request: ArmRequest) {
  demandScope(request);
  demandLicence(request);
  const { tenant, path, caller, cloud } = request;
  const sent = recordOf(request.body["properties"]);
  const requestType = armText(sent["requestType"]);
  const principalId = armText(sent["principalId"]).toLowerCase();
  const common = {
    scope: path.scope,
    roleDefinitionId: definitionId(request, armText(sent["roleDefinitionId"])),
    principalId,
    principalType: principalTypeOf(request, principalId, ""),
    ...givenCondition(sent),
  };
  const expandedProperties = expandedNames(request, common);
  const same = currentEligibilities(request).find((schedule) =>
    (["scope", "roleDefinitionId", "principalId"] as const).every(
      (name) => keyOf(textAt(schedule, name)) === keyOf(common[name]),
    ),
  );
  const isRemoval = requestType === "AdminRemove";
  if (!isRemoval && requestType !== "AdminAssign")
    throw armErrors.badRequest("InvalidRequestType", `The sandbox does not emulate the request type '${requestType}'.`);
  // The texts are those of Privileged Identity Management for groups and directory roles.
  if (isRemoval && same === undefined)
    throw armErrors.badRequest("RoleAssignmentDoesNotExist", "The Role assignment does not exist.");
  if (!isRemoval && same !== undefined)
    throw armErrors.badRequest("RoleAssignmentExists", "The Role assignment already exists.");
  const schedule = same ?? addSchedule(request, { ...common, expandedProperties });
  if (isRemoval) tenant.objects(azureResources).delete(keyOf(schedule.id));
  const asked: StoredObject = {
    properties: {
      targetRoleEligibilityScheduleId: armText(schedule["name"]),
      targetRoleEligibilityScheduleInstanceId: null,
      ...common,
      requestType,
      status: isRemoval ? "Revoked" : "Provisioned",
      approvalId: null,
      scheduleInfo: (sent["scheduleInfo"] ?? null) as Json,
      ticketInfo: (sent["ticketInfo"] ?? { ticketNumber: null, ticketSystem: null }) as Json,
      justification: armText(sent["justification"]) || null,
      requestorId: caller.objectId,
      createdOn: cloud.now().toISOString(),
      expandedProperties,
    },
    name: armName(path),
    id: path.id,
    type: ofType(requests),
  };
  addResource(tenant, asked);
  cloud.changed();
  return ok(asked, 201);
}

function addSchedule({ tenant, path, body, cloud }: ArmRequest, common: Readonly<Record<string, Json>>): StoredObject {
  const now = cloud.now().toISOString();
  const scheduleInfo = recordOf(recordOf(body["properties"])["scheduleInfo"]);
  const { duration, endDateTime } = recordOf(scheduleInfo["expiration"]);
  const startDateTime = armText(scheduleInfo["startDateTime"]) || now;
  const start = Date.parse(startDateTime);
  const end = Date.parse(armText(endDateTime)) || start + (durationOf(armText(duration)) ?? NaN);
  // hashicorp/terraform-provider-azurerm issue 22766.
  if (!(end - start <= longest))
    throw armErrors.badRequest(
      "RoleAssignmentRequestPolicyValidationFailed",
      'The following policy rules failed: ["ExpirationRule"]',
    );
  const name = randomUUID();
  const schedule: StoredObject = {
    properties: {
      ...common,
      status: "Provisioned",
      roleEligibilityScheduleRequestId: path.id,
      startDateTime,
      endDateTime: new Date(end).toISOString(),
      memberType: "Direct",
      createdOn: now,
      updatedOn: now,
    },
    name,
    id: `${path.scope}/providers/${ofType(schedules)}/${name}`,
    type: ofType(schedules),
  };
  addResource(tenant, schedule);
  return schedule;
}

/** What the IDs are called. */
function expandedNames(
  { tenant }: ArmRequest,
  given: Readonly<Record<"scope" | "roleDefinitionId" | "principalId" | "principalType", string>>,
): Json {
  const { scope, roleDefinitionId, principalId, principalType } = given;
  const [type = "", name = ""] = scope.split("/").slice(-2);
  const principal = ["users", "groups", "servicePrincipals"].flatMap(
    (set) => tenant.objects(set).get(principalId) ?? [],
  );
  return {
    scope: {
      id: scope,
      displayName: tenant.objects(subscriptions).get(name)?.["displayName"] ?? name,
      type: type.replace(/s$/, "").toLowerCase(),
    },
    roleDefinition: {
      id: roleDefinitionId,
      displayName: findRole(tenant, roleDefinitionId)?.name ?? null,
      type: roleOfDefinition(roleDefinitionId) === undefined ? "CustomRole" : "BuiltInRole",
    },
    principal: {
      id: principalId,
      displayName: principal[0]?.["displayName"] ?? null,
      email: principal[0]?.["mail"] ?? null,
      type: principalType,
    },
  };
}

function currentEligibilities({ tenant, cloud }: ArmRequest): StoredObject[] {
  return resourcesOfType(tenant, ofType(schedules)).filter(
    (schedule) => Date.parse(textAt(schedule, "endDateTime")) > cloud.now().getTime(),
  );
}

/** Of a schedule that has begun. */
function instance({ tenant, cloud }: ArmRequest): (schedule: StoredObject) => StoredObject[] {
  return (schedule) => {
    if (Date.parse(textAt(schedule, "startDateTime")) > cloud.now().getTime()) return [];
    const { roleEligibilityScheduleRequestId: _, updatedOn: __, ...shared } = propertiesOf(schedule);
    const properties = { ...shared, roleEligibilityScheduleId: schedule.id };
    const name = derivedId(tenant.id, `instance ${schedule.id}`);
    const id = `${textAt(schedule, "scope")}/providers/${ofType(instances)}/${name}`;
    return [{ properties, name, id, type: ofType(instances) }];
  };
}

function demandLicence({ tenant }: ArmRequest): void {
  if (hasEntraP2(tenant)) return;
  throw armErrors.badRequest(
    "AadPremiumLicenseRequired",
    "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
  );
}

function ofType(name: string): string {
  return `${authorization}/${name}`;
}
