/** https://www.pulumi.com/registry/packages/azuread/api-docs/getserviceprincipal/ */
import { boolean, list, objects, set, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { notEmpty, uuid } from "../../schema/validators";
import type { GraphOperation, GraphEntity } from "../graph";
import { readFrom, required, sameText, textAt } from "../mapping";
import {
  featureFields,
  featureTagFields,
  featuresIn,
  namesOf,
  published,
  publishedBy,
  samlMetadataUrl,
  tagsOf,
} from "../servicePrincipals";
import type { AzureadFunction } from "../types";

const exactlyOneOf = ["client_id", "display_name", "object_id"];

const properties: ResourceProperties = {
  clientId: string("optional or computed", { graph: "appId", exactlyOneOf, check: uuid }),
  displayName: string("optional or computed", { graph: "displayName", exactlyOneOf, check: notEmpty }),
  objectId: string("optional or computed", { graph: "id", exactlyOneOf, check: uuid }),
  accountEnabled: boolean("computed", { graph: "accountEnabled" }),
  alternativeNames: list("computed", { graph: "alternativeNames" }),
  appRoleAssignmentRequired: boolean("computed", { graph: "appRoleAssignmentRequired" }),
  ...published,
  applicationTenantId: string("computed", { graph: "appOwnerOrganizationId" }),
  description: string("computed", { graph: "description" }),
  featureTags: objects("computed", featureTagFields),
  features: objects("computed", featureFields),
  homepageUrl: string("computed", { graph: "homepage" }),
  loginUrl: string("computed", { graph: "loginUrl" }),
  logoutUrl: string("computed", { graph: "logoutUrl" }),
  notes: string("computed", { graph: "notes" }),
  notificationEmailAddresses: list("computed", { graph: "notificationEmailAddresses" }),
  preferredSingleSignOnMode: string("computed", { graph: "preferredSingleSignOnMode" }),
  redirectUris: list("computed", { graph: "replyUrls" }),
  samlMetadataUrl: string("computed"),
  samlSingleSignOns: objects("computed", { relayState: string("computed") }),
  servicePrincipalNames: list("computed"),
  signInAudience: string("computed", { graph: "signInAudience" }),
  tags: set("computed"),
  type: string("computed", { graph: "servicePrincipalType" }),
};

export const getServicePrincipal: AzureadFunction = {
  name: "getServicePrincipal",
  terraform: "azuread_service_principal",
  properties,
  async invoke(args, call) {
    const found = await findServicePrincipal(args, call);
    const id = required(found.id, "object ID of the service principal");
    const { samlSingleSignOnSettings } = found as { samlSingleSignOnSettings?: object | null };
    return {
      id: `/servicePrincipals/${id}`,
      values: {
        ...readFrom(properties, found),
        ...publishedBy(found),
        ...featuresIn(found),
        tags: tagsOf(found),
        servicePrincipalNames: namesOf(found),
        samlMetadataUrl: await samlMetadataUrl(call, id),
        samlSingleSignOns: samlSingleSignOnSettings
          ? [{ relayState: textAt(found, "samlSingleSignOnSettings.relayState") }]
          : [],
      },
    };
  },
};

async function findServicePrincipal(args: Fields, call: GraphOperation): Promise<GraphEntity> {
  if (args.has("objectId")) {
    const id = args.text("objectId");
    const found = await call.find(`/servicePrincipals/${id}`);
    if (found === undefined)
      throw new Error(`[object_id] Service Principal (Service Principal: "${id}") was not found`);
    return found;
  }
  const byName = args.has("displayName");
  const [property, value] = byName ? ["displayName", args.text("displayName")] : ["appId", args.text("clientId")];
  const filter = `${property} eq '${value.replaceAll("'", "''")}'`;
  const all = await call.list(`/servicePrincipals?$filter=${encodeURIComponent(filter)}`);
  if (byName && all.length === 0) {
    throw new Error(`Service principal not found: no service principals found matching filter: "${filter}"`);
  }
  if (byName && all.length > 1) {
    throw new Error(
      `Multiple service principals found: found multiple service principals matching filter: "${filter}"`,
    );
  }
  const found = all.find((one) => sameText(textAt(one, property), value));
  if (found === undefined) throw new Error("No service principal found: no service principal found");
  return found;
}
