import * as pulumi from "@pulumi/pulumi";
import { dynamic, judgedType } from "../../domain/resourceTypes";
import type { DeployedResources } from "./deployedResources";

/** An object that existed before the stack. */
export interface AdoptedResource {
  /** Name of the resource: the last part of its URN. */
  readonly resource: string;
  /** ID of the object in the customer's tenant. */
  readonly id: string;
  /** Whether `destroy` deletes the object, or only removes it from the state. */
  readonly onDestroy: "keep" | "delete";
  /** `keep`: a group's members are not managed. */
  readonly members?: "keep" | "manage";
}

/** What the state has as the object's ID, by the names of the outputs that hold it. */
const idOutputs = ["objectId", "keyId", "id"] as const;

/**
 * A transformation for objects that were created by hand: the program leaves their names,
 * descriptions and marks as they are, and `destroy` keeps those with `onDestroy: "keep"` in the
 * tenant. It has no effect on a resource whose deployed object is another one: an object that the
 * program created in place of an adopted one is the program's own. What Entra would delete together
 * with an object that is kept is deleted by itself.
 *
 * @param adopted setting `adopted.objects`.
 * @param deployed the stack's resources: `await deployedResources()`.
 */
export function leaveAdopted(
  adopted: readonly AdoptedResource[],
  deployed: DeployedResources,
): pulumi.ResourceTransformation {
  if (adopted.length === 0) return () => undefined;
  // Few stacks have adopted objects: the table of kinds loads for them only.
  const { propertiesLeft } = require("./propertiesLeft") as typeof import("./propertiesLeft");
  const byName = new Map(adopted.map((one) => [one.resource, one]));
  const replaced = new Set(adopted.filter((one) => isAnother(one, deployed)).map(({ resource }) => resource));
  const isKept = (name: string) => byName.get(name)?.onDestroy === "keep" && !replaced.has(name);
  return ({ type, name, props, opts }) => {
    const found = replaced.has(name) || isCreatedAgain(props) ? undefined : byName.get(name);
    const ignored = found === undefined ? undefined : propertiesLeft(type);
    const { deletedWith, ...others }: pulumi.CustomResourceOptions = opts;
    const isOwnerKept = deletedWith !== undefined && isKept(pulumi.resourceName(deletedWith));
    const kept = isOwnerKept ? others : opts;
    if (found === undefined || ignored === undefined) return isOwnerKept ? { props, opts: kept } : undefined;
    const ignoreChanges = [...(opts.ignoreChanges ?? []), ...ignored, ...(found.members === "keep" ? ["members"] : [])];
    return { props, opts: { ...kept, ignoreChanges, retainOnDelete: found.onDestroy === "keep" } };
  };
}

function isAnother({ resource, id }: AdoptedResource, deployed: DeployedResources): boolean {
  const found = Object.entries(deployed).find(([urn]) => urn.endsWith(`::${resource}`));
  if (found === undefined) return false;
  if (isMarkedRule(found[1])) return true;
  const ids = idOutputs.map((name) => found[1].outputs[name]).filter((value) => typeof value === "string");
  return ids.length > 0 && !ids.some((value) => value.toLowerCase() === id.toLowerCase());
}

/** A detection rule that the program created in place of an adopted one has the same ID, and the stack's mark. */
function isMarkedRule({ type, outputs }: DeployedResources[string]): boolean {
  return judgedType(type) === dynamic("DetectionRule") && outputs["managedBy"] !== "";
}

/** A detection rule that somebody deleted is the stack's own from its creation on. */
function isCreatedAgain(props: Readonly<Record<string, unknown>>): boolean {
  return props["foundInTenant"] === "missing";
}
