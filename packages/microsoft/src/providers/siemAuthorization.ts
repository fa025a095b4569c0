/**
 * What the dynamic resource `DefenderSiemAuthorization` does. The resource's state holds nothing but a call of this module, so `up`,
 * `refresh` and `destroy` always run today's code, and none of it is ever written to a state. Its modes, and what is adopted:
 * `portalResource.ts`.
 */
import { clouds, type CloudName } from "../clouds";
import { checkUuid } from "./provider";
import { portalResource, type PortalInputs, type PortalMode, type PortalState } from "./portal";
import {
  deleteSiemAuthorization,
  getSiemAuthorization,
  putSiemAuthorization,
  type SiemAuthorization,
} from "../defender/siemAuthorization";

/** `endpoint`: real calls to a server. `manual`: a person does it in the portal; nothing is called. */
export type SiemAuthorizationMode = PortalMode;

export type SiemAuthorizationInputs = PortalInputs & {
  /** Application (client) ID. */
  applicationId: string;
  /** The MSSP's tenant ID. */
  msspTenantId: string;
};

/** The resource's outputs: its inputs, and what was found. */
export type SiemAuthorizationState = PortalState<SiemAuthorizationInputs, "authorized">;

/** The methods of a Pulumi dynamic provider. */
export const siemAuthorizationResource = portalResource<SiemAuthorizationInputs, SiemAuthorization, "authorized">({
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
    `made by ${found.managedBy ?? "somebody by hand"}; this stack wants ${inputs.msspTenantId} and doesn't change what isn't its own. ` +
    `Take that authorization away there, or set msspTenantId to ${found.msspTenantId}.`,
});

/**
 * What a person does in the portal where no server does it: one line a step. Follows Microsoft's "Configure managed security
 * service provider integration" (2018-09-03), step 3; the page is gone from portals that no longer have the SIEM API.
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
