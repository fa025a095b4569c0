import {
  legacyPortalUrl,
  manualSiemAuthorizationSteps,
  portalUrl,
  tokenEndpoint,
  type CloudName,
} from "@defender-mssp/microsoft";
import type * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { securityGroupName } from "../naming";
import { DefenderSiemAuthorization } from "./defender/siemAuthorization";
import { GuestUser } from "./guestUser";
import { MsspSecurityGroup } from "./msspSecurityGroup";
import { RedirectUri } from "./redirectUri";
import { SiemConnector, type ConnectorDescription } from "./siemConnector";
import { defaultConnectorAccess, type ConnectorAccess } from "./siemConnector/access";
import { deployedSecrets } from "./siemConnector/deployedSecrets";
import type { SecretsBySlot } from "./siemConnector/secretPlan";

export interface OnboardedAnalyst {
  /** Address that the invitation goes to, in lower case. The guest's resource is named after it, so it is a plain value. */
  readonly email: string;
  /** Name of the guest in the customer's directory. */
  readonly displayName: pulumi.Input<string>;
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
   * How the SIEM connector gets authorized for the legacy alert API: `endpoint` by a call, `manual` by a person, whom
   * `nextSteps` tells how.
   * @default { mode: "manual" }
   */
  readonly siemAuthorization?: {
    readonly mode: "endpoint" | "manual";
    /** @default the address in MSSP_DEFENDER_ENDPOINT at the time of the call */
    readonly endpoint?: string;
  };
  /**
   * What the SIEM connector is, may read, and proves itself with.
   * @default a registration in the customer's tenant for both alert APIs, with a client secret of a year
   */
  readonly connector?: ConnectorAccess;
  /**
   * The client secrets that the stack has: `await connectorSecrets(name)`.
   * @default none, as of a new stack: a secret that there is would be replaced
   */
  readonly connectorSecrets?: SecretsBySlot;
  /**
   * The time now, for the client secret's expiry and rotation.
   * @default the system's clock
   */
  readonly clock?: () => Date;
}

/** A default provider would act in whichever tenant somebody is signed in to: the customer's must be given. */
export type CustomerOnboardingOptions = pulumi.ComponentResourceOptions & { readonly provider: azuread.Provider };

/** The cloud that the customer's tenant is in. */
const cloud: CloudName = "public";

/**
 * Everything that an MSSP needs in one customer's tenant: a guest for each analyst, their security group, and the SIEM's
 * connector with its redirect URI and its authorization for the legacy alert API.
 *
 * Follows Microsoft's "Configure managed security service provider integration" (2018). Giving the group a role in Defender and
 * the alert notification rule are left to a person; `nextSteps` says how.
 *
 * ## Least privileges
 * Those of `GuestUser`, `MsspSecurityGroup`, `SiemConnector` and `RedirectUri` together; for
 * `siemAuthorization.mode: "endpoint"` those of `DefenderSiemAuthorization`.
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
  /** Object ID of the analysts' security group. */
  public readonly groupObjectId: pulumi.Output<string>;
  /** Object ID of each guest by e-mail address. */
  public readonly guests: pulumi.Output<Record<string, string>>;
  /**
   * `authorized`: a server has said so. `manual`: left to a person, and nobody has looked. Only where the connector reads the legacy alert
   * API, which alone asks for it.
   */
  public readonly siemAuthorization?: pulumi.Output<"authorized" | "manual">;
  /** What is left to do by hand, a sentence each. */
  public readonly nextSteps: pulumi.Output<string[]>;

  constructor(name: string, args: CustomerOnboardingArgs, opts: CustomerOnboardingOptions) {
    super("defender-mssp:index:CustomerOnboarding", name, {}, opts);

    this.tenantId = pulumi.output(args.tenantId);
    this.portalUrl = this.tenantId.apply((tenantId) => portalUrl(cloud, tenantId));
    this.legacyPortalUrl = this.tenantId.apply((tenantId) => legacyPortalUrl(cloud, tenantId));
    this.tokenEndpoint = this.tenantId.apply((tenantId) => tokenEndpoint(cloud, tenantId));

    const guests = args.analysts.map((analyst) => this.invite(name, analyst, args));
    const group = new MsspSecurityGroup(
      `${name}-analysts`,
      {
        displayName: pulumi.output(args.msspName).apply(securityGroupName),
        msspName: args.msspName,
        members: guests.map(({ guest }) => guest.objectId),
      },
      { parent: this },
    );
    const access = args.connector ?? defaultConnectorAccess;
    const connector = new SiemConnector(
      `${name}-siem`,
      { ...args, cloud, access, deployedSecrets: args.connectorSecrets ?? {} },
      { parent: this },
    );
    const redirect = this.redirectTo(name, args, access, connector);
    const authorization = this.authorize(name, args, access, connector);

    this.connector = connector.description;
    this.clientId = connector.clientId;
    this.clientSecret = connector.clientSecret;
    this.clientSecretExpiresOn = connector.clientSecretExpiresOn;
    this.redirectUri = redirect?.uri;
    this.loopbackRedirectUri = redirect?.loopbackUri;
    this.adminConsentUrl = connector.adminConsentUrl;
    this.groupObjectId = group.objectId;
    this.guests = pulumi.output(Object.fromEntries(guests.map(({ email, guest }) => [email, guest.objectId])));
    this.siemAuthorization = authorization?.status;
    this.nextSteps = this.describeNextSteps(args, group.displayName);
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
      guests: this.guests,
      siemAuthorization: this.siemAuthorization,
      nextSteps: this.nextSteps,
    });
  }

  /** The resource is named after the address, so that another order of analysts, or one more, leaves the others alone. */
  private invite(
    name: string,
    { email, displayName }: OnboardedAnalyst,
    { invitationMessage, invitationLanguage }: CustomerOnboardingArgs,
  ): { readonly email: string; readonly guest: GuestUser } {
    const guest = new GuestUser(
      `${name}-guest-${email}`,
      {
        email,
        displayName,
        redirectUrl: this.portalUrl,
        message: invitationMessage,
        language: invitationLanguage,
      },
      { parent: this },
    );
    return { email, guest };
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
        mode: args.siemAuthorization?.mode ?? "manual",
        endpoint: args.siemAuthorization?.endpoint,
      },
      // Authorized last and withdrawn first: an application that isn't there yet can't be authorized.
      { parent: this, dependsOn: [connector] },
    );
  }

  private describeNextSteps(
    { analysts, msspTenantId }: CustomerOnboardingArgs,
    groupName: pulumi.Output<string>,
  ): pulumi.Output<string[]> {
    return pulumi
      .all([this.tenantId, this.portalUrl, this.clientId, this.siemAuthorization, msspTenantId, groupName])
      .apply(([tenantId, portal, applicationId, authorization, mssp, group]) => [
        ...(analysts.length === 0
          ? []
          : [`Each analyst accepts the invitation from the e-mail, once; the portal is ${portal} from then on.`]),
        `Give the group "${group}" a role in the Defender portal (Permissions > Roles): membership alone grants nothing there.`,
        `Add an e-mail notification rule in the Defender portal with "Include organization name" and "Include tenant-specific portal link" both checked.`,
        ...(authorization === "manual"
          ? manualSiemAuthorizationSteps({ tenantId, applicationId, msspTenantId: mssp }, cloud)
          : []),
      ]);
  }
}

/** The dates of the client secrets that an onboarding of this name has, from the running stack's state. */
export function connectorSecrets(name: string): Promise<SecretsBySlot> {
  return deployedSecrets(`${name}-siem`);
}
