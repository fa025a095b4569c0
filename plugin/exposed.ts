/**
 * What the plugin offers to programs in other languages, by the names of `components/index.ts`. The
 * schema is generated from this.
 */
import {
  AnalystAccessPackages,
  CustomerOnboarding,
  DirectoryRoleAccess,
  EntitlementAccess,
  GuestUser,
  MsspSecurityGroup,
  MsspTrust,
  PortalAccess,
  RedirectUri,
  SiemConnector,
} from "../components";
import type { DynamicResourceType } from "../domain/resourceTypes";

export const exposedComponents = {
  AnalystAccessPackages,
  CustomerOnboarding,
  DirectoryRoleAccess,
  EntitlementAccess,
  GuestUser,
  MsspSecurityGroup,
  MsspTrust,
  PortalAccess,
  RedirectUri,
  SiemConnector,
} as const;

/**
 * The components that a program in TypeScript declares by a function. `plugin/exposedArguments.ts`
 * has their arguments, `plugin/preparedComponents.ts` calls the functions: azure-native, which the
 * Azure components need, is loaded only then.
 */
export const preparedComponentNames = [
  "AzureDelegation",
  "CredentialHandover",
  "Detections",
  "SentinelAccess",
] as const;
export type PreparedComponentName = (typeof preparedComponentNames)[number];

/**
 * The resources that a program may declare by itself. The plugin also serves those that only
 * components declare.
 */
export const exposedResources = [
  "AlertNotificationRule",
  "ConnectedOrganization",
  "CrossTenantPartner",
  "CrossTenantPartnerEntry",
  "DefenderRoleAssignment",
  "DefenderRoleDefinition",
  "DefenderSiemAuthorization",
  "DetectionRule",
  "EligibleMembers",
  "PortalAccessModel",
  "StackIdentity",
] as const satisfies readonly DynamicResourceType[];

/**
 * Arguments that a program in TypeScript reads from its stack's state or looks up: the plugin does
 * so itself.
 */
export const argumentsMadeByPlugin = [
  "approverObjectIds",
  "connectorConsents",
  "connectorSecrets",
  "deployedConsents",
  "deployedSecrets",
] as const;
