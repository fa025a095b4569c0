/**
 * Trust of the MSSP's tenant that the stack does not declare. Reading needs `Policy.Read.All`.
 */
import { getAccessPartner, graphAccessPartners, type AccessPartner } from "@defender-mssp/microsoft";
import { upRefresh, type FoundAddition } from "./addition";
import { azRest } from "../azRest";
import { conditionalAccessAdditions } from "./sightingAdditions";
import type { AdditionsTenant } from "./tenant";

/** Each value of the entry that trusts or accepts: the resource's input, and where Graph has it. */
const values = [
  ["isMfaAccepted", "inboundTrust", "isMfaAccepted", "trust of multifactor authentication"],
  ["isCompliantDeviceAccepted", "inboundTrust", "isCompliantDeviceAccepted", "trust of compliant devices"],
  [
    "isHybridAzureADJoinedDeviceAccepted",
    "inboundTrust",
    "isHybridAzureADJoinedDeviceAccepted",
    "trust of hybrid joined devices",
  ],
  ["inboundConsentAllowed", "automaticUserConsentSettings", "inboundAllowed", "automatic redemption of invitations"],
] as const;

export async function trustAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  return [...(await partnerAdditions(tenant)), ...(await conditionalAccessAdditions(tenant))];
}

/** What the entry had before the stack is the customer's. */
async function partnerAdditions({ call, deployed, graph, settings }: AdditionsTenant): Promise<FoundAddition[]> {
  const { msspTenantId } = settings;
  const partner = await getAccessPartner(call, msspTenantId);
  if (partner === undefined) return [];
  const resources = deployed.all("partnerEntry");
  const earlier = resources.flatMap(({ inputs, outputs }) => [earlierValues(inputs), earlierValues(outputs)]);
  return values.flatMap(([input, property, name, what]): FoundAddition[] => {
    if (!isOn(partner, property, name) || earlier.some((entry) => isOn(entry, property, name))) return [];
    const declared = resources.flatMap(({ inputs }) => (inputs[input] === undefined ? [] : [inputs[input]]));
    if (declared.includes(true)) return [];
    const json = { [property]: { ...(partner[property] as object), [name]: false } };
    return [
      {
        kind: "trust",
        to: `the partner ${msspTenantId} of the cross-tenant access policy`,
        what,
        id: msspTenantId,
        targets: [msspTenantId],
        step:
          declared.length > 0 ? upRefresh : azRest("PATCH", `${graph}${graphAccessPartners.item(msspTenantId)}`, json),
      },
    ];
  });
}

/** The entry before the stack's first change, as JSON in the state. */
function earlierValues({ found }: Readonly<Record<string, unknown>>): Partial<AccessPartner> {
  if (typeof found !== "string" || found === "") return {};
  try {
    return (JSON.parse(found) as Partial<AccessPartner> | null) ?? {};
  } catch {
    return {};
  }
}

function isOn(entry: Partial<AccessPartner>, property: string, name: string): boolean {
  return ((entry[property] ?? {}) as Readonly<Record<string, unknown>>)[name] === true;
}
