/** What an onboarding by hand has left in a customer's tenant, as plain data. */

import type { DetectionRuleObject, StackMark } from "@defender-mssp/microsoft";

/** An object that may carry the mark of a stack. */
interface Markable {
  /** Absent for what a person made. */
  readonly mark?: StackMark;
}

/** A user of the customer's tenant with an address of the MSSP. */
export interface FoundGuest extends Markable {
  readonly id: string;
  readonly displayName: string | null;
  /** The address in one of the MSSP's domains, in lower case. */
  readonly email: string;
}

export interface FoundMember {
  readonly id: string;
  /** For people. */
  readonly name: string;
}

export interface FoundGroup extends Markable {
  readonly id: string;
  readonly displayName: string;
  /** A security group with assigned members; the program manages no other. */
  readonly isPlainSecurityGroup: boolean;
  readonly isAssignableToRole: boolean;
  readonly members: readonly FoundMember[];
}

export interface FoundSecret {
  readonly keyId: string;
  readonly displayName: string | null;
  /** UTC, ISO 8601. */
  readonly startsOn: string;
  /** UTC, ISO 8601. */
  readonly endsOn: string;
}

/** An application permission that was granted to a service principal. */
export interface FoundAppRole {
  readonly id: string;
  /** Object ID of the API's service principal. */
  readonly resourceId: string;
  readonly appRoleId: string;
  /** The API's name. */
  readonly api: string;
}

/** Delegated permissions that were granted to a service principal. */
export interface FoundConsent {
  readonly id: string;
  readonly resourceId: string;
  readonly scopes: readonly string[];
  /** Whether the consent is for all users. */
  readonly isForAll: boolean;
}

export interface FoundServicePrincipal extends Markable {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly appRoles: readonly FoundAppRole[];
  readonly consents: readonly FoundConsent[];
}

/** An app registration of the customer's tenant that fits the SIEM connector. */
export interface FoundApplication extends Markable {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly signInAudience: string;
  /** Redirect URIs of the platform Web. */
  readonly redirectUris: readonly string[];
  readonly requested: readonly { readonly apiAppId: string; readonly ids: readonly string[] }[];
  readonly secrets: readonly FoundSecret[];
  readonly certificates: readonly FoundSecret[];
  readonly federatedCredentials: readonly { readonly id: string; readonly name: string }[];
  readonly servicePrincipal?: FoundServicePrincipal;
}

export interface FoundDirectoryRole {
  readonly id: string;
  readonly roleDefinitionId: string;
  readonly principalId: string;
  readonly scope: string;
}

export interface FoundDefenderRole extends Markable {
  readonly id: string;
  readonly displayName: string;
  readonly permissions: readonly string[];
  readonly isBuiltIn: boolean;
}

export interface FoundDefenderAssignment {
  readonly id: string;
  readonly displayName: string;
  readonly roleDefinitionId: string;
  readonly principalIds: readonly string[];
  readonly dataSources: readonly string[];
}

export interface FoundOrganization extends Markable {
  readonly id: string;
  readonly displayName: string;
  readonly state: string;
  /** The MSSP's tenant or domain, by which it was found. */
  readonly source: { readonly tenantId: string } | { readonly domain: string };
}

export interface FoundPolicy extends Markable {
  readonly id: string;
  readonly displayName: string;
  /** Whether only people of the MSSP's connected organization may request. */
  readonly organizationId: string;
  /** User principal names of the people who decide. */
  readonly approvers: readonly string[];
  readonly durationInDays: number | undefined;
  /** Graph's frequency of the access review; undefined without one. */
  readonly reviewFrequency: string | undefined;
}

export interface FoundPackage extends Markable {
  readonly id: string;
  readonly displayName: string;
  readonly catalogId: string;
  /** Groups whose membership the package grants. */
  readonly groups: readonly { readonly groupId: string; readonly roleScopeId: string }[];
  readonly policies: readonly FoundPolicy[];
}

export interface FoundCatalog extends Markable {
  readonly id: string;
  readonly displayName: string;
  readonly groupIds: readonly string[];
}

export interface FoundDetectionRule extends Markable {
  readonly id: string;
  readonly displayName: string;
  /** The rule as Graph answers it. */
  readonly live: DetectionRuleObject;
}

/** A part of the tenant that could not be read. */
export interface NotLooked {
  readonly what: string;
  readonly why: string;
}

/** Object IDs of Microsoft's service principals in the tenant, and the IDs of their permissions. */
export interface FoundApis {
  readonly graph: { readonly objectId: string; readonly readAlerts: string } | undefined;
  readonly defender: { readonly objectId: string; readonly readAlerts: string } | undefined;
}

export interface FoundTenant {
  readonly apis: FoundApis;
  readonly guests: readonly FoundGuest[];
  readonly groups: readonly FoundGroup[];
  readonly applications: readonly FoundApplication[];
  /** Of applications of the MSSP's tenant. */
  readonly servicePrincipals: readonly FoundServicePrincipal[];
  readonly directoryRoles: readonly FoundDirectoryRole[];
  readonly defenderRoles: readonly FoundDefenderRole[];
  readonly defenderAssignments: readonly FoundDefenderAssignment[];
  readonly organizations: readonly FoundOrganization[];
  readonly catalogs: readonly FoundCatalog[];
  readonly packages: readonly FoundPackage[];
  /** Every custom detection rule, also the customer's own. */
  readonly detectionRules: readonly FoundDetectionRule[];
  /**
   * Whether the legacy alert API is authorized for an application, by its client ID; only with an
   * endpoint for Defender's calls.
   */
  readonly authorized: Readonly<Record<string, boolean>>;
  readonly notLooked: readonly NotLooked[];
}
