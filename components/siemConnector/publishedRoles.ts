import {
  connectorRoles,
  dateOf,
  type ConnectorAccess,
  type ConnectorRole,
  type PublishedApplication,
} from "@defender-mssp/microsoft";
import { messageOf, VisibleError } from "@defender-mssp/errors";
import * as azuread from "@pulumi/azuread";
import type * as pulumi from "@pulumi/pulumi";
import { alertRole } from "./consents";

/**
 * Refuses a profile with application roles that the customer's tenant does not publish, before the
 * first declaration and in a preview, too. The role to read alerts is looked up with the
 * declarations only: every tenant with Microsoft Graph publishes it.
 *
 * @throws VisibleError that names each such role.
 */
export async function requirePublishedRoles(
  access: ConnectorAccess,
  now: Date,
  { provider }: { readonly provider: pulumi.ProviderResource },
): Promise<void> {
  const roles = connectorRoles(access, dateOf(now)).filter(({ value }) => value !== alertRole);
  const apis = [...new Set(roles.map(({ api }) => api))];
  const missing = await Promise.all(
    apis.map((api) =>
      unpublished(
        api,
        roles.filter((role) => role.api === api),
        provider,
      ),
    ),
  );
  const problems = missing.filter((one) => one !== undefined);
  if (problems.length === 0) return;
  throw new VisibleError(
    `connector.profile ${access.profile ?? "read"}: ${problems.join(" ")} Nothing was changed. ` +
      "Choose a smaller connector.profile or fewer connector.actions, or have the customer check the licence.",
  );
}

async function unpublished(
  { appId, displayName }: PublishedApplication,
  roles: readonly ConnectorRole[],
  provider: pulumi.ProviderResource,
): Promise<string | undefined> {
  try {
    const { appRoleIds } = await azuread.getServicePrincipal({ clientId: appId }, { provider });
    const missing = roles.filter(({ value }) => appRoleIds[value] === undefined).map(({ value }) => value);
    if (missing.length === 0) return undefined;
    return `${displayName} has no application role ${missing.join(", ")} in the customer's tenant.`;
  } catch (error) {
    const reason = messageOf(error);
    return `${displayName} could not be looked up in the customer's tenant: ${reason.trim()}.`;
  }
}
