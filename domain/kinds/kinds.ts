/** The table of what gives access: every kind, in the order in which people read of them. */
import { isProviderType, stackType, judgedType } from "../resourceTypes";
import { isBelow } from "../urn";
import { applicable, type AccessKind } from "./accessKind";
import { accessPackage } from "./accessPackage";
import { accessPackageAssignment } from "./accessPackageAssignment";
import { accessPackageCatalog } from "./accessPackageCatalog";
import { accessPackageResource } from "./accessPackageResource";
import { activationPolicy } from "./activationPolicy";
import { application } from "./application";
import { applicationPermission } from "./applicationPermission";
import { assignmentPolicy } from "./assignmentPolicy";
import { automationConsent } from "./automationConsent";
import { catalogResource } from "./catalogResource";
import { certificate } from "./certificate";
import { clientSecret } from "./clientSecret";
import { conditionalAccessPolicy } from "./conditionalAccessPolicy";
import { connectedOrganization } from "./connectedOrganization";
import { defenderRole } from "./defenderRole";
import { defenderRoleAssignment } from "./defenderRoleAssignment";
import { delegatedConsent } from "./delegatedConsent";
import { detectionRule } from "./detectionRule";
import { directoryRoleAssignment } from "./directoryRoleAssignment";
import { directoryRoleEligibility } from "./directoryRoleEligibility";
import { eligibility } from "./eligibility";
import { extensionResource } from "./extensionResource";
import { federatedCredential } from "./federatedCredential";
import { gdapRelationship } from "./gdapRelationship";
import { governanceRelationship } from "./governanceRelationship";
import { group } from "./group";
import { guest } from "./guest";
import { keyVault } from "./keyVault";
import { keyVaultSecret } from "./keyVaultSecret";
import { lighthouseAssignment } from "./lighthouseAssignment";
import { lighthouseDefinition } from "./lighthouseDefinition";
import { membership } from "./membership";
import { msspServicePrincipal } from "./msspServicePrincipal";
import { notificationRule } from "./notificationRule";
import { partnerEntry } from "./partnerEntry";
import { previewConsent } from "./previewConsent";
import { redirectUri } from "./redirectUri";
import { refreshToken } from "./refreshToken";
import { requestedPermission } from "./requestedPermission";
import { resourceGroup } from "./resourceGroup";
import { sentinelAssignment } from "./sentinelAssignment";
import { servicePrincipal } from "./servicePrincipal";
import { siemAuthorization } from "./siemAuthorization";
import { stackIdentity } from "./stackIdentity";
import { vaultReader } from "./vaultReader";

const table = [
  guest,
  group,
  membership,
  eligibility,
  activationPolicy,
  directoryRoleAssignment,
  directoryRoleEligibility,
  defenderRole,
  defenderRoleAssignment,
  accessPackageCatalog,
  catalogResource,
  accessPackage,
  accessPackageResource,
  assignmentPolicy,
  accessPackageAssignment,
  connectedOrganization,
  application,
  clientSecret,
  certificate,
  federatedCredential,
  redirectUri,
  requestedPermission,
  servicePrincipal,
  msspServicePrincipal,
  applicationPermission,
  delegatedConsent,
  automationConsent,
  previewConsent,
  notificationRule,
  detectionRule,
  siemAuthorization,
  partnerEntry,
  conditionalAccessPolicy,
  governanceRelationship,
  gdapRelationship,
  keyVault,
  keyVaultSecret,
  vaultReader,
  resourceGroup,
  lighthouseDefinition,
  lighthouseAssignment,
  sentinelAssignment,
  stackIdentity,
  refreshToken,
  extensionResource,
] as const satisfies readonly AccessKind[];

export const kinds: readonly AccessKind[] = table;

export type KindKey = (typeof table)[number]["key"];

/** The calls that a kind lacks. */
export type LackedCalls<Key extends KindKey> = keyof Extract<
  (typeof table)[number],
  { readonly key: Key }
>["withoutCalls"];

/** The kinds whose answer to a question is of this form. */
export type KindsWith<Question extends keyof AccessKind, Answer> = Extract<
  (typeof table)[number],
  { readonly [Name in Question]: Answer }
>["key"];

/** Kinds that no resource declares, and that a person ends. */
export type PersonEndedKind = KindsWith<"removal", { readonly by: "person" }>;

/** A kind as people read it. */
export type KindName = (typeof table)[number]["singular"];

const byType = new Map<string, AccessKind[]>();
for (const kind of kinds)
  for (const type of applicable(kind.types) ?? []) byType.set(type, [...(byType.get(type) ?? []), kind]);

/**
 * The kind of a resource of a state; undefined for a type that no kind knows. Where two kinds have the
 * type, the components in the URN tell.
 */
export function resourceKind({
  type,
  urn = "",
}: {
  readonly type: string;
  readonly urn?: string | undefined;
}): AccessKind | undefined {
  const candidates = byType.get(judgedType(type)) ?? [];
  return (
    candidates.find(({ within }) => within !== undefined && isBelow(urn, within)) ??
    candidates.find(({ within }) => within === undefined)
  );
}

/** Whether a state's resource stands for no object: a component, a provider, or the stack. */
export function isWithoutObject({ type, custom }: { readonly type: string; readonly custom: boolean }): boolean {
  return !custom || isProviderType(type) || type === stackType;
}
