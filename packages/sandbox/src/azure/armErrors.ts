/**
 * Azure Resource Manager's error envelope, `error: {code, message}`, and the errors that are the
 * same for every resource type.
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors.
 * Key Vault's data plane has the same one.
 */
import type { Caller, TokenRefused } from "../cloud/model";
import { EmulatedServiceError, type ErrorEnvelope } from "../cloud/serviceError";

export const armErrors = {
  badRequest: (code: string, message: string) => new EmulatedServiceError(400, code, message),
  conflict: (code: string, message: string) => new EmulatedServiceError(409, code, message),
  missingApiVersion: () =>
    new EmulatedServiceError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    ),
  subscriptionNotFound: (id: string) =>
    new EmulatedServiceError(404, "SubscriptionNotFound", `The subscription '${id}' could not be found.`),
  resourceGroupNotFound: (name: string) =>
    new EmulatedServiceError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`),
  resourceNotFound: (type: string, name: string, group: string | undefined) =>
    new EmulatedServiceError(
      404,
      "ResourceNotFound",
      `The Resource '${type}/${name}' ${group === undefined ? "" : `under resource group '${group}' `}was not found. ` +
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    ),
  roleDefinitionNotFound: (id: string, status = 400) =>
    new EmulatedServiceError(
      status,
      "RoleDefinitionDoesNotExist",
      `The specified role definition with ID '${id}' does not exist.`,
    ),
  authorizationFailed: ({ applicationId, objectId }: Caller, action: string, scope: string) =>
    new EmulatedServiceError(
      403,
      "AuthorizationFailed",
      `The client '${applicationId}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope ` +
        `'${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    ),
  wrongTenant: (caller: Caller, tenantId: string) =>
    new EmulatedServiceError(
      401,
      "InvalidAuthenticationTokenTenant",
      `The access token is from the wrong issuer 'https://sts.windows.net/${caller.tenant.id}/'. It must match the tenant ` +
        `'https://sts.windows.net/${tenantId}/' associated with this subscription.`,
    ),
} as const;

/** Key Vault's errors that have a second code, more exact. */
export class KeyVaultError extends EmulatedServiceError {
  constructor(
    status: number,
    code: string,
    message: string,
    readonly inner: string,
  ) {
    super(status, code, message);
  }
}

/** The envelope of both Azure Resource Manager and Key Vault. */
export const armEnvelope: ErrorEnvelope = {
  refusedToken,
  unreadable: "InvalidRequestContent",
  body: (error) => {
    const { code, message } = error;
    const innererror = error instanceof KeyVaultError ? { innererror: { code: error.inner } } : {};
    return { error: { code, message, ...innererror } };
  },
};

function refusedToken(refused: TokenRefused): EmulatedServiceError {
  const { reason, times } = refused;
  // As microsoft/foundry-dev-tools #461 has it.
  const [expiry, now] = times.map((time) => time.toLocaleString("en-US", { timeZone: "UTC" }).replace(/[,\s]+/g, " "));
  const message =
    reason === "expired"
      ? `The access token expiry UTC time '${expiry}' is earlier than current UTC time '${now}'.`
      : refused.message;
  const headers = { "www-authenticate": `Bearer error="invalid_token", error_description="${message}"` };
  if (reason === "missing") {
    return new EmulatedServiceError(
      401,
      "AuthenticationFailed",
      "Authentication failed. The 'Authorization' header is missing.",
      headers,
    );
  }
  const codes = { expired: "ExpiredAuthenticationToken", audience: "InvalidAuthenticationTokenAudience" } as const;
  const code = reason === "expired" || reason === "audience" ? codes[reason] : "InvalidAuthenticationToken";
  return new EmulatedServiceError(401, code, message, headers);
}
