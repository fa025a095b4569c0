/** Permissions of the MSSP's applications in customers' tenants, by the settings. */
import { adminConsentUrl, dateOf, type CloudName } from "@defender-mssp/microsoft";
import type { PrerequisiteSettings } from "../../../domain/prerequisiteSettings";
import {
  connectorPermissions,
  requestedAzureRoles,
  requestedPermissions,
  type RequestedAzureRole,
  type RequestedPermission,
  type RequestedPermissions,
} from "../../../domain/requestedPermissions";
import type { MsspApplication, MsspContact, Settings } from "../../../settings";
import { knownApplications, type ApplicationIds, type KnownApplications } from "./knownApplications";

export type { RequestedPermission } from "../../../domain/requestedPermissions";

/** The MSSP's own application that the SIEM reads with (`connector.kind` `msspApp`). */
export interface ConnectorConsent {
  readonly stack: string;
  readonly applicationId: string;
  /** Where the customer consents by a click; otherwise `pulumi up` grants the same. */
  readonly consentUrl: string;
  /** The application roles of `connector.profile` today; `purpose` is a sentence for the customer. */
  readonly permissions: readonly RequestedPermission[];
}

export interface AzureRole extends RequestedAzureRole {
  readonly stack: string;
}

export interface CustomerConsent {
  readonly stack: string;
  readonly customerName: string;
  readonly tenantId: string;
  readonly cloud: CloudName;
  /** Who asks the customer. */
  readonly msspName: string;
  readonly msspContact?: MsspContact;
  readonly applications: KnownApplications;
  /** What an administrator of the customer opens; by application, absent where its ID is not known. */
  readonly consentUrls: Readonly<Partial<Record<keyof KnownApplications, string>>>;
  /** Whether the MSSP's own gateway (`defenderEndpoint`) may require more permissions. */
  readonly hasGateway: boolean;
}

export interface Permissions extends RequestedPermissions {
  readonly msspTenantIds: readonly string[];
  readonly customers: readonly CustomerConsent[];
  /** Empty where each connector is a registration in the customer's tenant. */
  readonly connectors: readonly ConnectorConsent[];
  readonly azureRoles: readonly AzureRole[];
}

export type CustomerSettings = PrerequisiteSettings &
  Pick<Settings, "customerName" | "tenantId" | "msspName" | "msspTenantId" | "cloud"> &
  Partial<Pick<Settings, "handover" | "azureDelegation" | "sentinelAccess" | "msspContact" | "msspApplications">>;

/**
 * Each permission once, for all of the customers.
 * @param now decides whether a connector's right to change has ended.
 */
export function permissionsOf(
  customers: readonly { readonly stack: string; readonly settings: CustomerSettings }[],
  ids: ApplicationIds = {},
  now: Date = new Date(),
): Permissions {
  const all = customers.map(({ settings }) => settings);
  return {
    msspTenantIds: [...new Set(all.map(({ msspTenantId }) => msspTenantId))],
    customers: customers.map(({ stack, settings }) => consentOf(stack, settings, ids)),
    ...requestedPermissions(all),
    connectors: customers.flatMap(({ stack, settings }) => connectorConsent(stack, settings, now)),
    azureRoles: customers.flatMap(({ stack, settings }) =>
      requestedAzureRoles(settings).map((role) => ({ stack, ...role })),
    ),
  };
}

function consentOf(stack: string, settings: CustomerSettings, ids: ApplicationIds): CustomerConsent {
  const { customerName, tenantId, cloud, defenderCalls, msspName, msspContact } = settings;
  const applications = knownApplications(settings, ids);
  return {
    stack,
    customerName,
    tenantId,
    cloud,
    msspName,
    applications,
    ...(msspContact === undefined ? {} : { msspContact }),
    consentUrls: Object.fromEntries(
      Object.entries<MsspApplication>({ ...applications }).map(([use, { id }]) => [
        use,
        adminConsentUrl(cloud, tenantId, id),
      ]),
    ),
    hasGateway: defenderCalls.mode === "endpoint",
  };
}

function connectorConsent(stack: string, settings: CustomerSettings, now: Date): ConnectorConsent[] {
  const { connector, cloud, tenantId } = settings;
  if (connector?.kind !== "msspApp") return [];
  const { applicationId } = connector;
  const permissions = connectorPermissions(settings, dateOf(now));
  return [{ stack, applicationId, consentUrl: adminConsentUrl(cloud, tenantId, applicationId), permissions }];
}
