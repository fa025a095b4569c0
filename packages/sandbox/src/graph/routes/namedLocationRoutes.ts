/**
 * Named locations of Conditional Access. None is evaluated: What If takes no notice of them.
 * https://learn.microsoft.com/graph/api/resources/namedlocation
 */
import { wholeSeconds } from "../identifiers";
import { permissions } from "../permissions";
import { alone, entityRoutes } from "./entityRoutes";

export const namedLocationRoutes = entityRoutes({
  entitySet: "namedLocations",
  derived: ["ipNamedLocations", "countryNamedLocations"],
  versions: ["v1.0"],
  read: permissions.readPolicies,
  write: permissions.writeConditionalAccess,
  licence: "conditionalAccess",
  create: ({ cloud }, values) => {
    const now = wholeSeconds(cloud.now());
    return { ...values, createdDateTime: now, modifiedDateTime: now };
  },
  change: ({ cloud }, values) => ({ ...values, modifiedDateTime: wholeSeconds(cloud.now()) }),
  remove: alone,
});
