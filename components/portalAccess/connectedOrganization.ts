import * as pulumi from "@pulumi/pulumi";
import type { ConnectedOrganizationSource } from "@defender-mssp/microsoft";
import { DynamicResource } from "../dynamicResource";
import { resourceMark } from "../mark";

export interface ConnectedOrganizationArgs {
  /** The customer's tenant ID, a UUID. A change replaces the connected organization. */
  tenantId: pulumi.Input<string>;
  /** Name of the organization in the customer's Entra admin center. */
  displayName: pulumi.Input<string>;
  /** Description in the customer's Entra admin center. The mark of the resource is appended. */
  description: pulumi.Input<string>;
  /**
   * Identifies the organization by its tenant or by a domain. A change replaces the connected
   * organization.
   *
   * **Unverified**: that Graph accepts the tenant form in a create request. The type's
   * documentation has it; Microsoft's example uses a domain.
   * @example { tenantId: "5ec0de00-5ea1-4000-8000-000000000001" }
   * @example { domainName: "fabrikam-security.example" }
   */
  identitySource: pulumi.Input<ConnectedOrganizationSource>;
}

/**
 * A connected organization in the customer's entitlement management: its people can request the
 * access packages whose policies allow it. The azuread provider has no such resource; this one
 * calls Microsoft Graph v1.0, `/identityGovernance/entitlementManagement/connectedOrganizations`.
 *
 * A tenant has at most one connected organization for an identity source. An existing one that
 * another party created is adopted: it is not changed, and `destroy` keeps it.
 *
 * Follows Microsoft's "Grant managed security service provider (MSSP) access" (2026-07-29) and
 * Graph's connectedOrganization.
 *
 * ## Least privileges
 * - application permission on Microsoft Graph: `EntitlementManagement.ReadWrite.All`;
 * - or, for a signed-in user, the directory role `Identity Governance Administrator`.
 *
 * The credentials are those of the environment (ARM_CLIENT_ID with a secret, a certificate or a
 * federated token), not those of a provider. The tenant needs Microsoft Entra ID P2 or Microsoft
 * Entra ID Governance.
 *
 * @example
 * const organization = new ConnectedOrganization("fabrikam", {
 *   tenantId,
 *   displayName: "Fabrikam Security",
 *   description: "Managed security service provider",
 *   identitySource: { domainName: "fabrikam-security.example" },
 * });
 */
export class ConnectedOrganization extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly displayName: pulumi.Output<string>;
  declare public readonly description: pulumi.Output<string>;
  declare public readonly identitySource: pulumi.Output<ConnectedOrganizationSource>;
  /** Mark of the resource in the description. */
  declare public readonly managedBy: pulumi.Output<string>;
  /**
   * `configured`: policies for "all configured connected organizations" include its people.
   * `proposed`: they do not.
   */
  declare public readonly state: pulumi.Output<string>;
  /** Whether another party created it before this stack. */
  declare public readonly adopted: pulumi.Output<boolean>;

  /** The resource ID is the ID of the connected organization in Graph. */
  constructor(name: string, args: ConnectedOrganizationArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "ConnectedOrganization",
      name,
      { ...args, managedBy: resourceMark(name), state: undefined, adopted: undefined },
      // Graph does not delete one that a policy names: create the new one, change the policies,
      // then delete the old one.
      pulumi.mergeOptions({ deleteBeforeReplace: false }, opts),
    );
  }
}
