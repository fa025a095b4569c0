/** https://learn.microsoft.com/rest/api/resources/resource-groups and …/subscriptions */
import type { StoredObject, Tenant } from "../cloud/model";
import { armErrors } from "./armErrors";
import { resourcesOfType } from "./access";
import type { Condition } from "./filter";
import {
  existing,
  found,
  armName,
  ok,
  recordOf,
  tagsOf,
  armText,
  type ArmRequest,
  type ResourceHandler,
} from "./handler";
import { managingTenants } from "./managedServices";
import { started } from "./operations";
import { isWithin, keyOf } from "./resourceId";
import { addResource, azureResources, subscriptions } from "./subscriptions";
import { softDelete } from "./vaults";

const type = "Microsoft.Resources/resourceGroups";

export const resourceGroups: ResourceHandler = {
  type: "resourcegroups",
  action: "Microsoft.Resources/subscriptions/resourceGroups",
  put(request) {
    const { tenant, path, body } = request;
    const before = found(request);
    const location = normalized(armText(body["location"]));
    if (location === "")
      throw armErrors.badRequest("LocationRequired", "The location property is required for this definition.");
    if (!/^[-\w.()]{1,90}$/u.test(armName(path)) || armName(path).endsWith(".")) {
      throw armErrors.badRequest(
        "InvalidResourceGroup",
        `The provided resource group name '${armName(path)}' has invalid characters.`,
      );
    }
    if (before !== undefined && before["location"] !== location) {
      throw armErrors.conflict(
        "InvalidResourceGroupLocation",
        `Invalid resource group location '${location}'. The Resource group already exists in location '${armText(before["location"])}'.`,
      );
    }
    const group: StoredObject = {
      id: `/subscriptions/${path.subscriptionId}/resourceGroups/${armName(path)}`,
      name: armName(path),
      type,
      location,
      tags: tagsOf(body),
      properties: { provisioningState: "Succeeded" },
    };
    addResource(tenant, group);
    request.cloud.changed();
    return ok(group, before === undefined ? 201 : 200);
  },
  patch(request) {
    const group = existingGroup(request);
    const changed = { ...group, ...(request.body["tags"] === undefined ? {} : { tags: tagsOf(request.body) }) };
    addResource(request.tenant, changed);
    request.cloud.changed();
    return ok(changed);
  },
  get: (request) => ok(existingGroup(request)),
  list: ({ tenant, path, conditions }) =>
    ok({
      value: resourcesOfType(tenant, type).filter(
        (group) => isWithin(group.id, path.scope) && hasTag(group, conditions),
      ),
    }),
  filter: { names: ["tagName", "tagValue"], together: [["tagName", "tagValue"]] },
  delete(request) {
    const group = existingGroup(request);
    for (const resource of [...request.tenant.objects(azureResources).values()]) {
      if (isWithin(resource.id, group.id)) removeWithGroup(request, request.tenant, resource);
    }
    request.cloud.changed();
    return { status: 202, headers: started(request, "location") };
  },
};

export const subscriptionHandler: ResourceHandler = {
  type: "subscriptions",
  action: "Microsoft.Resources/subscriptions",
  get: ({ tenant, path }) => ok(subscriptionBody(tenant, path.subscriptionId)),
};

/** A subscription as the resource manager answers it. */
export function subscriptionBody(tenant: Tenant, subscriptionId: string): Record<string, unknown> {
  const subscription = tenant.objects(subscriptions).get(subscriptionId);
  return {
    id: `/subscriptions/${subscriptionId}`,
    subscriptionId,
    tenantId: tenant.id,
    displayName: subscription?.["displayName"] ?? subscriptionId,
    state: subscription?.["state"] ?? "Enabled",
    authorizationSource: "RoleBased",
    managedByTenants: managingTenants(tenant, subscriptionId).map((tenantId) => ({ tenantId })),
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "PayAsYouGo_2014-09-01",
      spendingLimit: "Off",
    },
  };
}

/** Whether a resource has the tag that the conditions `tagName` and `tagValue` ask for. */
export function hasTag(resource: StoredObject, conditions: readonly Condition[]): boolean {
  const asked = (name: string) => conditions.find((condition) => condition.name === name)?.value;
  const [name, value] = [asked("tagName"), asked("tagValue")];
  return (
    Object.entries(recordOf(resource["tags"])).some(
      (tag) =>
        (name === undefined || tag[0].toLowerCase() === name.toLowerCase()) &&
        (value === undefined || tag[1] === value),
    ) ||
    (name === undefined && value === undefined)
  );
}

function existingGroup(request: ArmRequest): StoredObject {
  if (found(request) === undefined) throw armErrors.resourceGroupNotFound(armName(request.path));
  return existing(request, type);
}

/** Vaults can be recovered after the deletion of their group and are kept with their secrets. */
function removeWithGroup(request: ArmRequest, tenant: Tenant, resource: StoredObject): void {
  if (resource["type"] === "Microsoft.KeyVault/vaults") softDelete(request.cloud, tenant, resource);
  else tenant.objects(azureResources).delete(keyOf(resource.id));
}

/** "West Europe" is "westeurope". */
export function normalized(location: string): string {
  return location.replaceAll(" ", "").toLowerCase();
}
