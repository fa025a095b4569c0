/** The applications to which a customer's administrator consents, with their permissions in Microsoft's words. */
import { adminConsentUrl, consentName } from "@defender-mssp/microsoft";
import type { MsspApplication, Settings } from "../../../settings";
import { knownApplications, missingAutomation, type ApplicationIds } from "./knownApplications";
import { permissionsOf, type RequestedPermission } from "./needed";

/** An application to which an administrator consents. */
export interface ConsentedApplication {
  readonly use: "automation" | "keeper" | "preview" | "connector";
  /** Application (client) ID. */
  readonly id: string;
  /** As the consent page shows it; absent where the settings do not name it. */
  readonly name?: string;
  /** Where the administrator consents. */
  readonly consentUrl: string;
  readonly permissions: readonly { readonly name: string; readonly words: string }[];
}

/** By which an application can grant itself any further permission. */
const widening = "AppRoleAssignment.ReadWrite.All";

export function canWiden({ permissions }: Pick<ConsentedApplication, "permissions">): boolean {
  return permissions.some(({ name }) => name === widening);
}

/**
 * The automation application first. A preview application without an ID is left out.
 * @param ids IDs of the command line, which count before those of the settings.
 * @throws VisibleError without the automation application's ID.
 */
export function consentedApplications(
  stack: string,
  settings: Settings,
  ids: ApplicationIds,
  now: Date,
): readonly ConsentedApplication[] {
  const { cloud, tenantId } = settings;
  const { automation, keeper, preview, connectors } = permissionsOf([{ stack, settings }], ids, now);
  const application = (
    use: ConsentedApplication["use"],
    { id, name }: MsspApplication,
    permissions: readonly RequestedPermission[],
  ): ConsentedApplication => ({
    use,
    id,
    ...(name === undefined ? {} : { name }),
    consentUrl: adminConsentUrl(cloud, tenantId, id),
    permissions: permissions.map(({ permission }) => ({ name: permission, words: consentName(permission) })),
  });
  const known = knownApplications(settings, ids);
  if (known.automation === undefined) throw missingAutomation(stack);
  return [
    application("automation", known.automation, automation),
    ...(known.keeper === undefined ? [] : [application("keeper", known.keeper, keeper)]),
    ...(known.preview === undefined ? [] : [application("preview", known.preview, preview)]),
    ...connectors.map(({ applicationId, permissions }) => application("connector", { id: applicationId }, permissions)),
  ];
}
