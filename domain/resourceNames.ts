/**
 * Names of the program's resources in every customer's state: none changes, as another name
 * replaces the resource. They say "customer" and not which: a customer's name is a setting.
 */

/** The `CustomerOnboarding`, and its provider. */
export const onboardingName = "customer";
export const stackIdentityName = "stack-identity";
export const handoverName = "handover";
export const delegationName = "delegation";
export const sentinelName = "sentinel";
export const detectionsName = "detections";
/** The keeper's ownership of the connector's application. */
export const keeperResource = "keeper-owner";

/**
 * @param detections resource name of the `Detections`
 * @param rule name of the rule's file
 */
export function detectionRuleResource(detections: string, rule: string): string {
  return `${detections}-${rule}`;
}

/** @param onboarding resource name of the `CustomerOnboarding`, as below. */
export function accessResource(onboarding: string): string {
  return `${onboarding}-access`;
}

export function siemResource(onboarding: string): string {
  return `${onboarding}-siem`;
}

/** @param siem resource name of the `SiemConnector`. */
export function siemPrincipalResource(siem: string): string {
  return `${siem}-service-principal`;
}

export function guestResource(onboarding: string, email: string): string {
  return `${onboarding}-guest-${email}`;
}

/** Prefix of the names of what gives the analysts access. */
export const accessName = accessResource(onboardingName);
/** Prefix of the names of what the SIEM reads alerts with. */
export const siemName = siemResource(onboardingName);

/** The SIEM connector's app registration in the customer's tenant. */
export function siemApplicationResource(siem: string): string {
  return `${siem}-application`;
}
