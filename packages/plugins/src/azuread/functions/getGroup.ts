/** https://www.pulumi.com/registry/packages/azuread/api-docs/getgroup/ */
import { boolean, list, objects, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { notEmpty, uuid } from "../../schema/validators";
import type { GraphOperation, GraphEntity } from "../graph";
import { dynamicMembership, groupComputed, unifiedProperties, writeback } from "../groups";
import { idsOf, readFrom, required } from "../mapping";
import type { AzureadFunction } from "../types";

const exactlyOneOf = ["display_name", "object_id", "mail_nickname"];

const properties: ResourceProperties = {
  displayName: string("optional or computed", { graph: "displayName", exactlyOneOf, check: notEmpty }),
  mailNickname: string("optional or computed", { graph: "mailNickname", exactlyOneOf }),
  objectId: string("optional or computed", { graph: "id", exactlyOneOf, check: uuid }),
  includeTransitiveMembers: boolean("optional"),
  mailEnabled: boolean("optional or computed", { graph: "mailEnabled" }),
  securityEnabled: boolean("optional or computed", { graph: "securityEnabled" }),
  assignableToRole: boolean("computed", { graph: "isAssignableToRole" }),
  autoSubscribeNewMembers: boolean("computed"),
  behaviors: list("computed", { graph: "resourceBehaviorOptions" }),
  description: string("computed", { graph: "description" }),
  dynamicMemberships: objects("computed", { enabled: boolean("computed"), rule: string("computed") }),
  externalSendersAllowed: boolean("computed"),
  hideFromAddressLists: boolean("computed"),
  hideFromOutlookClients: boolean("computed"),
  ...groupComputed,
  members: list("computed"),
  onpremisesGroupType: string("computed"),
  owners: list("computed"),
  provisioningOptions: list("computed", { graph: "resourceProvisioningOptions" }),
  theme: string("computed", { graph: "theme" }),
  types: list("computed", { graph: "groupTypes" }),
  visibility: string("computed", { graph: "visibility" }),
  writebackEnabled: boolean("computed"),
};

export const getGroup: AzureadFunction = {
  name: "getGroup",
  terraform: "azuread_group",
  properties,
  async invoke(args, call) {
    const found = await findGroup(args, call);
    const id = required(found.id, "object ID of the group");
    const members = args.flag("includeTransitiveMembers") ? "transitiveMembers" : "members";
    return {
      id: `/groups/${id}`,
      values: {
        ...readFrom(properties, found),
        ...(await unifiedProperties(call, found)),
        ...writeback(found),
        // As the official plugin: one block for each group without a rule.
        dynamicMemberships: "membershipRule" in found ? [dynamicMembership(found) ?? { enabled: true, rule: "" }] : [],
        members: idsOf(await call.list(`/groups/${id}/${members}`, "beta")),
        owners: idsOf(await call.list(`/groups/${id}/owners`, "beta")),
      },
    };
  },
};

async function findGroup(args: Fields, call: GraphOperation): Promise<GraphEntity> {
  if (args.has("objectId")) return groupById(args, call);
  const name = args.has("displayName") ? "displayName" : "mailNickname";
  const switches = ["mailEnabled", "securityEnabled"].filter((one) => args.isSet(one));
  const filter = [`${name} eq '${args.text(name)}'`, ...switches.map((one) => `${one} eq ${args.flag(one)}`)].join(
    " and ",
  );
  const found = await call.list(`/groups?$filter=${encodeURIComponent(filter)}`, "beta");
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const path = name === "displayName" ? "display_name" : "mail_nickname";
  const count = found.length === 0 ? "No group" : "More than one group";
  throw new Error(`[${path}] ${count} found matching specified filter (${filter})`);
}

async function groupById(args: Fields, call: GraphOperation): Promise<GraphEntity> {
  const id = args.text("objectId");
  const found = await call.find(`/groups/${id}`, "beta");
  if (found === undefined) throw new Error(`[object_id] No group found with object ID: "${id}"`);
  for (const [name, terraform] of [
    ["mailEnabled", "mail_enabled"],
    ["securityEnabled", "security_enabled"],
  ] as const) {
    const actual = found[name] === true;
    if (!args.isSet(name) || actual === args.flag(name)) continue;
    throw new Error(
      `[${terraform}] Group with object ID "${id}" does not have the specified ${terraform} setting ` +
        `(expected: ${args.flag(name)}, actual: ${actual})`,
    );
  }
  return found;
}
