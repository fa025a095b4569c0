import { durationOf, hourMs } from "@defender-mssp/errors/time";
import { groupNameInDirectory } from "../../domain/naming";
import { azuread, dynamic } from "../../domain/resourceTypes";
import {
  isMissing,
  knownItems,
  knownText,
  problems,
  stackRule,
  unknown,
  valueAt,
  type StackResource,
  type StackViolation,
} from "../rule";
import type { PolicySettings } from "../policySettings";

export const activations = stackRule<object>({
  name: "activations",
  severity: "high",
  level: "mandatory",
  why:
    "An eligible member activates the membership on the terms of the settings: no longer, with a justification and " +
    "MFA, with the approval that they ask for, and until the analyst's last day of access.",
  remedy: "Set portalAccess.activation (hours, tier2Approval) and the analyst's accessEndsOn.",
  link: "https://learn.microsoft.com/entra/id-governance/privileged-identity-management/concept-pim-for-groups",
  parameters: {},
  checkStack: (resources, { settings }) =>
    resources
      .filter(({ type }) => type === dynamic("EligibleMembers"))
      .flatMap((resource) =>
        [...termProblems(resource, resources, settings), ...endProblems(resource, resources, settings)].map(
          (problem): StackViolation => ({ problem, resource }),
        ),
      ),
});

function termProblems(
  eligible: StackResource,
  resources: readonly StackResource[],
  settings: PolicySettings | undefined,
): readonly string[] {
  const access = settings?.portalAccess;
  const activation = access !== undefined && "activation" in access ? access.activation : undefined;
  if (activation === undefined) return ["the settings ask for no activation (portalAccess.activation)"];
  const { maximumActivation, activationRequires } = eligible.properties;
  const longest = knownText(maximumActivation);
  const isTier2 = groupName(eligible, resources) === tier2Name(settings);
  // Both are required unless the resource lists others.
  const required = Array.isArray(activationRequires) ? (activationRequires as readonly unknown[]) : undefined;
  return problems(
    longest === undefined || hoursIn(longest) <= activation.hours
      ? undefined
      : `an activation lasts ${longest}; the settings name ${activation.hours} hours`,
    ...["Justification", "MultiFactorAuthentication"].map((requirement) =>
      required === undefined || required.includes(requirement) || required.includes(unknown)
        ? undefined
        : `an activation does not need ${requirement}`,
    ),
    isTier2 ? approvalProblem(eligible, activation.tier2Approval) : undefined,
  );
}

function approvalProblem(
  { properties }: StackResource,
  approval: "approvers" | "customer" | undefined,
): string | undefined {
  if (approval === undefined) return undefined;
  const deciding = properties[approval === "customer" ? "approvers" : "approverGroups"];
  const isAsked = deciding === unknown || (Array.isArray(deciding) && deciding.length > 0);
  return isAsked ? undefined : `nobody approves an activation; the settings ask for it (activation.tier2Approval)`;
}

/** Each member's last day is the analyst's. A preview may know the days and not whose they are. */
function endProblems(
  { properties }: StackResource,
  resources: readonly StackResource[],
  settings: PolicySettings | undefined,
): readonly string[] {
  const ends = new Map((settings?.analysts ?? []).map(({ email, accessEndsOn }) => [email, accessEndsOn]));
  const guests = resources.filter(({ type }) => type === dynamic("Guest"));
  const members = knownItems(properties["members"]).map((member) => ({
    objectId: valueAt(member, "objectId"),
    end: valueAt(member, "accessEndsOn"),
  }));
  const wrong = members.flatMap(({ objectId, end }) => {
    if (end === unknown || typeof objectId !== "string") return [];
    const guest = guests.find(({ properties: { objectId: id } }) => id === objectId);
    const email = knownText(guest?.properties["email"])?.toLowerCase();
    const expected = email === undefined ? undefined : ends.get(email);
    if (expected === undefined || (typeof end === "string" && end.slice(0, 10) <= expected)) return [];
    return [`the eligibility of ${email ?? objectId} ends ${dayText(end)}; the settings say ${expected}`];
  });
  const endless = members.filter(({ end }) => isMissing(end)).length;
  const mostEndless = [...ends.values()].filter((end) => end === undefined).length;
  return wrong.length > 0 || endless <= mostEndless
    ? wrong
    : [`${endless} eligibilities have no end; the settings name ${mostEndless} analysts without one`];
}

function dayText(end: unknown): string {
  return isMissing(end) ? "never" : String(end);
}

/** Name of the group that the members are eligible for, in lower case. */
function groupName({ properties, sources }: StackResource, resources: readonly StackResource[]): string | undefined {
  const group = resources.find(
    (resource) =>
      resource.type === azuread("Group") &&
      (typeof properties["groupId"] === "string" && typeof resource.properties["objectId"] === "string"
        ? resource.properties["objectId"] === properties["groupId"]
        : sources["groupId"]?.includes(resource.urn)),
  );
  return knownText(group?.properties["displayName"])?.toLowerCase();
}

function tier2Name(settings: PolicySettings | undefined): string | undefined {
  const access = settings?.portalAccess;
  return access !== undefined && "tiers" in access
    ? groupNameInDirectory(access.tiers.tier2.name).toLowerCase()
    : undefined;
}

/** Hours of an ISO 8601 duration in days, hours and minutes; infinite for another text. */
function hoursIn(duration: string): number {
  const milliseconds = durationOf(duration, /^P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?)?$/);
  return milliseconds === undefined ? Number.POSITIVE_INFINITY : milliseconds / hourMs;
}
