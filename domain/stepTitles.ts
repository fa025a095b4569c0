/** The steps of an onboarding, in their order. */
export const stepTitles = {
  consent: "Consent",
  previewConsent: "Preview consent",
  licences: "Licences and policies",
  up: "pulumi up",
  invitations: "Invitations",
  accessPackages: "Access packages",
  governance: "Governance relationship",
  connectorConsent: "Connector consent",
  unifiedRbac: "Unified RBAC",
  notificationRules: "Notification rules",
  siemAuthorization: "SIEM authorization",
  firstAlert: "First alert",
} as const;

export type StepName = keyof typeof stepTitles;
