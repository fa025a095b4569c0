/** https://www.pulumi.com/registry/packages/azuread/api-docs/getapplication/ */
import { boolean, list, string, type ResourceProperties } from "../../schema/property";
import { notEmpty } from "../../schema/validators";
import { idsOf, readFrom, required } from "../mapping";
import type { AzureadFunction } from "../types";

const properties: ResourceProperties = {
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  clientId: string("optional or computed", { graph: "appId", unsupported: true }),
  objectId: string("optional or computed", { graph: "id", unsupported: true }),
  oauth2PostResponseRequired: boolean("computed"),
  owners: list("computed"),
};

export const getApplication: AzureadFunction = {
  name: "getApplication",
  terraform: "azuread_application",
  properties,
  async invoke(args, call) {
    const filter = `displayName eq '${args.text("displayName")}'`;
    const found = await call.list(`/applications?$filter=${encodeURIComponent(filter)}`);
    const [only] = found;
    if (only === undefined) {
      throw new Error(`Application not found: no applications found matching filter: "${filter}"`);
    }
    if (found.length > 1) {
      throw new Error(`Multiple applications found: found multiple applications matching filter: "${filter}"`);
    }
    const id = required(only.id, "object ID of the application");
    const beta = await call.get(`/applications/${id}?$select=oauth2RequirePostResponse`, "beta");
    return {
      id: `/applications/${id}`,
      values: {
        ...readFrom(properties, only),
        oauth2PostResponseRequired: beta["oauth2RequirePostResponse"] === true,
        owners: idsOf(await call.list(`/applications/${id}/owners`)),
      },
    };
  },
};
