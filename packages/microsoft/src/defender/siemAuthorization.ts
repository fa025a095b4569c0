/**
 * The call that authorizes an application for the legacy alert API: what "Authorize application"
 * does on the portal's page Settings > SIEM > MSSP. **Microsoft publishes no API for it; this one
 * is the project's own**: the sandbox serves it, and an operator's gateway may. The token is for
 * the customer's tenant and WindowsDefenderATP; the token's tenant is the one that is changed.
 *
 *     GET    {endpoint}/siemAuthorizations/{applicationId}    200, 404
 *     PUT    {endpoint}/siemAuthorizations/{applicationId}    201 made, 200 replaced: {msspTenantId, managedBy}
 *     DELETE {endpoint}/siemAuthorizations/{applicationId}    204, 404
 */
import { ServiceError } from "@defender-mssp/errors";
import { request, withoutSecrets, type Answer } from "../http";
import { goneStatuses, isGone } from "../graph/gone";
import { portalRequest, type PortalCall } from "./portalCall";

/** An application that is authorized for the legacy alert API. */
export interface SiemAuthorization {
  /** Application (client) ID. */
  applicationId: string;
  /** The tenant ID that is entered beside it: the MSSP's. */
  msspTenantId: string;
  /** The owner's mark; null for an authorization that a person made. */
  managedBy: string | null;
  /** The only state: a missing authorization does not exist. */
  status: "authorized";
}

/** A call to the server, about one application. */
export interface SiemAuthorizationCall extends PortalCall {
  applicationId: string;
}

/** The current authorization; undefined if there is none. */
export async function getSiemAuthorization(call: SiemAuthorizationCall): Promise<SiemAuthorization | undefined> {
  const answer = await request(addressOf(call), { ...portalRequest(call), accept: goneStatuses });
  return isGone(answer) ? undefined : checked(answer, "GET", call);
}

/** Creates or replaces the authorization. */
export async function putSiemAuthorization(
  call: SiemAuthorizationCall,
  { msspTenantId, managedBy }: { msspTenantId: string; managedBy: string },
): Promise<SiemAuthorization> {
  return checked(
    await request(addressOf(call), { ...portalRequest(call), method: "PUT", json: { msspTenantId, managedBy } }),
    "PUT",
    call,
  );
}

/** Deletes the authorization; a missing one is accepted. */
export async function deleteSiemAuthorization(call: SiemAuthorizationCall): Promise<void> {
  await request(addressOf(call), { ...portalRequest(call), method: "DELETE", accept: goneStatuses });
}

function addressOf(call: SiemAuthorizationCall): string {
  return `${call.endpoint}/siemAuthorizations/${encodeURIComponent(call.applicationId)}`;
}

/** Only the server's `authorized` counts: a proxy's page with status 200 does not. */
function checked({ status, body }: Answer, method: string, call: SiemAuthorizationCall): SiemAuthorization {
  const found = (body ?? {}) as Partial<SiemAuthorization>;
  const same = found.applicationId?.toLowerCase() === call.applicationId.toLowerCase();
  if (!same || found.status !== "authorized" || typeof found.msspTenantId !== "string") {
    const message = `this is not the authorization of application ${call.applicationId}`;
    throw new ServiceError({ status, message, method, url: withoutSecrets(addressOf(call)) });
  }
  return {
    applicationId: call.applicationId,
    msspTenantId: found.msspTenantId,
    managedBy: found.managedBy ?? null,
    status: "authorized",
  };
}
