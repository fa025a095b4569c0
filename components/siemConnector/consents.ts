/** Resource names of the consents to application roles. They are in every state. */

/** The role of every connector that reads alerts by Microsoft Graph. */
export const alertRole = "SecurityAlert.Read.All";

/**
 * Resource name of the consent to a role. The name of the first one is older than the profiles.
 * @param prefix the connector's name and the API, such as `customer-siem-graph`.
 */
export function consentName(prefix: string, role: string): string {
  return role === alertRole ? `${prefix}-consent` : `${prefix}-consent-${role}`;
}
