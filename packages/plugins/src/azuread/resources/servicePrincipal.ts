/** https://www.pulumi.com/registry/packages/azuread/api-docs/serviceprincipal/ */
import { isRecord, type Value } from "../../protocol/values";
import { boolean, object, set, string, type GraphForm, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { resourceId, uuid } from "../../schema/validators";
import type { GraphEntity, GraphOperation } from "../graph";
import { alignReferences, graphBody, idsOf, readFrom, required, textAt } from "../mapping";
import { type AzureadResource, notReplicated, objectId } from "../types";

const unsupported = true;

const relayStateForm: GraphForm = {
  send(plan, name) {
    const settings = plan.block(name);
    return settings.isSet("relayState") ? { relayState: settings.text("relayState") } : {};
  },
  read: (value) => (isRecord(value as Value) ? { relayState: textAt(value as GraphEntity, "relayState") } : null),
};

/** A program can't set what is unsupported; an update takes back what another party has set. */
const properties: ResourceProperties = {
  clientId: string("required", { graph: "appId", forceNew: true, check: uuid }),
  accountEnabled: boolean("optional", { graph: "accountEnabled", default: true }),
  alternativeNames: set("optional", { graph: "alternativeNames", unsupported }),
  appRoleAssignmentRequired: boolean("optional", { graph: "appRoleAssignmentRequired", unsupported }),
  description: string("optional", { graph: "description", unsupported }),
  loginUrl: string("optional", { graph: "loginUrl", unsupported }),
  notes: string("optional", { graph: "notes", unsupported }),
  notificationEmailAddresses: set("optional", { graph: "notificationEmailAddresses", unsupported }),
  owners: set("optional", { unsupported }),
  preferredSingleSignOnMode: string("optional", { graph: "preferredSingleSignOnMode", unsupported }),
  samlSingleSignOn: object(
    "optional",
    { relayState: string("optional") },
    {
      graph: "samlSingleSignOnSettings",
      graphForm: relayStateForm,
      isDefaultState: (value) => isRecord(value) && !value.relayState,
      unsupported,
    },
  ),
  tags: set("optional or computed", { graph: "tags", unsupported, hashesString: true }),
  displayName: string("computed", { graph: "displayName" }),
  objectId: string("computed", { graph: "id" }),
  samlMetadataUrl: string("computed"),
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
      throw new Error(
        `A resource with the ID "${existing.id ?? ""}" already exists: To be managed via Terraform, this resource needs to be imported into the State. ` +
          'Please see the resource documentation for "azuread_service_principal" for more information.',
      );
    }
    const caller = await call.callerId;
    const body = {
      ...bodyFor(plan),
      appId: plan.text("clientId"),
      "owners@odata.bind": [call.reference(caller)["@odata.id"]],
    };
    const made = await call.post("/servicePrincipals", body, "v1.0", { messages: applicationUnknown });
    const id = required(made.id, "object ID returned for service principal");
    created(`/servicePrincipals/${id}`);
    await untilPatched(id, call);
    await call.delete(`/servicePrincipals/${id}/owners/${caller}/$ref`);
  },
  async read(id, call) {
    const found = await call.find(`/servicePrincipals/${objectId(id)}`);
    if (found === undefined) return undefined;
    return {
      ...readFrom(properties, found),
      samlMetadataUrl: await samlMetadataUrl(call, objectId(id)),
      owners: idsOf(await call.list(`/servicePrincipals/${objectId(id)}/owners`)),
    };
  },
  async update(id, plan, call) {
    const path = `/servicePrincipals/${objectId(id)}`;
    await call.locked(objectId(id), async () => {
      await call.patch(path, bodyFor(plan));
      if (plan.changed("owners")) await alignReferences(call, `${path}/owners`, [], "v1.0");
    });
  },
  delete: (id, call) =>
    call.remove(`Service Principal (Service Principal: "${objectId(id)}")`, `/servicePrincipals/${objectId(id)}`),
};

/** The official plugin's test for the new object is a PATCH, which it does not repeat after a 404. */
async function untilPatched(id: string, call: GraphOperation): Promise<void> {
  const path = `/servicePrincipals/${id}`;
  if (!call.hasReplicas) return call.untilThere("service principal", path);
  try {
    await call.patch(path, { description: null });
  } catch (error) {
    throw notReplicated(call, error, "service principal");
  }
}

function bodyFor(plan: Fields): object {
  const names = Object.keys(properties).filter((name) => name !== "clientId");
  return graphBody("servicePrincipals", properties, plan, names);
}

/** Graph v1.0 doesn't have it. */
export async function samlMetadataUrl(call: GraphOperation, id: string): Promise<string> {
  return textAt(await call.get(`/servicePrincipals/${id}?$select=samlMetadataUrl`, "beta"), "samlMetadataUrl");
}
