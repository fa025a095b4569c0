/** https://www.pulumi.com/registry/packages/azuread/api-docs/getapplication/ */
import { boolean, list, map, objects, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { notEmpty, uuid } from "../../schema/validators";
import {
  apiFields,
  blocksOf,
  implicitGrantFields,
  optionalClaimsFields,
  redirectUriFields,
  requiredAccessFields,
  webFields,
} from "../applications";
import type { GraphOperation, GraphEntity } from "../graph";
import { idsOf, readFrom, required, textAt } from "../mapping";
import { claimsOf } from "../resources/applicationRegistration";
import { featureTagFields, featuresIn, published, publishedBy, tagsOf } from "../servicePrincipals";
import type { AzureadFunction } from "../types";

const exactlyOneOf = ["client_id", "display_name", "object_id", "identifier_uri"];
const anyUri = { urn: true, anyScheme: true };

const properties: ResourceProperties = {
  clientId: string("optional or computed", { graph: "appId", exactlyOneOf, check: uuid }),
  displayName: string("optional or computed", { graph: "displayName", exactlyOneOf, check: notEmpty }),
  identifierUri: string("optional or computed", { exactlyOneOf, check: notEmpty }),
  objectId: string("optional or computed", { graph: "id", exactlyOneOf, check: uuid }),
  apis: objects("computed", apiFields("computed")),
  appRoles: published.appRoles ?? objects("computed", {}),
  appRoleIds: map("computed"),
  description: string("computed"),
  deviceOnlyAuthEnabled: boolean("computed", { graph: "isDeviceOnlyAuthSupported" }),
  disabledByMicrosoft: string("computed", { graph: "disabledByMicrosoftStatus" }),
  fallbackPublicClientEnabled: boolean("computed", { graph: "isFallbackPublicClient" }),
  featureTags: objects("computed", featureTagFields),
  groupMembershipClaims: list("computed"),
  identifierUris: list("computed", { graph: "identifierUris" }),
  logoUrl: string("computed", { graph: "info.logoUrl" }),
  marketingUrl: string("computed", { graph: "info.marketingUrl" }),
  notes: string("computed", { graph: "notes" }),
  oauth2PermissionScopeIds: map("computed"),
  oauth2PostResponseRequired: boolean("computed"),
  optionalClaims: objects("computed", optionalClaimsFields("computed")),
  owners: list("computed"),
  privacyStatementUrl: string("computed", { graph: "info.privacyStatementUrl" }),
  publicClients: objects("computed", redirectUriFields("computed", anyUri)),
  publisherDomain: string("computed", { graph: "publisherDomain" }),
  requiredResourceAccesses: objects("computed", requiredAccessFields("computed")),
  serviceManagementReference: string("computed", { graph: "serviceManagementReference" }),
  signInAudience: string("computed", { graph: "signInAudience" }),
  singlePageApplications: objects("computed", redirectUriFields("computed", anyUri)),
  supportUrl: string("computed", { graph: "info.supportUrl" }),
  tags: list("computed"),
  termsOfServiceUrl: string("computed", { graph: "info.termsOfServiceUrl" }),
  webs: objects("computed", {
    ...webFields("computed"),
    implicitGrants: objects("computed", implicitGrantFields("computed")),
  }),
};

export const getApplication: AzureadFunction = {
  name: "getApplication",
  terraform: "azuread_application",
  properties,
  async invoke(args, call) {
    const found = await findApplication(args, call);
    const id = required(found.id, "object ID of the application");
    const blocks = blocksOf(found);
    const { appRoles, appRoleIds, oauth2PermissionScopeIds } = publishedBy(found, "api.oauth2PermissionScopes");
    const beta = await call.get(`/applications/${id}?$select=oauth2RequirePostResponse`, "beta");
    return {
      id: `/applications/${id}`,
      values: {
        ...readFrom(properties, found),
        apis: [blocks.api],
        appRoles: appRoles ?? [],
        appRoleIds: appRoleIds ?? {},
        featureTags: featuresIn(found).featureTags,
        groupMembershipClaims: claimsOf(textAt(found, "groupMembershipClaims")),
        oauth2PermissionScopeIds: oauth2PermissionScopeIds ?? {},
        oauth2PostResponseRequired: beta.oauth2RequirePostResponse === true,
        optionalClaims: blocks.optionalClaims === null ? [] : [blocks.optionalClaims],
        owners: idsOf(await call.list(`/applications/${id}/owners`)),
        publicClients: [blocks.publicClient],
        requiredResourceAccesses: blocks.requiredResourceAccesses,
        singlePageApplications: [blocks.singlePageApplication],
        tags: tagsOf(found),
        webs: [{ ...blocks.web, implicitGrants: [blocks.implicitGrant] }],
      },
    };
  },
};

async function findApplication(args: Fields, call: GraphOperation): Promise<GraphEntity> {
  if (args.has("objectId")) {
    const id = args.text("objectId");
    const found = await call.find(`/applications/${id}`);
    if (found === undefined) throw new Error(`[object_id] Application with object ID "${id}" was not found`);
    return found;
  }
  const filter = filterFor(args);
  const found = await call.list(`/applications?$filter=${encodeURIComponent(filter)}`);
  const [only] = found;
  if (only === undefined) {
    throw new Error(`Application not found: no applications found matching filter: "${filter}"`);
  }
  if (found.length > 1) {
    throw new Error(`Multiple applications found: found multiple applications matching filter: "${filter}"`);
  }
  return only;
}

function filterFor(args: Fields): string {
  if (args.has("clientId")) return `appId eq '${args.text("clientId")}'`;
  if (args.has("displayName")) return `displayName eq '${args.text("displayName")}'`;
  return `identifierUris/any(uri:uri eq '${args.text("identifierUri")}')`;
}
