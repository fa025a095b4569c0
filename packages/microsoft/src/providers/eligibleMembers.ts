/**
 * What the dynamic resource `EligibleMembers` does. The list of members is authoritative, as that
 * of a group's members is: an eligible member whom another party adds is removed.
 *
 * azuread's two types are not used (ADR 43): they keep an eligibility that another party removed in
 * the state, and a refresh fails where the group is gone.
 */
import { isDeepStrictEqual } from "node:util";
import { withoutUndefined, type ServiceError } from "@defender-mssp/errors";
import { graphCall, type CallContext, type GraphCall } from "../graph/call";
import { goneAdvice, goneStatuses, isGone } from "../graph/gone";
import { graphGroups } from "../graph/group";
import {
  assignEligibility,
  isUnknownToPim,
  listEligibleMembers,
  readActivationPolicy,
  removeEligibility,
  removeStandingMembers,
  writeActivationPolicy,
  type ActivationPolicy,
  type EligibleMember,
} from "../graph/groupEligibility";
import {
  checkBoolean,
  checkText,
  checkTexts,
  checkUuid,
  differences,
  picked,
  unknown,
  type CheckFailure,
  type Properties,
} from "./provider";
import { replicated } from "./replicated";
import { untilSeen, waits } from "../waits";
import { isUuid } from "../uuid";

export type EligibleMembersInputs = {
  /** The customer's tenant. */
  tenantId: string;
  /** Object ID of the group. */
  groupId: string;
  /** The eligible members; nobody else is. */
  members: EligibleMember[];
  /** By which model the portal is reached; another one takes the eligibilities away first. */
  portalAccess?: string;
} & {
  -readonly [Name in keyof ActivationPolicy]: ActivationPolicy[Name] extends readonly string[]
    ? string[]
    : ActivationPolicy[Name];
};

const policyNames = [
  "maximumActivation",
  "activationRequires",
  "approvers",
  "approverGroups",
  "permanentEligibility",
] as const satisfies readonly (keyof ActivationPolicy)[];
const names = ["tenantId", "groupId", "members", "portalAccess", ...policyNames] as const;

/** What an activation needs unless the inputs say otherwise. */
export const activationRequirements = ["Justification", "MultiFactorAuthentication"] as const;

export const eligibleMembersResource = replicated(
  {
    /** Checks what is known, and writes lists in one order. */
    check(_olds: Properties, news: Properties) {
      const inputs: Record<string, unknown> = { ...news };
      inputs.activationRequires ??= [...activationRequirements];
      inputs.approvers ??= [];
      inputs.approverGroups ??= [];
      inputs.permanentEligibility ??= true;
      const allowed = [...activationRequirements, "Ticketing"];
      const failures = [
        ...checkUuid(inputs, "tenantId"),
        ...checkUuid(inputs, "groupId"),
        ...checkText(inputs, "maximumActivation"),
        ...checkTexts(inputs, "activationRequires", { allowed }),
        ...checkTexts(inputs, "approvers"),
        ...checkTexts(inputs, "approverGroups"),
        ...checkBoolean(inputs, "permanentEligibility"),
        ...(inputs.portalAccess === undefined ? [] : checkText(inputs, "portalAccess")),
        ...checkMembers(inputs),
      ];
      return { inputs, failures };
    },

    diff(_id: string, olds: Properties, news: Properties) {
      return differences(olds, news, { compared: names, replaces: ["tenantId", "groupId", "portalAccess"] });
    },

    /** A group that had standing members loses them first. */
    async create(news: Properties, context: CallContext = {}) {
      const inputs = inputsOf(news);
      const call = await graphCall(inputs.tenantId, context);
      await whenKnown(() => removeStandingMembers(call, inputs.groupId), context);
      await bringAbout(call, inputs, context);
      return { id: inputs.groupId, outs: inputs };
    },

    /** What there is; the ID is empty where the group has gone, which tells the engine so. */
    async read(id: string, props: Properties = {}, context: CallContext = {}) {
      const state = inputsOf(props);
      const call = await graphCall(state.tenantId, context);
      const read = async () => {
        if (await isGroupGone(call, id)) return "gone";
        return Promise.all([readActivationPolicy(call, id), listEligibleMembers(call, id)]);
      };
      const found = await whenKnown(read, context);
      if (found === "gone") return { id: "" };
      const [policy, members] = found;
      const there = {
        ...state,
        ...policy,
        members: members.map(({ objectId, accessEndsOn }) => withoutUndefined({ objectId, accessEndsOn })).sort(byId),
      };
      return { id, props: there, inputs: there };
    },

    async update(id: string, _olds: Properties, news: Properties, context: CallContext = {}) {
      const inputs = inputsOf(news);
      await bringAbout(await graphCall(inputs.tenantId, context), { ...inputs, groupId: id }, context);
      return { outs: inputs };
    },

    /** The policy stays: Microsoft has no call that takes it away from a group. */
    async delete(id: string, props: Properties, context: CallContext = {}) {
      const call = await graphCall(inputsOf(props).tenantId, context);
      const isThere = await untilSeen(waits.missing, async () => !(await isGroupGone(call, id)), context);
      if (isThere === undefined) return;
      for (const eligibility of await whenKnown(() => listEligibleMembers(call, id), context)) {
        await removeEligibility(call, id, eligibility, context);
      }
    },
  },
  { what: (step) => `The ${step} of the group's eligible members`, advice: eligibilityAdvice },
);

async function isGroupGone(call: GraphCall, id: string): Promise<boolean> {
  return isGone(await call(`${graphGroups.item(id)}?$select=id`, { accept: goneStatuses }));
}

/** Repeats a call that reads or changes a group which the service does not know yet. */
async function whenKnown<T>(run: () => Promise<T>, context: CallContext): Promise<T> {
  const ask = async () => ({ answer: await run() });
  const outcome = await untilSeen(waits.eligibility, ask, { ...context, isUnknown: isUnknownToPim });
  // The last look throws what `run` threw, so that undefined never comes out.
  return (outcome as { readonly answer: T }).answer;
}

/** Who is to go goes first; nobody becomes eligible before the policy is as it is wanted. */
async function bringAbout(call: GraphCall, inputs: EligibleMembersInputs, context: CallContext): Promise<void> {
  const { groupId, members } = inputs;
  const found = await whenKnown(() => listEligibleMembers(call, groupId), context);
  for (const eligibility of found) {
    if (members.some(({ objectId }) => objectId === eligibility.objectId)) continue;
    await removeEligibility(call, groupId, eligibility, context);
  }
  const policy = picked(inputs, policyNames) as unknown as ActivationPolicy;
  await writeActivationPolicy(call, groupId, policy, (there) => isDeepStrictEqual(there, policy), context);
  for (const member of members) {
    const before = found.find(({ objectId }) => objectId === member.objectId);
    if (before?.endsWithDay && before.accessEndsOn === member.accessEndsOn) continue;
    await assignEligibility(call, groupId, member, context);
  }
}

function checkMembers(inputs: Record<string, unknown>): CheckFailure[] {
  const { members } = inputs;
  if (members === unknown) return [];
  if (!Array.isArray(members)) return [{ property: "members", reason: "it must be a list" }];
  const list: readonly unknown[] = members;
  if (list.some((member) => member === unknown || (member as Properties | null)?.["objectId"] === unknown)) return [];
  const failures: CheckFailure[] = [];
  for (const member of list as readonly (Properties | null)[]) {
    const { objectId, accessEndsOn } = member ?? {};
    if (typeof objectId !== "string" || !isUuid(objectId.toLowerCase()))
      failures.push({ property: "members", reason: `"${String(objectId)}" is not a UUID` });
    if (accessEndsOn !== undefined && !(typeof accessEndsOn === "string" && /^\d{4}-\d\d-\d\d$/.test(accessEndsOn)))
      failures.push({ property: "members", reason: `${JSON.stringify(accessEndsOn)} is not a date` });
  }
  if (failures.length > 0) return failures;
  inputs.members = (list as readonly EligibleMember[])
    .map(({ objectId, accessEndsOn }) => withoutUndefined({ objectId: objectId.toLowerCase(), accessEndsOn }))
    .sort(byId);
  return [];
}

function byId(left: EligibleMember, right: EligibleMember): number {
  return left.objectId < right.objectId ? -1 : left.objectId > right.objectId ? 1 : 0;
}

function inputsOf(props: Properties): EligibleMembersInputs {
  return picked(props, names) as unknown as EligibleMembersInputs;
}

function eligibilityAdvice(failure: ServiceError): string {
  if (failure.serviceCode === "AadPremiumLicenseRequired") {
    return "Just-in-time access needs Microsoft Entra ID P2 or ID Governance: set portalAccess.activation to standing.";
  }
  if (failure.serviceCode === "ActiveDurationTooShort") {
    return "Entra removes no eligibility in its first five minutes: run the command again later.";
  }
  if (failure.status === 403) {
    return (
      "The identity that runs this needs Microsoft Graph's application permissions PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup and " +
      "RoleManagementPolicy.ReadWrite.AzureADGroup in this tenant, with the consent of an administrator."
    );
  }
  return goneAdvice(failure);
}
