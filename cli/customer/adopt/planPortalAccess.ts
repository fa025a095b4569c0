/** Which model of portal access the tenant has, and what of it the stack takes over. */
import { directoryRoleTemplates, portalAccessRoles, type PortalAccessRole } from "@defender-mssp/microsoft";
import { accessName } from "../../../domain/resourceNames";
import type { Candidate } from "./candidate";
import type { Draft } from "./draft";
import { planEntitlement } from "./planEntitlement";
import { takeAnalysts, takeAnalystsGroup, takeGroup, type GroupCandidate, type GuestCandidate } from "./planGroups";
import { planTiers, tierCandidates } from "./planTiers";

/** An assignment of a role that the settings know. */
interface HeldRole {
  readonly role: PortalAccessRole;
  readonly assignment: Candidate<"directoryRoleAssignment">;
}

export function planPortalAccess(draft: Draft): void {
  draft.objects.set(`${accessName}-model`, { id: `${accessName}-model`, outputs: { directoryScope: "/" } });
  draft.putAside(
    "The program manages only security groups with assigned members, not Microsoft 365 or dynamic groups.",
    ...draft.all("group").filter(({ isPlainSecurityGroup }) => !isPlainSecurityGroup),
  );
  if (planEntitlement(draft)) return;
  const tiers = tierCandidates(draft);
  const roles = heldRoles(draft);
  const model =
    tiers.length > 0 && roles.length > 0 ? askModel(draft, tiers, roles) : roles.length > 0 ? "basic" : "rbac";
  if (model === "basic") planDirectoryRole(draft, roles);
  else if (model === "rbac") planTiers(draft);
}

function askModel(draft: Draft, tiers: readonly GroupCandidate[], roles: readonly HeldRole[]) {
  const others = [
    ...draft.all("guest", "defenderRoleAssignment", "defenderRole"),
    ...tiers,
    ...roles.map(({ assignment }) => assignment),
  ];
  return draft.ask({
    id: "portalAccess",
    text: "The MSSP's people have directory roles and groups with Defender roles. Which of them are adopted?",
    choices: [
      { value: "rbac", text: `Defender roles of ${tiers.map(({ name }) => name).join(", ")}` },
      { value: "basic", text: `directory roles (${roles.length} assignments)` },
    ],
    about: others.map(({ id }) => id),
  });
}

/** Assignments for the whole tenant, of roles that the settings know, to guests and security groups. */
function heldRoles(draft: Draft): HeldRole[] {
  const groups = draft.all("group").filter(({ isPlainSecurityGroup }) => isPlainSecurityGroup);
  const principals = new Set([...draft.all("guest"), ...groups].map(({ id }) => id));
  return draft.all("directoryRoleAssignment").flatMap((assignment) => {
    const { roleDefinitionId, directoryScopeId, principalId } = assignment;
    const role = portalAccessRoles.find(
      (name) => directoryRoleTemplates[name].toLowerCase() === roleDefinitionId.toLowerCase(),
    );
    const isHeld = role !== undefined && directoryScopeId === "/" && principals.has(principalId);
    return isHeld ? [{ role, assignment }] : [];
  });
}

function planDirectoryRole(draft: Draft, all: readonly HeldRole[]): void {
  const assignments = all.map(({ assignment }) => assignment);
  const about = [...assignments, ...draft.all("guest")].map(({ id }) => id);
  const names = [...new Set(all.map(({ role }) => role))];
  const holdersOf = (chosen: readonly HeldRole[]) =>
    chosen.map(({ role: name, assignment }) => `${principalName(draft, assignment.principalId)} (${name})`).join(", ");
  const role =
    only(names) ??
    draft.ask({
      id: "role",
      text: "The MSSP's people have several directory roles. Which one is adopted?",
      choices: names.map((value) => {
        const others = holdersOf(all.filter((each) => each.role !== value));
        return {
          value,
          text: `${value}; these assignments stay as they are, and the stack does not have them: ${others}`,
        };
      }),
      about,
    });
  if (role === undefined) return;
  const held = all.filter((each) => each.role === role).map(({ assignment }) => assignment);
  const isHolder = ({ id }: GroupCandidate | GuestCandidate) => held.some(({ principalId }) => principalId === id);
  const groups = draft.all("group").filter((group) => group.isPlainSecurityGroup && isHolder(group));
  const guests = draft.all("guest").filter(isHolder);
  const holders = [
    ...groups.map(({ id, name }) => ({ value: id, text: `the group "${name}"` })),
    ...(guests.length > 0 ? [{ value: "guests", text: guests.map(({ email }) => email).join(", ") }] : []),
  ];
  const holder =
    only(holders)?.value ??
    draft.ask({
      id: "assignTo",
      text: `Several principals have the role ${role}. Whose assignment is adopted? The others' stay as they are.`,
      choices: holders,
      about,
    });
  if (holder === undefined) return;
  const group = groups.find(({ id }) => id === holder);
  const takeRole = (principal: GroupCandidate | GuestCandidate, label: string) => {
    const assignment = held.find(({ principalId }) => principalId === principal.id);
    if (assignment === undefined) return;
    const name = `${role} of ${label}`;
    draft.take(`${accessName}-role-${label}`, assignment, "It is the access to the portal.", { name });
  };
  const assignTo = (value: "group" | "guests") =>
    (draft.settings["portalAccess"] = { model: "basic", role, assignTo: value });
  if (group === undefined) {
    const analysts = takeAnalysts(draft, guests);
    assignTo("guests");
    for (const analyst of analysts) takeRole(analyst, analyst.email);
    takeAnalystsGroup(draft, analysts);
  } else {
    const members = draft.all("guest").filter(({ id }) => group.members.some((member) => member.id === id));
    const added = guests.filter((guest) => !members.includes(guest) && askHolder(draft, guest, role) === "add");
    const analysts = takeAnalysts(draft, [...members, ...added]);
    if (takeGroup(draft, `${accessName}-analysts-group`, group, analysts, `It has the role ${role}.`)) {
      assignTo("group");
      takeRole(group, "group");
    }
  }
  draft.putAside(`The settings have the role ${role} of other principals.`, ...assignments);
}

/** A guest who has the role beside the adopted group. */
function askHolder(draft: Draft, { id, email }: GuestCandidate, role: string): string | undefined {
  return draft.ask({
    id: `holder:${id}`,
    text: `${email} has the role ${role} too, outside of the group. Is this an analyst of the stack?`,
    choices: [
      { value: "add", text: "add to analysts: the stack has the guest; the guest's own assignment stays as it is" },
      { value: "leave", text: "no: guest and assignment stay as they are, and the stack does not have them" },
    ],
    about: [id],
  });
}

function principalName(draft: Draft, principalId: string): string {
  const group = draft.all("group").find(({ id }) => id === principalId);
  if (group !== undefined) return `the group "${group.name}"`;
  const guest = draft.all("guest").find(({ id }) => id === principalId);
  return guest?.email ?? principalId;
}

/** The only element; undefined if there are none or several. */
function only<T>(all: readonly T[]): T | undefined {
  return all.length === 1 ? all[0] : undefined;
}
