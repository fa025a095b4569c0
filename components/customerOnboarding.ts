import {
  defaultConnectorAccess,
  legacyPortalUrl,
  portalUrl,
  tierNames,
  tokenEndpoint,
  withoutUndefined,
  type CloudName,
  type ConnectorAccess,
  type NotificationRuleSettings,
  type PortalMode,
} from "@defender-mssp/microsoft";
import type * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { AlertNotificationRule } from "./notifications/alertNotificationRule";
import { DefenderSiemAuthorization } from "./siemConnector/siemAuthorization";
import { GuestUser } from "./guests/guestUser";
import type { TieredAnalyst } from "./portalAccess/memberships";
import { PortalAccess, type PortalAccessChoice } from "./portalAccess/portalAccess";
import { RedirectUri } from "./siemConnector/redirectUri";
import { SiemConnector, type ConnectorDescription } from "./siemConnector/siemConnector";
import { nextSteps, type DeclaredNotificationRule } from "./nextSteps";
import { setOutputs, type OutputsOf } from "./outputs";
import type { DeployedResources } from "./tenant/deployedResources";
import { deployedSecrets } from "./siemConnector/deployedSecrets";
import type { SecretsBySlot } from "./siemConnector/secretPlan";

export interface OnboardedAnalyst extends TieredAnalyst {
  /** Address that the invitation goes to, in lower case. The guest's resource is named after it, so it is a plain value. */
  readonly email: string;
  /** Name of the guest in the customer's directory. */
  readonly displayName: pulumi.Input<string>;
}

/** How Defender's calls without a public API are made: `endpoint` by a call, `manual` by a person, whom `nextSteps` tells how. */
export interface DefenderCalls {
  readonly mode: PortalMode;
  /** @default the address in MSSP_DEFENDER_ENDPOINT at the time of the call */
  readonly endpoint?: string;
}

export interface CustomerOnboardingArgs {
  /**
   * The customer's name, at most 100 characters.
   * @example "Contoso"
   */
  readonly customerName: pulumi.Input<string>;
  /**
   * The customer's tenant, a UUID: the one that the provider in the options reaches.
   * @example "c0570500-0000-4000-8000-00000000000a"
   */
  readonly tenantId: pulumi.Input<string>;
  /**
   * Domain name, in lower case, of the SIEM connector's redirect URI.
   * @example "contoso.com"
   */
  readonly customerDomain: pulumi.Input<string>;
  /**
   * The MSSP's name, at most 242 characters.
   * @example "Fabrikam Security"
   */
  readonly msspName: pulumi.Input<string>;
  /** The MSSP's own tenant, a UUID, for which the SIEM connector is authorized. */
  readonly msspTenantId: pulumi.Input<string>;
  /** The MSSP's people, each once, in any order: the order changes nothing. */
  readonly analysts: readonly OnboardedAnalyst[];
  /**
   * Text of the invitations. Not together with `invitationLanguage`.
   * @default Microsoft's own text
   */
  readonly invitationMessage?: pulumi.Input<string>;
  /**
   * Language of Microsoft's own text, a BCP 47 tag.
   * @default "en-US"
   */
  readonly invitationLanguage?: pulumi.Input<string>;
  /**
   * Address that gets a copy of each invitation.
   * @default nobody
   */
  readonly invitationCopyTo?: pulumi.Input<string>;
  /**
   * What the SIEM connector is, may read, and proves itself with.
   * @default a registration in the customer's tenant for both alert APIs, with a client secret of a year
   */
  readonly connector?: ConnectorAccess;
  /**
   * The client secrets that the stack has: `connectorSecrets(name, await deployedResources())`.
   * @default none, as of a new stack: a secret that there is would be replaced
   */
  readonly connectorSecrets?: SecretsBySlot;
  /**
   * How analysts get into the portal.
   * @default the model rbac with Microsoft's tiers
   */
  readonly portalAccess?: PortalAccessChoice;
  /**
   * Object IDs of the approvers whom the model entitlement names: `await contactObjectIds(portalAccess.approvers, { provider })`.
   * @default none, which that model refuses
   */
  readonly approverObjectIds?: readonly string[];
  /**
   * E-mail notifications of alerts. A rule's resource is named after it.
   * @default none
   */
  readonly notificationRules?: readonly NotificationRuleSettings[];
  /** @default { mode: "manual" } */
  readonly defenderCalls?: DefenderCalls;
  /**
   * The cloud that the customer's tenant is in.
   * @default "public"
   */
  readonly cloud?: CloudName;
  /**
   * The time now, for the client secret's rotation and the end of analysts' access.
   * @default the system's clock
   */
  readonly clock?: () => Date;
}

/** A default provider would act in whichever tenant somebody is signed in to: the customer's must be given. */
export type CustomerOnboardingOptions = pulumi.ComponentResourceOptions & { readonly provider: azuread.Provider };

/**
 * Everything that an MSSP needs in one customer's tenant: the analysts' access to the portal (guests, groups and their roles, or access
 * packages), e-mail notifications of alerts, and the SIEM's connector with its redirect URI and its authorization for the legacy alert API.
 *
 * Follows Microsoft's "Configure managed security service provider integration" (2018) and "Grant managed security service provider
 * (MSSP) access" (2026-07-29). What no API does is left to a person; `nextSteps` says how.
 *
 * ## Least privileges
 * Those of `GuestUser`, `PortalAccess`, `SiemConnector` and `RedirectUri` together; for
 * `defenderCalls.mode: "endpoint"` those of `DefenderSiemAuthorization` and `AlertNotificationRule`. `neededPermissions` has the list.
 *
 * @example
 * const provider = await tenantProvider("contoso", { tenantId });
 * const contoso = new CustomerOnboarding("contoso", {
 *   customerName: "Contoso",
 *   tenantId,
 *   customerDomain: "contoso.com",
 *   msspName: "Fabrikam Security",
 *   msspTenantId,
 *   analysts: [{ email: "ana@fabrikam-security.example", displayName: "Ana Silva" }],
 * }, { provider });
 * export const clientId = contoso.clientId;
 */
export class CustomerOnboarding extends pulumi.ComponentResource {
  /** The customer's tenant. */
  declare public readonly tenantId: pulumi.Output<string>;
  /** Defender portal, opened for the customer's tenant. */
  declare public readonly portalUrl: pulumi.Output<string>;
  /** The same with the portal's address of 2018, which Microsoft redirects. */
  declare public readonly legacyPortalUrl: pulumi.Output<string>;
  /** What the SIEM connector is, may read, and proves itself with. */
  declare public readonly connector: pulumi.Output<ConnectorDescription>;
  /** Application (client) ID of the SIEM connector. */
  declare public readonly clientId: pulumi.Output<string>;
  /** The SIEM connector's client secret. A secret. Only where it proves itself with one that is made here. */
  declare public readonly clientSecret?: pulumi.Output<string>;
  /** When the client secret expires: UTC, ISO 8601. Only together with it. */
  declare public readonly clientSecretExpiresOn?: pulumi.Output<string>;
  /** Redirect URI to send when asking for a token. Only of a registration in the customer's tenant. */
  declare public readonly redirectUri?: pulumi.Output<string>;
  /** Redirect URI on localhost, where one is registered. */
  declare public readonly loopbackRedirectUri?: pulumi.Output<string>;
  /** Where the customer's administrator may consent to the MSSP's application by a click. Only where it is that. */
  declare public readonly adminConsentUrl?: pulumi.Output<string>;
  /** Where the SIEM gets its tokens: Entra's v2 endpoint of the customer's tenant. */
  declare public readonly tokenEndpoint: pulumi.Output<string>;
  /** Object ID of the group of all analysts. Not with the model entitlement, in which nobody is a guest beforehand. */
  declare public readonly groupObjectId: pulumi.Output<string | undefined>;
  /** Object ID of each tier's group; empty for the model basic. */
  declare public readonly groups: pulumi.Output<Record<string, string>>;
  /** Object ID of each analyst's user by e-mail address. */
  declare public readonly guests: pulumi.Output<Record<string, string>>;
  /** Link by which each invitation is accepted, by e-mail address. A secret: who has it can accept. */
  declare public readonly inviteRedeemUrls: pulumi.Output<Record<string, string>>;
  /** Where each tier's access package is requested; empty but for the model entitlement. */
  declare public readonly accessPackages: pulumi.Output<Record<string, string>>;
  /** By rule name. `configured`: a server has said so. `manual`: left to a person, and nobody has looked. */
  declare public readonly notificationRules: pulumi.Output<Record<string, "configured" | "manual">>;
  /**
   * `authorized`: a server has said so. `manual`: left to a person, and nobody has looked. Only where the connector reads the legacy alert
   * API, which alone asks for it.
   */
  declare public readonly siemAuthorization?: pulumi.Output<"authorized" | "manual">;
  /** What is left to do by hand, a sentence each. */
  declare public readonly nextSteps: pulumi.Output<string[]>;
  /** The same outputs as one object, for a program that returns them. */
  public readonly outputs: OutputsOf<CustomerOnboarding>;

  constructor(name: string, args: CustomerOnboardingArgs, opts: CustomerOnboardingOptions) {
    super("defender-mssp:index:CustomerOnboarding", name, {}, opts);

    const access = args.connector ?? defaultConnectorAccess;

    const guests = args.analysts.map((analyst) => this.invite(name, analyst, args));
    const portalAccess = this.giveAccess(name, args, guests);
    const rules = this.notify(name, args);
    const connector = this.connect(name, args, access);
    const redirect = this.redirectTo(name, args, access, connector);
    const authorization = this.authorize(name, args, access, connector);

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
      tokenEndpoint: addressOf(args, tokenEndpoint),
      groupObjectId: portalAccess.groupObjectId,
      groups: portalAccess.groups,
      guests: byEmail(guests, ({ objectId }) => objectId),
      inviteRedeemUrls: inviteRedeemUrls(guests),
      accessPackages: portalAccess.accessPackages,
      notificationRules: pulumi.output(Object.fromEntries(rules.map(({ rule, status }) => [rule.name, status]))),
      siemAuthorization: authorization?.status,
      nextSteps: nextSteps({
        ...args,
        applicationId: connector.clientId,
        adoptions: guests.map(({ guest }) => guest.adopted),
        portalAccessSteps: portalAccess.nextSteps,
        notificationRules: rules,
        siemAuthorization: authorization?.status,
      }),
    });
    this.registerOutputs(this.outputs);
  }

  /** The resource is named after the address: another order of analysts, or one more, changes no other guest. */
  private invite(name: string, analyst: OnboardedAnalyst, args: CustomerOnboardingArgs): InvitedAnalyst {
    const { email, displayName } = analyst;
    const guest = new GuestUser(
      `${name}-guest-${email}`,
      {
        tenantId: args.tenantId,
        email,
        displayName,
        redirectUrl: addressOf(args, portalUrl),
        message: args.invitationMessage,
        language: args.invitationLanguage,
        copyRecipient: args.invitationCopyTo,
      },
      { parent: this },
    );
    return { ...analyst, guest };
  }

  private giveAccess(name: string, args: CustomerOnboardingArgs, guests: readonly InvitedAnalyst[]): PortalAccess {
    const { portalAccess: access = { model: "rbac", tiers: microsoftTiers } } = args;
    const analysts = guests.map(({ guest, ...analyst }) => ({ ...analyst, objectId: guest.objectId }));
    return new PortalAccess(`${name}-access`, { ...args, access, analysts }, { parent: this });
  }

  private notify(name: string, args: CustomerOnboardingArgs): readonly DeclaredNotificationRule[] {
    return (args.notificationRules ?? []).map((rule) => {
      const resource = new AlertNotificationRule(
        `${name}-notification-${rule.name}`,
        {
          tenantId: args.tenantId,
          ...rule,
          severities: [...rule.severities],
          recipients: [...rule.recipients],
          deviceGroups: rule.deviceGroups && [...rule.deviceGroups],
          ...(args.defenderCalls ?? manualCalls),
        },
        { parent: this },
      );
      return { rule, status: resource.status };
    });
  }

  private connect(name: string, args: CustomerOnboardingArgs, access: ConnectorAccess): SiemConnector {
    const deployedSecrets = args.connectorSecrets ?? {};
    return new SiemConnector(`${name}-siem`, { ...args, access, deployedSecrets }, { parent: this });
  }

  /** Redirect URIs belong to a registration; the MSSP's own application has its registration in another tenant. */
  private redirectTo(
    name: string,
    { customerDomain }: CustomerOnboardingArgs,
    access: ConnectorAccess,
    { applicationId }: SiemConnector,
  ): RedirectUri | undefined {
    if (access.kind !== "customerApp" || applicationId === undefined) return undefined;
    return new RedirectUri(
      `${name}-siem-redirect`,
      { applicationId, domain: customerDomain, loopbackPort: access.loopbackRedirectPort },
      { parent: this },
    );
  }

  private authorize(
    name: string,
    args: CustomerOnboardingArgs,
    access: ConnectorAccess,
    connector: SiemConnector,
  ): DefenderSiemAuthorization | undefined {
    if (!(access.alertApis as readonly string[]).includes("legacySiem")) return undefined;
    return new DefenderSiemAuthorization(
      `${name}-siem-authorization`,
      {
        tenantId: args.tenantId,
        applicationId: connector.clientId,
        msspTenantId: args.msspTenantId,
        ...(args.defenderCalls ?? manualCalls),
      },
      // Only an existing application can be authorized, so it is authorized last and withdrawn first.
      { parent: this, dependsOn: [connector] },
    );
  }
}

type InvitedAnalyst = OnboardedAnalyst & { readonly guest: GuestUser };

const manualCalls: DefenderCalls = { mode: "manual" };

const microsoftTiers = {
  tier1: { name: tierNames.tier1 },
  tier2: { name: tierNames.tier2 },
  approvers: { name: tierNames.approvers },
};

function addressOf(
  { tenantId, cloud = "public" }: CustomerOnboardingArgs,
  address: (cloud: CloudName, tenantId: string) => string,
): pulumi.Output<string> {
  return pulumi.output(tenantId).apply((id) => address(cloud, id));
}

function inviteRedeemUrls(guests: readonly InvitedAnalyst[]): pulumi.Output<Record<string, string>> {
  const urls = byEmail(guests, ({ inviteRedeemUrl }) => inviteRedeemUrl);
  return pulumi.secret(urls.apply((all) => withoutUndefined(all) as Record<string, string>));
}

function byEmail<T>(
  guests: readonly InvitedAnalyst[],
  property: (guest: GuestUser) => pulumi.Output<T>,
): pulumi.Output<Record<string, T>> {
  const entries = guests.map(({ email, guest }) => property(guest).apply((value): [string, T] => [email, value]));
  return pulumi.all(entries).apply((all) => Object.fromEntries(all) as Record<string, T>);
}

/** The dates of the client secrets that an onboarding of this name has, from the running stack's state: `await deployedResources()`. */
export function connectorSecrets(name: string, deployed: DeployedResources): SecretsBySlot {
  return deployedSecrets(`${name}-siem`, deployed);
}
