import { lastSegment, request } from "@defender-mssp/microsoft";
import { shellQuoted } from "../../base/shellWord";
import { apiVersion, azurePresence } from "./azureResources";
import type { KindCalls, KindTenant, Sighting } from "./kindCalls";

export const lighthouseAssignment = {
  presence: azurePresence("delegation"),
  search: delegations,
} satisfies KindCalls;

interface RegistrationAssignment {
  readonly id: string;
  readonly properties: {
    readonly registrationDefinition?: { readonly properties?: { readonly managedByTenantId?: string } };
  };
}

/** Delegations to the MSSP's tenant in the subscription that the settings name. */
async function delegations({ azure, delegatedSubscription: subscription, owner }: KindTenant): Promise<Sighting[]> {
  const { delegation } = azure;
  if (delegation === undefined || subscription === undefined) return [];
  const path = `/subscriptions/${subscription}/providers/Microsoft.ManagedServices/registrationAssignments`;
  const { body } = await request(
    `${delegation.endpoint}${path}?$expandRegistrationDefinition=true&api-version=${apiVersion(path)}`,
    { token: delegation.token },
  );
  const { value = [] } = body as { readonly value?: readonly RegistrationAssignment[] };
  return value
    .filter(
      ({ properties: { registrationDefinition } }) =>
        registrationDefinition?.properties?.managedByTenantId?.toLowerCase() === owner.msspTenantId.toLowerCase(),
    )
    .map(({ id }) => ({
      kind: "lighthouseAssignment",
      id,
      name: lastSegment(id),
      whose: "thisMssp",
      evidence: "its managing tenant is the MSSP's",
      gives: [`groups of the MSSP's tenant have roles in subscription ${subscription}`],
      step: `az managedservices assignment delete --assignment ${shellQuoted(id)}`,
    }));
}
