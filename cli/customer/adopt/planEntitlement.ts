/** The model `entitlement`: Microsoft's page of today, with a connected organization and access packages. */
import { tierNames, tiers, type Tier } from "@defender-mssp/microsoft";
import { accessName } from "../../../domain/resourceNames";
import type { Candidate } from "./candidate";
import type { Draft } from "./draft";
import type { GroupCandidate } from "./planGroups";
import { takeDefenderRole, tierChoices, tierNamed } from "./planTiers";

interface TierPackage {
  readonly accessPackage: Candidate<"accessPackage">;
  readonly policy: Candidate<"assignmentPolicy">;
  readonly group: GroupCandidate;
  readonly roleScopeId: string;
}

interface Entitlement {
  readonly organization: Candidate<"connectedOrganization">;
  readonly catalog: Candidate<"accessPackageCatalog">;
  readonly packages: Readonly<Record<Tier, TierPackage>>;
}

const entitlementKeys = ["connectedOrganization", "accessPackageCatalog", "accessPackage", "assignmentPolicy"] as const;

/** Plans the model if the tenant has all of it. Returns whether it has, or whether it depends on an answer. */
export function planEntitlement(draft: Draft): boolean {
  const entitlement = matched(draft);
  if (entitlement === "asked") return true;
  if (typeof entitlement === "string") {
    const why = `The settings need all of Microsoft's access packages or none. ${entitlement}`;
    draft.putAside(why, ...draft.all(...entitlementKeys));
    return false;
  }
  const { organization, packages } = entitlement;
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
  takePackages(draft, entitlement);
  draft.putAside(
    "The model entitlement invites nobody: access packages bring the MSSP's people into the tenant.",
    ...draft.all("guest"),
  );
  draft.putAside("No access package grants its membership.", ...draft.all("group"));
  draft.putAside(
    "The model entitlement assigns no directory role. The assignment is access beyond the packages.",
    ...draft.all("directoryRoleAssignment"),
  );
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
function matched(draft: Draft): Entitlement | string {
  const [organization, ...organizations] = draft.all("connectedOrganization");
  if (organization === undefined) return "";
  if (organizations.length > 0) return "The MSSP has several connected organizations.";
  const [catalog, ...catalogs] = draft.all("accessPackageCatalog");
  if (catalog === undefined) return "No access package can be requested by the MSSP's people.";
  if (catalogs.length > 0) return "The access packages are in several catalogs; the settings have one.";
  const byTier: Partial<Record<Tier, TierPackage>> = {};
  for (const accessPackage of draft.all("accessPackage")) {
    const free = tiers.filter((tier) => byTier[tier] === undefined);
    const tier = packageTier(draft, accessPackage, free);
    if (tier === undefined) return "asked";
    if (tier === "leave") continue;
    const described = tierPackage(draft, accessPackage, catalog);
    if (typeof described === "string") return described;
    byTier[tier] = described;
  }
  const missing = tiers.filter((tier) => byTier[tier] === undefined);
  if (missing.length > 0) return `There is no access package of ${missing.map((tier) => tierNames[tier]).join(", ")}.`;
  const packages = byTier as Record<Tier, TierPackage>;
  const names = new Set(tiers.map((tier) => packages[tier].group.name.toLowerCase()));
  if (names.size < tiers.length) return "Two groups of the access packages have the same name.";
  if (packages.approvers.policy.approvers.length === 0)
    return "No person decides on requests for the approvers' access package, which the setting approvers requires.";
  return { organization, catalog, packages };
}

function packageTier(
  draft: Draft,
  { id, name, groups: [scope] }: Candidate<"accessPackage">,
  free: readonly Tier[],
): Tier | "leave" | undefined {
  const group = draft.all("group").find((each) => each.id === scope?.groupId);
  const named = tierNamed(name) ?? tierNamed(group?.name ?? "");
  if (named !== undefined && free.includes(named)) return named;
  const dependent = ["guest", "group", "defenderRole", "defenderRoleAssignment", "directoryRoleAssignment"] as const;
  const answer = draft.ask({
    id: `package:${id}`,
    text: `People of the MSSP can request the access package "${name}". Which tier is it?`,
    choices: tierChoices(free, "the tiers"),
    about: draft.all(...entitlementKeys, ...dependent).map((each) => each.id),
  });
  return answer === "leave" ? answer : free.find((tier) => tier === answer);
}

function tierPackage(
  draft: Draft,
  accessPackage: Candidate<"accessPackage">,
  catalog: Candidate<"accessPackageCatalog">,
): TierPackage | string {
  const { name, groups } = accessPackage;
  const [scope, ...scopes] = groups;
  const group = draft.all("group").find(({ id }) => id === scope?.groupId);
  if (scope === undefined || group === undefined || scopes.length > 0)
    return `The access package "${name}" grants something else than the membership of one group.`;
  if (!group.isPlainSecurityGroup) return `The group of the access package "${name}" is no plain security group.`;
  if (!catalog.groupIds.includes(group.id)) return `The catalog does not have the group of "${name}".`;
  const [policy, ...policies] = draft.partsOf(accessPackage, "assignmentPolicy");
  if (policy === undefined || policies.length > 0)
    return `The access package "${name}" has several policies for the MSSP.`;
  return { accessPackage, policy, group, roleScopeId: scope.roleScopeId };
}

function takeTiers(draft: Draft, packages: Entitlement["packages"]): Record<string, object> {
  return Object.fromEntries(
    tiers.map((tier) => {
      const { group } = packages[tier];
      draft.take(`${accessName}-${tier}-group`, group, "Its access package manages the members.");
      return [tier, { name: group.name, permissions: takeDefenderRole(draft, tier, group) }];
    }),
  );
}

function takePackages(draft: Draft, { organization, catalog, packages }: Entitlement): void {
  const prefix = `${accessName}-entitlement`;
  const why = "People of the MSSP request access by it.";
  draft.take(`${prefix}-organization`, organization, why);
  draft.take(`${prefix}-packages-catalog`, catalog, why);
  for (const tier of tiers) {
    const { accessPackage, policy, group, roleScopeId } = packages[tier];
    const { id, name } = accessPackage;
    const resource = `${prefix}-packages-${tier}`;
    draft.take(`${resource}-package`, accessPackage, why);
    draft.take(`${resource}-policy`, policy, why);
    // Links, not objects: they are in the state alone, and stay with the package if that is kept.
    const inCatalog = { key: "catalogResource", id: `${catalog.id}/${group.id}`, name } as const;
    draft.take(`${resource}-resource`, inCatalog, why);
    const role = { key: "accessPackageResource", id: `${id}/${roleScopeId}/${group.id}/Member`, name } as const;
    draft.take(`${resource}-role`, role, why);
  }
}
