import {
  defaultConnectorAccess,
  legacyPortalUrl,
  portalUrl,
  tokenEndpoint,
  type CloudName,
  type ConnectorAccess,
  type NotificationRuleSettings,
  type CrossTenantTrust,
  type MsspConditionalAccess,
} from "@defender-mssp/microsoft";
import type * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import type { DefenderCalls } from "./defenderCalls";
import {
  inviteAnalyst,
  inviteRedeemUrls,
  objectIdsByEmail,
  type InvitedAnalyst,
  type OnboardedAnalyst,
} from "./guests/invitedAnalysts";
import type { OmittablePart } from "../domain/omittedParts";
import { isGrantedByAdministrator } from "../domain/prerequisiteSettings";
import type { OnboardingOutputs } from "../domain/programOutputs";
import { nextSteps } from "./nextSteps";
import { declareNotificationRules } from "./notifications/notificationRules";
import { setOutputs, type DeclaredOutputs, type OutputsOf } from "./outputs";
import { PortalAccess } from "./portalAccess/portalAccess";
import { defaultPortalAccess, type PortalAccessChoice } from "./portalAccess/portalAccessArgs";
import { declareCustomerConnector, type CustomerConnector } from "./siemConnector/customerConnector";
import { deployedSecrets } from "./siemConnector/deployedSecrets";
import type { SecretsBySlot } from "./siemConnector/secretPlan";
import { disabledConnectorStep } from "./siemConnector/reportDisabledConnector";
import type { ConnectorDescription, SiemConnector } from "./siemConnector/siemConnector";
import { MsspTrust } from "./trust/msspTrust";
import type { DeployedResources } from "./tenant/deployedResources";
import { component } from "../domain/resourceTypes";
import { accessResource, siemResource } from "../domain/resourceNames";
import { requireTenantProvider } from "./tenant/requireTenantProvider";

export interface CustomerOnboardingArgs {
  /**
   * The customer's name, at most 100 characters.
   * @example "Contoso"
   */
  readonly customerName: pulumi.Input<string>;
  /**
   * The customer's tenant ID, a UUID. The provider in the options must be for the same tenant.
   * @example "c0570500-0000-4000-8000-00000000000a"
   */
  readonly tenantId: pulumi.Input<string>;
  /**
   * Domain name, in lower case: the host of the SIEM connector's redirect URI, and the domain in
   * the links to My Access.
   * @example "contoso.com"
   */
  readonly customerDomain: pulumi.Input<string>;
  /**
   * The MSSP's name, at most 242 characters.
   * @example "Fabrikam Security"
   */
  readonly msspName: pulumi.Input<string>;
  /** The MSSP's tenant ID, a UUID. The SIEM connector is authorized for this tenant. */
  readonly msspTenantId: pulumi.Input<string>;
  /** The MSSP's analysts, each once. The order makes no difference. */
  readonly analysts: readonly OnboardedAnalyst[];
  /**
   * Text of the invitations. Excludes `invitationLanguage`.
   * @default Microsoft's text
   */
  readonly invitationMessage?: pulumi.Input<string>;
  /**
   * Language of Microsoft's text, a BCP 47 tag.
   * @default "en-US"
   */
  readonly invitationLanguage?: pulumi.Input<string>;
  /**
   * E-mail address that receives a copy of each invitation.
   * @default no copy
   */
  readonly invitationCopyTo?: pulumi.Input<string>;
  /**
   * Whether an existing member of the tenant, who is no guest, may be used as an analyst.
   * @default false
   */
  readonly adoptMembers?: pulumi.Input<boolean>;
  /**
   * The SIEM connector: its kind, the alert APIs that it may read, what else it may do (`profile`),
   * and its credential.
   * @default an app registration in the customer's tenant that reads alerts by Microsoft Graph, with
   * a client secret that is valid for 365 days
   */
  readonly connector?: ConnectorAccess;
  /**
   * Dates of the client secrets in the stack: `connectorSecrets(name, await deployedResources())`.
   * The rotation is planned by them.
   * @default none, which is right for a new stack only: an existing secret would be replaced
   */
  readonly connectorSecrets?: SecretsBySlot;
  /**
   * Names of the consents in the stack: `deployedConsents(await deployedResources())`. With
   * `connector.consent` `administrator` they stay in the tenant when the stack no longer has them.
   * @default none
   */
  readonly connectorConsents?: readonly string[];
  /**
   * Whether the customer has disabled the deployed connector, for `nextSteps`:
   * `await reportDisabledConnector(name, connector, await deployedResources(), { provider })`.
   * @default false
   */
  readonly connectorIsDisabled?: boolean;
  /**
   * How analysts get access to the Defender portal.
   * @default the model `rbac` with the tiers that Microsoft's document names
   */
  readonly portalAccess?: PortalAccessChoice;
  /**
   * Object IDs of the customer's approvers:
   * `await contactObjectIds(customerApprovers(portalAccess), { provider })`. Required with the model
   * `entitlement`, and if `activation.tier2Approval` names people; ignored otherwise.
   * @default none
   */
  readonly approverObjectIds?: readonly string[];
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
  /**
   * E-mail notification rules. The resource of a rule is named after the rule.
   * @default none
   */
  readonly notificationRules?: readonly NotificationRuleSettings[];
  /**
   * Parts that are not declared, for a customer who was onboarded by hand without them.
   * @default none
   */
  readonly omit?: readonly OmittablePart[];
  /**
   * How notification rules and the SIEM authorization are made, for which Microsoft publishes no
   * API.
   * @default { mode: "manual" }
   */
  readonly defenderCalls?: DefenderCalls;
  /**
   * Microsoft cloud of the customer's tenant.
   * @default "public"
   */
  readonly cloud?: CloudName;
  /**
   * Base URL of the sign-in service that `tokenEndpoint` names.
   * @default that of the cloud
   */
  readonly loginEndpoint?: string;
  /**
   * Returns the current time. The rotation of client secrets and the end of an analyst's access
   * depend on it.
   * @default the system clock
   */
  readonly clock?: () => Date;
}

/**
 * The provider is required: a default provider acts in the tenant that the user is signed in to.
 */
export type CustomerOnboardingOptions = pulumi.ComponentResourceOptions & { readonly provider: azuread.Provider };

/**
 * Grants an MSSP access to the Microsoft Defender of one customer: access to the Defender portal
 * for the analysts (guests, groups and roles, or access packages), e-mail notifications of alerts,
 * and the connector by which the MSSP's SIEM reads alerts. `destroy` takes all of it away.
 * `nextSteps` lists what no API can do.
 *
 * Follows Microsoft's "Configure managed security service provider integration" (2018) and "Grant
 * managed security service provider (MSSP) access" (2026-07-29).
 *
 * ## Least privileges
 * Those of `GuestUser`, `PortalAccess`, `MsspTrust`, `SiemConnector` and `RedirectUri`; with
 * `defenderCalls.mode: "endpoint"` also those of `DefenderSiemAuthorization` and
 * `AlertNotificationRule`. `mssp doctor` lists them for a stack's settings.
 *
 * ## Errors
 * `pulumi.ResourceError` from a component that it contains, before that component declares a
 * resource.
 *
 * @example
 * const provider = await customerTenant("contoso", tenantId);
 * const contoso = new CustomerOnboarding(
 *   "contoso",
 *   {
 *     customerName: "Contoso",
 *     tenantId,
 *     customerDomain: "contoso.com",
 *     msspName: "Fabrikam Security",
 *     msspTenantId,
 *     analysts: [{ email: "ana@fabrikam-security.example", displayName: "Ana Silva" }],
 *     connectorSecrets: connectorSecrets("contoso", await deployedResources()),
 *   },
 *   { provider },
 * );
 * export const clientId = contoso.clientId;
 */
export class CustomerOnboarding extends pulumi.ComponentResource {
  /** Tenant ID of the customer. */
  declare public readonly tenantId: pulumi.Output<string>;
  /** Address of the Defender portal for the customer's tenant. */
  declare public readonly portalUrl: pulumi.Output<string>;
  /**
   * Address of the Defender portal in Microsoft's document of 2018, which redirects to `portalUrl`.
   */
  declare public readonly legacyPortalUrl: pulumi.Output<string>;
  /** Kind, alert APIs, profile and credential of the SIEM connector, with the dates of its credential. */
  declare public readonly connector: pulumi.Output<ConnectorDescription>;
  /** Application (client) ID of the SIEM connector. */
  declare public readonly clientId: pulumi.Output<string>;
  /**
   * Client secret of the SIEM connector. A secret. Omitted unless the connector has a client secret
   * that this stack creates; null for an adopted one, whose value Entra does not show.
   */
  declare public readonly clientSecret?: pulumi.Output<string>;
  /** When the client secret expires: UTC, ISO 8601. Omitted together with it. */
  declare public readonly clientSecretExpiresOn?: pulumi.Output<string>;
  /** Redirect URI to send in a token request. Omitted for the kind `msspApp`, and if `omit` names it. */
  declare public readonly redirectUri?: pulumi.Output<string>;
  /** Redirect URI on localhost. Omitted unless one is registered. */
  declare public readonly loopbackRedirectUri?: pulumi.Output<string>;
  /**
   * Address at which the customer's administrator consents to the MSSP's application. Omitted for
   * the kind `customerApp`.
   */
  declare public readonly adminConsentUrl?: pulumi.Output<string>;
  /** Token endpoint for the SIEM: Entra's v2.0 endpoint of the customer's tenant. */
  declare public readonly tokenEndpoint: pulumi.Output<string>;
  /**
   * Object ID of the group of all analysts. Without a value for the model `entitlement`, which has
   * no such group.
   */
  declare public readonly groupObjectId: pulumi.Output<string | undefined>;
  /** Object ID of each tier's group, by tier. Empty for the model `basic`. */
  declare public readonly groups: pulumi.Output<Record<string, string>>;
  /** Object ID of each analyst's user in the customer's tenant, by e-mail address. */
  declare public readonly guests: pulumi.Output<Record<string, string>>;
  /**
   * Link that accepts each invitation, by e-mail address. A secret: whoever has the link can accept
   * the invitation.
   */
  declare public readonly inviteRedeemUrls: pulumi.Output<Record<string, string>>;
  /**
   * Link at which each tier's access package is requested, by tier. Empty unless the model is
   * `entitlement`.
   */
  declare public readonly accessPackages: pulumi.Output<Record<string, string>>;
  /**
   * State of each notification rule, by name. `configured`: a server confirmed it. `manual`: left
   * to a person, not checked.
   */
  declare public readonly notificationRules: pulumi.Output<Record<string, "configured" | "manual">>;
  /**
   * State of the authorization for the legacy alert API. `authorized`: a server confirmed it.
   * `manual`: left to a person, not checked. Omitted unless the connector reads that API.
   */
  declare public readonly siemAuthorization?: pulumi.Output<"authorized" | "manual">;
  /** What a person still has to do, one sentence each. */
  declare public readonly nextSteps: pulumi.Output<string[]>;
  /** All outputs as one object, for a program that returns them. */
  public readonly outputs: OutputsOf<CustomerOnboarding>;

  constructor(name: string, args: CustomerOnboardingArgs, opts: CustomerOnboardingOptions) {
    super(component("CustomerOnboarding"), name, {}, opts);
    requireTenantProvider(this, "CustomerOnboarding", name);

    const guests = args.analysts.map((analyst) => inviteAnalyst(name, analyst, args, { parent: this }));
    const portalAccess = this.giveAccess(name, args, guests);
    if (args.crossTenantTrust ?? args.conditionalAccess) new MsspTrust(`${name}-trust`, args, { parent: this });
    const notificationRules = declareNotificationRules(name, args, { parent: this });
    const { connector, redirect, authorization } = this.connect(name, args, portalAccess);

    this.outputs = setOutputs<CustomerOnboarding>(this, {
      tenantId: pulumi.output(args.tenantId),
      portalUrl: addressOf(args, portalUrl),
      legacyPortalUrl: addressOf(args, legacyPortalUrl),
      connector: connector.description,
      clientId: connector.clientId,
      clientSecret: connector.clientSecret,
      clientSecretExpiresOn: connector.clientSecretExpiresOn,
      redirectUri: redirect?.uri,
      loopbackRedirectUri: redirect?.loopbackUri,
      adminConsentUrl: connector.adminConsentUrl,
      tokenEndpoint: addressOf(args, (cloud, id) => tokenEndpoint(cloud, id, args.loginEndpoint)),
      groupObjectId: portalAccess.groupObjectId,
      groups: portalAccess.groups,
      guests: objectIdsByEmail(guests),
      inviteRedeemUrls: inviteRedeemUrls(guests),
      accessPackages: portalAccess.accessPackages,
      notificationRules: pulumi.output(
        Object.fromEntries(notificationRules.map(({ rule, status }) => [rule.name, status])),
      ),
      siemAuthorization: authorization?.status,
      nextSteps: nextSteps({
        ...args,
        applicationId: connector.clientId,
        guests: guests.map(({ email, guest }) => ({ email, guest })),
        portalAccessSteps: portalAccess.nextSteps,
        notificationRules,
        siemAuthorization: authorization?.status,
        connectorSteps: [
          ...(args.connectorIsDisabled === true ? disabledSteps(connector, args) : []),
          ...(isGrantedByAdministrator(args) ? [pulumi.output(consentStep())] : []),
        ],
      }),
    } satisfies DeclaredOutputs<OnboardingOutputs>);
    this.registerOutputs(this.outputs);
  }

  private giveAccess(name: string, args: CustomerOnboardingArgs, guests: readonly InvitedAnalyst[]): PortalAccess {
    const { portalAccess: access = defaultPortalAccess } = args;
    const analysts = guests.map(({ guest, ...analyst }) => ({ ...analyst, objectId: guest.objectId }));
    return new PortalAccess(accessResource(name), { ...args, access, analysts }, { parent: this });
  }

  private connect(name: string, args: CustomerOnboardingArgs, { nodes }: PortalAccess): CustomerConnector {
    const {
      connector: access = defaultConnectorAccess,
      connectorSecrets = {},
      connectorConsents: deployedConsents,
    } = args;
    // Then the application is at the depth of the groups or of the catalog, and its service
    // principal and credential at that of the other groups or of the packages.
    const registrationAfter = nodes.organization ?? nodes.model;
    const connectorArgs = { ...args, access, deployedSecrets: connectorSecrets, deployedConsents, registrationAfter };
    return declareCustomerConnector(name, connectorArgs, { parent: this });
  }
}

function consentStep(): string {
  const verify = `npx mssp verify --stack ${pulumi.getStack()}`;
  return `An administrator of the customer consents to the SIEM connector, unless she has: \`${verify}\` reads what was granted and shows the address.`;
}

function disabledSteps(
  { servicePrincipalObjectId }: SiemConnector,
  { connector: { kind } = defaultConnectorAccess }: CustomerOnboardingArgs,
): pulumi.Output<string>[] {
  return [servicePrincipalObjectId.apply((objectId) => disabledConnectorStep(objectId, kind))];
}

function addressOf(
  { tenantId, cloud = "public" }: CustomerOnboardingArgs,
  address: (cloud: CloudName, tenantId: string) => string,
): pulumi.Output<string> {
  return pulumi.output(tenantId).apply((id) => address(cloud, id));
}

/**
 * Dates of the client secrets that the onboarding of this name has in the stack, for
 * `CustomerOnboardingArgs.connectorSecrets`.
 *
 * @param name resource name of the `CustomerOnboarding`.
 * @param deployed the stack's resources: `await deployedResources()`.
 */
export function connectorSecrets(name: string, deployed: DeployedResources): SecretsBySlot {
  return deployedSecrets(siemResource(name), deployed);
}
