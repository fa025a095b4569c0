/** The consent to the MSSP's preview application, where the MSSP previews in pull requests. */
import { adminConsentUrl, equals, graphList, publishedRoleName, type GraphCall } from "@defender-mssp/microsoft";
import { previewConsent, servicePrincipal } from "../../../domain/kinds/servicePrincipals";
import { permissionsToPreview } from "../../../domain/prerequisites";
import type { Settings } from "../../../settings";
import type { OnboardingStep } from "./progress";
import { done, readPermission, unchecked, waiting } from "./step";

/** Names the application: the same variable as for the search for additions. */
const variable = "MSSP_PREVIEW_CLIENT_ID";

/** Whether the preview application itself signs in: its permissions are not those of an `up`. */
export function isPreviewApplication(environment: NodeJS.ProcessEnv): boolean {
  const clientId = environment[variable];
  return clientId !== undefined && clientId !== "" && clientId === environment["ARM_CLIENT_ID"];
}

/** No step where the environment names no preview application. */
export async function previewConsentSteps(
  environment: NodeJS.ProcessEnv,
  settings: Settings,
  signIn: () => Promise<GraphCall>,
): Promise<OnboardingStep[]> {
  const clientId = environment[variable];
  if (clientId === undefined || clientId === "") return [];
  const name = "previewConsent";
  try {
    const lacking = await lackingRoles(await signIn(), clientId, settings);
    if (lacking.length === 0)
      return [done(name, "customerAdministrator", `${clientId} has the permissions that a preview needs`)];
    const open = `Open ${adminConsentUrl(settings.cloud, settings.tenantId, clientId)} and accept.`;
    return [waiting(name, "customerAdministrator", `${clientId} lacks ${lacking.join(", ")}`, open)];
  } catch (error) {
    return [{ name, ...unchecked(error, readPermission(previewConsent)) }];
  }
}

interface AppRoleAssignment {
  readonly appRoleId: string;
}

async function lackingRoles(call: GraphCall, clientId: string, settings: Settings): Promise<readonly string[]> {
  const path = servicePrincipal.address;
  const principals = await graphList<{ readonly id: string }>(call, `${path}?$filter=${equals("appId", clientId)}`);
  const roles = await Promise.all(
    principals.map(({ id }) => graphList<AppRoleAssignment>(call, `${path}/${id}/appRoleAssignments`)),
  );
  const granted = roles.flat().map(({ appRoleId }) => publishedRoleName(appRoleId));
  return permissionsToPreview(settings).filter((permission) => !granted.includes(permission));
}
