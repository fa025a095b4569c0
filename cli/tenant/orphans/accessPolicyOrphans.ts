/** Conditional Access policies of the stack's name that its state does not have. */
import { type TenantReader } from "@defender-mssp/tenant";
import { conditionalAccessPolicy } from "../../../domain/kinds/trusts";
import { graphAccessPolicies, listAccessPolicies } from "@defender-mssp/microsoft";
import { accessPolicyName } from "../../../domain/naming";
import type { Settings } from "../../../settings";
import type { Deployed } from "../deployed";
import { deletionOf, undated, type Orphan } from "./orphan";

/** A policy has no place for a mark: its name and its people are all that a lost one shows. */
export async function accessPolicyOrphans(
  { graph }: Pick<TenantReader, "graph">,
  { msspName, msspTenantId }: Pick<Settings, "msspName" | "msspTenantId">,
  deployed: Deployed,
): Promise<readonly Orphan[]> {
  const name = accessPolicyName(msspName);
  return (await listAccessPolicies(graph))
    .filter(({ id, displayName, conditions }) => {
      const tenants = conditions?.users?.includeGuestsOrExternalUsers?.externalTenants?.members ?? [];
      return (
        displayName === name && tenants.some((tenant) => tenant.toLowerCase() === msspTenantId) && !deployed.has(id)
      );
    })
    .map(({ id, createdDateTime }) => ({
      ...undated(
        `${conditionalAccessPolicy.singular} "${name}"`,
        id,
        {
          owner: "unknown",
          text: "its name, and that it is for guests of the MSSP's tenant: a policy has no place for a mark",
        },
        deployed.creatingNamed(conditionalAccessPolicy, name) !== undefined,
      ),
      createdOn: createdDateTime ?? "",
      removal: deletionOf(graphAccessPolicies.item(id)),
    }));
}
