/** A tenant of the sandbox, as the searches of every kind of access get it. */
import type { GraphCall } from "@defender-mssp/microsoft";
import type { AccessOwner, KindTenant } from "../../../cli/tenant/kinds/kindCalls";
import { rememberedReads } from "../../../cli/tenant/kinds/openTenant";

export function sandboxTenant(call: GraphCall, owner: AccessOwner): KindTenant {
  return {
    ...rememberedReads(call),
    freshReads: () => rememberedReads(call),
    graphUrl: "https://graph.microsoft.com",
    msspGraph: () => Promise.resolve(call),
    owner,
    defender: undefined,
    azure: { handover: undefined, delegation: undefined },
  };
}
