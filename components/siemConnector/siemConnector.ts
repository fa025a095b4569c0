import {
  adminConsentUrl,
  connectorRoles,
  defaultConnectorAccess,
  isApproved,
  profileOn,
  profileWrites,
  systemClock,
  withoutUndefined,
  writesHaveEnded,
  dateOf,
  type CloudName,
  type ConnectorAccess,
} from "@defender-mssp/microsoft";
import type * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import type { OmittablePart } from "../../domain/omittedParts";
import { setOutputs, valueOfMade, type OutputsOf } from "../outputs";
import { announceDeletion, declareCredential, type DeclaredCredential } from "./credential";
import { customerApplication, type CustomerApplication } from "./customerApplication";
import { msspApplication } from "./msspApplication";
import type { MsspServicePrincipal } from "./msspServicePrincipal";
import type { SecretsBySlot } from "./secretPlan";
import { component } from "../../domain/resourceTypes";
import type { ConnectorDescription } from "../../domain/programOutputs";
import { requireTenantProvider } from "../tenant/requireTenantProvider";

export interface SiemConnectorArgs {
  /**
   * The customer's name, at most 100 characters. The app registration is named "<customerName> SIEM
   * MSSP Connector".
   * @example "Contoso"
   */
  readonly customerName: pulumi.Input<string>;
  /** The customer's tenant ID, a UUID. */
  readonly tenantId: pulumi.Input<string>;
  /**
   * Microsoft cloud of the customer's tenant.
   * @default "public"
   */
  readonly cloud?: CloudName;
  /**
   * Kind of the connector, the alert APIs that it may read, what else it may do (`profile`), and its
   * credential.
   * @default an app registration in the customer's tenant that reads alerts by Microsoft Graph, with
   * a client secret that is valid for 365 days
   */
  readonly access?: ConnectorAccess;
  /**
   * Dates of the client secrets in the stack: `deployedSecrets(name, await deployedResources())`.
   * The rotation is planned by them; without them each run replaces the existing secret.
   */
  readonly deployedSecrets: SecretsBySlot;
  /**
   * Names of the consents in the stack: `deployedConsents(await deployedResources())`. With
   * `access.consent` `administrator` they stay in the tenant when the stack no longer has them.
   * @default none
   */
  readonly deployedConsents?: readonly string[];
  /**
   * Resource before which the app registration is deleted. It has no other meaning: the engine
   * deletes all resources of one depth of the graph together, and the official azuread plugin waits
   * 20 seconds at each depth, so the registration should be as deep as the groups.
   * @default none
   */
  readonly registrationAfter?: pulumi.Resource;
  /**
   * Parts that are not declared: the client secret, permissions or consents.
   * @default none
   */
  readonly omit?: readonly OmittablePart[];
  /**
   * Returns the current time, by which the rotation of client secrets is planned, and which ends
   * the right to change anything.
   * @default the system clock
   */
  readonly clock?: () => Date;
}

/**
 * The application by which the MSSP's SIEM reads the customer's alerts. It may do nothing else
 * unless `access.profile` says so.
 *
 * `customerApp`: a single-tenant app registration in the customer's tenant with its service
 * principal, and for each alert API
 * - `legacySiem`: the delegated permission `Alert.Read` of WindowsDefenderATP, with consent. The
 *   document of 2018 uses this API;
 * - `graph`: the application permission `SecurityAlert.Read.All` of Microsoft Graph, with consent,
 *   for `GET /security/alerts_v2`.
 *
 * The profiles `hunt`, `triage` and `respond` add application roles, each with its consent. Those of
 * `triage` and `respond` that allow changes are removed by the first `up` after `writesEndOn`.
 *
 * Its credential is a client secret that is renewed in time, a certificate, or a federated
 * credential.
 *
 * `msspApp`: the service principal of the MSSP's multitenant application in the customer's tenant,
 * with `SecurityAlert.Read.All`. Both are adopted if the customer has consented at
 * `adminConsentUrl`; `destroy` keeps what is adopted.
 *
 * Follows step 1 of "Fetch alerts from MSSP customer's tenant into the SIEM system" in Microsoft's
 * "Configure managed security service provider integration" (2018), and "Fetch alerts from MSSP
 * customer tenant" (2026).
 *
 * ## Least privileges
 * - application permissions on Microsoft Graph: `Application.ReadWrite.OwnedBy` for the registration,
 *   its credential and the service principal, which Entra deletes together with the registration;
 *   `Application.Read.All` to look up Microsoft's service principals;
 *   `AppRoleAssignment.ReadWrite.All` and, for `legacySiem`,
 *   `DelegatedPermissionGrant.ReadWrite.All` for the consent, unless `access.consent` is
 *   `administrator`. `Application.ReadWrite.All` instead
 *   of the first two for a registration that the automation does not own, and for `accountEnabled`;
 * - or, for a signed-in user, the directory roles `Application Administrator` and `Privileged Role
 *   Administrator` (consent to an application permission of Microsoft Graph).
 *
 * ## Errors
 * `pulumi.ResourceError` for a profile that allows changes without `approvedBy` and `writesEndOn`.
 * The engine stops before it creates the registration if the tenant has one of the same name.
 *
 * @example
 * const siem = new SiemConnector(
 *   "siem",
 *   { customerName: "Contoso", tenantId, deployedSecrets: deployedSecrets("siem", await deployedResources()) },
 *   { provider },
 * );
 * export const clientId = siem.clientId;
 */
export class SiemConnector extends pulumi.ComponentResource {
  /** Resource ID of the app registration (`/applications/<object ID>`). Undefined for `msspApp`. */
  declare public readonly applicationId?: pulumi.Output<string>;
  /** Application (client) ID. */
  declare public readonly clientId: pulumi.Output<string>;
  /** Object ID of the service principal in the customer's tenant. */
  declare public readonly servicePrincipalObjectId: pulumi.Output<string>;
  /** The current client secret. A secret. Undefined unless this stack creates client secrets. */
  declare public readonly clientSecret?: pulumi.Output<string>;
  /** When the client secret expires: UTC, ISO 8601. Undefined together with it. */
  declare public readonly clientSecretExpiresOn?: pulumi.Output<string>;
  /**
   * Address at which the customer's administrator consents to the MSSP's application. Undefined for
   * `customerApp`.
   */
  declare public readonly adminConsentUrl?: pulumi.Output<string>;
  /** The connector as the stack's output describes it. */
  declare public readonly description: pulumi.Output<ConnectorDescription>;

  private readonly registration?: CustomerApplication & Pick<DeclaredCredential, "passwords">;
  private readonly msspServicePrincipal?: MsspServicePrincipal;

  constructor(name: string, args: SiemConnectorArgs, opts?: pulumi.ComponentResourceOptions) {
    super(component("SiemConnector"), name, {}, opts);
    requireTenantProvider(this, "SiemConnector", name);
    const access = args.access ?? defaultConnectorAccess;
    refuseUnapproved(access, this);
    sayEnded(access, todayOf(args), this);
    if (access.kind === "customerApp") {
      const declared = this.declareRegistration(name, access, args);
      const { application, servicePrincipal, credential } = declared;
      this.registration = { application, servicePrincipal, passwords: credential.passwords };
      this.registerOutputs(setOutputs<SiemConnector>(this, registrationOutputs(access, declared, args)));
      return;
    }
    announceDeletion(args.deployedSecrets, "the connector is now of the kind msspApp", this);
    const { tenantId } = args;
    const roles = connectorRoles(access, todayOf(args));
    const servicePrincipal = msspApplication(name, { tenantId, applicationId: access.applicationId, roles }, this);
    this.msspServicePrincipal = servicePrincipal;
    this.registerOutputs(setOutputs<SiemConnector>(this, msspOutputs(access, servicePrincipal, args)));
  }

  private declareRegistration(name: string, access: CustomerAppAccess, args: SiemConnectorArgs): DeclaredRegistration {
    const { customerName, registrationAfter, omit = [] } = args;
    const today = todayOf(args);
    const rights = {
      readsLegacyAlerts: access.alertApis.includes("legacySiem"),
      profile: profileOn(access, today),
      roles: connectorRoles(access, today),
      accountEnabled: access.accountEnabled,
      keptConsents: access.consent === "administrator" ? (args.deployedConsents ?? []) : undefined,
    };
    const parts = customerApplication(name, { ...rights, customerName, registrationAfter, omit }, this);
    if (omit.includes("clientSecret")) return { ...parts, credential: { passwords: [] } };
    const credential = declareCredential(
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
    return { ...parts, credential };
  }

  /** The underlying resources: for `customerApp` the first three, for `msspApp` the last one. */
  public get nodes(): {
    readonly application?: azuread.ApplicationRegistration;
    readonly servicePrincipal?: azuread.ServicePrincipal;
    readonly passwords?: readonly azuread.ApplicationPassword[];
    readonly msspServicePrincipal?: MsspServicePrincipal;
  } {
    return { ...this.registration, msspServicePrincipal: this.msspServicePrincipal };
  }
}

type CustomerAppAccess = Extract<ConnectorAccess, { kind: "customerApp" }>;
type MsspAppAccess = Extract<ConnectorAccess, { kind: "msspApp" }>;
type DeclaredRegistration = CustomerApplication & { readonly credential: DeclaredCredential };

function todayOf({ clock = systemClock }: SiemConnectorArgs): string {
  return dateOf(clock());
}

function refuseUnapproved(access: ConnectorAccess, parent: pulumi.Resource): void {
  const { profile = "read", actions = [] } = access;
  if (profileWrites(profile) && !isApproved(access)) {
    throw new pulumi.ResourceError(
      `access.profile "${profile}" allows changes: set access.approvedBy and access.writesEndOn, too.`,
      parent,
    );
  }
  if (profile === "respond" && actions.length === 0) {
    throw new pulumi.ResourceError('access.profile "respond" needs access.actions, such as ["isolate"].', parent);
  }
}

/** Logs why roles are removed: the list of changes does not say. */
function sayEnded(access: ConnectorAccess, today: string, parent: pulumi.Resource): void {
  if (!writesHaveEnded(access, today)) return;
  void pulumi.log.warn(
    `connector.profile ${access.profile ?? ""} ended on ${access.writesEndOn ?? ""}: the connector has no role any more that ` +
      "allows changes, and keeps those of hunt. Set a later connector.writesEndOn if the customer approves, or connector.profile hunt or read.",
    parent,
  );
}

function registrationOutputs(
  access: CustomerAppAccess,
  { application, servicePrincipal, credential }: DeclaredRegistration,
  args: SiemConnectorArgs,
): OutputsOf<SiemConnector> {
  const { clientSecret } = credential;
  return {
    applicationId: application.id,
    clientId: valueOfMade(application, application.clientId),
    servicePrincipalObjectId: servicePrincipal.objectId,
    clientSecret,
    clientSecretExpiresOn: clientSecret && credential.expiresOn,
    adminConsentUrl: undefined,
    description: descriptionOf(access, todayOf(args), credential),
  };
}

function msspOutputs(
  access: MsspAppAccess,
  { id }: MsspServicePrincipal,
  args: SiemConnectorArgs,
): OutputsOf<SiemConnector> {
  const { applicationId } = access;
  const { tenantId, cloud = "public" } = args;
  return {
    applicationId: undefined,
    clientId: pulumi.output(applicationId),
    servicePrincipalObjectId: id,
    clientSecret: undefined,
    clientSecretExpiresOn: undefined,
    adminConsentUrl: pulumi.output(tenantId).apply((tenant) => adminConsentUrl(cloud, tenant, applicationId)),
    description: descriptionOf(access, todayOf(args)),
  };
}

export type { ConnectorDescription };

function descriptionOf(
  access: ConnectorAccess,
  today: string,
  declared?: DeclaredCredential,
): pulumi.Output<ConnectorDescription> {
  const { kind, credential, alertApis, incidents, actions, approvedBy, writesEndOn } = access;
  const consent = access.kind === "customerApp" ? access.consent : undefined;
  const profile = profileOn(access, today);
  const known = withoutUndefined({
    kind,
    credential: credential.type,
    consent,
    alertApis,
    profile,
    ...(profile === "read" ? { incidents } : {}),
    ...(profile === "respond" ? { actions } : {}),
    ...(profileWrites(profile) ? { writesEndOn, approvedBy } : {}),
    ...declared?.rotation,
  }) as ConnectorDescription;
  const expiresOn = declared?.expiresOn;
  return expiresOn === undefined
    ? pulumi.output(known)
    : expiresOn.apply((credentialExpiresOn) => ({ ...known, credentialExpiresOn }));
}
