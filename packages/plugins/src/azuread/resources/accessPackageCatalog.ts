/** https://www.pulumi.com/registry/packages/azuread/api-docs/accesspackagecatalog/ */
import type { Fields } from "../../schema/fields";
import { boolean, string, type ResourceProperties } from "../../schema/property";
import { notEmpty } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import { entitlementBase, plainId } from "../entitlements";
import { readFrom, required, sameText } from "../mapping";
import type { AzureadResource } from "../types";

const base = `${entitlementBase}/accessPackageCatalogs`;

const properties: ResourceProperties = {
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  description: string("required", { graph: "description", check: notEmpty }),
  externallyVisible: boolean("optional", { graph: "isExternallyVisible", default: true }),
  published: boolean("optional", { default: true }),
};

export const accessPackageCatalog: AzureadResource = {
  name: "AccessPackageCatalog",
  terraform: "azuread_access_package_catalog",
  properties,
  minutes: { create: 5, read: 5, update: 5, delete: 5 },
  importId: plainId,
  async create(plan, call, created) {
    const catalog = await call.post(base, catalogBody(plan), "beta");
    created(required(catalog.id, "ID of the new access package catalog"));
  },
  async read(id, call) {
    const catalog = await call.find(`${base}/${id}`, "beta");
    if (catalog === undefined) return undefined;
    return { ...readFrom(properties, catalog), published: sameText(catalog["catalogStatus"], "published") };
  },
  update: (id, plan, call) => call.locked(id, () => call.patch(`${base}/${id}`, catalogBody(plan), "beta")),
  delete: (id, call) => call.remove(`access package catalog "${id}"`, `${base}/${id}`, "beta"),
};

function catalogBody(plan: Fields): object {
  return {
    "@odata.type": odataType("accessPackageCatalogs"),
    catalogStatus: plan.flag("published") ? "published" : "unpublished",
    description: plan.text("description"),
    displayName: plan.text("displayName"),
    isExternallyVisible: plan.flag("externallyVisible"),
  };
}
