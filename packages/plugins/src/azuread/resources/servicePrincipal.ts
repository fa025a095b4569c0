/** https://www.pulumi.com/registry/packages/azuread/api-docs/serviceprincipal/ */
import { isRecord } from "../../protocol/values";
import { boolean, list, object, objects, set, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { httpUrl, lengthBetween, notEmpty, oneOf, resourceId, uuid } from "../../schema/validators";
import type { GraphOperation } from "../graph";
import { alignReferences, graphBody, idsOf, nullIfEmpty, readFrom, required, textAt } from "../mapping";
import {
  featureFields,
  featureTagFields,
  featuresIn,
  initialOwners,
  namesOf,
  published,
  publishedBy,
  samlMetadataUrl,
  tagsFor,
  tagsOf,
} from "../servicePrincipals";
import { type AzureadResource, notReplicated, objectId } from "../types";

const properties: ResourceProperties = {
  clientId: string("required", { graph: "appId", forceNew: true, check: uuid }),
  accountEnabled: boolean("optional", { graph: "accountEnabled", default: true }),
  alternativeNames: set("optional", { graph: "alternativeNames", check: notEmpty }),
  appRoleAssignmentRequired: boolean("optional", { graph: "appRoleAssignmentRequired" }),
  description: string("optional", { graph: "description", check: lengthBetween(0, 1024) }),
  featureTags: objects("optional or computed", featureTagFields, { conflictsWith: ["features", "tags"] }),
  features: objects("optional or computed", featureFields, { conflictsWith: ["feature_tags", "tags"] }),
  loginUrl: string("optional", { graph: "loginUrl", check: httpUrl }),
  notes: string("optional", { graph: "notes", check: lengthBetween(0, 1024) }),
  notificationEmailAddresses: set("optional", { graph: "notificationEmailAddresses", check: notEmpty }),
  owners: set("optional", { check: uuid, hashesString: true }),
  preferredSingleSignOnMode: string("optional", {
    graph: "preferredSingleSignOnMode",
    check: oneOf("", "notSupported", "oidc", "password", "saml"),
  }),
  samlSingleSignOn: object(
    "optional",
    { relayState: string("optional", { check: notEmpty }) },
    { isDefaultState: (value) => isRecord(value) && !value.relayState },
  ),
  tags: set("optional or computed", { conflictsWith: ["features", "feature_tags"], hashesString: true }),
  useExisting: boolean("optional"),
  ...published,
  applicationTenantId: string("computed", { graph: "appOwnerOrganizationId" }),
  displayName: string("computed", { graph: "displayName" }),
  homepageUrl: string("computed", { graph: "homepage" }),
  logoutUrl: string("computed", { graph: "logoutUrl" }),
  objectId: string("computed", { graph: "id" }),
  redirectUris: list("computed", { graph: "replyUrls" }),
  samlMetadataUrl: string("computed"),
  servicePrincipalNames: list("computed"),
  signInAudience: string("computed", { graph: "signInAudience" }),
  type: string("computed", { graph: "servicePrincipalType" }),
};

/** Answers that mean that the new application has not replicated yet. */
const applicationUnknown = [
  /The appId '.+' of the service principal does not reference a valid application object/,
  /When using this permission, the backing application of the service principal being created must in the local tenant/,
];

export const servicePrincipal: AzureadResource = {
  name: "ServicePrincipal",
  terraform: "azuread_service_principal",
  properties,
  schemaVersion: 1,
  minutes: { create: 10, read: 5, update: 10, delete: 5 },
  importId: resourceId("ServicePrincipal", "/servicePrincipals/{servicePrincipalId}"),
  async create(plan, call, created) {
    const filter = encodeURIComponent(`appId eq '${plan.text("clientId")}'`);
    const [existing] = await call.list(`/servicePrincipals?$filter=${filter}`);
    if (existing !== undefined) {
      const id = required(existing.id, "object ID of the service principal");
      if (!plan.flag("useExisting")) {
        throw new Error(
          `A resource with the ID "${id}" already exists: To be managed via Terraform, this resource needs to be imported into the State. ` +
            'Please see the resource documentation for "azuread_service_principal" for more information.',
        );
      }
      created(`/servicePrincipals/${id}`);
      await write(id, plan, call);
      return;
    }
    await createNew(plan, call, created);
  },
  async read(id, call) {
    const found = await call.find(`/servicePrincipals/${objectId(id)}`);
    if (found === undefined) return undefined;
    const saml = await samlMetadataUrl(call, objectId(id));
    const owners = idsOf(await call.list(`/servicePrincipals/${objectId(id)}/owners`));
    const { samlSingleSignOnSettings } = found as { samlSingleSignOnSettings?: object | null };
    return {
      ...readFrom(properties, found),
      ...publishedBy(found),
      ...featuresIn(found),
      tags: tagsOf(found),
      servicePrincipalNames: namesOf(found),
      samlMetadataUrl: saml,
      samlSingleSignOn: samlSingleSignOnSettings
        ? { relayState: textAt(found, "samlSingleSignOnSettings.relayState") }
        : null,
      owners,
    };
  },
  update: (id, plan, call) => write(objectId(id), plan, call),
  async delete(id, call, state) {
    // Sent also for an existing object, as the official plugin does; its error is ignored then.
    const path = `/servicePrincipals/${objectId(id)}`;
    if (state.flag("useExisting")) await call.delete(path).catch(() => undefined);
    else await call.remove(`Service Principal (Service Principal: "${objectId(id)}")`, path);
  },
};

async function createNew(plan: Fields, call: GraphOperation, created: (id: string) => void): Promise<void> {
  const caller = await call.callerId;
  const { first, extra } = initialOwners(plan.texts("owners"), caller);
  const body = {
    ...bodyFor(plan, false),
    appId: plan.text("clientId"),
    "owners@odata.bind": first.map((owner) => call.reference(owner)["@odata.id"]),
  };
  const made = await call.post("/servicePrincipals", body, "v1.0", { messages: applicationUnknown });
  const id = required(made.id, "object ID returned for service principal");
  created(`/servicePrincipals/${id}`);
  await untilPatched(id, plan, call);
  for (const owner of extra) await call.post(`/servicePrincipals/${id}/owners/$ref`, call.reference(owner));
  const keepsCaller = plan.texts("owners").some((owner) => owner.toLowerCase() === caller.toLowerCase());
  if (!keepsCaller) await call.delete(`/servicePrincipals/${id}/owners/${caller}/$ref`);
}

/** The official plugin's test for the new object is a PATCH, which it does not repeat after a 404. */
async function untilPatched(id: string, plan: Fields, call: GraphOperation): Promise<void> {
  const path = `/servicePrincipals/${id}`;
  if (!call.hasReplicas) return call.untilThere("service principal", path);
  try {
    await call.patch(path, { description: nullIfEmpty(plan.text("description")) });
  } catch (error) {
    throw notReplicated(call, error, "service principal");
  }
}

async function write(id: string, plan: Fields, call: GraphOperation): Promise<void> {
  await call.locked(id, async () => {
    await call.patch(`/servicePrincipals/${id}`, bodyFor(plan, true));
    if (!plan.changed("owners")) return;
    await alignReferences(call, `/servicePrincipals/${id}/owners`, plan.texts("owners"), "add first", "v1.0");
  });
}

function bodyFor(plan: Fields, isUpdate: boolean): object {
  const names = Object.keys(properties).filter((name) => name !== "clientId");
  const saml = plan.block("samlSingleSignOn");
  return {
    ...graphBody("servicePrincipals", properties, plan, names),
    samlSingleSignOnSettings: saml.isSet("relayState") ? { relayState: saml.text("relayState") } : {},
    tags: tagsFor(plan, isUpdate),
  };
}
