/** https://www.pulumi.com/registry/packages/azuread/api-docs/directoryrole/ */
import { string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { notEmpty, resourceId, uuid } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import type { GraphOperation } from "../graph";
import { readFrom, required, sameText } from "../mapping";
import { type AzureadResource, objectId } from "../types";

const exactlyOneOf = ["display_name", "template_id"];

const properties: ResourceProperties = {
  displayName: string("optional or computed", {
    graph: "displayName",
    forceNew: true,
    exactlyOneOf,
    ignoresCase: true,
    check: notEmpty,
  }),
  templateId: string("optional or computed", { graph: "roleTemplateId", forceNew: true, exactlyOneOf, check: uuid }),
  description: string("computed", { graph: "description" }),
  objectId: string("computed", { graph: "id" }),
};

export const directoryRole: AzureadResource = {
  name: "DirectoryRole",
  terraform: "azuread_directory_role",
  properties,
  schemaVersion: 1,
  minutes: { create: 5, read: 5, delete: 5 },
  importId: resourceId("DirectoryRole", "/directoryRoles/{directoryRoleId}"),
  async create(plan, call, created) {
    const template = await templateId(plan, call);
    const filter = encodeURIComponent(`roleTemplateId eq '${template}'`);
    const [active] = (await call.findAll(`/directoryRoles?$filter=${filter}`)) ?? [];
    const body = { "@odata.type": odataType("directoryRoles"), roleTemplateId: template };
    const role = active ?? (await call.post("/directoryRoles", body));
    created(`/directoryRoles/${required(role.id, "ID of the directory role")}`);
  },
  async read(id, call) {
    const role = await call.find(`/directoryRoles/${objectId(id)}`);
    return role && readFrom(properties, role);
  },
  // An activated directory role cannot be deactivated.
  delete: () => Promise.resolve(),
};

async function templateId(plan: Fields, call: GraphOperation): Promise<string> {
  const name = plan.text("displayName");
  if (name !== "") {
    const templates = await call.list("/directoryRoleTemplates");
    const template = templates.find(({ displayName }) => sameText(displayName, name));
    if (template === undefined) throw new Error("no directory role template found");
    return required(template.id, "ID of the directory role template");
  }
  const id = plan.text("templateId");
  const template = await call.find(`/directoryRoleTemplates/${id}`);
  if (template === undefined) throw new Error(`no directory role template with object ID "${id}" was found`);
  return required(template.id, "ID of the directory role template");
}
