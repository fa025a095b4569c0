/** What the oracle says: one way by which somebody of a tenant can do something in another one. */

/** Every way that the oracle looks at. A search counts how many chains of each it has made. */
export const ways = [
  "person",
  "application",
  "restorable",
  "membership",
  "groupOwnership",
  "eligibility",
  "activation",
  "directoryRole",
  "eligibleDirectoryRole",
  "applicationPermission",
  "appRole",
  "delegatedConsent",
  "applicationOwnership",
  "servicePrincipalOwnership",
  "credential",
  "federatedCredential",
  "defenderRole",
  "accessPackage",
  "packageRequest",
  "packageApproval",
  "connectedOrganization",
  "conditionalAccessExclusion",
  "partnerSynchronization",
  "partnerDirectConnect",
  "partnerCollaboration",
  "partnerTrust",
  "partnerConsent",
  "governance",
  "gdap",
  "azureRole",
  "eligibleAzureRole",
  "lighthouse",
  "siemAuthorization",
  "detectionAction",
  "changeNotification",
  "notification",
] as const;
export type ChainWay = (typeof ways)[number];

/** An object that a chain passes. */
export interface ChainObject {
  /** Collection of the store, such as `groups`. */
  readonly type: string;
  readonly id: string;
  readonly name: string;
}

export interface ChainStep {
  readonly way: ChainWay;
  /** Where the step leads: the group, the role, the application. */
  readonly to: ChainObject;
  /** ID of the stored object that makes the step; a link has none. */
  readonly by?: string;
}

export interface Chain {
  /** Of the last step. */
  readonly way: ChainWay;
  /** The person or application of the other tenant, or that tenant itself. */
  readonly principal: ChainObject;
  readonly steps: readonly ChainStep[];
  /** What the last step lets the principal do, for people. */
  readonly allows: string;
  /** Values of permissions, where `way` is one of an API. */
  readonly permissions?: readonly string[];
}

/** A line for people: `user eve@… → membership of groups "Payroll" → directoryRole "Security Reader": …`. */
export function chainText({ principal, steps, allows }: Chain): string {
  const path = steps.map(({ way, to }) => ` → ${way} ${to.type} "${to.name}" (${to.id})`);
  return `${principal.type} "${principal.name}" (${principal.id})${path.join("")}: ${allows}`;
}

/** The same chain has the same key in each look. */
export function chainKey({ principal, steps, permissions = [] }: Chain): string {
  return JSON.stringify([principal.id, steps.map(({ way, to, by }) => [way, to.id, by ?? ""]), permissions]);
}
