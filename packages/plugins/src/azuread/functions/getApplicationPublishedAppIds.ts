/** https://www.pulumi.com/registry/packages/azuread/api-docs/getapplicationpublishedappids/ */
import { publishedApplicationIds } from "../publishedApplicationIds";
import { map } from "../../schema/property";
import type { AzureadFunction } from "../types";

export const getApplicationPublishedAppIds: AzureadFunction = {
  name: "getApplicationPublishedAppIds",
  terraform: "azuread_application_published_app_ids",
  properties: { result: map("computed") },
  invoke: () => Promise.resolve({ id: "appIds", values: { result: publishedApplicationIds } }),
};
