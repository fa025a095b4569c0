/**
 * Trust of the MSSP's tenant that the stack does not declare. Reading needs `Policy.Read.All`.
 */
import { azRest, chain, isOn, msspTenants, readEntry } from "@defender-mssp/tenant";
import { isDeepStrictEqual } from "node:util";
import { getAccessPartner, graphAccessPartners, type AccessPartner } from "@defender-mssp/microsoft";
import { upRefresh, type FoundAddition } from "./addition";
import { nodeAdditions } from "./nodeAdditions";
import type { AdditionsTenant } from "./tenant";

/** The resource's input that declares a value of the entry. */
const inputs: Readonly<Record<string, readonly string[]>> = {
  isMfaAccepted: ["isMfaAccepted"],
  isCompliantDeviceAccepted: ["isCompliantDeviceAccepted"],
  isHybridAzureADJoinedDeviceAccepted: ["isHybridAzureADJoinedDeviceAccepted"],
  inboundAllowed: ["inboundConsentAllowed"],
  b2bCollaborationInbound: ["limitToApplication", "limitToGroup"],
};

export async function trustAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const tenants = msspTenants(tenant.settings);
  const policies = await nodeAdditions(tenant, { kind: "conditionalAccessPolicy", name: "Conditional Access policy" });
  return [
    ...(await Promise.all(tenants.map((id) => partnerAdditions(tenant, id)))).flat(),
    // An exclusion lets the MSSP's people sign in with less.
    ...policies.map((addition) => ({
      ...addition,
      step:
        `take tenant ${tenants.join(" or ")} out of the policy in the Entra admin center (Protection > Conditional Access), ` +
        `or delete the policy: ${addition.step}`,
    })),
  ];
}

/** What the entry had before the stack is the customer's. */
async function partnerAdditions(
  { call, deployed, graph }: AdditionsTenant,
  msspTenantId: string,
): Promise<FoundAddition[]> {
  const partner = await getAccessPartner(call, msspTenantId);
  if (partner === undefined) return [];
  const resources = deployed.all("partnerEntry");
  const earlier = resources.flatMap(({ inputs, outputs }) => [earlierValues(inputs), earlierValues(outputs)]);
  const { grants, unsure } = await readEntry(call, msspTenantId, partner);
  const added = grants.filter(
    ({ property, name }) => !earlier.some((entry) => hadBefore(entry, partner, property, name)),
  );
  const to = `the partner ${msspTenantId} of the cross-tenant access policy`;
  const entry = `${graph}${graphAccessPartners.item(msspTenantId)}`;
  const unknown = unsure.map((what) => ({
    what: `a part that this program does not know: ${what}`,
    chains: [],
    step: `look at it: az rest --url '${entry}'`,
  }));
  const undeclared = added.flatMap(({ what, way, property, name }) => {
    const declared = resources.flatMap(({ inputs: of }) =>
      (inputs[name ?? property] ?? []).flatMap((input) => of[input] ?? []),
    );
    if (declared.some((value) => value !== false)) return [];
    const chains = [chain({ kind: "partnerEntry", principal: msspTenantId, object: name ?? property, way })];
    return [{ what, chains, step: declared.length > 0 ? upRefresh : undo(entry, partner, property, name) }];
  });
  return [...undeclared, ...unknown].map(({ what, chains, step }) => ({
    kind: "trust",
    to,
    what,
    id: msspTenantId,
    chains,
    targets: [msspTenantId],
    step,
  }));
}

/** The command that takes one value out of the entry. */
function undo(entry: string, partner: AccessPartner, property: string, name: string | undefined): string {
  if (property === "identitySynchronization") return azRest("DELETE", `${entry}/${property}`);
  const value = name === undefined ? null : { ...(partner[property] as object), [name]: false };
  return azRest("PATCH", entry, { [property]: value });
}

function hadBefore(
  earlier: Partial<AccessPartner>,
  partner: AccessPartner,
  property: string,
  name: string | undefined,
): boolean {
  if (name !== undefined) return isOn(earlier, property, name);
  return earlier[property] !== undefined && isDeepStrictEqual(earlier[property], partner[property]);
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
