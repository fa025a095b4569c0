import {
  legacyPortalUrl,
  manualNotificationRuleSteps,
  manualSiemAuthorizationSteps,
  portalUrl,
  tierNames,
  tokenEndpoint,
  withoutUndefined,
  type CloudName,
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
import { defaultConnectorAccess, type ConnectorAccess } from "./siemConnector/access";
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
  public readonly tenantId: pulumi.Output<string>;
  /** Defender portal, opened for the customer's tenant. */
  public readonly portalUrl: pulumi.Output<string>;
  /** The same with the portal's address of 2018, which Microsoft redirects. */
  public readonly legacyPortalUrl: pulumi.Output<string>;
  /** What the SIEM connector is, may read, and proves itself with. */
  public readonly connector: pulumi.Output<ConnectorDescription>;
  /** Application (client) ID of the SIEM connector. */
  public readonly clientId: pulumi.Output<string>;
  /** The SIEM connector's client secret. A secret. Only where it proves itself with one that is made here. */
  public readonly clientSecret?: pulumi.Output<string>;
  /** When the client secret expires: UTC, ISO 8601. Only together with it. */
  public readonly clientSecretExpiresOn?: pulumi.Output<string>;
  /** Redirect URI to send when asking for a token. Only of a registration in the customer's tenant. */
  public readonly redirectUri?: pulumi.Output<string>;
  /** Redirect URI on localhost, where one is registered. */
  public readonly loopbackRedirectUri?: pulumi.Output<string>;
  /** Where the customer's administrator may consent to the MSSP's application by a click. Only where it is that. */
  public readonly adminConsentUrl?: pulumi.Output<string>;
  /** Where the SIEM gets its tokens: Entra's v2 endpoint of the customer's tenant. */
  public readonly tokenEndpoint: pulumi.Output<string>;
  /** Object ID of the group of all analysts. Not with the model entitlement, in which nobody is a guest beforehand. */
  public readonly groupObjectId: pulumi.Output<string | undefined>;
  /** Object ID of each tier's group; empty for the model basic. */
  public readonly groups: pulumi.Output<Record<string, string>>;
  /** Object ID of each analyst's user by e-mail address. */
  public readonly guests: pulumi.Output<Record<string, string>>;
  /** Link by which each invitation is accepted, by e-mail address. A secret: who has it can accept. */
  public readonly inviteRedeemUrls: pulumi.Output<Record<string, string>>;
  /** Where each tier's access package is requested; empty but for the model entitlement. */
  public readonly accessPackages: pulumi.Output<Record<string, string>>;
  /** By rule name. `configured`: a server has said so. `manual`: left to a person, and nobody has looked. */
  public readonly notificationRules: pulumi.Output<Record<string, "configured" | "manual">>;
  /**
   * `authorized`: a server has said so. `manual`: left to a person, and nobody has looked. Only where the connector reads the legacy alert
   * API, which alone asks for it.
   */
  public readonly siemAuthorization?: pulumi.Output<"authorized" | "manual">;
  /** What is left to do by hand, a sentence each. */
  public readonly nextSteps: pulumi.Output<string[]>;

  constructor(name: string, args: CustomerOnboardingArgs, opts: CustomerOnboardingOptions) {
    super("defender-mssp:index:CustomerOnboarding", name, {}, opts);

    const { cloud = "public", defenderCalls = { mode: "manual" } } = args;
    this.tenantId = pulumi.output(args.tenantId);
    this.portalUrl = this.tenantId.apply((tenantId) => portalUrl(cloud, tenantId));
    this.legacyPortalUrl = this.tenantId.apply((tenantId) => legacyPortalUrl(cloud, tenantId));
    this.tokenEndpoint = this.tenantId.apply((tenantId) => tokenEndpoint(cloud, tenantId));

    const guests = args.analysts.map((analyst) => this.invite(name, analyst, args));
    const access = this.giveAccess(name, args, guests);
    const rules = this.notify(name, args, defenderCalls);
    const connectorAccess = args.connector ?? defaultConnectorAccess;
    const connector = new SiemConnector(
      `${name}-siem`,
      { ...args, access: connectorAccess, deployedSecrets: args.connectorSecrets ?? {} },
      { parent: this },
    );
    const redirect = this.redirectTo(name, args, connectorAccess, connector);
    const authorization = this.authorize(name, args, connectorAccess, connector);

    this.connector = connector.description;
    this.clientId = connector.clientId;
    this.clientSecret = connector.clientSecret;
    this.clientSecretExpiresOn = connector.clientSecretExpiresOn;
    this.redirectUri = redirect?.uri;
    this.loopbackRedirectUri = redirect?.loopbackUri;
    this.adminConsentUrl = connector.adminConsentUrl;
    this.groupObjectId = access.groupObjectId;
    this.groups = access.groups;
    this.accessPackages = access.accessPackages;
    this.guests = byEmail(guests, ({ objectId }) => objectId);
    this.inviteRedeemUrls = pulumi.secret(
      byEmail(guests, ({ inviteRedeemUrl }) => inviteRedeemUrl).apply(
        (urls) => withoutUndefined(urls) as Record<string, string>,
      ),
    );
    this.notificationRules = pulumi.output(Object.fromEntries(rules.map(({ rule, status }) => [rule.name, status])));
    this.siemAuthorization = authorization?.status;
    this.nextSteps = this.describeNextSteps(args, guests, access.nextSteps, rules);
    this.registerOutputs({
      tenantId: this.tenantId,
      portalUrl: this.portalUrl,
      legacyPortalUrl: this.legacyPortalUrl,
      connector: this.connector,
      clientId: this.clientId,
      clientSecret: this.clientSecret,
      clientSecretExpiresOn: this.clientSecretExpiresOn,
      redirectUri: this.redirectUri,
      loopbackRedirectUri: this.loopbackRedirectUri,
      adminConsentUrl: this.adminConsentUrl,
      tokenEndpoint: this.tokenEndpoint,
      groupObjectId: this.groupObjectId,
      groups: this.groups,
      guests: this.guests,
      inviteRedeemUrls: this.inviteRedeemUrls,
      accessPackages: this.accessPackages,
      notificationRules: this.notificationRules,
      siemAuthorization: this.siemAuthorization,
      nextSteps: this.nextSteps,
    });
  }

  /** The resource is named after the address, so that another order of analysts, or one more, leaves the others alone. */
  private invite(
    name: string,
    analyst: OnboardedAnalyst,
    { invitationMessage, invitationLanguage, invitationCopyTo }: CustomerOnboardingArgs,
  ): InvitedAnalyst {
    const { email, displayName } = analyst;
    const guest = new GuestUser(
      `${name}-guest-${email}`,
      {
        tenantId: this.tenantId,
        email,
        displayName,
        redirectUrl: this.portalUrl,
        message: invitationMessage,
        language: invitationLanguage,
        copyRecipient: invitationCopyTo,
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

  private notify(name: string, args: CustomerOnboardingArgs, defenderCalls: DefenderCalls): readonly NotifiedRule[] {
    return (args.notificationRules ?? []).map((rule) => {
      const resource = new AlertNotificationRule(
        `${name}-notification-${rule.name}`,
        {
          tenantId: args.tenantId,
          ...rule,
          severities: [...rule.severities],
          recipients: [...rule.recipients],
          deviceGroups: rule.deviceGroups && [...rule.deviceGroups],
          ...defenderCalls,
        },
        { parent: this },
      );
      return { rule, status: resource.status };
    });
  }

  /** The MSSP's own application has its redirect URIs where it is registered. */
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
        ...(args.defenderCalls ?? { mode: "manual" }),
      },
      // Authorized last and withdrawn first: an application that isn't there yet can't be authorized.
      { parent: this, dependsOn: [connector] },
    );
  }

  private describeNextSteps(
    { msspTenantId, cloud }: CustomerOnboardingArgs,
    guests: readonly InvitedAnalyst[],
    accessSteps: pulumi.Output<string[]>,
    rules: readonly NotifiedRule[],
  ): pulumi.Output<string[]> {
    const invited = guests.map(({ email, guest }) => guest.adopted.apply((adopted) => (adopted ? [] : [email])));
    const open = rules.map(({ rule, status }) => status.apply((value) => (value === "manual" ? [rule] : [])));
    return pulumi
      .all([this.tenantId, this.portalUrl, this.clientId, this.siemAuthorization, msspTenantId])
      .apply(([tenantId, portal, applicationId, authorization, mssp]) =>
        pulumi
          .all([pulumi.all(invited), accessSteps, pulumi.all(open)])
          .apply(([emails, access, manualRules]) => [
            ...(emails.flat().length === 0
              ? []
              : [
                  `Each invited analyst accepts the invitation from the e-mail, once; the portal is ${portal} from then on.`,
                ]),
            ...access,
            ...manualRules.flat().flatMap((rule) => manualNotificationRuleSteps({ tenantId, ...rule }, cloud)),
            ...(authorization === "manual"
              ? manualSiemAuthorizationSteps({ tenantId, applicationId, msspTenantId: mssp }, cloud)
              : []),
          ]),
      );
  }
}

type InvitedAnalyst = OnboardedAnalyst & { readonly guest: GuestUser };

interface NotifiedRule {
  readonly rule: NotificationRuleSettings;
  readonly status: pulumi.Output<"configured" | "manual">;
}

const microsoftTiers = {
  tier1: { name: tierNames.tier1 },
  tier2: { name: tierNames.tier2 },
  approvers: { name: tierNames.approvers },
};

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
