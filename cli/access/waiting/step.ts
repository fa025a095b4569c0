/** What the checks of an onboarding share. */
import { ServiceError } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { applicable, type AccessKind } from "../../../domain/kinds/accessKind";
import type { Place } from "../../base/place";
import type { CredentialOptions } from "@defender-mssp/siem/connector/credentialOptions";
import { expectedKinds, type PrerequisiteSettings } from "../../../domain/prerequisites";
import type { StepName } from "../../../domain/stepTitles";
import type { OnboardingStep } from "./progress";
import type { Actor } from "../actor";

export interface OnboardingRun extends CredentialOptions, Place {
  readonly stack: string;
  readonly region?: "eu" | "uk" | "us";
  readonly now?: () => Date;
}

export function done(name: StepName, actor: Actor, found: string): OnboardingStep {
  return { name, state: "done", actor, found, next: "" };
}

export function waiting(name: StepName, actor: Actor, found: string, next: string): OnboardingStep {
  return { name, state: "waiting", actor, found, next };
}

export function byHand(name: StepName, actor: Actor, found: string, next: string): OnboardingStep {
  return { name, state: "byHand", actor, found, next };
}

export function notApplicable(name: StepName, actor: Actor, found: string): OnboardingStep {
  return { name, state: "notApplicable", actor, found, next: "" };
}

/** Whether people give a kind at this step that a stack with these settings has. */
export function isStepExpected(step: StepName, settings: PrerequisiteSettings): boolean {
  return expectedKinds(settings).some(({ removal }) => removal.by === "person" && removal.given === step);
}

/** Steps that could not be checked, with the reason. They wait: nobody knows that they are done. */
export function unchecked(
  error: unknown,
  permission: string,
): Pick<OnboardingStep, "state" | "actor" | "found" | "next" | "unchecked"> {
  if (!(error instanceof VisibleError)) throw error;
  const isRefused = error instanceof ServiceError && (error.status === 401 || error.status === 403);
  const found = isRefused
    ? `not permitted: requires ${permission}`
    : `not checked: ${error.message.split("\n")[0] ?? ""}`;
  const next = isRefused
    ? `Grant ${permission} to the application that runs this command, or check it by hand.`
    : "Correct the error, and run this command again.";
  return { state: "waiting", actor: "platformEngineer", found, next, unchecked: isRefused ? "notPermitted" : "failed" };
}

/** What reads a kind, for `unchecked`. */
export function readPermission({ read }: Pick<AccessKind, "read">): string {
  return (applicable(read) ?? ["another permission"]).join(", ");
}
