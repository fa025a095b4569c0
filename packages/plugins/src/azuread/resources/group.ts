/** https://www.pulumi.com/registry/packages/azuread/api-docs/group/ */
import { randomBytes } from "node:crypto";
import { boolean, object, set, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import type { ValueRecord } from "../../protocol/values";
import { lengthBetween, mailNickname, notEmpty, oneOf, resourceId, uuid } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import type { GraphOperation, GraphEntity, Patience } from "../graph";
import { dynamicMembership, groupComputed, unifiedOnly, unifiedProperties, writeback } from "../groups";
import { alignReferences, idsOf, nullIfEmpty, readFrom, required, sameText, textAt } from "../mapping";
import { type AzureadResource, duplicateName, objectId, renamedTwice } from "../types";

const atLeastOneOf = ["mail_enabled", "security_enabled"];
const themes = ["", "Blue", "Green", "Orange", "Pink", "Purple", "Red", "Teal"];
const behaviors = [
  "AllowOnlyMembersToPost",
  "CalendarMemberReadOnly",
  "ConnectorsDisabled",
  "HideGroupInOutlook",
  "SkipExchangeInstantOn",
  "SubscribeMembersToCalendarEventsDisabled",
  "SubscribeNewGroupMembers",
  "WelcomeEmailDisabled",
];
const onPremisesTypes = ["UniversalDistributionGroup", "UniversalMailEnabledSecurityGroup", "UniversalSecurityGroup"];
const hiddenMembership = "Hiddenmembership";

const properties: ResourceProperties = {
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  administrativeUnitIds: set("optional", { check: uuid, unsupported: true }),
  assignableToRole: boolean("optional", { graph: "isAssignableToRole", forceNew: true }),
  autoSubscribeNewMembers: boolean("optional or computed"),
  behaviors: set("optional", { graph: "resourceBehaviorOptions", forceNew: true, check: oneOf(...behaviors) }),
  description: string("optional", { graph: "description" }),
  dynamicMembership: object(
    "optional",
    { enabled: boolean("required"), rule: string("required", { check: lengthBetween(0, 3072) }) },
    { conflictsWith: ["members"] },
  ),
  externalSendersAllowed: boolean("optional or computed"),
  hideFromAddressLists: boolean("optional or computed"),
  hideFromOutlookClients: boolean("optional or computed"),
  mailEnabled: boolean("optional", { graph: "mailEnabled", atLeastOneOf }),
  mailNickname: string("optional or computed", { graph: "mailNickname", forceNew: true, check: mailNickname }),
  members: set("optional or computed", { conflictsWith: ["dynamic_membership"], check: uuid, hashesString: true }),
  onpremisesGroupType: string("optional or computed", { check: oneOf(...onPremisesTypes) }),
  owners: set("optional or computed", { maximumItems: 100, check: uuid, hashesString: true }),
  preventDuplicateNames: boolean("optional", { default: false }),
  provisioningOptions: set("optional", {
    graph: "resourceProvisioningOptions",
    forceNew: true,
    check: oneOf("Team"),
  }),
  securityEnabled: boolean("optional", { graph: "securityEnabled", atLeastOneOf }),
  theme: string("optional", { graph: "theme", check: oneOf(...themes) }),
  types: set("optional", { graph: "groupTypes", forceNew: true, check: oneOf("DynamicMembership", "Unified") }),
  visibility: string("optional or computed", {
    graph: "visibility",
    check: oneOf(hiddenMembership, "Private", "Public"),
  }),
  writebackEnabled: boolean("optional", { default: false }),
  objectId: string("computed", { graph: "id" }),
  ...groupComputed,
};

const ownersUnknown: Patience = {
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
  validate,
  replaces(before, plan) {
    // Hidden membership can only be set at the creation.
    const wasVisible = before.visibility === "Private" || before.visibility === "Public";
    return wasVisible && plan.text("visibility") === hiddenMembership ? ["visibility"] : [];
  },
  async create(plan, call, created) {
    const displayName = plan.text("displayName");
    if (plan.flag("preventDuplicateNames")) {
      const [existing] = await groupsNamed(call, displayName);
      if (existing !== undefined) throw duplicateName("azuread_group", existing.id ?? "", displayName);
    }
    const { first, extra } = await owners(plan, call);
    const made = await postGroup(plan, call, first);
    const id = required(made.id, "object ID of the new group");
    created(`/groups/${id}`);
    await untilRenamed(id, displayName, call);
    await writeUnified(id, plan, call, (name) => plan.isSet(name));
    for (const owner of extra) await call.post(`/groups/${id}/owners/$ref`, call.reference(owner, "beta"), "beta");
    for (const member of plan.texts("members")) {
      await call.post(`/groups/${id}/members/$ref`, call.reference(member, "beta"), "beta");
    }
  },
  async read(id, call, state) {
    const path = `/groups/${objectId(id)}`;
    const found = await call.find(path, "beta");
    if (found === undefined) return undefined;
    const unified = await unifiedProperties(call, found);
    const currentOwners = idsOf(await call.list(`${path}/owners`, "beta"));
    const members = idsOf(await call.list(`${path}/members`, "beta"));
    const memberOf = await call.list(`${path}/memberOf`, "beta");
    const units = memberOf.filter((one) => one["@odata.type"] === "#microsoft.graph.administrativeUnit");
    return {
      ...readFrom(properties, found),
      ...unified,
      ...writeback(found),
      dynamicMembership: dynamicMembership(found) ?? null,
      owners: currentOwners,
      members,
      administrativeUnitIds: idsOf(units),
      preventDuplicateNames: state.flag("preventDuplicateNames"),
    };
  },
  async update(id, plan, call) {
    const path = `/groups/${objectId(id)}`;
    await call.locked(objectId(id), async () => {
      const displayName = plan.text("displayName");
      if (plan.flag("preventDuplicateNames")) {
        const other = (await groupsNamed(call, displayName)).find((one) => one.id !== objectId(id));
        if (other !== undefined) throw duplicateName("azuread_group", other.id ?? "", displayName);
      }
      await call.patch(path, changesFor(plan), "beta");
      await writeUnified(objectId(id), plan, call, (name) => plan.changed(name));
      if (plan.changed("members")) {
        await alignReferences(call, `${path}/members`, plan.texts("members"), "remove first", "beta");
      }
      if (plan.has("owners") && plan.changed("owners")) {
        await alignReferences(call, `${path}/owners`, plan.texts("owners"), "add first", "beta");
      }
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
  await renamedTwice(call, path, displayName, { what, version: "beta", patience: { notFound: true } });
  await call.poll(
    `update of \`display_name\` for ${what}`,
    async () => textAt((await call.find(path, "beta")) ?? {}, "displayName") === displayName,
  );
}

/** Rules between properties, with the official plugin's messages. */
function validate(plan: Fields): void {
  const types = plan.texts("types");
  const isUnified = types.includes("Unified");
  if (types.includes("DynamicMembership") && !plan.isSet("dynamicMembership")) {
    throw new Error('`dynamic_membership` must be specified when `types` contains "DynamicMembership"');
  }
  if (plan.flag("mailEnabled") && !isUnified) {
    throw new Error('`types` must contain "Unified" for mail-enabled groups');
  }
  if (!plan.flag("mailEnabled") && isUnified) throw new Error("`mail_enabled` must be true for unified groups");
  if (plan.flag("mailEnabled") && plan.text("mailNickname") === "") {
    throw new Error("`mail_nickname` is required for mail-enabled groups");
  }
  if (plan.flag("assignableToRole") && !plan.flag("securityEnabled")) {
    throw new Error("`assignable_to_role` can only be `true` for security-enabled groups");
  }
  if (isUnified) return;
  const forUnifiedOnly: Readonly<Record<string, string>> = {
    autoSubscribeNewMembers: "auto_subscribe_new_members",
    behaviors: "behaviors",
    externalSendersAllowed: "external_senders_allowed",
    hideFromAddressLists: "hide_from_address_lists",
    hideFromOutlookClients: "hide_from_outlook_clients",
    provisioningOptions: "provisioning_options",
    theme: "theme",
  };
  for (const [name, terraform] of Object.entries(forUnifiedOnly)) {
    if (plan.has(name)) throw new Error(`\`${terraform}\` is only supported for unified groups`);
  }
  if (plan.text("visibility") === hiddenMembership) {
    throw new Error(`\`visibility\` can only be "${hiddenMembership}" for unified groups`);
  }
}

/**
 * The first 20 owners, the caller in front, then users, service principals and groups; without any:
 * the caller.
 */
async function owners(plan: Fields, call: GraphOperation): Promise<{ first: string[]; extra: string[] }> {
  const caller = await call.callerId;
  const wanted = plan.texts("owners");
  const others = wanted.filter((owner) => !sameText(owner, caller));
  const ordered = wanted.length > others.length ? [caller] : [];
  const types = new Map<string, unknown>();
  for (const owner of others) types.set(owner, (await call.get(`/directoryObjects/${owner}`))["@odata.type"]);
  for (const entitySet of ["users", "servicePrincipals", "groups"] as const) {
    ordered.push(...others.filter((owner) => types.get(owner) === odataType(entitySet)));
  }
  const all = ordered.length === 0 ? [caller] : ordered;
  return { first: all.slice(0, 20), extra: all.slice(20) };
}

async function postGroup(plan: Fields, call: GraphOperation, first: readonly string[]): Promise<GraphEntity> {
  const bind = (ids: readonly string[]) =>
    ids.length === 0 ? {} : { "owners@odata.bind": ids.map((id) => call.reference(id, "beta")["@odata.id"]) };
  const body = newGroup(plan);
  try {
    return await call.post("/groups", { ...body, ...bind(first) }, "beta", ownersUnknown);
  } catch (error) {
    const failure = call.serviceError(error);
    const isDuplicate = failure?.message.includes("Request contains a property with duplicate values");
    const caller = await call.callerId;
    const withoutCaller = first.filter((owner) => !sameText(owner, caller));
    if (!isDuplicate || failure?.status !== 400 || withoutCaller.length === first.length) throw error;
    // Graph adds the caller by itself and refuses it in the request.
    return call.post("/groups", { ...body, ...bind(withoutCaller) }, "beta");
  }
}

function newGroup(plan: Fields): Record<string, unknown> {
  return {
    ...common(plan),
    groupTypes: plan.texts("types"),
    isAssignableToRole: plan.flag("assignableToRole"),
    mailNickname: plan.text("mailNickname") || randomNickname(),
    resourceBehaviorOptions: plan.texts("behaviors"),
    resourceProvisioningOptions: plan.texts("provisioningOptions"),
    ...(plan.flag("writebackEnabled") ? { writebackConfiguration: writebackConfiguration(plan) } : {}),
    ...(plan.has("visibility") ? { visibility: plan.text("visibility") } : {}),
  };
}

function changesFor(plan: Fields): object {
  const writesBack = plan.changed("writebackEnabled") || plan.changed("onpremisesGroupType");
  return {
    ...common(plan),
    ...(writesBack ? { writebackConfiguration: writebackConfiguration(plan) } : {}),
    ...(plan.changed("visibility") ? { visibility: plan.text("visibility") } : {}),
  };
}

function common(plan: Fields): Record<string, unknown> {
  const dynamic = plan.block("dynamicMembership");
  return {
    "@odata.type": odataType("groups"),
    description: nullIfEmpty(plan.text("description")),
    displayName: plan.text("displayName"),
    mailEnabled: plan.flag("mailEnabled"),
    membershipRule: plan.isSet("dynamicMembership") ? dynamic.text("rule") : null,
    securityEnabled: plan.flag("securityEnabled"),
    ...(plan.isSet("dynamicMembership")
      ? { membershipRuleProcessingState: dynamic.flag("enabled") ? "On" : "Paused" }
      : {}),
    ...(plan.has("theme") ? { theme: plan.text("theme") } : {}),
  };
}

function writebackConfiguration(plan: Fields): ValueRecord {
  const type = plan.text("onpremisesGroupType");
  return { isEnabled: plan.flag("writebackEnabled"), ...(type === "" ? {} : { onPremisesGroupType: type }) };
}

/** Each in a request of its own: Graph refuses them together. */
async function writeUnified(
  id: string,
  plan: Fields,
  call: GraphOperation,
  isWanted: (name: string) => boolean,
): Promise<void> {
  if (!plan.texts("types").includes("Unified")) return;
  for (const [name, graph] of Object.entries(unifiedOnly)) {
    if (isWanted(name)) await call.patch(`/groups/${id}`, { [graph]: plan.flag(name) }, "beta");
  }
}

async function groupsNamed(call: GraphOperation, displayName: string): Promise<GraphEntity[]> {
  const filter = encodeURIComponent(`displayName eq '${displayName}'`);
  const found = await call.list(`/groups?$filter=${filter}`, "beta");
  return found.filter((one) => textAt(one, "displayName") === displayName);
}

/** The portal's format for a security group: eight hexadecimal digits, a hyphen and one more. */
function randomNickname(): string {
  const digits = randomBytes(5).toString("hex");
  return `${digits.slice(0, 8)}-${digits.slice(8, 9)}`;
}
