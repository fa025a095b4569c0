import { delegatedAdminNodes, type TenantReader } from "@defender-mssp/tenant";
import { EnvironmentError, ServiceError } from "@defender-mssp/microsoft";
import { failed, notChecked, passed, type Check } from "@defender-mssp/siem/verify/check";
import { gdapRelationship } from "../../../domain/kinds/trusts";

/**
 * Whether granular delegated admin privileges (GDAP) stand beside a governance relationship: Microsoft
 * says that they exclude each other between the same two tenants. Graph shows them in the MSSP's
 * tenant, which many identities can't read: that is no failure. Source: Microsoft, "Cross-tenant
 * delegated administration", 2026-07-27.
 */
export async function gdapExclusion(tenant: Pick<TenantReader, "msspGraph" | "owner">): Promise<Check> {
  const name = "GDAP beside governance";
  try {
    const [relationship] = await delegatedAdminNodes(tenant);
    if (relationship === undefined) return passed(name, "no GDAP relationship exists between the two tenants");
    const gives = relationship.gives.map(({ what }) => what).join(", ");
    return failed(
      name,
      `the GDAP relationship "${relationship.name}" exists (${gives}), and excludes a governance relationship between the same tenants. ` +
        gdapRelationship.removal.step,
    );
  } catch (error) {
    if (!(error instanceof EnvironmentError) && !(error instanceof ServiceError)) throw error;
    const [permission] = gdapRelationship.read;
    return notChecked(name, `not checked: requires ${permission} in the MSSP's tenant`);
  }
}
