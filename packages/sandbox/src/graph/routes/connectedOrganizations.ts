/**
 * Organizations whose users may request access packages.
 * https://learn.microsoft.com/graph/api/resources/connectedorganization
 *
 * As the portal does, a second one of the same identity source is refused, and so is the deletion
 * of one that a policy names; the texts are the sandbox's own.
 */
import { isUuid } from "@defender-mssp/microsoft";
import { randomUUID } from "node:crypto";
import type { Json, StoredObject } from "../../cloud/model";
import { createdEntity, entity, list } from "../answers";
import { get } from "../directory";
import { contextName, createdStamp, entitlementPath, modified } from "../entitlements";
import { refused } from "../errors";
import { licensed } from "../licences";
import { innerOf, objectsIn, jsonText } from "../json";
import { complete, update } from "../objects";
import { permissions } from "../permissions";
import { callBody, bothVersions, noContent, parameter, type RouteAnswer, type Call } from "../route";
import { checkCreate, checkUpdate } from "../validate";

const entitySet = "connectedOrganizations";
const path = `${entitlementPath}/connectedOrganizations`;
const versions = bothVersions;
const read = permissions.readEntitlements;
const write = permissions.writeEntitlements;

export const connectedOrganizationRoutes = licensed("entitlementManagement", [
  {
    method: "GET",
    path,
    versions,
    permissions: read,
    handle: (call) => list(call, entitySet, call.tenant.objects(entitySet).values(), contextName(entitySet)),
  },
  { method: "POST", path, versions, permissions: write, handle: create },
  {
    method: "GET",
    path: `${path}/{id}`,
    versions,
    permissions: read,
    handle: (call) => entity(call, entitySet, subject(call), contextName(entitySet)),
  },
  { method: "PATCH", path: `${path}/{id}`, versions, permissions: write, handle: patch },
  { method: "DELETE", path: `${path}/{id}`, versions, permissions: write, handle: remove },
]);

function subject(call: Call): StoredObject {
  return get(call.tenant, entitySet, parameter(call, "id"));
}

function create(call: Call): RouteAnswer {
  const { values } = checkCreate(entitySet, callBody(call), call.version);
  const sources = objectsIn(values["identitySources"]);
  if (sources.length !== 1) throw refused("InvalidIdentitySources", "Exactly one identity source must be given.");
  const key = sourceKey(sources[0]);
  const twin = [...call.tenant.objects(entitySet).values()].find((other) =>
    objectsIn(other["identitySources"]).some((source) => sourceKey(source) === key),
  );
  if (twin !== undefined) {
    throw refused(
      "ConnectedOrganizationExists",
      `A connected organization with this identity source exists: ${twin.id}.`,
    );
  }
  const organization = complete(entitySet, { ...values, ...createdStamp(call), id: randomUUID() });
  call.tenant.objects(entitySet).set(organization.id, organization);
  call.cloud.changed();
  return createdEntity(call, entitySet, organization, contextName(entitySet));
}

function patch(call: Call): RouteAnswer {
  const organization = subject(call);
  const { values } = checkUpdate(entitySet, callBody(call), call.version);
  update(entitySet, organization, values);
  modified(call, organization);
  call.cloud.changed();
  return noContent;
}

function remove(call: Call): RouteAnswer {
  const { id } = subject(call);
  const using = [...call.tenant.objects("accessPackageAssignmentPolicies").values()].filter((policy) =>
    objectsIn(innerOf(policy["requestorSettings"], "allowedRequestors")).some((requestor) => requestor["id"] === id),
  );
  if (using.length > 0) {
    throw refused(
      "ConnectedOrganizationInUse",
      "The connected organization cannot be deleted because assignment policies refer to it.",
    );
  }
  call.tenant.objects(entitySet).delete(id);
  call.cloud.changed();
  return noContent;
}

/** The identity source: a tenant or a domain. Refuses others. */
function sourceKey(source: Json | undefined): string {
  const tenantId = innerOf(source, "tenantId");
  const value = jsonText(tenantId ?? innerOf(source, "domainName")).toLowerCase();
  const isRight = tenantId === undefined ? /^[^\s.@/]+(\.[^\s.@/]+)+$/.test(value) : isUuid(value);
  if (!isRight) throw refused("InvalidIdentitySources", `The identity source '${value}' is not valid.`);
  return value;
}
