/** https://www.pulumi.com/registry/packages/azuread/api-docs/accesspackage/ */
import type { Fields } from "../../schema/fields";
import { boolean, string, type ResourceProperties } from "../../schema/property";
import { notEmpty, uuid } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import { entitlementBase, plainId } from "../entitlements";
import type { GraphOperation } from "../graph";
import { readFrom, required } from "../mapping";
import type { AzureadResource } from "../types";

const base = `${entitlementBase}/accessPackages`;

const properties: ResourceProperties = {
  catalogId: string("required", { graph: "catalogId", forceNew: true, check: uuid }),
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  description: string("required", { graph: "description", check: notEmpty }),
  hidden: boolean("optional", { graph: "isHidden", default: false, unsupported: true }),
};

export const accessPackage: AzureadResource = {
  name: "AccessPackage",
  terraform: "azuread_access_package",
  properties,
  minutes: { create: 5, read: 5, update: 5, delete: 5 },
  importId: plainId,
  async create(plan, call, created) {
    const made = await call.post(base, await packageBody(plan, call), "beta");
    created(required(made.id, "ID of the new access package"));
  },
  async read(id, call) {
    const found = await call.find(`${base}/${id}`, "beta");
    return found && readFrom(properties, found);
  },
  async update(id, plan, call) {
    const body = await packageBody(plan, call);
    await call.locked(id, () => call.patch(`${base}/${id}`, body, "beta"));
  },
  delete: (id, call) => call.remove(`access package "${id}"`, `${base}/${id}`, "beta"),
};

/** With the whole catalog and without `catalogId`, as the official plugin sends it. */
async function packageBody(plan: Fields, call: GraphOperation): Promise<object> {
  const catalogId = plan.text("catalogId");
  return {
    "@odata.type": odataType("accessPackages"),
    accessPackageCatalog: await call.get(`${entitlementBase}/accessPackageCatalogs/${catalogId}`, "beta"),
    description: plan.text("description"),
    displayName: plan.text("displayName"),
    isHidden: plan.flag("hidden"),
  };
}
