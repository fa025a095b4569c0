/**
 * Which Conditional Access policies of a customer stop the MSSP's guests in the Defender portal, and
 * what mends that. Pure. Follows Microsoft's "Authentication and Conditional Access for External ID"
 * (2024-05-15): a control that only the home tenant can satisfy counts if it is trusted.
 */
import type { AccessPolicy, GrantControls, GuestCondition, PolicyConditions, PolicyUsers } from "./conditionalAccess";
import { authenticationStrengths, defenderPortalAppId } from "../identifiers";

/** Who signs in, and what the customer's tenant trusts of their tenant. */
export interface ExternalSignIn {
  readonly msspTenantId: string;
  readonly trust: {
    readonly mfa: boolean;
    readonly compliantDevice: boolean;
    readonly hybridJoinedDevice: boolean;
  };
  /** Template IDs of directory roles that the analysts have. */
  readonly roles?: readonly string[];
}

export interface PolicyJudgement {
  readonly id: string;
  readonly name: string;
  /** `no`: excluded or not meant. `perhaps`: depends on a group, a device, a place or a risk. */
  readonly applies: "yes" | "perhaps" | "no";
  /** `blocks`: no guest of the MSSP can satisfy it. `asks`: an additional step in the customer's tenant. */
  readonly effect: "blocks" | "asks" | "passes" | "unknown";
  /** Whether it is enforced; a report-only policy stops nobody. */
  readonly isEnforced: boolean;
  /** Why, as a clause that follows the policy's name. */
  readonly reason: string;
  /** What mends it; empty where nothing must be. */
  readonly remedy: string;
}

/** The judgement of one policy. A disabled one does not apply. */
export function judgePolicy(policy: AccessPolicy, signIn: ExternalSignIn): PolicyJudgement {
  const { id, displayName, state, conditions, grantControls } = policy;
  const reached =
    state === "disabled"
      ? "no"
      : weakest([
          usersReached(conditions?.users ?? {}, signIn),
          portalReached(conditions?.applications ?? {}),
          circumstances(conditions ?? {}),
        ]);
  const { effect, reason, remedy } = judgeControls(grantControls ?? {}, signIn);
  return { id, name: displayName ?? id, applies: reached, effect, isEnforced: state === "enabled", reason, remedy };
}

type Reached = PolicyJudgement["applies"];

function weakest(all: readonly Reached[]): Reached {
  if (all.includes("no")) return "no";
  return all.includes("perhaps") ? "perhaps" : "yes";
}

function usersReached(users: PolicyUsers, { msspTenantId, roles = [] }: ExternalSignIn): Reached {
  const has = (list: readonly string[] | undefined, ...wanted: readonly string[]) =>
    (list ?? []).some((one) => wanted.includes(one));
  const excluded = guestsMatch(users.excludeGuestsOrExternalUsers, msspTenantId);
  if (has(users.excludeUsers, "All", "GuestsOrExternalUsers") || excluded || has(users.excludeRoles, ...roles))
    return "no";
  const isIncluded =
    has(users.includeUsers, "All", "GuestsOrExternalUsers") ||
    guestsMatch(users.includeGuestsOrExternalUsers, msspTenantId) ||
    has(users.includeRoles, ...roles);
  const byMembership = (list: readonly (readonly string[] | undefined)[]) => list.some((one) => (one ?? []).length > 0);
  const ids = (list: readonly string[] | undefined) => (list ?? []).filter((one) => /^[0-9a-f-]{36}$/i.test(one));
  if (!isIncluded) {
    return byMembership([users.includeGroups, users.includeRoles, ids(users.includeUsers)]) ? "perhaps" : "no";
  }
  return byMembership([users.excludeGroups, users.excludeRoles, ids(users.excludeUsers)]) ? "perhaps" : "yes";
}

function guestsMatch(condition: GuestCondition | null | undefined, tenant: string): boolean {
  if (!condition) return false;
  const kinds = (condition.guestOrExternalUserTypes ?? "").split(",").map((kind) => kind.trim());
  const { membershipKind, members = [] } = condition.externalTenants ?? {};
  return kinds.includes("b2bCollaborationGuest") && (membershipKind !== "enumerated" || members.includes(tenant));
}

/** Microsoft lists the Defender portal among the Microsoft Admin Portals. */
const portals = [defenderPortalAppId, "MicrosoftAdminPortals"];

function portalReached(applications: NonNullable<PolicyConditions["applications"]>): Reached {
  const { includeApplications = [], excludeApplications = [], applicationFilter } = applications;
  if (excludeApplications.some((one) => portals.includes(one))) return "no";
  if (includeApplications.some((one) => one === "All" || portals.includes(one))) return "yes";
  return applicationFilter ? "perhaps" : "no";
}

/** Conditions that depend on the device, the place or the risk of one sign-in. */
function circumstances(conditions: PolicyConditions): Reached {
  const { clientAppTypes = ["all"], platforms, locations, devices, authenticationFlows } = conditions;
  if (!clientAppTypes.some((one) => one === "all" || one === "browser")) return "no";
  const risks = [...(conditions.signInRiskLevels ?? []), ...(conditions.userRiskLevels ?? [])];
  const isConditional =
    [platforms, locations, devices, authenticationFlows].some((one) => one !== null && one !== undefined) ||
    risks.length > 0 ||
    Boolean(conditions.insiderRiskLevels);
  return isConditional ? "perhaps" : "yes";
}

interface ControlJudgement {
  readonly effect: PolicyJudgement["effect"];
  readonly reason: string;
  readonly remedy: string;
}

const asksForMfa: ControlJudgement = {
  effect: "asks",
  reason: "requires MFA, and the MSSP's MFA is not trusted: each analyst registers a method in the customer's tenant",
  remedy: "Set crossTenantTrust.mfa.",
};
const passes: ControlJudgement = {
  effect: "passes",
  reason: "asks for nothing that the MSSP's people lack",
  remedy: "",
};
const exclusion = "Exclude the service provider's tenant from the policy (Users > Exclude > Guest or external users)";
/** Severity of effects: of several that must all be satisfied, the gravest counts. */
const order = ["passes", "asks", "unknown", "blocks"] as const;

/** With `AND` all controls must be satisfied, with `OR` one. */
function judgeControls(controls: GrantControls, signIn: ExternalSignIn): ControlJudgement {
  const judged = [
    ...(controls.builtInControls ?? []).map((control) => judgeControl(control, signIn)),
    ...(controls.authenticationStrength ? [judgeStrength(controls.authenticationStrength.id, signIn)] : []),
    ...(controls.termsOfUse ?? []).map((): ControlJudgement => ({
      effect: "asks",
      reason: "asks to accept terms of use",
      remedy: "",
    })),
    ...(controls.customAuthenticationFactors ?? []).map((): ControlJudgement => ({
      effect: "unknown",
      reason: "asks for a custom control",
      remedy: "",
    })),
  ];
  const rank = ({ effect }: ControlJudgement) => order.indexOf(effect);
  const sorted = [...judged].sort((a, b) => rank(a) - rank(b));
  // "Block access" is alone in a policy; if not, it decides.
  const block = judged.find(({ reason }) => reason === blockReason);
  return block ?? (controls.operator === "OR" ? sorted[0] : sorted.at(-1)) ?? passes;
}

const blockReason = "blocks access";

function judgeControl(control: string, { trust }: ExternalSignIn): ControlJudgement {
  switch (control) {
    case "block":
      return { effect: "blocks", reason: blockReason, remedy: `${exclusion}.` };
    case "mfa":
      return trust.mfa ? passes : asksForMfa;
    case "compliantDevice":
      return trust.compliantDevice
        ? passes
        : blocked(
            "a compliant device, and the MSSP's are not trusted",
            "Set crossTenantTrust.compliantDevice, or exclude",
          );
    case "domainJoinedDevice":
      return trust.hybridJoinedDevice
        ? passes
        : blocked(
            "a hybrid joined device, and the MSSP's are not trusted",
            "Set crossTenantTrust.hybridJoinedDevice, or exclude",
          );
    case "approvedApplication":
    case "compliantApplication":
    case "passwordChange":
      return { effect: "blocks", reason: `requires ${control}, which guests can't satisfy`, remedy: `${exclusion}.` };
    default:
      return { effect: "unknown", reason: `requires ${control}, which this program does not know`, remedy: "" };
  }
}

function blocked(what: string, remedy: string): ControlJudgement {
  return {
    effect: "blocks",
    reason: `requires ${what}`,
    remedy: `${remedy} the service provider's tenant from the policy.`,
  };
}

function judgeStrength(id: string | undefined, { trust }: ExternalSignIn): ControlJudgement {
  if (trust.mfa) return passes;
  if (id === authenticationStrengths.multifactor) return asksForMfa;
  const isBuiltIn = (Object.values(authenticationStrengths) as string[]).includes(id ?? "");
  if (!isBuiltIn) return { effect: "unknown", reason: "requires a custom authentication strength", remedy: "" };
  return blocked(
    "a method that guests can't register in the customer's tenant",
    "Set crossTenantTrust.mfa, or exclude",
  );
}
