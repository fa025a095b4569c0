/** The model `entitlement`: Microsoft's page of today, with a connected organization and access packages. */
import { directoryRoleTemplates, tierNames, tiers, type Tier } from "@defender-mssp/microsoft";
import type { FoundCatalog, FoundGroup, FoundOrganization, FoundPackage, FoundPolicy } from "./found";
import type { KindName } from "../../../domain/kinds/kinds";
import type { Draft } from "./draft";
import { accessName } from "../../../domain/resourceNames";
import { takeDefenderRole, tierNamed } from "./planTiers";

interface TierPackage {
  readonly accessPackage: FoundPackage;
  readonly policy: FoundPolicy;
  readonly group: FoundGroup;
  readonly roleScopeId: string;
}

interface FoundEntitlement {
  readonly organization: FoundOrganization;
  readonly catalog: FoundCatalog;
  readonly packages: Readonly<Record<Tier, TierPackage>>;
}

/** Plans the model if the tenant has all of it. Returns whether it has, or whether it depends on an answer. */
export function planEntitlement(draft: Draft): boolean {
  const result = matched(draft);
  if (result === "asked") return true;
  if (typeof result === "string") {
    leaveIncomplete(draft, result);
    return false;
  }
  const { organization, packages } = result;
  const reference = packages.tier1.policy;
  draft.settings["analysts"] = [];
  draft.settings["portalAccess"] = {
    model: "entitlement",
    approvers: packages.approvers.policy.approvers,
    expiresAfterDays: reference.durationInDays ?? 365,
    reviewEvery: intervals[reference.reviewFrequency ?? ""] ?? "year",
    identitySource: "tenantId" in organization.source ? "tenant" : organization.source,
    tiers: takeTiers(draft, packages),
  };
  takePackages(draft, result);
  leaveOthers(draft);
  return true;
}

/** Graph's frequencies of an access review, as the settings name them. */
const intervals: Readonly<Record<string, string>> = {
  monthly: "month",
  quarterly: "quarter",
  halfyearly: "halfYear",
  annual: "year",
};

/** The entitlement; or why it is not complete, in a sentence; or `asked` while a question is open. */
function matched(draft: Draft): FoundEntitlement | string {
  const { organizations, catalogs, packages } = draft.found;
  if (organizations.length === 0) return "";
  const [organization, ...others] = organizations;
  if (organization === undefined || others.length > 0) return "The MSSP has several connected organizations.";
  const [catalog, ...catalogsToo] = catalogs;
  if (catalog === undefined) return "No access package can be requested by the MSSP's people.";
  if (catalogsToo.length > 0) return "The access packages are in several catalogs; the settings have one.";
  const byTier: Partial<Record<Tier, TierPackage>> = {};
  for (const accessPackage of packages) {
    const tier = tierOf(
      draft,
      accessPackage,
      tiers.filter((one) => byTier[one] === undefined),
    );
    if (tier === undefined) return "asked";
    if (tier === "leave") continue;
    const described = describe(draft, accessPackage, catalog);
    if (typeof described === "string") return described;
    byTier[tier] = described;
  }
  const missing = tiers.filter((tier) => byTier[tier] === undefined);
  if (missing.length > 0) return `There is no access package of ${missing.map((tier) => tierNames[tier]).join(", ")}.`;
  const complete = byTier as Record<Tier, TierPackage>;
  const names = new Set(tiers.map((tier) => complete[tier].group.displayName.toLowerCase()));
  if (names.size < tiers.length) return "Two groups of the access packages have the same name.";
  if (complete.approvers.policy.approvers.length === 0)
    return "No person decides on requests for the approvers' access package, which the setting approvers requires.";
  return { organization, catalog, packages: complete };
}

function tierOf(
  draft: Draft,
  { id, displayName, groups }: FoundPackage,
  free: readonly Tier[],
): Tier | "leave" | undefined {
  const ofGroup = draft.found.groups.find((group) => group.id === groups[0]?.groupId);
  const named = tierNamed(displayName) ?? tierNamed(ofGroup?.displayName ?? "");
  if (named !== undefined && free.includes(named)) return named;
  const answer = draft.ask({
    id: `package:${id}`,
    text: `People of the MSSP can request the access package "${displayName}". Which tier is it?`,
    choices: [
      ...free.map((tier) => ({ value: tier, text: `${tierNames[tier]} (${tier})` })),
      { value: "leave", text: "none of the tiers: leave it" },
    ],
    about: everythingOf(draft),
  });
  return tiers.find((tier) => tier === answer) ?? (answer === undefined ? undefined : "leave");
}

/** Objects that depend on whether the tenant has the model. */
function everythingOf({ found }: Draft): string[] {
  const { organizations, catalogs, packages, guests, groups, defenderRoles, defenderAssignments, directoryRoles } =
    found;
  const policies = packages.flatMap((one) => one.policies);
  const all = [
    organizations,
    catalogs,
    packages,
    policies,
    guests,
    groups,
    defenderRoles,
    defenderAssignments,
    directoryRoles,
  ];
  return all.flatMap((list) => list.map(({ id }) => id));
}

function describe(draft: Draft, accessPackage: FoundPackage, catalog: FoundCatalog): TierPackage | string {
  const { displayName, groups, policies } = accessPackage;
  const [scope, ...scopes] = groups;
  const group = draft.found.groups.find(({ id }) => id === scope?.groupId);
  if (scope === undefined || group === undefined || scopes.length > 0)
    return `The access package "${displayName}" grants something else than the membership of one group.`;
  if (!group.isPlainSecurityGroup)
    return `The group of the access package "${displayName}" is no plain security group.`;
  if (!catalog.groupIds.includes(group.id)) return `The catalog does not have the group of "${displayName}".`;
  const [policy, ...others] = policies;
  if (policy === undefined || others.length > 0)
    return `The access package "${displayName}" has several policies for the MSSP.`;
  return { accessPackage, policy, group, roleScopeId: scope.roleScopeId };
}

function takeTiers(draft: Draft, packages: FoundEntitlement["packages"]): Record<string, object> {
  return Object.fromEntries(
    tiers.map((tier) => {
      const { group } = packages[tier];
      draft.take(
        {
          kind: "group",
          name: group.displayName,
          id: group.id,
          why: "Its access package manages the members.",
          resource: `${accessName}-${tier}-group`,
        },
        { id: `/groups/${group.id}`, outputs: { objectId: group.id } },
        "groups",
      );
      return [tier, { name: group.displayName, permissions: takeDefenderRole(draft, tier, group) }];
    }),
  );
}

function takePackages(draft: Draft, { organization, catalog, packages }: FoundEntitlement): void {
  const name = `${accessName}-entitlement`;
  const why = "People of the MSSP request access by it.";
  draft.take(
    {
      kind: "connected organization",
      name: organization.displayName,
      id: organization.id,
      why,
      resource: `${name}-organization`,
    },
    { outputs: { state: organization.state, adopted: false } },
    "accessPackages",
  );
  draft.take(
    {
      kind: "access package catalog",
      name: catalog.displayName,
      id: catalog.id,
      why,
      resource: `${name}-packages-catalog`,
    },
    {},
    "accessPackages",
  );
  for (const tier of tiers) {
    const { accessPackage, policy, group, roleScopeId } = packages[tier];
    const prefix = `${name}-packages-${tier}`;
    draft.take(
      {
        kind: "access package",
        name: accessPackage.displayName,
        id: accessPackage.id,
        why,
        resource: `${prefix}-package`,
      },
      {},
      "accessPackages",
    );
    draft.take({
      kind: "assignment policy",
      name: policy.displayName,
      id: policy.id,
      why,
      resource: `${prefix}-policy`,
    });
    // Links, not objects: they are in the state alone, and stay with the package if that is kept.
    const link = (kind: KindName, resource: string, id: string) =>
      draft.take({ kind, name: accessPackage.displayName, id, why, resource }, {}, "accessPackages");
    link("resource of the catalog", `${prefix}-resource`, `${catalog.id}/${group.id}`);
    link("role of the access package", `${prefix}-role`, `${accessPackage.id}/${roleScopeId}/${group.id}/Member`);
  }
}

/** Guests came by a package; entitlement management keeps or removes them. */
function leaveOthers(draft: Draft): void {
  for (const { id, email } of draft.found.guests) {
    const why = "The model entitlement invites nobody: access packages bring the MSSP's people into the tenant.";
    draft.putAside({ kind: "guest", name: email, id, why });
  }
  for (const { id, displayName } of draft.found.groups) {
    if (draft.isSettled(id)) continue;
    draft.putAside({ kind: "group", name: displayName, id, why: "No access package grants its membership." });
  }
  for (const { id, roleDefinitionId, principalId } of draft.found.directoryRoles) {
    const name = Object.entries(directoryRoleTemplates).find(([, template]) => template === roleDefinitionId)?.[0];
    const why = "The model entitlement assigns no directory role. The assignment is access beyond the packages.";
    draft.putAside({
      kind: "directory role assignment",
      name: `${name ?? roleDefinitionId} of ${principalId}`,
      id,
      why,
    });
  }
}

function leaveIncomplete(draft: Draft, reason: string): void {
  const { organizations, catalogs, packages } = draft.found;
  const why = `The settings need all of Microsoft's access packages or none. ${reason}`;
  const add = (kind: KindName, all: readonly { readonly id: string; readonly displayName: string }[]) =>
    all.forEach(({ id, displayName }) => draft.putAside({ kind, name: displayName, id, why }));
  add("connected organization", organizations);
  add("access package catalog", catalogs);
  add("access package", packages);
  add(
    "assignment policy",
    packages.flatMap(({ policies }) => policies),
  );
}
