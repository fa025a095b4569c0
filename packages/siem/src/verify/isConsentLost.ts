import { ServiceError } from "@defender-mssp/microsoft";

/** Entra's codes for an application that nobody in the tenant has consented to, or whose consent was taken back. */
const withoutConsent = new Set(["AADSTS700016", "AADSTS7000229", "AADSTS65001", "AADSTS650051", "AADSTS650052"]);

/** Whether Entra refuses an application because the tenant has not consented to it. */
export function isWithoutConsent(error: unknown): boolean {
  return error instanceof ServiceError && withoutConsent.has(error.serviceCode);
}

/** Whether an answer shows that the tenant's consent to a permission of Graph is lost: also 403 of the API. */
export function isConsentLost(error: unknown): boolean {
  return isWithoutConsent(error) || (error instanceof ServiceError && error.status === 403);
}
