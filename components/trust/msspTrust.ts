import {
  authenticationStrengths,
  defenderPortalAppId,
  type CrossTenantTrust,
  type MsspConditionalAccess,
} from "@defender-mssp/microsoft";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { setOutputs } from "../outputs";
import { CrossTenantPartner } from "./crossTenantPartner";
import { CrossTenantPartnerEntry } from "./crossTenantPartnerEntry";
import { accessPolicyName } from "../../domain/naming";
import { component } from "../../domain/resourceTypes";

export interface MsspTrustArgs {
  /** The customer's tenant ID, a UUID. */
  readonly tenantId: pulumi.Input<string>;
  /** The MSSP's tenant ID, a UUID. */
  readonly msspTenantId: pulumi.Input<string>;
  /** The MSSP's name, for the policy's name. */
  readonly msspName: pulumi.Input<string>;
  /**
   * What the customer's tenant trusts of the MSSP's.
   * @default nothing is changed
   */
  readonly crossTenantTrust?: CrossTenantTrust;
  /**
   * The customer's own Conditional Access policy for the users of the MSSP's tenant.
   * @default none
   */
  readonly conditionalAccess?: MsspConditionalAccess;
}

/**
 * Trust of the MSSP's tenant: its partner entry in the customer's cross-tenant access policy, and a
 * Conditional Access policy for its users.
 *
 * The policy includes the guests of the MSSP's tenant and nobody else: the customer's own users,
 * emergency access accounts among them, are out of its reach whatever the settings say.
 *
 * ## Least privileges
 * Those of `CrossTenantPartner`; for the policy the application permissions
 * `Policy.ReadWrite.ConditionalAccess` and `Policy.Read.All` on Microsoft Graph. Both need Microsoft
 * Entra ID P1.
 *
 * @example
 * new MsspTrust(
 *   "trust",
 *   { tenantId, msspTenantId, msspName: "Fabrikam Security", crossTenantTrust: { mfa: true } },
 *   { provider },
 * );
 */
export class MsspTrust extends pulumi.ComponentResource {
  /** Object ID of the Conditional Access policy. Omitted without one. */
  declare public readonly policyId?: pulumi.Output<string>;

  constructor(name: string, args: MsspTrustArgs, opts?: pulumi.ComponentResourceOptions) {
    super(component("MsspTrust"), name, {}, opts);
    const { crossTenantTrust: trust, conditionalAccess } = args;
    const partner = trust && this.trust(name, args, trust);
    // A policy is enforced after the trust that it relies on, and goes before it.
    const dependsOn = partner === undefined ? [] : [partner];
    const policy =
      conditionalAccess &&
      new azuread.ConditionalAccessPolicy(`${name}-policy`, policyOf(args, conditionalAccess), {
        parent: this,
        dependsOn,
      });
    this.registerOutputs(setOutputs<MsspTrust>(this, { policyId: policy?.objectId }));
  }

  private trust(name: string, { tenantId, msspTenantId }: MsspTrustArgs, trust: CrossTenantTrust): CrossTenantPartner {
    const entry = new CrossTenantPartnerEntry(
      `${name}-partner-entry`,
      { tenantId, partnerTenantId: msspTenantId },
      { parent: this },
    );
    return new CrossTenantPartner(
      `${name}-partner`,
      {
        tenantId,
        partnerTenantId: msspTenantId,
        isMfaAccepted: trust.mfa,
        isCompliantDeviceAccepted: trust.compliantDevice,
        isHybridAzureADJoinedDeviceAccepted: trust.hybridJoinedDevice,
        inboundConsentAllowed: trust.automaticConsent,
        limitToGroup: trust.limitToGroup,
        limitToApplication: trust.limitToDefenderPortal === true ? defenderPortalAppId : undefined,
        found: entry.found,
      },
      { parent: this },
    );
  }
}

function policyOf(
  { msspName, msspTenantId }: MsspTrustArgs,
  { mode, strength, compliantDevice, signInFrequencyHours }: MsspConditionalAccess,
): azuread.ConditionalAccessPolicyArgs {
  return {
    displayName: pulumi.output(msspName).apply(accessPolicyName),
    state: mode === "enforce" ? "enabled" : "enabledForReportingButNotEnforced",
    conditions: {
      applications: { includedApplications: ["All"] },
      clientAppTypes: ["all"],
      users: {
        includedGuestsOrExternalUsers: [
          {
            guestOrExternalUserTypes: ["b2bCollaborationGuest", "b2bCollaborationMember"],
            externalTenants: [{ membershipKind: "enumerated", members: [msspTenantId] }],
          },
        ],
      },
    },
    grantControls: {
      operator: "AND",
      builtInControls: compliantDevice ? ["compliantDevice"] : [],
      authenticationStrengthPolicyId: `/policies/authenticationStrengthPolicies/${authenticationStrengths[strength]}`,
    },
    ...(signInFrequencyHours === undefined
      ? {}
      : { sessionControls: { signInFrequency: signInFrequencyHours, signInFrequencyPeriod: "hours" } }),
  };
}

/** What a person must know or do about the trust, one sentence each. */
export function trustSteps(trust: CrossTenantTrust | undefined, msspTenantId: string): string[] {
  const { automaticConsent, limitToGroup, limitToDefenderPortal } = trust ?? {};
  const people = limitToGroup === undefined ? "users" : `members of the group ${limitToGroup}`;
  const place =
    limitToDefenderPortal === true ? ", and only for the Defender portal (which includes Purview and Intune)" : "";
  return [
    ...(limitToGroup !== undefined || limitToDefenderPortal === true
      ? [
          `Check that nobody else of the MSSP's tenant ${msspTenantId} works in this tenant: only ${people} of that ` +
            `tenant can be guests${place}. Entra refuses all others of it.`,
        ]
      : []),
    ...(automaticConsent === true
      ? [
          "In the MSSP's tenant, an administrator allows automatic redemption for this tenant, too: Entra admin center > External Identities > " +
            "Cross-tenant access settings > Outbound access > Trust settings.",
        ]
      : []),
  ];
}
