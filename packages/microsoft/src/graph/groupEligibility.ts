/**
 * Eligible members of a group, and the policy by which they activate: Privileged Identity
 * Management for Groups.
 * https://learn.microsoft.com/graph/api/resources/privilegedidentitymanagement-for-groups-api-overview
 */
import { ServiceError } from "@defender-mssp/errors";
import { dayMs } from "@defender-mssp/errors/time";
import { dateOf } from "../clock";
import { discoverEndpoints } from "../endpoints";
import { equals, graphCall, graphList, type CallContext, type GraphCall } from "./call";
import { graphCollection } from "./collection";
import { deleteIfThere } from "./gone";
import { groupMemberPath, groupMembersPath, listMemberIds } from "./group";
import { listSchedules } from "./schedules";
import { graphUsers } from "./user";
import { fixedTime, untilSeen, waits } from "../waits";

/** A person who may activate the membership. */
export interface EligibleMember {
  /** Object ID of the user. */
  readonly objectId: string;
  /** Last day of the eligibility: ISO 8601, UTC. Undefined: it does not end. */
  readonly accessEndsOn?: string | undefined;
}

/** How eligible members activate. */
export interface ActivationPolicy {
  /** The longest activation, an ISO 8601 duration such as `PT8H`. */
  readonly maximumActivation: string;
  /** What an activation needs: `Justification`, `MultiFactorAuthentication`, `Ticketing`. */
  readonly activationRequires: readonly string[];
  /** Object IDs of the users who approve activations. Without approvers none is approved. */
  readonly approvers: readonly string[];
  /** Object IDs of the groups whose active members approve activations. */
  readonly approverGroups: readonly string[];
  /** Whether an eligibility may have no end. */
  readonly permanentEligibility: boolean;
}

type Waits = Pick<CallContext, "sleep" | "signal" | "say" | "environment">;

const root = "/v1.0/identityGovernance/privilegedAccess/group";

/** Memberships and ownerships of groups that principals may activate. */
export const graphGroupEligibilities = graphCollection(`${root}/eligibilitySchedules`, {
  read: ["PrivilegedEligibilitySchedule.Read.AzureADGroup"],
  write: ["PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"],
});

/** A POST gives, changes or ends an eligibility. */
export const groupEligibilityRequestsPath = `${root}/eligibilityScheduleRequests`;

/** Permissions for the policies by which eligible members activate. */
export const activationPolicyPermissions = {
  read: ["RoleManagementPolicy.Read.AzureADGroup"],
  write: ["RoleManagementPolicy.ReadWrite.AzureADGroup"],
} as const;

/** A membership or an ownership of a group that a principal may activate. */
export interface GroupEligibility {
  readonly id: string;
  readonly groupId: string;
  readonly accessId: string;
  readonly principalId: string;
}

/** Eligible members and owners of a group, or what a principal may activate. */
export function listGroupEligibilities(
  call: GraphCall,
  by: "groupId" | "principalId",
  id: string,
): Promise<GroupEligibility[]> {
  return listSchedules(call, `${graphGroupEligibilities.path}?$filter=${equals(by, id)}`);
}

const policies = "/v1.0/policies/roleManagementPolicies";

/** An eligible member as the service has it. */
export interface FoundEligibility extends EligibleMember {
  /** When the eligibility was assigned: ISO 8601, UTC. */
  readonly assignedOn: string;
  /** Whether its end is the end of a day, as this program sets it. */
  readonly endsWithDay: boolean;
}

export async function listEligibleMembers(call: GraphCall, groupId: string): Promise<FoundEligibility[]> {
  const found = await graphList<Schedule>(
    call,
    `${graphGroupEligibilities.path}?$filter=${equals("groupId", groupId)}`,
  );
  return found
    .filter(({ accessId }) => accessId === "member")
    .map((schedule) => {
      const end = schedule.scheduleInfo?.expiration?.endDateTime ?? undefined;
      return {
        objectId: schedule.principalId.toLowerCase(),
        accessEndsOn: end === undefined ? undefined : lastDayBefore(end),
        endsWithDay: end === undefined || /T00:00:00(\.0+)?Z$/.test(end),
        assignedOn: schedule.createdDateTime ?? "",
      };
    });
}

/**
 * Makes a user an eligible member, or changes the end of the eligibility. Waits for a new user or
 * group that the service does not know yet.
 */
export async function assignEligibility(
  call: GraphCall,
  groupId: string,
  member: EligibleMember,
  context: Waits = {},
): Promise<void> {
  const assign = () =>
    requestEligibility(call, groupId, member, "adminAssign").catch((failure: unknown) => {
      if (!hasCode(failure, "RoleAssignmentExists")) throw failure;
      return requestEligibility(call, groupId, member, "adminUpdate");
    });
  await untilSeen(waits.eligibility, async () => (await assign(), true), { ...context, isUnknown: isUnknownToPim });
}

/**
 * Takes the eligibility away, and the membership of somebody who has activated it: Microsoft does
 * not say that an activation ends with its eligibility. A missing one is accepted. The service
 * refuses the removal within five minutes of the assignment: says so, and waits until then.
 */
export async function removeEligibility(
  call: GraphCall,
  groupId: string,
  { objectId, assignedOn }: Pick<FoundEligibility, "objectId" | "assignedOn">,
  context: Waits = {},
): Promise<void> {
  let isSaid = false;
  const remove = () =>
    requestEligibility(call, groupId, { objectId }, "adminRemove").catch(async (failure: unknown) => {
      if (hasCode(failure, "RoleAssignmentDoesNotExist")) return;
      if (!isSaid && hasCode(failure, "ActiveDurationTooShort") && context.say !== undefined) {
        isSaid = true;
        context.say(waitText(await memberName(call, objectId), assignedOn));
      }
      throw failure;
    });
  await untilSeen(waits.earlyRemoval, async () => (await remove(), true), {
    ...context,
    ...fixedTime,
    isUnknown: (failure) => hasCode(failure, "ActiveDurationTooShort"),
  });
  await deleteIfThere(call, groupMemberPath(groupId, objectId));
}

/** The name that the tenant shows for a user; the object ID where it may not be read. */
async function memberName(call: GraphCall, objectId: string): Promise<string> {
  try {
    const { body } = await call(`${graphUsers.item(objectId)}?$select=displayName`);
    const { displayName } = Object(body) as { readonly displayName?: unknown };
    // Foreign text on its way to a terminal.
    return typeof displayName === "string" ? displayName.replaceAll(/[\p{C}<>]/gu, "").slice(0, 80) : objectId;
  } catch {
    return objectId;
  }
}

function waitText(name: string, assignedOn: string): string {
  const from = Date.parse(assignedOn);
  const rule = "Entra removes no eligibility in its first five minutes.";
  if (Number.isNaN(from)) return `${name} became eligible a moment ago; ${rule} Waiting until it does.`;
  return `${name} became eligible at ${clockTime(from)}; ${rule} Waiting until ${clockTime(from + 300_000)} UTC.`;
}

/** Such as `04:37:05`, UTC. */
function clockTime(moment: number): string {
  return new Date(moment).toISOString().slice(11, 19);
}

/**
 * Takes every member out of the group: standing ones, whom nothing in `/members` tells from one who
 * has activated. A missing one is accepted.
 */
export async function removeStandingMembers(call: GraphCall, groupId: string): Promise<void> {
  for (const id of await listMemberIds(call, groupId)) await deleteIfThere(call, groupMemberPath(groupId, id));
}

/**
 * Makes these users the only members of the group. Additions come first; one that is a member
 * already is accepted.
 */
export async function setStandingMembers(
  tenantId: string,
  groupId: string,
  objectIds: readonly string[],
  context: CallContext = {},
): Promise<void> {
  const endpoints = context.endpoints ?? (await discoverEndpoints(context.environment ?? process.env, context));
  const call = await graphCall(tenantId, { ...context, endpoints });
  const directoryObjects = `${endpoints.graphEndpoint}/v1.0/directoryObjects`;
  const path = groupMembersPath(groupId);
  const before = (await listMemberIds(call, groupId)).map((id) => id.toLowerCase());
  const after = objectIds.map((id) => id.toLowerCase());
  for (const id of after) {
    if (!before.includes(id)) await addMember(call, path, `${directoryObjects}/${id}`);
  }
  for (const id of before) {
    if (!after.includes(id)) await deleteIfThere(call, groupMemberPath(groupId, id));
  }
}

async function addMember(call: GraphCall, path: string, address: string): Promise<void> {
  const json = { "@odata.id": address };
  try {
    await call(`${path}/$ref`, { method: "POST", json, idempotent: true });
  } catch (failure) {
    const isMember = failure instanceof ServiceError && failure.status === 400 && /already exist/.test(failure.message);
    if (!isMember) throw failure;
  }
}

/** The policy for the members of a group. Other rules of it are not read. */
export async function readActivationPolicy(call: GraphCall, groupId: string): Promise<ActivationPolicy> {
  const rules = await graphList<Rule>(call, `${policies}/${encodeURIComponent(await policyId(call, groupId))}/rules`);
  const rule = (id: string): Rule => rules.find((one) => one.id === id) ?? { id };
  const { setting } = rule(ruleIds.approval);
  const approvers = setting?.isApprovalRequired
    ? (setting.approvalStages ?? []).flatMap((stage) => stage.primaryApprovers ?? [])
    : [];
  const ids = (values: readonly (string | null | undefined)[]) =>
    values
      .filter((id) => typeof id === "string")
      .map((id) => id.toLowerCase())
      .sort();
  return {
    maximumActivation: rule(ruleIds.activation).maximumDuration ?? "",
    activationRequires: [...(rule(ruleIds.requirements).enabledRules ?? [])].sort(),
    approvers: ids(approvers.map(({ userId }) => userId)),
    approverGroups: ids(approvers.map(({ groupId: id }) => id)),
    permanentEligibility: rule(ruleIds.eligibility).isExpirationRequired === false,
  };
}

/**
 * Sets the policy for the members of a group, and reads it until the service shows it. The first
 * change onboards the group and gives the policy another ID; terraform-provider-azuread 1517
 * reports settings that were missing after it. So it is written again as long as it differs.
 * @param isEqual compares the policy with the one wanted.
 */
export async function writeActivationPolicy(
  call: GraphCall,
  groupId: string,
  policy: ActivationPolicy,
  isEqual: (found: ActivationPolicy) => boolean,
  context: Waits = {},
): Promise<void> {
  const attempt = async () => {
    if (isEqual(await readActivationPolicy(call, groupId))) return true;
    const path = `${policies}/${encodeURIComponent(await policyId(call, groupId))}`;
    await call(path, { method: "PATCH", json: { rules: rulesOf(policy) }, idempotent: true });
    return isEqual(await readActivationPolicy(call, groupId));
  };
  const written = await untilSeen(waits.activationPolicy, attempt, { ...context, isUnknown: isUnknownToPim });
  if (written === true) return;
  const message = "the request was accepted, but the policy did not change; run `npx pulumi up --refresh` again";
  throw new ServiceError({ status: 200, message, method: "PATCH", url: policies });
}

const ruleIds = {
  eligibility: "Expiration_Admin_Eligibility",
  activation: "Expiration_EndUser_Assignment",
  requirements: "Enablement_EndUser_Assignment",
  approval: "Approval_EndUser_Assignment",
} as const;

/** An object that a replica does not know yet is answered with 404, or with a 400. */
export function isUnknownToPim(failure: ServiceError): boolean {
  return failure.status === 404 || ["SubjectNotFound", "ResourceNotFound"].some((code) => hasCode(failure, code));
}

interface Schedule {
  readonly principalId: string;
  readonly accessId: string;
  readonly createdDateTime?: string | null;
  readonly scheduleInfo?: { readonly expiration?: { readonly endDateTime?: string | null } | null } | null;
}

interface Rule {
  readonly id: string;
  readonly isExpirationRequired?: boolean | null;
  readonly maximumDuration?: string | null;
  readonly enabledRules?: readonly string[];
  readonly setting?: {
    readonly isApprovalRequired?: boolean | null;
    readonly approvalStages?: readonly {
      readonly primaryApprovers?: readonly { readonly userId?: string | null; readonly groupId?: string | null }[];
    }[];
  } | null;
}

async function requestEligibility(
  call: GraphCall,
  groupId: string,
  { objectId, accessEndsOn }: EligibleMember,
  action: "adminAssign" | "adminUpdate" | "adminRemove",
): Promise<void> {
  const expiration =
    accessEndsOn === undefined
      ? { type: "noExpiration" }
      : { type: "afterDateTime", endDateTime: `${dayAfter(accessEndsOn)}T00:00:00Z` };
  const scheduleInfo = action === "adminRemove" ? {} : { scheduleInfo: { expiration } };
  const json = { accessId: "member", action, groupId, principalId: objectId, justification, ...scheduleInfo };
  // A repeated assignment is answered with RoleAssignmentExists, a repeated removal with
  // RoleAssignmentDoesNotExist.
  await call(groupEligibilityRequestsPath, { method: "POST", json, idempotent: true });
}

const justification = "Managed by defender-mssp";

/** The ID changes when the group is onboarded: looked up each time. */
async function policyId(call: GraphCall, groupId: string): Promise<string> {
  const filter = encodeURIComponent(
    `scopeType eq 'Group' and scopeId eq '${groupId}' and roleDefinitionId eq 'member'`,
  );
  const path = `/v1.0/policies/roleManagementPolicyAssignments?$filter=${filter}`;
  const [found] = await graphList<{ readonly policyId: string }>(call, path);
  if (found !== undefined) return found.policyId;
  throw new ServiceError({ status: 404, message: "the group has no policy", method: "GET", url: path });
}

const typeOf = (rule: string): string => `#microsoft.graph.unifiedRoleManagementPolicy${rule}Rule`;

function rulesOf(policy: ActivationPolicy): readonly object[] {
  const { approvers, approverGroups } = policy;
  const primaryApprovers = [
    ...approvers.map((userId) => ({ "@odata.type": "#microsoft.graph.singleUser", userId })),
    ...approverGroups.map((groupId) => ({ "@odata.type": "#microsoft.graph.groupMembers", groupId })),
  ];
  const isApprovalRequired = primaryApprovers.length > 0;
  const rule = (type: string, id: string, level: "Eligibility" | "Assignment", values: object) => ({
    "@odata.type": typeOf(type),
    id,
    target: {
      caller: level === "Eligibility" ? "Admin" : "EndUser",
      operations: ["all"],
      level,
      inheritableSettings: [],
      enforcedSettings: [],
    },
    ...values,
  });
  return [
    rule("Expiration", ruleIds.eligibility, "Eligibility", {
      isExpirationRequired: !policy.permanentEligibility,
      maximumDuration: "P365D",
    }),
    rule("Expiration", ruleIds.activation, "Assignment", {
      isExpirationRequired: true,
      maximumDuration: policy.maximumActivation,
    }),
    rule("Enablement", ruleIds.requirements, "Assignment", { enabledRules: policy.activationRequires }),
    rule("Approval", ruleIds.approval, "Assignment", {
      setting: {
        isApprovalRequired,
        isApprovalRequiredForExtension: false,
        isRequestorJustificationRequired: true,
        approvalMode: "SingleStage",
        approvalStages: isApprovalRequired
          ? [
              {
                approvalStageTimeOutInDays: 1,
                isApproverJustificationRequired: true,
                isEscalationEnabled: false,
                escalationTimeInMinutes: 0,
                primaryApprovers,
                escalationApprovers: [],
              },
            ]
          : [],
      },
    }),
  ];
}

function hasCode(failure: unknown, code: string): boolean {
  return failure instanceof ServiceError && failure.serviceCode === code;
}

function dayAfter(date: string): string {
  return dateOf(new Date(Date.parse(`${date}T00:00:00Z`) + dayMs));
}

function lastDayBefore(moment: string): string {
  return dateOf(new Date(Date.parse(moment) - 1));
}
