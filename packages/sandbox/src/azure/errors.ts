/**
 * Azure Resource Manager's error envelope, `error: {code, message}`, and the errors that are the same for every resource type.
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors. Key Vault's data plane has the same one.
 */
import type { FastifyInstance } from "fastify";
import { TokenRefused, type Caller } from "../cloud/model";

export class ArmError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Such as `{"www-authenticate": …}`. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export const armErrors = {
  badRequest: (code: string, message: string) => new ArmError(400, code, message),
  conflict: (code: string, message: string) => new ArmError(409, code, message),
  missingApiVersion: () =>
    new ArmError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    ),
  noRoute: (method: string, path: string) =>
    new ArmError(404, "InvalidResourceType", `The sandbox's resource manager has no ${method} ${path}.`),
  subscriptionNotFound: (id: string) =>
    new ArmError(404, "SubscriptionNotFound", `The subscription '${id}' could not be found.`),
  resourceGroupNotFound: (name: string) =>
    new ArmError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`),
  resourceNotFound: (type: string, name: string, group: string | undefined) =>
    new ArmError(
      404,
      "ResourceNotFound",
      `The Resource '${type}/${name}' ${group === undefined ? "" : `under resource group '${group}' `}was not found. ` +
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    ),
  authorizationFailed: ({ applicationId, objectId }: Caller, action: string, scope: string) =>
    new ArmError(
      403,
      "AuthorizationFailed",
      `The client '${applicationId}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope ` +
        `'${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    ),
  wrongTenant: (caller: Caller, tenantId: string) =>
    new ArmError(
      401,
      "InvalidAuthenticationTokenTenant",
      `The access token is from the wrong issuer 'https://sts.windows.net/${caller.tenant.id}/'. It must match the tenant ` +
        `'https://sts.windows.net/${tenantId}/' associated with this subscription.`,
    ),
} as const;

/** Turns what the routes of a scope throw into the envelope. */
export function answerErrors(scope: FastifyInstance): void {
  scope.setErrorHandler(async (failure, _request, reply) => {
    const { status, code, message, headers } = described(failure); // a bug is thrown on: the server says it to whoever runs it
    return reply.code(status).headers(headers).send({ error: { code, message } });
  });
}

function described(failure: unknown): Pick<ArmError, "status" | "code" | "message" | "headers"> {
  if (failure instanceof ArmError) return failure;
  if (failure instanceof TokenRefused) return refusedToken(failure);
  const { statusCode = 500, message = "" } = failure as { statusCode?: number; message?: string };
  if (statusCode >= 500) throw failure;
  return { status: statusCode, code: "InvalidRequestContent", message, headers: {} };
}

function refusedToken({ reason, message }: TokenRefused): ArmError {
  const headers = { "www-authenticate": `Bearer error="invalid_token", error_description="${message}"` };
  if (reason === "missing") {
    return new ArmError(
      401,
      "AuthenticationFailed",
      "Authentication failed. The 'Authorization' header is missing.",
      headers,
    );
  }
  const codes = { expired: "ExpiredAuthenticationToken", audience: "InvalidAuthenticationTokenAudience" } as const;
  const code = reason === "expired" || reason === "audience" ? codes[reason] : "InvalidAuthenticationToken";
  return new ArmError(401, code, message, headers);
}
