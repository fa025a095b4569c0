/**
 * https://www.pulumi.com/registry/packages/azuread/api-docs/application/
 *
 * A subset: the parts that the official plugin writes in several steps or through other APIs
 * (`unsupported` below) are refused. An application made of ApplicationRegistration and its split
 * resources has them all.
 */
import { isRecord, type Value } from "../../protocol/values";
import { boolean, map, object, objects, objectSet, set, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { dateTime, lengthBetween, notEmpty, oneOf, uuid } from "../../schema/validators";
import {
  apiFields,
  blocksFor,
  blocksOf,
  implicitGrantFields,
  optionalClaimsFields,
  redirectUriFields,
  requiredAccessFields,
  requiredAccessFor,
  webFields,
} from "../applications";
import type { GraphOperation, GraphEntity } from "../graph";
import { alignReferences, graphBody, idsOf, readFrom, required, sameText, textAt } from "../mapping";
import { featureTagFields, featuresIn, initialOwners, publishedBy, tagsFor, tagsOf } from "../servicePrincipals";
import { type AzureadResource, duplicateName, objectId, renamedTwice } from "../types";
import { signInAudiences } from "@defender-mssp/sandbox/entities";
import { applicationId, claimsOf, claimsText, groupMembershipClaims } from "./applicationRegistration";

const unsupported = { unsupported: true };

/** Graph fills in these blocks; omitting them is no change. */
const filledIn = { isDefaultState: holdsNothing };

const properties: ResourceProperties = {
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  api: object("optional", apiFields("optional"), { ...unsupported, isDefaultState: () => true }),
  appRoles: objectSet("optional", appRoleFields(), unsupported),
  description: string("optional", { graph: "description", check: lengthBetween(0, 1024) }),
  deviceOnlyAuthEnabled: boolean("optional", { graph: "isDeviceOnlyAuthSupported" }),
  fallbackPublicClientEnabled: boolean("optional", { graph: "isFallbackPublicClient" }),
  featureTags: objects("optional or computed", featureTagFields, { conflictsWith: ["tags"] }),
  groupMembershipClaims: set("optional", { check: groupMembershipClaims }),
  identifierUris: set("optional", { graph: "identifierUris", check: notEmpty }),
  logoImage: string("optional", unsupported),
  marketingUrl: string("optional", { graph: "info.marketingUrl" }),
  notes: string("optional", { graph: "notes", check: notEmpty }),
  oauth2PostResponseRequired: boolean("optional", unsupported),
  optionalClaims: object("optional", optionalClaimsFields("optional"), { ...unsupported, ...filledIn }),
  owners: set("optional", { maximumItems: 100, check: uuid, hashesString: true }),
  password: object(
    "optional",
    {
      displayName: string("required"),
      endDate: string("optional or computed", { check: dateTime }),
      keyId: string("computed"),
      startDate: string("optional or computed", { check: dateTime }),
      value: string("computed", { secret: true }),
    },
    unsupported,
  ),
  preventDuplicateNames: boolean("optional", { default: false }),
  privacyStatementUrl: string("optional", { graph: "info.privacyStatementUrl" }),
  publicClient: object("optional", redirectUriFields("optional", { urn: true, anyScheme: true }), filledIn),
  requiredResourceAccesses: objectSet("optional", requiredAccessFields("optional"), {
    terraform: "required_resource_access",
  }),
  serviceManagementReference: string("optional", { graph: "serviceManagementReference" }),
  signInAudience: string("optional", {
    graph: "signInAudience",
    default: "AzureADMyOrg",
    check: oneOf(...signInAudiences),
  }),
  singlePageApplication: object("optional", redirectUriFields("optional", { urn: false, anyScheme: false }), filledIn),
  supportUrl: string("optional", { graph: "info.supportUrl" }),
  tags: set("optional or computed", { conflictsWith: ["feature_tags"], hashesString: true }),
  templateId: string("optional or computed", { ...unsupported, graph: "applicationTemplateId", forceNew: true }),
  termsOfServiceUrl: string("optional", { graph: "info.termsOfServiceUrl" }),
  web: object(
    "optional",
    { ...webFields("optional"), implicitGrant: object("optional", implicitGrantFields("optional"), filledIn) },
    filledIn,
  ),
  appRoleIds: map("computed"),
  clientId: string("computed", { graph: "appId" }),
  disabledByMicrosoft: string("computed", { graph: "disabledByMicrosoftStatus" }),
  logoUrl: string("computed", { graph: "info.logoUrl" }),
  oauth2PermissionScopeIds: map("computed"),
  objectId: string("computed", { graph: "id" }),
  publisherDomain: string("computed", { graph: "publisherDomain" }),
};

/** Values of a new application that the stand-in's subset cannot set. */
const untouchedParts = {
  api: {
    acceptMappedClaims: false,
    knownClientApplications: [],
    oauth2PermissionScopes: [],
    requestedAccessTokenVersion: 1,
  },
  appRoles: [],
  optionalClaims: {},
};

export const application: AzureadResource = {
  name: "Application",
  terraform: "azuread_application",
  properties,
  schemaVersion: 2,
  minutes: { create: 10, read: 5, update: 10, delete: 5 },
  importId: applicationId,
  async validate(plan, call, isNew) {
    if (isNew || plan.changed("displayName")) await refuseDuplicate(plan, call);
  },
  async create(plan, call, created) {
    await refuseDuplicate(plan, call);
    const caller = await call.callerId;
    const { first, extra } = initialOwners(plan.texts("owners"), caller);
    const made = await call.post("/applications", {
      ...bodyFor(plan, false),
      ...untouchedParts,
      identifierUris: plan.texts("identifierUris"),
      requiredResourceAccess: requiredAccessFor(plan),
      "owners@odata.bind": first.map((owner) => call.reference(owner)["@odata.id"]),
    });
    const id = required(made.id, "object ID returned for application");
    created(`/applications/${id}`);
    await renamedTwice(call, `/applications/${id}`, plan.text("displayName"), {
      what: "application",
      patience: { notFound: true, conflict: true },
    });
    for (const owner of extra) await call.post(`/applications/${id}/owners/$ref`, call.reference(owner));
    const keepsCaller = plan.texts("owners").some((owner) => sameText(owner, caller));
    if (!keepsCaller) await call.delete(`/applications/${id}/owners/${caller}/$ref`);
  },
  async read(id, call, state) {
    const path = `/applications/${objectId(id)}`;
    const found = await call.find(path);
    if (found === undefined) return undefined;
    const beta = await call.get(`${path}?$select=oauth2RequirePostResponse`, "beta");
    return {
      ...readFrom(properties, found),
      ...readBlocks(found),
      groupMembershipClaims: claimsOf(textAt(found, "groupMembershipClaims")),
      tags: tagsOf(found),
      oauth2PostResponseRequired: beta.oauth2RequirePostResponse === true,
      logoImage: "",
      preventDuplicateNames: state.flag("preventDuplicateNames"),
      owners: idsOf(await call.list(`${path}/owners`)),
    };
  },
  async update(id, plan, call) {
    const path = `/applications/${objectId(id)}`;
    await call.locked(objectId(id), async () => {
      await refuseDuplicate(plan, call, objectId(id));
      await call.patch(path, {
        ...bodyFor(plan, true),
        ...(plan.changed("identifierUris") ? { identifierUris: plan.texts("identifierUris") } : {}),
        ...(plan.changed("requiredResourceAccesses") ? { requiredResourceAccess: requiredAccessFor(plan) } : {}),
      });
      if (plan.changed("owners")) {
        await alignReferences(call, `${path}/owners`, plan.texts("owners"), "add first", "v1.0");
      }
    });
  },
  async delete(id, call) {
    await call.remove(`Application (Application: "${objectId(id)}")`, `/applications/${objectId(id)}`);
  },
};

function readBlocks(found: GraphEntity): Record<string, Value> {
  const { implicitGrant, web, ...blocks } = blocksOf(found);
  const { appRoles, appRoleIds, oauth2PermissionScopeIds } = publishedBy(found, "api.oauth2PermissionScopes");
  return {
    ...blocks,
    web: { ...web, implicitGrant },
    appRoles: appRoles ?? [],
    appRoleIds: appRoleIds ?? {},
    oauth2PermissionScopeIds: oauth2PermissionScopeIds ?? {},
    featureTags: featuresIn(found).featureTags,
  };
}

function bodyFor(plan: Fields, isUpdate: boolean): object {
  const separate = ["identifierUris", "templateId"];
  const names = Object.keys(properties).filter((name) => !separate.includes(name));
  return {
    ...graphBody("applications", properties, plan, names),
    ...blocksFor(plan),
    groupMembershipClaims: claimsText(plan.texts("groupMembershipClaims")),
    tags: tagsFor(plan, isUpdate),
  };
}

async function refuseDuplicate(plan: Fields, call: GraphOperation, own?: string): Promise<void> {
  if (!plan.flag("preventDuplicateNames")) return;
  const name = plan.text("displayName");
  const found = await call.list(`/applications?$filter=${encodeURIComponent(`displayName eq '${name}'`)}`);
  const other = found.find((one) => textAt(one, "displayName") === name && one.id !== own);
  if (other !== undefined) throw duplicateName("azuread_application", other.id ?? "", name);
}

function holdsNothing(value: Value): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return Object.values(value).every(holdsNothing);
  return value === null || value === "" || value === false;
}

function appRoleFields(): ResourceProperties {
  return {
    allowedMemberTypes: set("required"),
    description: string("required"),
    displayName: string("required"),
    enabled: boolean("optional", { default: true }),
    id: string("required", { check: uuid }),
    value: string("optional"),
  };
}
