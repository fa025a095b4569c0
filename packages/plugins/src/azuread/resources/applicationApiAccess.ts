/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationapiaccess/ */
import { set, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { resourceId, uuid } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import type { GraphEntity } from "../graph";
import { objectsAt, sameText, textAt } from "../mapping";
import { type AzureadResource, alreadyExists, segments } from "../types";
import { applicationId } from "./applicationRegistration";

const oneOfBoth = ["role_ids", "scope_ids"];

const properties: ResourceProperties = {
  applicationId: string("required", { forceNew: true, check: applicationId }),
  apiClientId: string("required", { forceNew: true, check: uuid }),
  roleIds: set("optional", { atLeastOneOf: oneOfBoth, check: uuid }),
  scopeIds: set("optional", { atLeastOneOf: oneOfBoth, check: uuid }),
};

export const applicationApiAccess: AzureadResource = {
  name: "ApplicationApiAccess",
  terraform: "azuread_application_api_access",
  properties,
  minutes: { create: 10, read: 5, update: 10, delete: 5 },
  importId: resourceId("ApiAccess", "/applications/{applicationId}/apiAccess/{apiClientId}"),
  async create(plan, call, created) {
    const application = segments(plan.text("applicationId")).last;
    const api = plan.text("apiClientId");
    const id = `/applications/${application}/apiAccess/${api}`;
    await call.locked(application, async () => {
      const existing = apisOf(await call.get(`/applications/${application}`));
      if (existing.some(isApi(api))) throw alreadyExists("azuread_application_api_access", id);
      await call.patch(`/applications/${application}`, bodyFor(application, [...existing, accessOf(plan, api)]));
      created(id);
    });
  },
  async read(id, call) {
    const { first: application, last: api } = segments(id);
    const found = await call.locked(application, () => call.find(`/applications/${application}`));
    const access = found && apisOf(found).find(isApi(api));
    if (access === undefined) return undefined;
    return {
      applicationId: `/applications/${application}`,
      apiClientId: textAt(access, "resourceAppId"),
      roleIds: permissions(access, "Role"),
      scopeIds: permissions(access, "Scope"),
    };
  },
  async update(id, plan, call) {
    const { first: application, last: api } = segments(id);
    await call.locked(application, async () => {
      const existing = apisOf(await call.get(`/applications/${application}`));
      if (!existing.some(isApi(api))) throw new Error(`updating ${id}: could not identify existing API`);
      const changed = existing.map((access) => (isApi(api)(access) ? accessOf(plan, api) : access));
      await call.patch(`/applications/${application}`, bodyFor(application, changed));
    });
  },
  async delete(id, call) {
    const { first: application, last: api } = segments(id);
    await call.locked(application, async () => {
      const existing = apisOf(await call.get(`/applications/${application}`));
      if (!existing.some(isApi(api))) throw new Error(`deleting ${id}: could not identify existing API`);
      const rest = existing.filter((access) => !isApi(api)(access));
      await call.patch(`/applications/${application}`, bodyFor(application, rest));
    });
  },
};

function apisOf(application: GraphEntity): GraphEntity[] {
  return objectsAt(application, "requiredResourceAccess");
}

function isApi(api: string): (access: GraphEntity) => boolean {
  return (access) => sameText(access.resourceAppId, api);
}

/** The list is written as a whole, with the entries of others. */
function bodyFor(application: string, requiredResourceAccess: readonly object[]): object {
  return { "@odata.type": odataType("applications"), id: application, requiredResourceAccess };
}

function accessOf(plan: Fields, api: string): GraphEntity {
  const access = [
    ...plan.texts("roleIds").map((id) => ({ id, type: "Role" })),
    ...plan.texts("scopeIds").map((id) => ({ id, type: "Scope" })),
  ];
  return { resourceAppId: api, resourceAccess: access };
}

function permissions(access: GraphEntity, type: "Role" | "Scope"): string[] {
  return objectsAt(access, "resourceAccess")
    .filter((permission) => permission.type === type)
    .map((permission) => permission.id ?? "");
}
