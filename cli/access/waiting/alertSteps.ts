/** The steps of an onboarding that show by using the alert APIs as the SIEM does. */
import { VisibleError } from "@defender-mssp/errors";
import { siemAuthorization as authorizationKind } from "../../../domain/kinds/defenderSettings";
import type { Settings } from "../../../settings";
import type { StackOutputs } from "../../stack/stackOutputs";
import { graphAlerts, legacyAlerts, refreshToken } from "@defender-mssp/siem/verify/alerts";
import type { Check } from "@defender-mssp/siem/verify/check";
import { stackContextOf } from "../connector/stackContext";
import { authorization } from "../connector/authorization";
import { withNotYet } from "../connector/notYet";
import type { OnboardingStep } from "./progress";
import { done, notApplicable, unchecked, waiting, type OnboardingRun } from "./step";

/** What is deployed: `outputs` is undefined where nothing is yet. */
interface AtHand {
  readonly outputs: StackOutputs | undefined;
  /** When the state was last written: ISO 8601. */
  readonly writtenAt: string | undefined;
}

/** @param later says what comes before the deployment. */
export async function alertSteps(
  run: OnboardingRun,
  settings: Settings,
  { outputs, writtenAt }: AtHand,
  later: string,
): Promise<OnboardingStep[]> {
  const usesLegacy = authorizationKind.isExpected(settings);
  const unused = notApplicable("siemAuthorization", "customerAdministrator", "the legacy alert API is not used");
  if (outputs === undefined) {
    return [
      usesLegacy ? waiting("siemAuthorization", "customerAdministrator", later, "") : unused,
      waiting("firstAlert", "siemEngineer", later, ""),
    ];
  }
  try {
    const now = run.now ?? (() => new Date());
    const context = await stackContextOf({ ...run, now });
    const refresh = await refreshToken(context);
    const legacy = await legacyAlerts(context, refresh.accessToken);
    const authorized = usesLegacy
      ? authorizationStep(run, outputs, await authorization(context, legacy), refresh.check)
      : unused;
    const checks = [await graphAlerts(context), legacy.check];
    const notYet = checks.map((check) => withNotYet(check, writtenAt, now()));
    return [authorized, firstAlertStep(run, authorized, checks, notYet)];
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    return [{ name: "firstAlert", ...unchecked(error, "the connector's credential") }];
  }
}

function authorizationStep(
  { stack }: OnboardingRun,
  { siemAuthorization }: StackOutputs,
  check: Check,
  refresh: Check,
): OnboardingStep {
  const name = "siemAuthorization";
  if (check.state === "passed") return done(name, "customerAdministrator", check.reason);
  // Without a sign-in the SIEM has no token: nobody can say whether the customer's step is done.
  if (refresh.state !== "passed") {
    const next = `Run \`npx mssp token --stack ${stack}\` and sign in.`;
    const before = siemAuthorization === "authorized" ? "the server says authorized; " : "";
    return waiting(name, "siemEngineer", `${before}refresh token: ${refresh.reason}`, next);
  }
  const next = "Authorize the application in the Defender portal, as the output nextSteps says.";
  return waiting(name, "customerAdministrator", check.reason, next);
}

/** Read by the connector: whether the SIEM has it is for its engineer to see. */
function firstAlertStep(
  { stack }: OnboardingRun,
  authorized: OnboardingStep,
  checks: readonly Check[],
  notYet: readonly Check[],
): OnboardingStep {
  const [name, actor] = ["firstAlert", "siemEngineer"] as const;
  const found = checks.find(({ alerts = 0 }) => alerts > 0);
  if (found !== undefined) return done(name, actor, `${found.name}: ${found.reason}`);
  const failed = checks.find(({ state }) => state === "failed");
  const fresh = notYet.find((check, index) => check !== checks[index]);
  if (fresh !== undefined) return waiting(name, actor, `${fresh.name}: ${fresh.reason}`, "Wait: --watch checks again.");
  if (failed !== undefined && authorized.state === "waiting")
    return waiting(name, actor, "after the authorization", "");
  if (failed !== undefined)
    return waiting(name, actor, `${failed.name}: ${failed.reason}`, `Run \`npx mssp verify --stack ${stack}\`.`);
  const next = "Run Microsoft's detection test on one of the customer's devices, then check again.";
  return waiting(name, actor, "the connector can read alerts; there is none yet", next);
}
