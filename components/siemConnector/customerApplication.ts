import {
  legacyAlertScope,
  messageOf,
  microsoftGraph,
  windowsDefenderAtp,
  type ConnectorProfile,
  type ConnectorRole,
  type PublishedApplication,
} from "@defender-mssp/microsoft";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { alertRole, consentName } from "./consents";
import { inThisRun } from "../hooks";
import { managedNote } from "../mark";
import type { OmittablePart } from "../../domain/omittedParts";
import { siemConnectorName } from "../../domain/naming";
import { siemApplicationResource, siemPrincipalResource } from "../../domain/resourceNames";

export interface CustomerApplicationArgs {
  readonly customerName: pulumi.Input<string>;
  /** Whether the connector reads the legacy alert API. */
  readonly readsLegacyAlerts: boolean;
  /** The profile in force. */
  readonly profile: ConnectorProfile;
  /** The application roles that the profile has. */
  readonly roles: readonly ConnectorRole[];
  readonly registrationAfter?: pulumi.Resource | undefined;
  /** Enables a service principal that the customer has disabled. Omitted: left as it is. */
  readonly accountEnabled: true | undefined;
  /** Set where an administrator of the customer grants: names of the consents of an earlier `up`, which stay and are never deleted. */
  readonly keptConsents: readonly string[] | undefined;
  /** Permissions and consents that are not declared. */
  readonly omit: readonly OmittablePart[];
}

export interface CustomerApplication {
  readonly application: azuread.ApplicationRegistration;
  readonly servicePrincipal: azuread.ServicePrincipal;
}

/**
 * Declares the app registration in the customer's tenant, its service principal, and for each API
 * its permissions with their consent.
 */
export function customerApplication(
  name: string,
  args: CustomerApplicationArgs,
  parent: pulumi.Resource,
): CustomerApplication {
  const { customerName, readsLegacyAlerts, profile, roles, registrationAfter, accountEnabled, keptConsents, omit } =
    args;
  const application = new azuread.ApplicationRegistration(
    siemApplicationResource(name),
    {
      displayName: pulumi.output(customerName).apply(siemConnectorName),
      description: pulumi.interpolate`${purposes[profile]}. ${managedNote()}.`,
      signInAudience: "AzureADMyOrg",
    },
    {
      parent,
      // With `--replace`, too: two registrations of one name are refused below.
      deleteBeforeReplace: true,
      hooks: { beforeCreate: [onlyOneOfItsName(name, parent)] },
      ...(registrationAfter === undefined ? {} : { dependsOn: [registrationAfter] }),
    },
  );
  const servicePrincipal = new azuread.ServicePrincipal(
    siemPrincipalResource(name),
    // Not set, it is a default of the provider, which keeps the value that a refresh has found.
    { clientId: application.clientId, ...(accountEnabled === undefined ? {} : { accountEnabled }) },
    // An application has one service principal in a tenant, which Entra deletes together with the registration. The
    // provider makes its caller no owner of it, so that `Application.ReadWrite.OwnedBy` could not delete it.
    { parent, deleteBeforeReplace: true, deletedWith: application },
  );
  const declared = { application, servicePrincipal };
  const ofApi = (api: PublishedApplication) => roles.filter((role) => role.api === api);
  const options = { parent, keptConsents, omit };
  const legacy = declareDefenderAccess(name, declared, {
    ...options,
    roles: ofApi(windowsDefenderAtp),
    readsLegacyAlerts,
  });
  declareGraphAccess(name, declared, { ...options, roles: ofApi(microsoftGraph), after: legacy });
  return declared;
}

/** The registration's description, which the customer's administrator sees. */
const purposes: Readonly<Record<ConnectorProfile, string>> = {
  read: "The MSSP's SIEM reads this tenant's Defender alerts with it",
  hunt: "The MSSP's SIEM reads this tenant's Defender alerts, incidents and hunting data with it",
  triage: "The MSSP's SOC reads and changes this tenant's Defender alerts and incidents with it",
  respond: "The MSSP's SOC reads this tenant's Defender data and takes response actions with it",
};

interface ApiAccessOptions extends Pick<CustomerApplicationArgs, "keptConsents" | "omit" | "roles"> {
  readonly parent: pulumi.Resource;
}

/**
 * WindowsDefenderATP: what the registration's page "API permissions" lists, and "Grant admin
 * consent". The legacy alert API is a delegated permission, response actions are roles.
 */
function declareDefenderAccess(
  name: string,
  { application, servicePrincipal }: CustomerApplication,
  options: ApiAccessOptions & { readonly readsLegacyAlerts: boolean },
): azuread.ApplicationApiAccess | undefined {
  const { roles, readsLegacyAlerts, parent, omit } = options;
  if (!readsLegacyAlerts && roles.length === 0) return undefined;
  const api = publishedApi(windowsDefenderAtp, parent);
  const hasPermission = readsLegacyAlerts && !omit.includes("legacyPermission");
  const access =
    !hasPermission && roles.length === 0
      ? undefined
      : new azuread.ApplicationApiAccess(
          `${name}-defender-access`,
          {
            applicationId: application.id,
            apiClientId: windowsDefenderAtp.appId,
            ...(hasPermission ? { scopeIds: [api.scopeId(legacyAlertScope)] } : {}),
            ...(roles.length === 0 ? {} : { roleIds: roles.map(({ value }) => api.roleId(value)) }),
          },
          { parent },
        );
  consentTo(roles, api, `${name}-defender`, servicePrincipal, options);
  const consent = `${name}-defender-consent`;
  if (!readsLegacyAlerts || omit.includes("legacyConsent") || !isDeclared(consent, options)) return access;
  new azuread.ServicePrincipalDelegatedPermissionGrant(
    consent,
    {
      servicePrincipalObjectId: servicePrincipal.objectId,
      resourceServicePrincipalObjectId: api.objectId,
      claimValues: [legacyAlertScope],
    },
    consentOptions(options),
  );
  return access;
}

/** Microsoft Graph. What `omit` names is the permission to read alerts, and its consent. */
function declareGraphAccess(
  name: string,
  { application, servicePrincipal }: CustomerApplication,
  options: ApiAccessOptions & { readonly after: azuread.ApplicationApiAccess | undefined },
): void {
  const { roles, parent, omit, after } = options;
  if (roles.length === 0) return;
  const api = publishedApi(microsoftGraph, parent);
  const without = (part: OmittablePart) =>
    omit.includes(part) ? roles.filter(({ value }) => value !== alertRole) : roles;
  const listed = without("graphPermission");
  if (listed.length > 0) {
    new azuread.ApplicationApiAccess(
      `${name}-graph-access`,
      {
        applicationId: application.id,
        apiClientId: microsoftGraph.appId,
        roleIds: listed.map(({ value }) => api.roleId(value)),
      },
      // Both write the same list of the application; `recoverLostCreates` must not meet the other
      // one.
      { parent, ...(after === undefined ? {} : { dependsOn: [after] }) },
    );
  }
  consentTo(without("graphConsent"), api, `${name}-graph`, servicePrincipal, options);
}

function consentTo(
  roles: readonly ConnectorRole[],
  api: PublishedApi,
  prefix: string,
  servicePrincipal: azuread.ServicePrincipal,
  options: ApiAccessOptions,
): void {
  for (const { value } of roles.filter((role) => isDeclared(consentName(prefix, role.value), options))) {
    new azuread.AppRoleAssignment(
      consentName(prefix, value),
      {
        principalObjectId: servicePrincipal.objectId,
        resourceObjectId: api.objectId,
        appRoleId: api.roleId(value),
      },
      consentOptions(options),
    );
  }
}

function isDeclared(consent: string, { keptConsents }: ApiAccessOptions): boolean {
  return keptConsents?.includes(consent) ?? true;
}

function consentOptions({ keptConsents, parent }: ApiAccessOptions): pulumi.CustomResourceOptions {
  return { parent, ...(keptConsents === undefined ? {} : { retainOnDelete: true }) };
}

interface PublishedApi {
  readonly objectId: pulumi.Output<string>;
  roleId(value: string): pulumi.Output<string>;
  scopeId(value: string): pulumi.Output<string>;
}

/**
 * A service principal of Microsoft's in the customer's tenant. The IDs of its permissions differ
 * between clouds and are looked up by name. It is not declared with `useExisting`: the provider
 * would send its deletion to Entra.
 */
function publishedApi({ appId, displayName }: PublishedApplication, parent: pulumi.Resource): PublishedApi {
  const lookedUp = azuread.getServicePrincipal({ clientId: appId }, { parent }).catch((error: unknown) => {
    const reason = messageOf(error);
    // Anything but a RunError is printed with its whole object.
    throw new pulumi.RunError(`${displayName} could not be looked up in the customer's tenant: ${reason.trim()}`);
  });
  const found = pulumi.output(lookedUp);
  const idIn = (ids: Readonly<Record<string, string>> | undefined, value: string): string => {
    const id = ids?.[value];
    if (id === undefined) {
      throw new pulumi.ResourceError(`${displayName} has no permission ${value} in the customer's tenant.`, parent);
    }
    return id;
  };
  return {
    objectId: found.objectId,
    roleId: (value) => found.appRoleIds.apply((ids) => idIn(ids, value)),
    scopeId: (value) => found.oauth2PermissionScopeIds.apply((ids) => idIn(ids, value)),
  };
}

/**
 * Entra accepts several registrations with one name, and the provider does not check. This hook
 * runs before a registration is created, because an earlier `up` may have been interrupted after
 * Entra created one.
 */
function onlyOneOfItsName(name: string, parent: pulumi.Resource): pulumi.ResourceHook {
  const check = async ({ newInputs }: pulumi.ResourceHookArgs): Promise<void> => {
    const displayName = String((newInputs as { readonly displayName?: unknown } | undefined)?.displayName);
    const found = await applicationNamed(displayName, parent);
    if (found === undefined) return;
    throw new Error(
      `${found} in the customer's tenant, so none was created. If an interrupted \`pulumi up\` left it, delete it ` +
        "(`npx mssp doctor --repair`, or Entra admin center > App registrations) and run `npx pulumi up --refresh`. If another party created it, " +
        "it must be renamed.",
    );
  };
  return new pulumi.ResourceHook(`${name}-only-one-of-its-name`, inThisRun(check));
}

/**
 * The beginning of a sentence about the registrations with this name; undefined if there is none.
 */
async function applicationNamed(displayName: string, parent: pulumi.Resource): Promise<string | undefined> {
  // The provider does not escape an apostrophe in its filter.
  if (displayName.includes("'")) return undefined;
  try {
    const { clientId, objectId } = await azuread.getApplication({ displayName }, { parent });
    return `an application named "${displayName}" (client ID ${clientId}, object ID ${objectId}) already exists`;
  } catch (error) {
    // "Not found" is an error, too. A refusal is none: `Application.ReadWrite.OwnedBy` may create what it may not look for.
    const reason = messageOf(error);
    if (/application not found/i.test(reason)) return undefined;
    if (/multiple applications/i.test(reason)) return `several applications named "${displayName}" already exist`;
    throw new Error(
      `Whether an application named "${displayName}" is in the customer's tenant could not be looked up, so none was created: ${reason.trim()}\n` +
        "Looking it up requires Application.Read.All on Microsoft Graph.",
    );
  }
}
