/**
 * Policies of Privileged Identity Management for the members and owners of a group. A group that
 * nobody has onboarded has Microsoft's default policy under an ID of its own; the first change
 * onboards it, irreversibly, and gives the policy another ID ("PIM for Groups API overview").
 */
import { createHash, randomUUID } from "node:crypto";
import type { Json, StoredObject, Tenant } from "../cloud/model";
import { get } from "./directory";
import { notFound } from "./graphErrors";
import { objectsIn, jsonText, type JsonObject } from "./json";
import { complete } from "./objects";
import type { Call } from "./route";

const policies = "roleManagementPolicies";
const assignments = "roleManagementPolicyAssignments";
export type GroupRole = "member" | "owner";
const groupRoles: readonly GroupRole[] = ["member", "owner"];

/** The assignments of a group's two policies, stored or default. */
export function assignmentsOf(tenant: Tenant, groupId: string): StoredObject[] {
  const { id } = get(tenant, "groups", groupId);
  const stored = [...tenant.objects(assignments).values()].filter(({ scopeId }) => scopeId === id);
  return stored.length > 0 ? stored : groupRoles.map((role) => assignmentFor(id, role, defaultPolicyId(id, role)));
}

/** A policy by its ID, stored or default, with its `rules`. Throws Graph's 404. */
export function policyOf(tenant: Tenant, policyId: string): StoredObject {
  const stored = tenant.objects(policies).get(policyId);
  if (stored !== undefined) return stored;
  const [, groupId = ""] = policyId.split("_");
  const group = tenant.objects("groups").get(groupId);
  const isOnboarded = [...tenant.objects(assignments).values()].some(({ scopeId }) => scopeId === groupId);
  if (group === undefined || isOnboarded) throw notFound(policyId);
  const role = groupRoles.find((one) => defaultPolicyId(groupId, one) === policyId);
  if (role === undefined) throw notFound(policyId);
  return policyFor(groupId, policyId, defaultRules());
}

/** Onboards the group. Returns its policies' new IDs by the IDs before. */
export function onboard(call: Call, groupId: string): ReadonlyMap<string, string> {
  const { tenant } = call;
  if ([...tenant.objects(assignments).values()].some(({ scopeId }) => scopeId === groupId)) return new Map();
  return new Map(
    groupRoles.map((role) => {
      const id = `Group_${groupId}_${randomUUID()}`;
      tenant.objects(policies).set(id, policyFor(groupId, id, defaultRules()));
      const assignment = assignmentFor(groupId, role, id);
      tenant.objects(assignments).set(assignment.id, assignment);
      return [defaultPolicyId(groupId, role), id] as const;
    }),
  );
}

/** A rule of the policy of a group's members or owners. */
export function ruleOf(tenant: Tenant, groupId: string, role: string, ruleId: string): JsonObject {
  const assignment = assignmentsOf(tenant, groupId).find(({ roleDefinitionId }) => roleDefinitionId === role);
  const rules = rulesOf(policyOf(tenant, jsonText(assignment?.["policyId"])));
  return rules.find(({ id }) => id === ruleId) ?? {};
}

export function rulesOf(policy: StoredObject): JsonObject[] {
  return objectsIn(policy["rules"]);
}

function defaultPolicyId(groupId: string, role: GroupRole): string {
  const hash = createHash("sha256").update(`${groupId} ${role}`).digest("hex");
  const guid = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)];
  return `Group_${groupId}_${guid.join("-")}`;
}

function assignmentFor(groupId: string, role: GroupRole, policyId: string): StoredObject {
  return complete(assignments, {
    id: `${policyId}_${role}`,
    policyId,
    scopeId: groupId,
    scopeType: "Group",
    roleDefinitionId: role,
  });
}

function policyFor(groupId: string, id: string, rules: Json): StoredObject {
  const values = { id, displayName: "Group", description: "Group", scopeId: groupId, scopeType: "Group" };
  return { ...complete(policies, values), rules };
}

type Caller = "Admin" | "EndUser";
type Level = "Eligibility" | "Assignment";
const type = (name: string): string => `#microsoft.graph.unifiedRoleManagementPolicy${name}Rule`;

/**
 * The rules of a new policy, by
 * https://learn.microsoft.com/graph/identity-governance-pim-rules-overview. Microsoft documents no
 * values for a group; the portal's are an end within a year, activation for 8 hours with a
 * justification, and no approval. Without MFA, so that a program that forgets it is seen.
 */
function defaultRules(): JsonObject[] {
  return [
    expiration("Admin", "Eligibility", true, "P365D"),
    enablement("Admin", "Eligibility", []),
    ...notifications("Admin", "Eligibility"),
    expiration("Admin", "Assignment", true, "P180D"),
    enablement("Admin", "Assignment", ["Justification"]),
    ...notifications("Admin", "Assignment"),
    expiration("EndUser", "Assignment", true, "PT8H"),
    enablement("EndUser", "Assignment", ["Justification"]),
    {
      "@odata.type": type("Approval"),
      id: "Approval_EndUser_Assignment",
      target: target("EndUser", "Assignment"),
      setting: {
        isApprovalRequired: false,
        isApprovalRequiredForExtension: false,
        isRequestorJustificationRequired: true,
        approvalMode: "SingleStage",
        approvalStages: [],
      },
    },
    {
      "@odata.type": type("AuthenticationContext"),
      id: "AuthenticationContext_EndUser_Assignment",
      target: target("EndUser", "Assignment"),
      isEnabled: false,
      claimValue: null,
    },
    ...notifications("EndUser", "Assignment"),
  ];
}

function target(caller: Caller, level: Level): JsonObject {
  return { caller, operations: ["all"], level, inheritableSettings: [], enforcedSettings: [] };
}

function expiration(caller: Caller, level: Level, isExpirationRequired: boolean, maximumDuration: string): JsonObject {
  const id = `Expiration_${caller}_${level}`;
  return {
    "@odata.type": type("Expiration"),
    id,
    target: target(caller, level),
    isExpirationRequired,
    maximumDuration,
  };
}

function enablement(caller: Caller, level: Level, enabledRules: string[]): JsonObject {
  const id = `Enablement_${caller}_${level}`;
  return { "@odata.type": type("Enablement"), id, target: target(caller, level), enabledRules };
}

function notifications(caller: Caller, level: Level): JsonObject[] {
  return ["Admin", "Requestor", "Approver"].map((recipientType) => ({
    "@odata.type": type("Notification"),
    id: `Notification_${recipientType}_${caller}_${level}`,
    target: target(caller, level),
    notificationType: "Email",
    recipientType,
    notificationLevel: "All",
    isDefaultRecipientsEnabled: true,
    notificationRecipients: [],
  }));
}
