/**
 * Which Conditional Access policies of the customer stop the MSSP's people in the Defender portal:
 * the policies read and judged, and What If beside it where that answers.
 */
import {
  directoryRoleTemplates,
  getAccessDefault,
  getAccessPartner,
  graphCall,
  judgePolicy,
  listAccessPolicies,
  whatIfAccess,
  type CallContext,
  type ExternalSignIn,
  type GraphCall,
  type PolicyJudgement,
} from "@defender-mssp/microsoft";
import { ServiceError } from "@defender-mssp/errors";
import type { Settings } from "../../../settings";
import type { CheckState } from "@defender-mssp/terminal/checkState";

/** A policy that reaches the MSSP's people, or may. */
export interface AccessCheck {
  readonly policy: string;
  /** Object ID of the policy. */
  readonly policyId: string;
  /**
   * `failed`: an enforced policy blocks them. `notChecked`: it depends on what no policy says, such as
   * membership of a group, or What If says otherwise.
   */
  readonly state: CheckState;
  /** Why, and what mends it. */
  readonly reason: string;
  /** What If's answer; none where it did not answer. */
  readonly whatIf?: "applies" | "doesNotApply";
}

/** The checks of Conditional Access; a text instead of them says what they would require. */
export async function accessChecks(
  settings: Settings,
  context: CallContext,
): Promise<{ readonly checks: readonly AccessCheck[] } | { readonly notChecked: string }> {
  const { tenantId, msspTenantId } = settings;
  const call = await graphCall(tenantId, context);
  const policies = await unlessDenied(() => listAccessPolicies(call));
  if (policies === undefined) {
    return { notChecked: "not checked: requires Policy.Read.All, or Policy.Read.ConditionalAccess" };
  }
  if (policies.length === 0) return { checks: [] };
  const applying = await unlessDenied(() => whatIfAccess(call, msspTenantId));
  const { trust, isTrustKnown } = await readTrust(call, settings);
  return {
    checks: policies.flatMap((policy) => {
      const judged = judgePolicy(policy, signInWith(trust, settings));
      const trusting = isTrustKnown ? judged : judgePolicy(policy, signInWith(fullTrust, settings));
      const dependsOnTrust = judged.effect !== trusting.effect;
      return checkOf(judged, applying).map((check) => (dependsOnTrust ? notKnown(check) : check));
    }),
  };
}

type Trust = ExternalSignIn["trust"];

const fullTrust: Trust = { mfa: true, compliantDevice: true, hybridJoinedDevice: true };

/**
 * What the settings name, else what the tenant has: the partner's value, or the default's. Without
 * the permission to read these it is not known, and counts as no trust.
 */
async function readTrust(call: GraphCall, settings: Settings): Promise<{ trust: Trust; isTrustKnown: boolean }> {
  const { msspTenantId, crossTenantTrust: wanted = {} } = settings;
  const partner = await unlessDenied(async () => (await getAccessPartner(call, msspTenantId)) ?? "none");
  const ofPartner = partner === "none" ? undefined : partner?.inboundTrust;
  const standard = ofPartner == null ? await unlessDenied(() => getAccessDefault(call)) : undefined;
  const found = ofPartner ?? standard?.inboundTrust ?? {};
  return {
    trust: {
      mfa: wanted.mfa ?? found.isMfaAccepted ?? false,
      compliantDevice: wanted.compliantDevice ?? found.isCompliantDeviceAccepted ?? false,
      hybridJoinedDevice: wanted.hybridJoinedDevice ?? found.isHybridAzureADJoinedDeviceAccepted ?? false,
    },
    isTrustKnown: partner !== undefined && (ofPartner != null || standard !== undefined),
  };
}

function signInWith(trust: Trust, { msspTenantId, portalAccess }: Settings): ExternalSignIn {
  const roles = portalAccess.model === "basic" ? [directoryRoleTemplates[portalAccess.role]] : [];
  return { msspTenantId, trust, roles };
}

/** A check whose result depends on a trust that could not be read. */
function notKnown(check: AccessCheck): AccessCheck {
  const reason = `${check.reason} Whether the customer trusts the MSSP's tenant already could not be read: requires Policy.Read.All.`;
  return { ...check, state: "notChecked", reason };
}

function checkOf(judged: PolicyJudgement, applying: readonly string[] | undefined): AccessCheck[] {
  const { id, name, applies, effect, isEnforced, reason, remedy } = judged;
  const saysYes = applying?.includes(id);
  // What If saw something that the judgement did not.
  if (applies === "no" && saysYes !== true) return [];
  if (effect === "passes") return [];
  const isSure = applies === "yes" && saysYes !== false;
  const report = isEnforced ? "" : " (report-only: nobody is stopped until it is enforced)";
  const doubt =
    applies === "perhaps" || applies === "no"
      ? " Whether it applies depends on groups, roles, devices, places or risks."
      : "";
  const against =
    saysYes === false ? " What If says that it does not apply (unverified for guests of another tenant)." : "";
  const mending = remedy === "" ? "" : ` ${remedy}`;
  const state = effect === "asks" ? "passed" : effect === "blocks" && isSure && isEnforced ? "failed" : "notChecked";
  return [
    {
      policy: name,
      policyId: id,
      state: state === "passed" && !isSure ? "notChecked" : state,
      reason: `it ${reason}${report}.${doubt}${against}${mending}`,
      ...(saysYes === undefined ? {} : { whatIf: saysYes ? ("applies" as const) : ("doesNotApply" as const) }),
    },
  ];
}

async function unlessDenied<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (failure) {
    if (failure instanceof ServiceError && failure.status === 403) return undefined;
    throw failure;
  }
}
