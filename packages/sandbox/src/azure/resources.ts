/**
 * The resources of a subscription or a resource group:
 * https://learn.microsoft.com/rest/api/resources/resources/list. `az keyvault list` asks it.
 */
import type { StoredObject } from "../cloud/model";
import type { Condition } from "./filter";
import { ok, armText, type ResourceHandler } from "./handler";
import { hasTag, normalized } from "./resourceGroups";
import { isWithin, resourcePath } from "./resourceId";
import { azureResources } from "./subscriptions";

/** Extensions of other resources, their parts, and resource groups: the list has none of them. */
const isListed = ({ id, type }: StoredObject): boolean =>
  armText(type).split("/").length === 2 &&
  !/^Microsoft\.(Authorization|ManagedServices|Resources)\//.test(armText(type)) &&
  resourcePath(id)?.resourceGroup !== undefined;

export const resources: ResourceHandler = {
  type: "subscriptions/resources",
  action: "Microsoft.Resources/subscriptions/resources",
  list: ({ tenant, path, conditions }) =>
    ok({
      value: [...tenant.objects(azureResources).values()]
        .filter((resource) => isListed(resource) && isWithin(resource.id, path.scope.replace(/\/resources$/i, "")))
        .filter(
          (resource) => hasTag(resource, conditions) && conditions.every((condition) => holds(resource, condition)),
        )
        .map(({ id, name, type, location, tags = {} }) => ({ id, name, type, location, tags })),
    }),
  filter: {
    emptyIsNone: true,
    names: ["resourceType", "name", "resourceGroup", "location", "tagName", "tagValue"],
    // Tags are asked alone: the service combines them with nothing.
    together: [
      ["resourceType", "name", "resourceGroup", "location"],
      ["tagName", "tagValue"],
    ],
  },
};

export const resourcesOfGroup: ResourceHandler = { ...resources, type: "subscriptions/resourceGroups/resources" };

function holds(resource: StoredObject, { name, value }: Condition): boolean {
  const asked = value.toLowerCase();
  switch (name) {
    case "resourceType":
      return armText(resource["type"]).toLowerCase() === asked;
    case "name":
      return armText(resource["name"]).toLowerCase() === asked;
    case "resourceGroup":
      return resourcePath(resource.id)?.resourceGroup?.toLowerCase() === asked;
    case "location":
      return armText(resource["location"]) === normalized(value);
    default:
      return true;
  }
}
