/** The access graph of a tenant, and the catalogue of ways that give access. */
export { guestAddresses, isOfDomains } from "./addresses";
export { alertReaders, alertReaderText, type AlertReader } from "./alertReaders";
export { azRest } from "./azRest";
export { chain, chains, edgeChain, nodeChains, type Chain } from "./chain";
export { customerAzure, type CustomerAzure } from "./customerAzure";
export { heldBy, readGraph, searchKind, type AccessGraph, type GrantingNode } from "./graph";
export type { TenantKind } from "./kind";
export { kindKeys, type KindKey } from "./kindKey";
export { applicable, isNotApplicable, notApplicable, type KindCell, type NotApplicable } from "./kindCell";
export { tenantKinds } from "./kinds";
export { azureRoleText, signedInAzure } from "./kinds/azureResources";
export { listedRuleState } from "./kinds/defenderSettings";
export { isOn, readEntry } from "./kinds/entryGrants";
export { addressedUserProperties, eligibilityEnd, readPeople, type PersonNode, type TenantUser } from "./kinds/people";
export { delegatedAdminNodes, gdapEnd } from "./kinds/trusts";
export { loggedNodes, loggedObjects, type LoggedObject } from "./loggedNodes";
export { isMsspTenant, msspTenants, owner, ownerByMark } from "./owner";
export {
  tenantReader,
  type AzureCalls,
  type Edge,
  type ObjectIdentity,
  type OwnedNode,
  type Ownership,
  type Presence,
  type Principal,
  type TenantReader,
  type Whose,
} from "./reader";
export { msspEntries, registrations, servicePrincipalsPath, type ServicePrincipalEntry } from "./registrations";
export { describedProblem, looked, unreadReason, type UnreadKind } from "./unread";
export type { Way } from "./ways/way";
export { catalogueProblems, findWays, notLookedWays, unlookedInReport, ways } from "./ways/ways";
