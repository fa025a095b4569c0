import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";
import { resourceMark } from "../mark";

export interface CrossTenantPartnerArgs {
  /** The customer's tenant ID, a UUID. A change replaces the resource. */
  tenantId: pulumi.Input<string>;
  /** Tenant ID of the partner, a UUID: the MSSP's. A change replaces the resource. */
  partnerTenantId: pulumi.Input<string>;
  /**
   * Whether multifactor authentication in the partner's tenant counts.
   * @default left as it is
   */
  isMfaAccepted?: pulumi.Input<boolean>;
  /**
   * Whether a device that is compliant in the partner's tenant counts as compliant.
   * @default left as it is
   */
  isCompliantDeviceAccepted?: pulumi.Input<boolean>;
  /**
   * Whether a device that is hybrid joined in the partner's tenant counts as such.
   * @default left as it is
   */
  isHybridAzureADJoinedDeviceAccepted?: pulumi.Input<boolean>;
  /**
   * Whether invitations of the partner's users are accepted without asking them. The partner's
   * tenant must allow it, too: `automaticUserConsentSettings.outboundAllowed`.
   * @default left as it is
   */
  inboundConsentAllowed?: pulumi.Input<boolean>;
  /**
   * Object ID of a group of the partner's tenant: only its members may come by B2B collaboration.
   * @default left as it is
   */
  limitToGroup?: pulumi.Input<string>;
  /**
   * Application ID: the partner's users may only use this application by B2B collaboration.
   * @default left as it is
   */
  limitToApplication?: pulumi.Input<string>;
  /**
   * What the entry said before the first change, as JSON: `found` of a `CrossTenantPartnerEntry`. It
   * keeps that known if the engine is killed during the change.
   * @default what the entry says when this resource is created
   */
  found?: pulumi.Input<string>;
}

/**
 * A stack's part of the entry for a partner in the customer's cross-tenant access policy. An
 * existing entry keeps all other values. `destroy` puts back what each value was before, and deletes
 * the entry only if this resource made it and nobody has added anything.
 *
 * The azuread provider has no such resource; this one calls Microsoft Graph v1.0,
 * `/policies/crossTenantAccessPolicy/partners`. An existing limit of the customer's on B2B
 * collaboration is an error; it is not replaced. A tenant has one entry for a partner, without room
 * for a mark: one stack may set it.
 *
 * Follows Microsoft Graph, crossTenantAccessPolicyConfigurationPartner.
 *
 * ## Least privileges
 * - application permission on Microsoft Graph: `Policy.ReadWrite.CrossTenantAccess`;
 * - or, for a signed-in user, the directory role `Security Administrator`.
 *
 * The credentials are those of the environment (ARM_CLIENT_ID with a secret, a certificate or a
 * federated token), not those of a provider. Trust and limits need Microsoft Entra ID P1.
 *
 * @example
 * new CrossTenantPartner("fabrikam", { tenantId, partnerTenantId: msspTenantId, isMfaAccepted: true });
 */
export class CrossTenantPartner extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly partnerTenantId: pulumi.Output<string>;
  declare public readonly isMfaAccepted: pulumi.Output<boolean | undefined>;
  declare public readonly isCompliantDeviceAccepted: pulumi.Output<boolean | undefined>;
  declare public readonly isHybridAzureADJoinedDeviceAccepted: pulumi.Output<boolean | undefined>;
  declare public readonly inboundConsentAllowed: pulumi.Output<boolean | undefined>;
  declare public readonly limitToGroup: pulumi.Output<string | undefined>;
  declare public readonly limitToApplication: pulumi.Output<string | undefined>;
  declare public readonly found: pulumi.Output<string | undefined>;
  /** Mark of the resource. Only the state has it. */
  declare public readonly managedBy: pulumi.Output<string>;
  /** Whether another party made the entry before this stack. */
  declare public readonly adopted: pulumi.Output<boolean>;
  /** What the changed properties were before, as JSON. */
  declare public readonly before: pulumi.Output<string>;

  /** The resource ID is the partner's tenant ID. */
  constructor(name: string, args: CrossTenantPartnerArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "CrossTenantPartner",
      name,
      { ...args, managedBy: resourceMark(name), adopted: undefined, before: undefined },
      opts,
    );
  }
}
