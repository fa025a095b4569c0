import { getAccessPartner, graphAccessPartners, type AccessPartner } from "@defender-mssp/microsoft";
import { deletionStep } from "./graphPresence";
import type { KindCalls, KindTenant, Presence, Sighting } from "./kindCalls";

export const partnerEntry = {
  presence: entryPresence,
  search: entry,
} satisfies KindCalls;

async function entryPresence({ graph, owner }: KindTenant): Promise<Presence> {
  return { state: (await getAccessPartner(graph, owner.msspTenantId)) === undefined ? "notFound" : "found" };
}

/** The entry of the MSSP's tenant, whoever made it: a tenant has at most one. */
async function entry(tenant: KindTenant): Promise<Sighting[]> {
  const { msspTenantId } = tenant.owner;
  const partner = await getAccessPartner(tenant.graph, msspTenantId);
  if (partner === undefined) return [];
  return [
    {
      kind: "partnerEntry",
      id: msspTenantId,
      name: msspTenantId,
      whose: "thisMssp",
      evidence: "it is the entry of the MSSP's tenant",
      gives: trustTexts(partner),
      step: deletionStep(tenant, graphAccessPartners.item(msspTenantId)),
    },
  ];
}

/** What the entry trusts or accepts by itself: values of the default are not the entry's. */
function trustTexts({ inboundTrust, automaticUserConsentSettings: consent }: AccessPartner): string[] {
  return [
    ...(inboundTrust?.isMfaAccepted === true ? ["the MSSP's multifactor authentication is trusted"] : []),
    ...(inboundTrust?.isCompliantDeviceAccepted === true ? ["the MSSP's compliant devices are trusted"] : []),
    ...(inboundTrust?.isHybridAzureADJoinedDeviceAccepted === true
      ? ["the MSSP's hybrid joined devices are trusted"]
      : []),
    ...(consent?.inboundAllowed === true ? ["the MSSP's people need not consent to their invitation"] : []),
  ];
}
