/**
 * The call that authorizes an application for the legacy alert API: what "Authorize application" does on the portal's page
 * Settings > SIEM > MSSP. **Microsoft publishes no API for it; this one is ours**: the sandbox speaks it, and so may a gateway of an
 * operator's. The token is for the customer's tenant and WindowsDefenderATP; the token's tenant is the one that is changed.
 *
 *     GET    {endpoint}/siemAuthorizations/{applicationId}    200, 404
 *     PUT    {endpoint}/siemAuthorizations/{applicationId}    201 made, 200 replaced: {msspTenantId, managedBy}
 *     DELETE {endpoint}/siemAuthorizations/{applicationId}    204, 404
 */
import { ServiceError } from "../errors";
import { request, withoutSecrets, type Answer } from "../http";
import { goneStatuses, isGone } from "../graph/gone";
import { portalRequest, type PortalCall } from "./portalCall";

/** An application that is authorized for the legacy alert API. */
export interface SiemAuthorization {
  /** Application (client) ID. */
  applicationId: string;
  /** The tenant ID that is entered beside it: the MSSP's. */
  msspTenantId: string;
  /** Who made it and looks after it; null where a person did, by hand. */
  managedBy: string | null;
  /** The only one there is: what isn't authorized isn't there. */
  status: "authorized";
}

/** A call to the server, about one application. */
export interface SiemAuthorizationCall extends PortalCall {
  applicationId: string;
}

/** The authorization as it is; undefined where there is none. */
export async function getSiemAuthorization(call: SiemAuthorizationCall): Promise<SiemAuthorization | undefined> {
  const answer = await request(addressOf(call), { ...portalRequest(call), accept: goneStatuses });
  return isGone(answer) ? undefined : checked(answer, "GET", call);
}

/** Makes the authorization, or replaces it. */
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

/** Takes the authorization away; that there is none is fine. */
export async function deleteSiemAuthorization(call: SiemAuthorizationCall): Promise<void> {
  await request(addressOf(call), { ...portalRequest(call), method: "DELETE", accept: goneStatuses });
}

function addressOf(call: SiemAuthorizationCall): string {
  return `${call.endpoint}/siemAuthorizations/${encodeURIComponent(call.applicationId)}`;
}

/** `authorized` is only what a server has said: an answer without it is no answer, such as a proxy's page with status 200. */
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
