/**
 * Which principals of a stack are the ones that its settings name, and which principals a property
 * of a resource names.
 */
import { resourceGroupId, tiers, type SentinelGroup, type SentinelRole } from "@defender-mssp/microsoft";
import { groupNameInDirectory, securityGroupName, siemConnectorName } from "../domain/naming";
import { azuread, azureNative, dynamic } from "../domain/resourceTypes";
import { knownText, unknown, type StackResource } from "./rule";
import type { PolicySettings } from "./policySettings";
import { typeAndName } from "../domain/urn";

/** Kinds of principals that the program creates or adopts. */
export type PrincipalKind = "guest" | "group" | "servicePrincipal" | "application" | "organization";

export interface NamedPrincipal {
  readonly kind: PrincipalKind;
  readonly resource: StackResource;
  /** Its IDs in the tenant, in lower case. Empty while a preview does not know them. */
  readonly ids: readonly string[];
}

/**
 * Types whose resources are principals: a value that comes from one of them is judged by that
 * resource.
 */
const principalTypes: readonly string[] = [
  azuread("Application"),
  azuread("ApplicationRegistration"),
  azuread("Group"),
  azuread("GroupWithoutMembers"),
  azuread("Invitation"),
  azuread("ServicePrincipal"),
  azuread("User"),
  dynamic("ConnectedOrganization"),
  dynamic("Guest"),
  dynamic("MsspServicePrincipal"),
  azureNative("managedidentity:UserAssignedIdentity"),
];

/**
 * The principals of the stack that the settings name. Of several resources of one name none counts:
 * nothing tells which one the settings mean.
 *
 * @param resources in any order.
 */
export function namedPrincipals(
  resources: readonly StackResource[],
  settings: PolicySettings,
): readonly NamedPrincipal[] {
  const found = principalsIn(resources, (resource) => principalOf(resource, settings));
  const application = found.find(({ kind }) => kind === "application")?.resource;
  const servicePrincipals = principalsIn(resources, (resource) =>
    isOfApplication(resource, application) ? { kind: "servicePrincipal", name: "" } : undefined,
  );
  return [...found, ...servicePrincipals];
}

function principalsIn(
  resources: readonly StackResource[],
  identify: (resource: StackResource) => Identity | undefined,
): readonly NamedPrincipal[] {
  const all = resources.flatMap((resource) => {
    const identity = identify(resource);
    return identity === undefined ? [] : [{ resource, ...identity }];
  });
  const isAlone = ({ kind, name }: Identity) =>
    all.filter((one) => one.kind === kind && one.name === name).length === 1;
  return all.filter(isAlone).map(({ kind, resource }) => ({ kind, resource, ids: idsOf(resource) }));
}

/** Names of the groups that the settings name, as the directory has them, in lower case. */
export function groupNames({ msspName, portalAccess }: PolicySettings): readonly string[] {
  const ofTiers = "tiers" in portalAccess ? tiers.map((tier) => portalAccess.tiers[tier].name) : [];
  return [securityGroupName(msspName), ...ofTiers].map((name) => groupNameInDirectory(name).toLowerCase());
}

/** Whether a role assignment is for the Microsoft Sentinel workspace of the settings. */
export function isSentinelScope(scope: unknown, settings: PolicySettings | undefined): boolean {
  const { sentinelAccess } = settings ?? {};
  return (
    sentinelAccess !== undefined && knownText(scope)?.toLowerCase() === resourceGroupId(sentinelAccess).toLowerCase()
  );
}

/** The roles on the workspace that the settings name for a group of this name. */
export function sentinelRolesOfGroup(displayName: string, settings: PolicySettings): readonly SentinelRole[] {
  const { portalAccess, sentinelAccess, msspName } = settings;
  const names: readonly (readonly [SentinelGroup, string])[] =
    "tiers" in portalAccess
      ? tiers.map((tier) => [tier, portalAccess.tiers[tier].name] as const)
      : [["analysts", securityGroupName(msspName)]];
  const isNamed = (name: string) => groupNameInDirectory(name).toLowerCase() === displayName.toLowerCase();
  return names.filter(([, name]) => isNamed(name)).flatMap(([group]) => sentinelAccess?.roles[group] ?? []);
}

/** What a property says about the principals that it names. */
export interface Grant {
  /** Values at the place of the principal's ID: text, or `unknown`. */
  readonly values: readonly unknown[];
  /** URNs of the resources that the values come from. */
  readonly sources: readonly string[];
}

/**
 * What is wrong with the principals of a grant.
 *
 * A known ID must be the ID of a named principal. A value that a preview does not know must come
 * from one, and from no other principal.
 *
 * @param kinds kinds of principals that may get it.
 * @param also IDs that are allowed in addition.
 */
export function grantProblems(
  { values, sources }: Grant,
  stack: { readonly resources: ReadonlyMap<string, StackResource>; readonly named: readonly NamedPrincipal[] },
  kinds: readonly PrincipalKind[],
  also: readonly string[] = [],
): readonly string[] {
  const allowed = stack.named.filter(({ kind }) => kinds.includes(kind));
  const from = allowed.filter(({ resource }) => sources.includes(resource.urn));
  const ids = new Set([...allowed.flatMap((one) => one.ids), ...also.map((id) => id.toLowerCase())]);
  const known = values.filter((value) => typeof value === "string");
  // An ID that this preview does not show is the known value, or an unknown one, of a source.
  const hidden = from.filter((one) => one.ids.length === 0).length;
  const isHidden = hidden > 0;
  const excused = Math.max(0, hidden - values.filter((value) => value === unknown).length);
  const strangers = known.filter((id) => !ids.has(id.toLowerCase()));
  const foreign = sources.filter((urn) => {
    const source = stack.resources.get(urn);
    return (
      source !== undefined &&
      principalTypes.includes(source.type) &&
      !allowed.some(({ resource }) => resource.urn === urn)
    );
  });
  const isUnknown = values.includes(unknown) || isHidden;
  return [
    ...strangerProblems(strangers, excused),
    ...(isUnknown ? foreign.map((urn) => `${typeAndName(urn) || urn} is not a principal that the settings name`) : []),
  ];
}

/** @param excused how many of them may be principals whose IDs a preview does not show */
function strangerProblems(strangers: readonly string[], excused: number): readonly string[] {
  if (strangers.length <= excused) return [];
  if (excused === 0) return strangers.map((id) => `${id} is not a principal that the settings name`);
  return [`of ${strangers.join(", ")} at most ${excused} can be principals that the settings name`];
}

interface Identity {
  readonly kind: PrincipalKind;
  readonly name: string;
}

function principalOf({ type, properties }: StackResource, settings: PolicySettings): Identity | undefined {
  const name = knownText(properties["displayName"])?.toLowerCase() ?? "";
  const email = knownText(properties["email"])?.toLowerCase() ?? "";
  const { connector } = settings;
  switch (type) {
    case dynamic("Guest"):
      return settings.analysts.some((one) => one.email === email) ? { kind: "guest", name: email } : undefined;
    case azuread("Group"):
      return groupNames(settings).includes(name) ? { kind: "group", name } : undefined;
    case dynamic("ConnectedOrganization"):
      return settings.portalAccess.model === "entitlement" ? { kind: "organization", name: "" } : undefined;
    case azuread("ApplicationRegistration"):
      return connector.kind === "customerApp" && name === siemConnectorName(settings.customerName).toLowerCase()
        ? { kind: "application", name: "" }
        : undefined;
    case dynamic("MsspServicePrincipal"): {
      const isNamed = connector.kind === "msspApp" && properties["applicationId"] === connector.applicationId;
      return isNamed ? { kind: "servicePrincipal", name: "" } : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether it is the service principal of the application. */
function isOfApplication(
  { type, properties, sources }: StackResource,
  application: StackResource | undefined,
): boolean {
  if (type !== azuread("ServicePrincipal") || application === undefined) return false;
  const [clientId, expected] = [properties["clientId"], application.properties["clientId"]];
  if (typeof clientId === "string" && typeof expected === "string") return clientId === expected;
  return sources["clientId"]?.includes(application.urn) ?? false;
}

function idsOf({ type, properties }: StackResource): readonly string[] {
  const output = type === dynamic("ConnectedOrganization") ? "id" : "objectId";
  // What comes from an organization's ID that a preview does not know, it does not know either: no known ID is it.
  if (output === "id" && properties[output] === unknown) return ["unknown"];
  const id = knownText(properties[output])?.toLowerCase();
  if (id === undefined) return [];
  // A registration is referred to by its resource ID, and like a service principal by its client ID.
  const clientIds = ["clientId", "applicationId"].flatMap((name) => knownText(properties[name])?.toLowerCase() ?? []);
  return [id, `/applications/${id}`, ...clientIds];
}
