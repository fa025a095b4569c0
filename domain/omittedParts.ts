/**
 * The parts of an onboarding that a customer who was onboarded by hand may not have. A part that the
 * settings omit is not declared.
 */
export const omittableParts = [
  "analystsGroup",
  "tier1",
  "tier2",
  "approvers",
  "redirectUri",
  "clientSecret",
  "legacyPermission",
  "legacyConsent",
  "graphPermission",
  "graphConsent",
] as const;

export type OmittablePart = (typeof omittableParts)[number];
