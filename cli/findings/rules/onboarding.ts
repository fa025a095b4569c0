import { stepTitles } from "../../../domain/stepTitles";
import { actorNames, type Actor } from "../../access/actor";
import type { OnboardingStep } from "../../access/waiting/progress";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** The steps that wait for somebody, or that nobody could check. Before anything is deployed, only the first one. */
export function onboarding({ stack, onboarding: progress, access, nothing }: Facts): Finding[] {
  const isDeployed = access !== undefined;
  if (progress === undefined && nothing !== undefined) {
    const next = `npx pulumi up --stack ${stack}`;
    return [
      finding("onboarding", "waiting", { key: "onboarding up", title: stepTitles.up, text: nothing.message, next }),
    ];
  }
  const steps = progress?.steps ?? [];
  const waiting = steps.filter(({ state, next, unchecked }) => state === "waiting" && next !== "" && !unchecked);
  return [
    ...(isDeployed ? waiting : waiting.slice(0, 1)).flatMap((step) => {
      // The state says it better.
      if (isDeployed && step.name === "up" && /interrupted/.test(step.found)) return [];
      return [waitingStep(step, isDeployed)];
    }),
    ...steps.flatMap(uncheckedStep),
  ];
}

function waitingStep({ name, actor, next, ...step }: OnboardingStep, isDeployed: boolean): Finding {
  const isLost = isDeployed && (name === "consent" || name === "previewConsent");
  const topic = isLost ? "consent" : step.isExcess === true ? "drift" : "onboarding";
  return finding(topic, topic === "onboarding" ? "waiting" : "now", {
    key: `onboarding ${name}`,
    who: actor,
    title: isLost ? "consent is missing" : `${stepTitles[name]}${whoseMove(actor)}`,
    text: `${isLost ? "Consent is missing" : stepTitles[name]}: ${step.found}`,
    next,
  });
}

/** Empty where it is the reader's own move. */
function whoseMove(actor: Actor): string {
  return actor === "platformEngineer" ? "" : `: ${actorNames[actor].replace(/^the /, "")}`;
}

/** Without its consent, nobody can say what the customer needs. */
function uncheckedStep({ name, actor, next, unchecked, ...step }: OnboardingStep): Finding[] {
  if (unchecked === undefined) return [];
  const topic = unchecked === "failed" && name === "consent" ? "consent" : "onboarding";
  return [
    finding(topic, "unread", {
      key: `onboarding ${name}`,
      who: actor,
      title: stepTitles[name],
      text: step.found,
      next,
    }),
  ];
}
