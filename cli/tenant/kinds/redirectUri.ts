import { notApplicable } from "../../../domain/kinds/accessKind";
import { applicationPresence } from "./applicationPresence";
import type { KindCalls, KindTenant, ObjectIdentity, Presence } from "./kindCalls";

export const redirectUri: KindCalls = {
  presence: webPresence,
  search: notApplicable("it ends with its app registration, which is searched"),
  held: notApplicable("it is nothing that a principal holds"),
};

/** Whether the app registration, which stays, has a redirect URI of any platform. */
function webPresence(tenant: KindTenant, object: ObjectIdentity): Promise<Presence> {
  return applicationPresence(tenant, object, (application) =>
    ["web", "spa", "publicClient"].some(
      (platform) => ((application[platform] as { redirectUris?: unknown[] } | null)?.redirectUris ?? []).length > 0,
    ),
  );
}
