/** Settings of the Defender portal, which no public API has. */
import { getNotificationRule, getSiemAuthorization } from "@defender-mssp/microsoft";
import type { KindCalls, KindTenant, ObjectIdentity, Presence } from "./kindCalls";

export const notificationRule = {
  presence: rulePresence,
} satisfies KindCalls;

const rulesPage = "Microsoft Defender portal > Settings > Microsoft Defender XDR > Email notifications";

async function rulePresence({ defender }: KindTenant, { id }: ObjectIdentity): Promise<Presence> {
  if (defender === undefined) return { state: "notVisible", reason: `no public API shows it. Look at ${rulesPage}` };
  return { state: (await getNotificationRule(defender, id)) === undefined ? "notFound" : "found" };
}

export const siemAuthorization = {
  presence: authorizationPresence,
} satisfies KindCalls;

const authorizationsPage = "Microsoft Defender portal > Settings > Endpoints > SIEM";

async function authorizationPresence({ defender }: KindTenant, { id }: ObjectIdentity): Promise<Presence> {
  if (defender === undefined)
    return { state: "notVisible", reason: `no public API shows it. Look at ${authorizationsPage}` };
  const authorization = await getSiemAuthorization({ ...defender, applicationId: id });
  return { state: authorization === undefined ? "notFound" : "found" };
}
