/** The settings that decide which kinds of access a stack has, and what it needs of the tenants. */
import {
  defaultConnectorAccess,
  graphApplications,
  graphServicePrincipals,
  type AlertApi,
  type ConnectorAccess,
  type CrossTenantTrust,
  type GraphPermission,
  type MsspConditionalAccess,
} from "@defender-mssp/microsoft";
import { siemApplicationResource, siemName } from "./resourceNames";

type PortalAccessModel = "basic" | "rbac" | "entitlement" | "governance";

/** The parts of the checked settings that decide what a stack needs. */
export interface PrerequisiteSettings {
  readonly analysts: readonly { readonly email: string }[];
  readonly portalAccess: {
    readonly model: PortalAccessModel;
    readonly assignTo?: "group" | "guests";
    /** Set for just-in-time access. */
    readonly activation?: object;
  };
  readonly defenderCalls: { readonly mode: "endpoint" | "manual" };
  /** @default `defaultConnectorAccess` */
  readonly connector?: ConnectorAccess;
  readonly crossTenantTrust?: CrossTenantTrust;
  readonly conditionalAccess?: MsspConditionalAccess;
  /** @default none */
  readonly notificationRules?: readonly object[];
  readonly handover?: {
    readonly vaultId?: string;
    readonly readerObjectId?: string;
    readonly resourceGroupName?: string;
  };
  readonly azureDelegation?: object;
  readonly sentinelAccess?: { readonly roles: object };
  readonly detections?: object;
  /** Set for a customer who gets a report each month. */
  readonly reportTimeZone?: string;
  readonly adopted?: { readonly objects: readonly { readonly resource: string }[] };
  readonly msspApplications?: {
    readonly automation?: { readonly id: string; readonly name?: string };
    readonly keeper?: { readonly id: string };
  };
  /** File name of an extension. */
  readonly extension?: string;
}

export const always = (): boolean => true;
export const never = (): boolean => false;

/** Whether an application with few permissions keeps what the automation has made. */
export function hasKeeper({ msspApplications }: PrerequisiteSettings): boolean {
  return msspApplications?.keeper !== undefined;
}

/** Whether an application is the keeper of the settings. */
export function isKeeper({ msspApplications }: PrerequisiteSettings, clientId: string | undefined): boolean {
  return clientId !== undefined && msspApplications?.keeper?.id === clientId.toLowerCase();
}

/** Name and application ID of the automation, as far as the settings have them. */
export function automationName({ msspApplications }: PrerequisiteSettings): string {
  const { name, id } = msspApplications?.automation ?? {};
  return [name, id].filter((one) => one !== undefined).join(", ");
}

/** Where a customer enables and disables an application. */
export const signInSwitch = "Enterprise applications > the application > Properties > Enabled for users to sign in";

/** Whether the stack has one of these models. */
export function hasModel(...models: readonly PortalAccessModel[]) {
  return ({ portalAccess }: PrerequisiteSettings): boolean => models.includes(portalAccess.model);
}

export function isJustInTime({ portalAccess }: PrerequisiteSettings): boolean {
  return (portalAccess.model === "basic" || portalAccess.model === "rbac") && portalAccess.activation !== undefined;
}

/** Whether the SIEM has an application in the customer's tenant. */
export function hasCustomerApplication({ connector = defaultConnectorAccess }: PrerequisiteSettings): boolean {
  return connector.kind === "customerApp";
}

/**
 * Whether the automation owns the SIEM's application: not the MSSP's, nor one that was registered by hand. It never owns
 * a service principal, whose owner the azuread plugin removes at the end of its creation.
 */
export function ownsConnector({ connector = defaultConnectorAccess, adopted }: PrerequisiteSettings): boolean {
  const isAdopted = adopted?.objects.some(({ resource }) => resource === siemApplicationResource(siemName)) === true;
  return connector.kind === "customerApp" && connector.accountEnabled !== true && !isAdopted;
}

/** What creates, changes and deletes the application in the customer's tenant. */
export function applicationPermissions(settings: PrerequisiteSettings): readonly GraphPermission[] {
  return ownsConnector(settings) ? graphApplications.write : graphServicePrincipals.write;
}

/** Whether the SIEM has the MSSP's application. */
export function hasMsspApplication(settings: PrerequisiteSettings): boolean {
  return !hasCustomerApplication(settings);
}

/** Whether the application in the customer's tenant signs in with this credential. */
export function signsInWith(type: ConnectorAccess["credential"]["type"]) {
  return (settings: PrerequisiteSettings): boolean =>
    hasCustomerApplication(settings) && (settings.connector ?? defaultConnectorAccess).credential.type === type;
}

/** Whether an administrator of the customer grants the permissions of the application in her tenant. */
export function isGrantedByAdministrator({
  connector = defaultConnectorAccess,
}: Pick<PrerequisiteSettings, "connector">): boolean {
  return connector.kind === "customerApp" && connector.consent === "administrator";
}

export function readsAlertsBy(api: AlertApi) {
  return ({ connector = defaultConnectorAccess }: PrerequisiteSettings): boolean =>
    (connector.alertApis as readonly AlertApi[]).includes(api);
}

/** The MSSP's own application gets its permissions by admin consent, not by a grant of the stack. */
export function consentsToLegacyApi(settings: PrerequisiteSettings): boolean {
  return readsAlertsBy("legacySiem")(settings) && hasCustomerApplication(settings);
}

export function hasDefenderEndpoint({ defenderCalls }: PrerequisiteSettings): boolean {
  return defenderCalls.mode === "endpoint";
}

/** What writes at the server for Defender's settings; nothing where a person makes the changes. */
export function defenderPermissions(
  settings: PrerequisiteSettings,
): readonly ["IntegrationConfiguration.ReadWrite"] | readonly [] {
  return hasDefenderEndpoint(settings) ? ["IntegrationConfiguration.ReadWrite"] : [];
}

export function hasNotificationRules({ notificationRules = [] }: PrerequisiteSettings): boolean {
  return notificationRules.length > 0;
}

export function hasCrossTenantTrust({ crossTenantTrust }: PrerequisiteSettings): boolean {
  return crossTenantTrust !== undefined;
}

export function setsConditionalAccess({ conditionalAccess }: PrerequisiteSettings): boolean {
  return conditionalAccess !== undefined;
}

export function hasHandover({ handover }: PrerequisiteSettings): boolean {
  return handover !== undefined;
}

export function makesVault({ handover }: PrerequisiteSettings): boolean {
  return handover !== undefined && handover.vaultId === undefined;
}

export function makesResourceGroup(settings: PrerequisiteSettings): boolean {
  return makesVault(settings) && settings.handover?.resourceGroupName === undefined;
}

export function hasVaultReader({ handover }: PrerequisiteSettings): boolean {
  return handover?.readerObjectId !== undefined;
}

export function vaultRoles(
  settings: PrerequisiteSettings,
): readonly ["Contributor"] | readonly ["Key Vault Contributor"] {
  return makesVault(settings) ? ["Contributor"] : ["Key Vault Contributor"];
}

export function hasDelegation({ azureDelegation }: PrerequisiteSettings): boolean {
  return azureDelegation !== undefined;
}

/** With a governance relationship a person assigns the roles, unless the settings name remote groups. */
export function hasSentinelAccess({ sentinelAccess, portalAccess }: PrerequisiteSettings): boolean {
  if (sentinelAccess === undefined) return false;
  return portalAccess.model !== "governance" || Object.keys(sentinelAccess.roles).length > 0;
}

export function hasDetections({ detections }: PrerequisiteSettings): boolean {
  return detections !== undefined;
}

export function hasMonth({ reportTimeZone }: PrerequisiteSettings): boolean {
  return reportTimeZone !== undefined;
}

export function hasExtension({ extension }: PrerequisiteSettings): boolean {
  return extension !== undefined;
}
