/**
 * Organizations whose users may request access packages.
 * https://learn.microsoft.com/graph/api/resources/connectedorganization
 *
 * As the portal does, a second one of the same identity source is refused, and so is the deletion
 * of one that a policy names; the texts are the sandbox's own.
 */
import { isUuid } from "@defender-mssp/microsoft";
import type { Json, StoredObject } from "../../cloud/model";
import { contextName, createdStamp, modifiedStamp } from "../entitlements";
import { refused } from "../graphErrors";
import { licensed } from "../licences";
import { innerOf, objectsIn, jsonText, type JsonObject } from "../json";
import { permissions } from "../permissions";
import type { Call } from "../route";
import { entityRoutes } from "./entityRoutes";

const entitySet = "connectedOrganizations";

export const connectedOrganizationRoutes = licensed(
  "entitlementManagement",
  entityRoutes({
    entitySet,
    path: contextName(entitySet),
    read: permissions.readEntitlements,
    write: permissions.writeEntitlements,
    create,
    change: (call, values) => ({ ...values, ...modifiedStamp(call) }),
    remove,
  }),
);

function create(call: Call, values: JsonObject): JsonObject {
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
  return { ...values, ...createdStamp(call) };
}

function remove(call: Call, { id }: StoredObject): void {
  const using = [...call.tenant.objects("accessPackageAssignmentPolicies").values()].filter((policy) =>
    objectsIn(innerOf(policy["requestorSettings"], "allowedRequestors")).some((requestor) => requestor["id"] === id),
  );
  if (using.length > 0) {
    throw refused(
      "ConnectedOrganizationInUse",
      "The connected organization cannot be deleted because assignment policies refer to it.",
    );
  }
}

/** The identity source: a tenant or a domain. Refuses others. */
function sourceKey(source: Json | undefined): string {
  const tenantId = innerOf(source, "tenantId");
  const value = jsonText(tenantId ?? innerOf(source, "domainName")).toLowerCase();
  const isRight = tenantId === undefined ? /^[^\s.@/]+(\.[^\s.@/]+)+$/.test(value) : isUuid(value);
  if (!isRight) throw refused("InvalidIdentitySources", `The identity source '${value}' is not valid.`);
  return value;
}
