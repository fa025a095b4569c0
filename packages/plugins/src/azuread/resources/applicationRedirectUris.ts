/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationredirecturis/ */
import { set, string, type ResourceProperties } from "../../schema/property";
import { oneOf, redirectUri, resourceId } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import { recordOf } from "../mapping";
import { type AzureadResource, alreadyExists, segments } from "../types";
import { applicationId } from "./applicationRegistration";
import type { GraphEntity } from "../graph";

/** Where Graph keeps the URIs of each type. */
const platforms: Readonly<Record<string, string>> = { PublicClient: "publicClient", SPA: "spa", Web: "web" };

const properties: ResourceProperties = {
  applicationId: string("required", { forceNew: true, check: applicationId }),
  redirectUris: set("required", { check: redirectUri }),
  type: string("required", { forceNew: true, check: oneOf("PublicClient", "SPA", "Web") }),
};

export const applicationRedirectUris: AzureadResource = {
  name: "ApplicationRedirectUris",
  terraform: "azuread_application_redirect_uris",
  properties,
  minutes: { create: 10, read: 5, update: 10, delete: 5 },
  importId: resourceId("RedirectUris", "/applications/{applicationId}/redirectUris/{uriType}"),
  async create(plan, call, created) {
    const application = segments(plan.text("applicationId")).last;
    const type = plan.text("type");
    const id = `/applications/${application}/redirectUris/${type}`;
    await call.locked(application, async () => {
      const existing = urisOf(await call.get(`/applications/${application}`), type);
      if (existing.length > 0) throw alreadyExists("azuread_application_redirect_uris", id);
      await call.patch(`/applications/${application}`, bodyFor(type, plan.texts("redirectUris")));
      created(id);
    });
  },
  async read(id, call) {
    const { first: application, last: type } = segments(id);
    const found = await call.locked(application, () => call.find(`/applications/${application}`));
    const uris = found === undefined ? [] : urisOf(found, type);
    if (uris.length === 0) return undefined;
    return { applicationId: `/applications/${application}`, redirectUris: uris, type };
  },
  async update(id, plan, call) {
    const { first: application, last: type } = segments(id);
    await call.locked(application, () =>
      call.patch(`/applications/${application}`, bodyFor(type, plan.texts("redirectUris"))),
    );
  },
  async delete(id, call) {
    const { first: application, last: type } = segments(id);
    await call.locked(application, () => call.patch(`/applications/${application}`, bodyFor(type, [])));
  },
};

function bodyFor(type: string, redirectUris: string[]): object {
  return { "@odata.type": odataType("applications"), [platforms[type] ?? "web"]: { redirectUris } };
}

function urisOf(application: GraphEntity, type: string): string[] {
  const platform = recordOf(application)[platforms[type] ?? "web"] as { redirectUris?: string[] } | null | undefined;
  return platform?.redirectUris ?? [];
}
