/**
 * The kinds of access that people give and end, and no resource declares: at which step of an onboarding,
 * and how. A kind without a row does not compile.
 */
import { applicable, notApplicable, type KindCell } from "../../../domain/kinds/accessKind";
import type { PersonEndedKind } from "../../../domain/kinds/kinds";
import { expectedKinds, type PrerequisiteSettings } from "../../../domain/prerequisites";
import type { StepName } from "./progress";

interface PeopleKind {
  /** The step at which people give it. */
  readonly step: KindCell<StepName>;
  /** How the customer ends it, in a sentence. */
  readonly end: string;
}

export const peopleKinds: Readonly<Record<PersonEndedKind, PeopleKind>> = {
  automationConsent: {
    step: "consent",
    end: "Delete the MSSP's automation application under Enterprise applications. From then on {mssp} can change nothing in your tenant.",
  },
  previewConsent: {
    step: "previewConsent",
    end: "If you consented to the MSSP's preview application, delete it there, too. From then on {mssp} reads no settings of your tenant.",
  },
  directoryRoleEligibility: {
    step: notApplicable("no onboarding needs one"),
    end: "If somebody made guests or groups of the MSSP eligible for directory roles, end it: Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments > Eligible assignments > Remove.",
  },
  accessPackageAssignment: {
    step: "accessPackages",
    end: "End the access packages that people hold: Entra admin center > Identity Governance > Access packages > Assignments > Remove.",
  },
  governanceRelationship: {
    step: "governance",
    end: "End the governance relationship: Microsoft Entra admin center ({entra}), Tenant governance > Governing tenants > the tenant of {mssp} > Terminate governance. Microsoft removes its roles and applications.",
  },
  gdapRelationship: {
    step: notApplicable("no onboarding needs one"),
    end: "If the MSSP is your Microsoft partner, end its delegated admin privileges: Microsoft 365 admin center > Settings > Partner relationships.",
  },
  refreshToken: {
    step: "siemAuthorization",
    end: "Revoke the sessions of the account that signed in for the legacy alert API: Entra admin center > Users > the account > Revoke sessions. Otherwise the MSSP's SIEM can use its refresh token.",
  },
};

/** Whether people give a kind at this step that a stack with these settings has. */
export function isStepExpected(step: StepName, settings: PrerequisiteSettings): boolean {
  return expectedKinds(settings).some(
    ({ key }) => key in peopleKinds && applicable(peopleKinds[key as PersonEndedKind].step) === step,
  );
}
