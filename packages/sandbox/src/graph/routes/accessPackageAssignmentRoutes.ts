/**
 * Assignments of access packages: beta, direct assignment and removal by an administrator. Requests
 * of users are not emulated.
 * https://learn.microsoft.com/graph/api/entitlementmanagement-post-accesspackageassignmentrequests?view=graph-rest-beta
 */
import { randomUUID } from "node:crypto";
import type { StoredObject } from "../../cloud/model";
import { createdEntity, list } from "../answers";
import { get } from "../directory";
import { contextName, createdStamp, entitlementPath } from "../entitlements";
import { refused } from "../graphErrors";
import { licensed } from "../licences";
import { innerOf, objectsIn, textIn, jsonText, type JsonObject } from "../json";
import { complete } from "../objects";
import { permissions } from "../permissions";
import { callBody, route, type RouteAnswer, type Call } from "../route";
import { checkCreate } from "../validate";

const versions = ["beta"] as const;
const assignments = "accessPackageAssignments";
const requests = "accessPackageAssignmentRequests";

export const accessPackageAssignmentRoutes = licensed("entitlementManagement", [
  route(
    "GET",
    `${entitlementPath}/${assignments}`,
    permissions.readEntitlements,
    (call) => list(call, assignments, call.tenant.objects(assignments).values(), contextName(assignments)),
    { versions },
  ),
  route("POST", `${entitlementPath}/${requests}`, permissions.writeEntitlements, ask, { versions }),
]);

function ask(call: Call): RouteAnswer {
  const { accessPackageAssignment = null, ...body } = callBody(call);
  const { values } = checkCreate(requests, body, call.version);
  if (values["requestType"] === "AdminRemove") {
    const { id } = get(call.tenant, assignments, jsonText(innerOf(accessPackageAssignment, "id")));
    call.tenant.objects(assignments).delete(id);
  } else {
    const assignment = assignmentFrom(call, (accessPackageAssignment ?? {}) as JsonObject);
    call.tenant.objects(assignments).set(assignment.id, assignment);
  }
  call.cloud.changed();
  const request = complete(requests, {
    ...values,
    createdDateTime: createdStamp(call)["createdDateTime"] ?? null,
    id: randomUUID(),
  });
  return createdEntity(call, requests, request, contextName(requests));
}

/** The connected organization of an address, by the tenant that has the domain. */
function organizationOf({ cloud, tenant }: Call, mail: string): string | undefined {
  const domain = mail.split("@").at(-1)?.toLowerCase() ?? "";
  const home = cloud.tenants().find((one) => one.objects("domains").has(domain));
  return [...tenant.objects("connectedOrganizations").values()].find((one) =>
    objectsIn(one["identitySources"]).some(
      (source) => source["domainName"] === domain || (home !== undefined && source["tenantId"] === home.id),
    ),
  )?.id;
}

/** The subject of an assignment to an existing user has the user's object ID. */
function assignmentFrom(call: Call, asked: JsonObject): StoredObject {
  const policy = get(call.tenant, "accessPackageAssignmentPolicies", jsonText(asked["assignmentPolicyId"]));
  const accessPackage = get(call.tenant, "accessPackages", jsonText(asked["accessPackageId"]));
  if (policy["accessPackageId"] !== accessPackage.id)
    throw refused("InvalidPolicy", "The policy is not one of the access package.");
  const user = get(call.tenant, "users", jsonText(asked["targetId"]));
  const subject = complete("accessPackageSubjects", {
    id: randomUUID(),
    objectId: user.id,
    displayName: user["displayName"] ?? null,
    email: user["mail"] ?? null,
    principalName: textIn(user["userPrincipalName"]) ?? null,
    type: "User",
    connectedOrganizationId: organizationOf(call, jsonText(user["mail"])) ?? null,
  });
  call.tenant.objects("accessPackageSubjects").set(subject.id, subject);
  const assignment = complete(assignments, {
    id: randomUUID(),
    accessPackageId: accessPackage.id,
    assignmentPolicyId: policy.id,
    targetId: subject.id,
    catalogId: accessPackage["catalogId"] ?? null,
  });
  call.tenant.links(`${assignments}.target`).set(assignment.id, [subject.id]);
  return assignment;
}
