import {
  adminConsentUrl,
  defaultConnectorAccess,
  systemClock,
  type AlertApi,
  type CloudName,
  type ConnectorAccess,
} from "@defender-mssp/microsoft";
import type * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { declareCredential, type DeclaredCredential } from "./credential";
import { customerApplication, type CustomerApplication } from "./customerApplication";
import { msspApplication } from "./msspApplication";
import type { MsspServicePrincipal } from "./msspServicePrincipal";
import type { SecretsBySlot } from "./secretPlan";

export interface SiemConnectorArgs {
  /**
   * The customer's name, at most 100 characters. The registration is called "<customerName> SIEM MSSP Connector".
   * @example "Contoso"
   */
  readonly customerName: pulumi.Input<string>;
  /** The customer's tenant, a UUID. */
  readonly tenantId: pulumi.Input<string>;
  /**
   * The cloud that the tenant is in.
   * @default "public"
   */
  readonly cloud?: CloudName;
  /**
   * What the connector is, may read, and proves itself with.
   * @default a registration in the customer's tenant for both alert APIs, with a client secret of a year
   */
  readonly access?: ConnectorAccess;
  /**
   * The client secrets that the stack has: `deployedSecrets(name, await deployedResources())`. Their dates are the schedule of the rotation; without them each
   * run makes a new secret in place of the one that there is.
   */
  readonly deployedSecrets: SecretsBySlot;
  /**
   * The time now, which the client secret's end and the steps of its rotation are counted from.
   * @default the system's clock
   */
  readonly clock?: () => Date;
}

/**
 * What the MSSP's SIEM fetches the customer's alerts with. It may read alerts, and nothing else.
 *
 * `customerApp`, as in step 1 of "Fetch alerts from MSSP customer's tenant into the SIEM system" in Microsoft's "Configure managed
 * security service provider integration" (2018): a single-tenant app registration in the customer's tenant, its service principal, and
 * - `legacySiem`: WindowsDefenderATP `Alert.Read`, delegated, with consent: the legacy alert API, which that document connects the SIEM to;
 * - `graph`: Microsoft Graph `SecurityAlert.Read.All`, application, with consent: `GET /security/alerts_v2`, what has taken that API's place.
 * It proves itself with a client secret that is renewed in time, a certificate, or another identity provider's tokens.
 *
 * `msspApp`, as in "Fetch alerts from MSSP customer tenant" (2026): the MSSP's own multitenant application gets a service principal and
 * `SecurityAlert.Read.All` in the customer's tenant. Where the customer has clicked `adminConsentUrl`, both are there, are adopted, and stay.
 *
 * ## Least privileges
 * - application permissions on Microsoft Graph: `Application.ReadWrite.All` for the registration, its credential and the service
 *   principal, and to look Microsoft's own service principals up; `AppRoleAssignment.ReadWrite.All` and (`legacySiem`)
 *   `DelegatedPermissionGrant.ReadWrite.All` for the consent. `Application.ReadWrite.OwnedBy` in place of the first creates it all, but
 *   can't delete the service principal: the provider takes the caller out of its owners;
 * - or, for a signed-in user: the directory roles `Application Administrator` and `Privileged Role Administrator` (consent to an
 *   application permission on Microsoft Graph).
 *
 * @example
 * const connector = new SiemConnector(
 *   "siem",
 *   { customerName: "Contoso", tenantId, deployedSecrets: deployedSecrets("siem", await deployedResources()) },
 *   { provider },
 * );
 */
export class SiemConnector extends pulumi.ComponentResource {
  /** Resource ID of the registration (`/applications/<object ID>`), for resources that are parts of it. Only of `customerApp`. */
  public readonly applicationId?: pulumi.Output<string>;
  /** Application (client) ID. */
  public readonly clientId: pulumi.Output<string>;
  /** Object ID of the application's service principal in the customer's tenant. */
  public readonly servicePrincipalObjectId: pulumi.Output<string>;
  /** The client secret. A secret. Only where the credential is one that is made here. */
  public readonly clientSecret?: pulumi.Output<string>;
  /** When the client secret expires: UTC, ISO 8601. Only together with it. */
  public readonly clientSecretExpiresOn?: pulumi.Output<string>;
  /** Where the customer's administrator may consent by a click. Only of `msspApp`. */
  public readonly adminConsentUrl?: pulumi.Output<string>;
  /** What the connector is, as the commands want to know it. */
  public readonly description: pulumi.Output<ConnectorDescription>;

  private readonly registration?: CustomerApplication & Pick<DeclaredCredential, "passwords">;
  private readonly msspServicePrincipal?: MsspServicePrincipal;

  constructor(name: string, args: SiemConnectorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:SiemConnector", name, {}, opts);
    const access = args.access ?? defaultConnectorAccess;
    let credential: DeclaredCredential | undefined;

    if (access.kind === "customerApp") {
      const parts = customerApplication(name, { ...access, customerName: args.customerName }, this);
      credential = declareCredential(
        name,
        access.credential,
        {
          applicationId: parts.application.id,
          tenantId: args.tenantId,
          deployedSecrets: args.deployedSecrets,
          clock: args.clock ?? systemClock,
        },
        this,
      );
      this.registration = { ...parts, passwords: credential.passwords };
      this.applicationId = parts.application.id;
      this.clientId = parts.application.clientId;
      this.servicePrincipalObjectId = parts.servicePrincipal.objectId;
    } else {
      const { applicationId } = access;
      this.msspServicePrincipal = msspApplication(name, { tenantId: args.tenantId, applicationId }, this);
      this.clientId = pulumi.output(applicationId);
      this.servicePrincipalObjectId = this.msspServicePrincipal.objectId;
      this.adminConsentUrl = pulumi
        .output(args.tenantId)
        .apply((tenantId) => adminConsentUrl(args.cloud ?? "public", tenantId, applicationId));
    }
    if (credential?.clientSecret !== undefined) {
      this.clientSecret = credential.clientSecret;
      this.clientSecretExpiresOn = credential.expiresOn;
    }
    this.description = descriptionOf(access, credential);
    this.registerOutputs({
      applicationId: this.applicationId,
      clientId: this.clientId,
      servicePrincipalObjectId: this.servicePrincipalObjectId,
      clientSecret: this.clientSecret,
      clientSecretExpiresOn: this.clientSecretExpiresOn,
      adminConsentUrl: this.adminConsentUrl,
      description: this.description,
    });
  }

  /** The underlying resources: of `customerApp` the first three, of `msspApp` the last. */
  public get nodes(): {
    readonly application?: azuread.ApplicationRegistration;
    readonly servicePrincipal?: azuread.ServicePrincipal;
    readonly passwords?: readonly azuread.ApplicationPassword[];
    readonly msspServicePrincipal?: MsspServicePrincipal;
  } {
    return { ...this.registration, msspServicePrincipal: this.msspServicePrincipal };
  }
}

/** What a stack says about its connector. */
export interface ConnectorDescription {
  readonly kind: ConnectorAccess["kind"];
  readonly credential: ConnectorAccess["credential"]["type"];
  readonly alertApis: readonly AlertApi[];
  /** When the credential that was made here ends: UTC, ISO 8601. Absent where it has no end, or is the MSSP's own. */
  readonly credentialExpiresOn?: string;
  /** From when on `up` makes a client secret's successor: UTC, ISO 8601. Only of a secret that is made here. */
  readonly renewsOn?: string;
  /** The day (UTC) from which on `up` takes the client secret before this one away. Only while there are two. */
  readonly overlapEndsOn?: string;
}

function descriptionOf(
  { kind, credential: { type: credential }, alertApis }: ConnectorAccess,
  declared: DeclaredCredential | undefined,
): pulumi.Output<ConnectorDescription> {
  const known: ConnectorDescription = { kind, credential, alertApis, ...declared?.rotation };
  const expiresOn = declared?.expiresOn;
  return expiresOn === undefined
    ? pulumi.output(known)
    : expiresOn.apply((credentialExpiresOn) => ({ ...known, credentialExpiresOn }));
}
