import { notApplicable } from "../../../domain/kinds/accessKind";
import { applicationPresence } from "./applicationPresence";
import type { KindCalls, KindTenant, ObjectIdentity, Presence } from "./kindCalls";

export const requestedPermission: KindCalls = {
  presence: requestPresence,
  search: notApplicable("it ends with its app registration, which is searched"),
  held: notApplicable("it is nothing that a principal holds"),
};

/** The ID ends with the application ID of the API. */
function requestPresence(tenant: KindTenant, object: ObjectIdentity): Promise<Presence> {
  return applicationPresence(tenant, object, ({ requiredResourceAccess = [] }) =>
    (requiredResourceAccess as readonly { readonly resourceAppId: string }[]).some(
      ({ resourceAppId }) => resourceAppId.toLowerCase() === object.id.toLowerCase(),
    ),
  );
}
