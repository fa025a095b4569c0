/**
 * The logic of the dynamic resource `DefenderSiemAuthorization`. The state holds only a call of
 * this module, so `up`, `refresh` and `destroy` always run the installed version. `portal.ts`
 * describes the modes and adoption.
 */
import { clouds, type CloudName } from "../clouds";
import { checkUuid } from "./provider";
import { PortalResource, type PortalInputs, type PortalMode, type PortalState } from "./portal";
import {
  deleteSiemAuthorization,
  getSiemAuthorization,
  putSiemAuthorization,
  type SiemAuthorization,
} from "../defender/siemAuthorization";

/**
 * `endpoint`: the resource calls a server. `manual`: a person does the step in the portal; the
 * resource calls nothing.
 */
export type SiemAuthorizationMode = PortalMode;

export type SiemAuthorizationInputs = PortalInputs & {
  /** Application (client) ID. */
  applicationId: string;
  /** The MSSP's tenant ID. */
  msspTenantId: string;
};

/** The resource's outputs: its inputs and the result. */
export type SiemAuthorizationState = PortalState<SiemAuthorizationInputs, "authorized">;

/** The methods of a Pulumi dynamic provider. */
export const siemAuthorizationResource = new PortalResource<SiemAuthorizationInputs, SiemAuthorization, "authorized">({
  noun: "SIEM authorization",
  status: "authorized",
  permission: "manage portal system settings",
  identity: ["applicationId"],
  contents: ["msspTenantId"],
  check: (inputs) => ["applicationId", "msspTenantId"].flatMap((name) => checkUuid(inputs, name)),
  idOf: ({ applicationId }) => applicationId,
  get: (call, { applicationId }) => getSiemAuthorization({ ...call, applicationId }),
  put: (call, inputs) => putSiemAuthorization({ ...call, applicationId: inputs.applicationId }, inputs),
  delete: (call, { applicationId }) => deleteSiemAuthorization({ ...call, applicationId }),
  contentsOf: ({ msspTenantId }) => ({ msspTenantId: msspTenantId.toLowerCase() }),
  markOf: ({ managedBy }) => managedBy,
  conflict: (inputs, found) =>
    `Application ${inputs.applicationId} is already authorized for the MSSP tenant ${found.msspTenantId} in tenant ${inputs.tenantId}, ` +
    `created by ${found.managedBy ?? "a person"}. This stack needs the MSSP tenant ${inputs.msspTenantId} and does not change the authorizations of others. ` +
    `Remove that authorization in the portal, or set msspTenantId to ${found.msspTenantId}.`,
});

/**
 * The steps in the portal for mode `manual`, one a line. Source: Microsoft, "Configure managed
 * security service provider integration" (2018-09-03), step 3. Portals without the SIEM API no
 * longer have the page.
 */
export function manualSiemAuthorizationSteps(
  of: Pick<SiemAuthorizationInputs, "tenantId" | "applicationId" | "msspTenantId">,
  cloud: CloudName = "public",
): string[] {
  return [
    `Sign in to ${clouds[cloud].legacyPortal}?tid=${of.tenantId} with the permission "Manage portal system settings", or ask the customer to.`,
    "Open Settings > SIEM and select the MSSP tab.",
    `Enter the application ID ${of.applicationId} and the tenant ID ${of.msspTenantId}.`,
    'Select "Authorize application".',
  ];
}
