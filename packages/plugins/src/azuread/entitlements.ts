/**
 * Shared by the resources of entitlement management. The official plugin uses Graph beta for all of
 * them.
 */
import { isUuid } from "@defender-mssp/microsoft";
import { type Value, valueText } from "../protocol/values";
import {
  type GraphForm,
  type ResourceProperties,
  type ResourceProperty,
  type ValueCheck,
  boolean,
  objects,
  string,
} from "../schema/property";
import { oneOfInAnyCase } from "../schema/validators";
import type { GraphOperation, GraphEntity } from "./graph";
import { textAt } from "./mapping";

export const entitlementBase = "/identityGovernance/entitlementManagement";

/** For objects whose ID is a UUID. */
export const plainId: ValueCheck = (value) => {
  if (typeof value !== "string" || isUuid(value)) return undefined;
  const problem = value.length === 36 ? "uuid is improperly formatted" : "uuid string is wrong length";
  return `specified ID (${JSON.stringify(value)}) is not valid: ${problem}`;
};

/** `<catalog ID>/<origin ID>`, or the error of an ID. */
export function catalogAssociationId(id: string): { catalog: string; origin: string } | { problem: string } {
  const [catalog = "", ...rest] = id.split("/");
  if (rest.length === 0) return { problem: `ID should be in the format {catalogId}/{originId} - but got "${id}"` };
  const origin = rest.join("/");
  for (const [index, part] of [catalog, origin].entries()) {
    if (!isUuid(part)) return { problem: `specified ID segment #${index} ("${part}") is not a valid UUID` };
  }
  return { catalog, origin };
}

/** A catalog's resources of one origin. */
export function catalogResources(
  call: GraphOperation,
  catalog: string,
  filter: string,
): Promise<GraphEntity[] | undefined> {
  const path = `${entitlementBase}/accessPackageCatalogs/${catalog}/accessPackageResources`;
  return call.findAll(`${path}?$filter=${encodeURIComponent(filter)}`, "beta");
}

/** A set of users, as a program gives it. */
const userSetFields: ResourceProperties = {
  backup: boolean("optional"),
  objectId: string("optional"),
  subjectType: string("required", {
    ignoresCase: true,
    check: oneOfInAnyCase(
      "ConnectedOrganizationMembers",
      "ExternalSponsors",
      "GroupMembers",
      "InternalSponsors",
      "RequestorManager",
      "SingleUser",
      "TargetUserSponsors",
    ),
  }),
};

const typesWithId = ["ConnectedOrganizationMembers", "GroupMembers", "SingleUser"];

/** Sets of users: Graph has their kind as the type. */
const userSetForm: GraphForm = {
  send: (plan, name) =>
    plan.blocks(name).map((set) => {
      const type = withCapital(set.text("subjectType"));
      return {
        "@odata.type": `#microsoft.graph.${type.charAt(0).toLowerCase()}${type.slice(1)}`,
        ...(typesWithId.includes(type) ? { id: set.text("objectId") } : {}),
        isBackup: set.flag("backup"),
      };
    }),
  read: (value) =>
    ((value ?? []) as GraphEntity[]).map((set) => ({
      backup: set["isBackup"] === true,
      objectId: textAt(set, "id"),
      subjectType: withCapital(valueText(set["@odata.type"] as Value).replace("#microsoft.graph.", "")),
    })),
};

/** @param graph the path in Graph's JSON; `terraform` Terraform's name */
export function userSets(graph: string, terraform?: string): ResourceProperty {
  return objects("optional", userSetFields, { graph, terraform, graphForm: userSetForm });
}

function withCapital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
