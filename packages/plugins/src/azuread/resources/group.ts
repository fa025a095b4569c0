/** https://www.pulumi.com/registry/packages/azuread/api-docs/group/ The official plugin uses Graph beta for groups. */
import { randomBytes } from "node:crypto";
import { boolean, set, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { notEmpty, resourceId, uuid } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import type { GraphOperation, GraphPatience } from "../graph";
import { alignReferences, idsOf, nullIfEmpty, readFrom, required, textAt } from "../mapping";
import { type AzureadResource, notReplicated, objectId } from "../types";

const atLeastOneOf = ["mail_enabled", "security_enabled"];

const properties: ResourceProperties = {
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  administrativeUnitIds: set("optional", { unsupported: true }),
  assignableToRole: boolean("optional", { graph: "isAssignableToRole", forceNew: true }),
  description: string("optional", { graph: "description" }),
  mailEnabled: boolean("optional", { graph: "mailEnabled", atLeastOneOf, unsupported: true }),
  members: set("optional or computed", { check: uuid, hashesString: true }),
  owners: set("optional or computed", { check: uuid, hashesString: true }),
  preventDuplicateNames: boolean("optional", { default: false }),
  securityEnabled: boolean("optional", { graph: "securityEnabled", atLeastOneOf }),
  types: set("optional", { graph: "groupTypes", forceNew: true, unsupported: true }),
  writebackEnabled: boolean("optional", { default: false, unsupported: true }),
  objectId: string("computed", { graph: "id" }),
};

const ownersUnknown: GraphPatience = {
  notFound: true,
  messages: [
    /One or more property values specified are invalid/,
    /does not exist or one of its queried reference-property objects are not present/,
  ],
};

export const group: AzureadResource = {
  name: "Group",
  terraform: "azuread_group",
  properties,
  schemaVersion: 1,
  minutes: { create: 30, read: 5, update: 30, delete: 5 },
  retriesNew: true,
  importId: resourceId("Group", "/groups/{groupId}"),
  validate(plan) {
    if (!plan.flag("assignableToRole") || plan.flag("securityEnabled")) return;
    throw new Error("`assignable_to_role` can only be `true` for security-enabled groups");
  },
  async create(plan, call, created) {
    await refuseDuplicate(plan, call);
    const caller = await call.callerId;
    // The caller first, so that a group is not orphaned where it may write its own ones only.
    const named = plan.texts("owners").sort((one, other) => Number(other === caller) - Number(one === caller));
    const owners = (named.length === 0 ? [caller] : named).map((id) => call.reference(id, "beta")["@odata.id"]);
    const body = { ...newGroup(plan), "owners@odata.bind": owners };
    const made = await call.post("/groups", body, "beta", ownersUnknown);
    const id = required(made.id, "object ID of the new group");
    created(`/groups/${id}`);
    await untilRenamed(id, plan.text("displayName"), call);
    for (const member of plan.texts("members")) {
      await call.post(`/groups/${id}/members/$ref`, call.reference(member, "beta"), "beta");
    }
  },
  async read(id, call, state) {
    const path = `/groups/${objectId(id)}`;
    const found = await call.find(path, "beta");
    if (found === undefined) return undefined;
    const owners = idsOf(await call.list(`${path}/owners`, "beta"));
    const members = idsOf(await call.list(`${path}/members`, "beta"));
    const memberOf = await call.list(`${path}/memberOf`, "beta");
    const units = memberOf.filter((one) => one["@odata.type"] === "#microsoft.graph.administrativeUnit");
    return {
      ...readFrom(properties, found),
      owners,
      members,
      administrativeUnitIds: idsOf(units),
      preventDuplicateNames: state.flag("preventDuplicateNames"),
    };
  },
  async update(id, plan, call) {
    const path = `/groups/${objectId(id)}`;
    await call.locked(objectId(id), async () => {
      await refuseDuplicate(plan, call, objectId(id));
      await call.patch(path, common(plan), "beta");
      if (plan.changed("owners")) await alignReferences(call, `${path}/owners`, plan.texts("owners"), "beta");
      if (!plan.changed("members")) return;
      await alignReferences(call, `${path}/members`, plan.texts("members"), "beta");
    });
  },
  async delete(id, call) {
    const path = `/groups/${objectId(id)}`;
    if ((await call.find(path, "beta")) === undefined) {
      throw new Error(`Retrieving Group (Group: "${objectId(id)}"): group was not found`);
    }
    await call.remove(`Group (Group: "${objectId(id)}")`, path, "beta");
  },
};

/** The official plugin renames a new group twice, and waits for the second name. */
async function untilRenamed(id: string, displayName: string, call: GraphOperation): Promise<void> {
  const path = `/groups/${id}`;
  if (!call.hasReplicas) return call.untilThere("group", path, "beta");
  const what = `Group (Group: "${id}")`;
  for (const name of ["TERRAFORM_UPDATE", displayName]) {
    await call.patch(path, { displayName: name }, "beta", { notFound: true }).catch((error: unknown) => {
      throw notReplicated(call, error, what);
    });
  }
  await call.poll(
    `update of \`display_name\` for ${what}`,
    async () => textAt((await call.find(path, "beta")) ?? {}, "displayName") === displayName,
  );
}

function newGroup(plan: Fields): Record<string, unknown> {
  return {
    ...common(plan),
    groupTypes: [],
    isAssignableToRole: plan.flag("assignableToRole"),
    mailNickname: randomNickname(),
    resourceBehaviorOptions: [],
    resourceProvisioningOptions: [],
  };
}

function common(plan: Fields): Record<string, unknown> {
  return {
    "@odata.type": odataType("groups"),
    description: nullIfEmpty(plan.text("description")),
    displayName: plan.text("displayName"),
    mailEnabled: false,
    membershipRule: null,
    securityEnabled: plan.flag("securityEnabled"),
  };
}

async function refuseDuplicate(plan: Fields, call: GraphOperation, own?: string): Promise<void> {
  if (!plan.flag("preventDuplicateNames")) return;
  const name = plan.text("displayName");
  const filter = encodeURIComponent(`displayName eq '${name}'`);
  const found = await call.list(`/groups?$filter=${filter}`, "beta");
  const other = found.find((one) => textAt(one, "displayName") === name && one.id !== own);
  if (other === undefined) return;
  throw new Error(
    `An existing "azuread_group" with name "${name}" (ID: "${other.id ?? ""}") was found and \`prevent_duplicate_names\` was specified. ` +
      "To be managed via Terraform, this resource needs to be imported into the State. " +
      'Please see the resource documentation for "azuread_group" for more information.',
  );
}

/** The portal's format for a security group: eight hexadecimal digits, a hyphen and one more. */
function randomNickname(): string {
  const digits = randomBytes(5).toString("hex");
  return `${digits.slice(0, 8)}-${digits.slice(8, 9)}`;
}
