import { getSiemAuthorization } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import type { KindCalls, KindTenant, ObjectIdentity, Presence } from "./kindCalls";

export const siemAuthorization: KindCalls = {
  presence: authorizationPresence,
  search: notApplicable("no public API lists the authorizations of a tenant"),
  held: notApplicable("it is nothing that a principal holds"),
};

const portal = "Microsoft Defender portal > Settings > Endpoints > SIEM";

async function authorizationPresence({ defender }: KindTenant, { id }: ObjectIdentity): Promise<Presence> {
  if (defender === undefined) return { state: "notVisible", reason: `no public API shows it. Look at ${portal}` };
  const authorization = await getSiemAuthorization({ ...defender, applicationId: id });
  return { state: authorization === undefined ? "notFound" : "found" };
}
