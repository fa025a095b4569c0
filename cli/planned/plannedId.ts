/** The beginning of everything that only the tenant decides, in the resources of `plannedResources`. */
export const plannedId = "planned:";
