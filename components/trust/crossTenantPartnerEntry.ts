import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";

export interface CrossTenantPartnerEntryArgs {
  /** The customer's tenant ID, a UUID. A change replaces the resource. */
  tenantId: pulumi.Input<string>;
  /** Tenant ID of the partner, a UUID: the MSSP's. A change replaces the resource. */
  partnerTenantId: pulumi.Input<string>;
}

/**
 * The entry for a partner in the customer's cross-tenant access policy, as such. Where there is
 * none, this resource makes one that says nothing, so every value is the tenant's default. It
 * records what the entry said, for `CrossTenantPartner`.
 *
 * An entry has no place for a mark. The engine writes this resource to the state before
 * `CrossTenantPartner` changes the entry: if it is killed after that change, the next `up` still
 * knows whose entry it is, and `destroy` takes the change back. `destroy` deletes an entry that this
 * resource made, unless somebody has added something.
 *
 * Follows Microsoft Graph, crossTenantAccessPolicyConfigurationPartner.
 *
 * ## Least privileges
 * Those of `CrossTenantPartner`.
 *
 * @example
 * const entry = new CrossTenantPartnerEntry("fabrikam-entry", { tenantId, partnerTenantId: msspTenantId });
 * new CrossTenantPartner("fabrikam", {
 *   tenantId,
 *   partnerTenantId: msspTenantId,
 *   isMfaAccepted: true,
 *   found: entry.found,
 * });
 */
export class CrossTenantPartnerEntry extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly partnerTenantId: pulumi.Output<string>;
  /** Whether this resource made the entry. */
  declare public readonly isOwn: pulumi.Output<boolean>;
  /** What the entry said when this resource found or made it, as JSON. */
  declare public readonly found: pulumi.Output<string>;

  /** The resource ID is the partner's tenant ID. */
  constructor(name: string, args: CrossTenantPartnerEntryArgs, opts?: pulumi.CustomResourceOptions) {
    super("CrossTenantPartnerEntry", name, { ...args, isOwn: undefined, found: undefined }, opts);
  }
}
