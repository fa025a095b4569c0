/**
 * The step at which people give each kind of access that no resource declares. A kind without a step, or
 * a reason, does not compile.
 */
import { applicable, notApplicable, type KindCell } from "../../../domain/kinds/accessKind";
import type { PersonEndedKind } from "../../../domain/kinds/kinds";
import { expectedKinds, type PrerequisiteSettings } from "../../../domain/prerequisites";
import type { StepName } from "./progress";

export const kindSteps: Readonly<Record<PersonEndedKind, KindCell<StepName>>> = {
  automationConsent: "consent",
  previewConsent: "previewConsent",
  directoryRoleEligibility: notApplicable("no onboarding needs one"),
  accessPackageAssignment: "accessPackages",
  governanceRelationship: "governance",
  gdapRelationship: notApplicable("no onboarding needs one"),
  refreshToken: "siemAuthorization",
};

/** Whether people give a kind at this step that a stack with these settings has. */
export function isStepExpected(step: StepName, settings: PrerequisiteSettings): boolean {
  return expectedKinds(settings).some(
    ({ key }) => key in kindSteps && applicable(kindSteps[key as PersonEndedKind]) === step,
  );
}
