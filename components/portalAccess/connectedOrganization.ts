import * as pulumi from "@pulumi/pulumi";
import type { ConnectedOrganizationSource } from "@defender-mssp/microsoft";
import { DynamicResource, resourceMark } from "../dynamicResource";

export interface ConnectedOrganizationArgs {
  /** The customer's tenant ID, in which the organization is connected. A change replaces it. */
  tenantId: pulumi.Input<string>;
  /** Name of the organization, as the customer's administrators see it. */
  displayName: pulumi.Input<string>;
  /** What the organization is to the customer. The resource's mark is written behind it. */
  description: pulumi.Input<string>;
  /**
   * What the organization is known by: its tenant, or a domain of its. A change replaces it.
   *
   * That Graph takes the tenant form when one is created is **unverified**: it is in the documentation of the type, while Microsoft's example
   * creates one by a domain. The domain form is the one that is documented all through.
   * @example { tenantId: "5ec0de00-5ea1-4000-8000-000000000001" }
   * @example { domainName: "fabrikam-security.example" }
   */
  identitySource: pulumi.Input<ConnectedOrganizationSource>;
}

/**
 * A connected organization of the customer's entitlement management: its people may ask for access packages whose policies say so.
 * No provider has this resource, so it calls Graph: `/identityGovernance/entitlementManagement/connectedOrganizations`, v1.0.
 *
 * A tenant has one connected organization for an identity source at most. One that somebody else has made is adopted: `adopted` is
 * true, it is left as it is, and destroy leaves it there.
 *
 * Needs credentials in the environment (ARM_CLIENT_ID with a secret, a certificate or a federated token; not the provider's
 * configuration), and in the customer's tenant Microsoft Entra ID P2 or Microsoft Entra ID Governance.
 *
 * ## Least privileges
 * - the application permission `EntitlementManagement.ReadWrite.All` on Microsoft Graph;
 * - or the directory role `Identity Governance Administrator`.
 *
 * Follows Microsoft's "Grant managed security service provider (MSSP) access" (2026-07-29) and Graph's connectedOrganization.
 */
export class ConnectedOrganization extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly displayName: pulumi.Output<string>;
  declare public readonly description: pulumi.Output<string>;
  declare public readonly identitySource: pulumi.Output<ConnectedOrganizationSource>;
  /** What the organization is marked with in its description. */
  declare public readonly managedBy: pulumi.Output<string>;
  /** `configured`: also policies for "all configured connected organizations" take its people; `proposed`: they don't. */
  declare public readonly state: pulumi.Output<string>;
  /** It was there before this stack, made by somebody else. */
  declare public readonly adopted: pulumi.Output<boolean>;

  /** The type's token is `pulumi-nodejs:dynamic/defender-mssp:ConnectedOrganization`; the ID is the organization's in Graph. */
  constructor(name: string, args: ConnectedOrganizationArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "ConnectedOrganization",
      name,
      { ...args, managedBy: resourceMark(name), state: undefined, adopted: undefined },
      // Graph refuses to delete one that a policy names: the new one first, then the policies change, then the old one goes.
      pulumi.mergeOptions({ deleteBeforeReplace: false }, opts),
    );
  }
}
