/** Which model of portal access the tenant has, and what of it the stack takes over. */
import { directoryRoleTemplates, portalAccessRoles, type PortalAccessRole } from "@defender-mssp/microsoft";
import type { Draft } from "./draft";
import type { FoundDirectoryRole, FoundGroup } from "./found";
import { planEntitlement } from "./planEntitlement";
import { accessName } from "../../../domain/resourceNames";
import { takeAnalysts, takeAnalystsGroup, takeGroup } from "./planGroups";
import { planTiers, tierCandidates } from "./planTiers";

export function planPortalAccess(draft: Draft): void {
  draft.objects.set(`${accessName}-model`, { id: `${accessName}-model`, outputs: { directoryScope: "/" } });
  leaveUnusableGroups(draft);
  if (planEntitlement(draft)) return;
  const tiers = tierCandidates(draft);
  const roles = rolesOf(draft);
  const model =
    tiers.length > 0 && roles.length > 0 ? askModel(draft, tiers, roles) : roles.length > 0 ? "basic" : "rbac";
  if (model === "basic") planDirectoryRole(draft, roles);
  else if (model === "rbac") planTiers(draft);
}

function leaveUnusableGroups(draft: Draft): void {
  for (const { id, displayName, isPlainSecurityGroup } of draft.found.groups) {
    if (isPlainSecurityGroup) continue;
    const why = "The program manages only security groups with assigned members, not Microsoft 365 or dynamic groups.";
    draft.putAside({ kind: "group", name: displayName, id, why });
  }
}

function askModel(draft: Draft, tiers: readonly FoundGroup[], roles: readonly FoundDirectoryRole[]) {
  return draft.ask({
    id: "portalAccess",
    text: "The MSSP's people have directory roles and groups with Defender roles. Which of them are adopted?",
    choices: [
      { value: "rbac", text: `Defender roles of ${tiers.map(({ displayName }) => displayName).join(", ")}` },
      { value: "basic", text: `directory roles (${roles.length} assignments)` },
    ],
    about: [
      ...draft.found.guests,
      ...tiers,
      ...roles,
      ...draft.found.defenderAssignments,
      ...draft.found.defenderRoles,
    ].map(({ id }) => id),
  });
}

/** Assignments for the whole tenant, of roles that the settings know, to guests and security groups. */
function rolesOf({ found }: Draft): FoundDirectoryRole[] {
  const groups = found.groups.filter(({ isPlainSecurityGroup }) => isPlainSecurityGroup);
  const principals = new Set([...found.guests, ...groups].map(({ id }) => id));
  return found.directoryRoles.filter(
    ({ roleDefinitionId, scope, principalId }) =>
      scope === "/" && principals.has(principalId) && roleName(roleDefinitionId) !== undefined,
  );
}

function roleName(id: string): PortalAccessRole | undefined {
  return portalAccessRoles.find((role) => directoryRoleTemplates[role].toLowerCase() === id.toLowerCase());
}

function planDirectoryRole(draft: Draft, all: readonly FoundDirectoryRole[]): void {
  const about = [...all, ...draft.found.guests].map(({ id }) => id);
  const names = [...new Set(all.map(({ roleDefinitionId }) => roleName(roleDefinitionId) ?? ""))];
  const role =
    only(names) ??
    draft.ask({
      id: "role",
      text: "The MSSP's people have several directory roles. Which one is adopted?",
      choices: names.map((value) => ({ value, text: `${value}; the assignments of the others stay as they are` })),
      about,
    });
  if (role === undefined) return;
  const held = all.filter(({ roleDefinitionId }) => roleName(roleDefinitionId) === role);
  const groups = draft.found.groups.filter(
    ({ id, isPlainSecurityGroup }) => isPlainSecurityGroup && held.some(({ principalId }) => principalId === id),
  );
  const byGuests = held.filter(({ principalId }) => draft.found.guests.some(({ id }) => id === principalId));
  const holders = [...groups.map(({ id }) => id), ...(byGuests.length > 0 ? ["guests"] : [])];
  const holder =
    only(holders) ??
    draft.ask({
      id: "assignTo",
      text: `Several principals have the role ${role}. Whose assignment is adopted?`,
      choices: [
        ...groups.map(({ id, displayName }) => ({ value: id, text: `the group "${displayName}"` })),
        ...(byGuests.length > 0 ? [{ value: "guests", text: `${byGuests.length} guests` }] : []),
      ],
      about,
    });
  if (holder === undefined) return;
  const group = groups.find(({ id }) => id === holder);
  if (group === undefined) assignedToGuests(draft, role, byGuests);
  else assignedToGroup(draft, role, group, held);
  for (const { id, principalId, roleDefinitionId } of all) {
    if (draft.isSettled(id)) continue;
    const why = `The settings have the role ${role} of other principals.`;
    draft.putAside({
      kind: "directory role assignment",
      name: `${roleName(roleDefinitionId) ?? ""} of ${principalId}`,
      id,
      why,
    });
  }
}

function assignedToGroup(draft: Draft, role: string, group: FoundGroup, held: readonly FoundDirectoryRole[]): void {
  const members = draft.found.guests.filter(({ id }) => group.members.some((member) => member.id === id));
  const analysts = takeAnalysts(draft, members);
  if (!takeGroup(draft, { group, resource: `${accessName}-analysts-group`, analysts, why: `It has the role ${role}.` }))
    return;
  draft.settings["portalAccess"] = { model: "basic", role, assignTo: "group" };
  takeRole(
    draft,
    role,
    held.find(({ principalId }) => principalId === group.id),
    "group",
  );
}

function assignedToGuests(draft: Draft, role: string, held: readonly FoundDirectoryRole[]): void {
  const holders = draft.found.guests.filter(({ id }) => held.some(({ principalId }) => principalId === id));
  const analysts = takeAnalysts(draft, holders);
  draft.settings["portalAccess"] = { model: "basic", role, assignTo: "guests" };
  for (const { id, email } of analysts) {
    takeRole(
      draft,
      role,
      held.find(({ principalId }) => principalId === id),
      email,
    );
  }
  takeAnalystsGroup(draft, analysts);
}

function takeRole(draft: Draft, role: string, assignment: FoundDirectoryRole | undefined, principal: string): void {
  if (assignment === undefined) return;
  const { id } = assignment;
  draft.take(
    {
      kind: "directory role assignment",
      name: `${role} of ${principal}`,
      id,
      why: "It is the access to the portal.",
      resource: `${accessName}-role-${principal}`,
    },
    { id: `/roleManagement/directory/roleAssignments/${id}` },
  );
}

/** The only element; undefined if there are none or several. */
function only<T>(all: readonly T[]): T | undefined {
  return all.length === 1 ? all[0] : undefined;
}
