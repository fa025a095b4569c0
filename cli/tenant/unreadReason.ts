import { ServiceError, type EnvironmentError } from "@defender-mssp/errors";

/**
 * Why something could not be read: a refusal names the permission, and is never "not there".
 * @param permission what the page of Graph requires.
 */
export function unreadReason(error: ServiceError | EnvironmentError, permission: string): string {
  const isRefused = error instanceof ServiceError && (error.status === 401 || error.status === 403);
  return isRefused
    ? `not permitted: requires ${permission}`
    : `not checked: ${error.message.replaceAll(/\s*\n\s*/g, " ")}`;
}
