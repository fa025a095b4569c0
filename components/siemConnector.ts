import { microsoftGraph, windowsDefenderAtp, type PublishedApplication } from "@defender-mssp/microsoft";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { siemConnectorName } from "../naming";

export interface SiemConnectorArgs {
  /**
   * The customer's name, at most 100 characters. The registration is called "<customerName> SIEM MSSP Connector".
   * @example "Contoso"
   */
  readonly customerName: pulumi.Input<string>;
  /**
   * The time now, which the client secret's expiry is counted from when it is created.
   * @default the system's clock
   */
  readonly clock?: () => Date;
}

/** Days that the client secret is valid for: one year, as the 2018 document says. */
export const clientSecretDays = 365;

/**
 * The application that the MSSP's SIEM fetches the customer's alerts with: a single-tenant app registration in the customer's
 * tenant, its service principal, the permissions with their consent, and a client secret that expires after one year.
 *
 * It may read alerts, and nothing else:
 * - WindowsDefenderATP `Alert.Read`, delegated: the legacy alert API, which the 2018 document connects the SIEM to;
 * - Microsoft Graph `SecurityAlert.Read.All`, application: `GET /security/alerts_v2`, what has taken that API's place.
 *
 * The expiry is counted once. Deploying again doesn't move it, and doesn't renew the secret.
 *
 * Follows step 1 of "Fetch alerts from MSSP customer's tenant into the SIEM system" in Microsoft's "Configure managed security
 * service provider integration" (2018), and "Fetch alerts from MSSP customer tenant" (2026).
 *
 * ## Least privileges
 * - application permissions on Microsoft Graph: `Application.ReadWrite.All` for the registration, its secret and its service
 *   principal, and to look Microsoft's own service principals up; `AppRoleAssignment.ReadWrite.All` and
 *   `DelegatedPermissionGrant.ReadWrite.All` for the consent. `Application.ReadWrite.OwnedBy` in place of the first creates it all, but
 *   can't delete the service principal: the provider takes the caller out of its owners;
 * - or, for a signed-in user: the directory roles `Application Administrator` and `Privileged Role Administrator` (consent to an
 *   application permission on Microsoft Graph).
 *
 * @example
 * const connector = new SiemConnector("siem", { customerName: "Contoso" }, { provider });
 */
export class SiemConnector extends pulumi.ComponentResource {
  /** Resource ID of the registration (`/applications/<object ID>`), for resources that are parts of it. */
  public readonly applicationId: pulumi.Output<string>;
  /** Application (client) ID. */
  public readonly clientId: pulumi.Output<string>;
  /** Object ID of the application's service principal in the customer's tenant. */
  public readonly servicePrincipalObjectId: pulumi.Output<string>;
  /** The client secret. A secret. */
  public readonly clientSecret: pulumi.Output<string>;
  /** When the client secret expires: UTC, ISO 8601. */
  public readonly clientSecretExpiresOn: pulumi.Output<string>;

  private readonly application: azuread.ApplicationRegistration;
  private readonly servicePrincipal: azuread.ServicePrincipal;
  private readonly password: azuread.ApplicationPassword;

  constructor(name: string, args: SiemConnectorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:SiemConnector", name, {}, opts);

    this.application = new azuread.ApplicationRegistration(
      `${name}-application`,
      {
        displayName: pulumi.output(args.customerName).apply(siemConnectorName),
        description: "The MSSP's SIEM reads this tenant's Defender alerts with it. Managed by Pulumi.",
        signInAudience: "AzureADMyOrg",
      },
      { parent: this, hooks: { beforeCreate: [this.onlyOneOfItsName(name)] } },
    );
    this.servicePrincipal = new azuread.ServicePrincipal(
      `${name}-service-principal`,
      { clientId: this.application.clientId },
      { parent: this },
    );
    this.requireApiAccess(name);
    this.consent(name);
    this.password = new azuread.ApplicationPassword(
      `${name}-password`,
      {
        applicationId: this.application.id,
        // All arguments of a password replace it: the description names nothing that a setting can change.
        displayName: "MSSP SIEM, managed by Pulumi",
        endDate: daysFrom((args.clock ?? systemClock)(), clientSecretDays),
      },
      { parent: this, ignoreChanges: ["endDate"] },
    );

    this.applicationId = this.application.id;
    this.clientId = this.application.clientId;
    this.servicePrincipalObjectId = this.servicePrincipal.objectId;
    this.clientSecret = pulumi.secret(this.password.value);
    this.clientSecretExpiresOn = this.password.endDate;
    this.registerOutputs({
      applicationId: this.applicationId,
      clientId: this.clientId,
      servicePrincipalObjectId: this.servicePrincipalObjectId,
      clientSecret: this.clientSecret,
      clientSecretExpiresOn: this.clientSecretExpiresOn,
    });
  }

  /** The underlying resources. */
  public get nodes(): {
    readonly application: azuread.ApplicationRegistration;
    readonly servicePrincipal: azuread.ServicePrincipal;
    readonly password: azuread.ApplicationPassword;
  } {
    return { application: this.application, servicePrincipal: this.servicePrincipal, password: this.password };
  }

  /**
   * Entra takes any number of registrations with the same name, and the provider doesn't look. So the engine asks before it creates one:
   * an earlier `up` may have been killed before it learned that its registration was made.
   */
  private onlyOneOfItsName(name: string): pulumi.ResourceHook {
    const check = async ({ newInputs }: pulumi.ResourceHookArgs): Promise<void> => {
      const displayName = String((newInputs as { readonly displayName?: unknown } | undefined)?.displayName);
      const found = await this.applicationNamed(displayName);
      if (found === undefined) return;
      throw new Error(
        `${found} in the customer's tenant, so none was created. If an interrupted \`pulumi up\` left it, delete it ` +
          "(`mssp doctor --repair`, or Entra admin center, App registrations) and run `pulumi up` again. If it is somebody else's, it must go by another name.",
      );
    };
    return new pulumi.ResourceHook(`${name}-only-one-of-its-name`, check);
  }

  /** Says which registration has that name already, if there is one. */
  private async applicationNamed(displayName: string): Promise<string | undefined> {
    // The provider puts the name into its filter as it is: with an apostrophe it can't look it up.
    if (displayName.includes("'")) return undefined;
    try {
      const { clientId, objectId } = await azuread.getApplication({ displayName }, { parent: this });
      return `an application named "${displayName}" (client ID ${clientId}, object ID ${objectId}) is already`;
    } catch (error) {
      // "None found" comes as an error, too; whatever else is wrong, the creation will say.
      const several = error instanceof Error && /multiple applications/i.test(error.message);
      return several ? `several applications named "${displayName}" are already` : undefined;
    }
  }

  /** What the registration asks for: shown on its page "API permissions". */
  private requireApiAccess(name: string): void {
    new azuread.ApplicationApiAccess(
      `${name}-defender-access`,
      {
        applicationId: this.application.id,
        apiClientId: windowsDefenderAtp.appId,
        scopeIds: [windowsDefenderAtp.scopes["Alert.Read"]],
      },
      { parent: this },
    );
    new azuread.ApplicationApiAccess(
      `${name}-graph-access`,
      {
        applicationId: this.application.id,
        apiClientId: microsoftGraph.appId,
        roleIds: [microsoftGraph.appRoles["SecurityAlert.Read.All"]],
      },
      { parent: this },
    );
  }

  /** What an administrator would click: "Grant admin consent". */
  private consent(name: string): void {
    new azuread.ServicePrincipalDelegatedPermissionGrant(
      `${name}-defender-consent`,
      {
        servicePrincipalObjectId: this.servicePrincipal.objectId,
        resourceServicePrincipalObjectId: this.servicePrincipalOf(windowsDefenderAtp),
        claimValues: ["Alert.Read"],
      },
      { parent: this },
    );
    new azuread.AppRoleAssignment(
      `${name}-graph-consent`,
      {
        principalObjectId: this.servicePrincipal.objectId,
        resourceObjectId: this.servicePrincipalOf(microsoftGraph),
        appRoleId: microsoftGraph.appRoles["SecurityAlert.Read.All"],
      },
      { parent: this },
    );
  }

  /**
   * Object ID of the tenant's service principal of an application of Microsoft's. Looked up, not declared with `useExisting`:
   * the provider sends the delete of a declared one to Entra even then.
   */
  private servicePrincipalOf(api: PublishedApplication): pulumi.Output<string> {
    const found = azuread.getServicePrincipal({ clientId: api.appId }, { parent: this });
    return pulumi.output(found.then(({ objectId }) => objectId));
  }
}

function systemClock(): Date {
  return new Date();
}

/** RFC 3339 in whole seconds, as the provider gives it back. */
function daysFrom(start: Date, days: number): string {
  const milliseconds = start.getTime() + days * 24 * 60 * 60 * 1000;
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");
}
