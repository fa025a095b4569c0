import { getNotificationRule } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import type { KindCalls, KindTenant, ObjectIdentity, Presence } from "./kindCalls";

export const notificationRule: KindCalls = {
  presence: rulePresence,
  search: notApplicable("no public API lists the rules of a tenant"),
  held: notApplicable("it is nothing that a principal holds"),
};

const portal = "Microsoft Defender portal > Settings > Microsoft Defender XDR > Email notifications";

async function rulePresence({ defender }: KindTenant, { id }: ObjectIdentity): Promise<Presence> {
  if (defender === undefined) return { state: "notVisible", reason: `no public API shows it. Look at ${portal}` };
  return { state: (await getNotificationRule(defender, id)) === undefined ? "notFound" : "found" };
}
