/** What a client can say of an incident. Without imports: the options of a command list these values. */

/** Values of Microsoft's published metadata (`alertClassification`). */
export const incidentClassifications = ["truePositive", "falsePositive", "informationalExpectedActivity"] as const;
export type IncidentClassification = (typeof incidentClassifications)[number];

/** Values of Microsoft's published metadata (`alertDetermination`). */
export const incidentDeterminations = [
  "apt",
  "malware",
  "securityPersonnel",
  "securityTesting",
  "unwantedSoftware",
  "other",
  "multiStagedAttack",
  "compromisedAccount",
  "phishing",
  "maliciousUserActivity",
  "notMalicious",
  "notEnoughDataToValidate",
  "confirmedActivity",
  "lineOfBusinessApplication",
] as const;
export type IncidentDetermination = (typeof incidentDeterminations)[number];
