/**
 * Graph's errors: status, code and message of the service.
 * https://learn.microsoft.com/graph/errors; the texts are from recorded answers and public issue
 * threads.
 */
import type { Json } from "../cloud/model";
import { EmulatedServiceError } from "../cloud/serviceError";

export interface ErrorDetail {
  code: string;
  message?: string;
  target?: string;
}

/** An error of Graph, with optional details. */
export class EmulatedGraphError extends EmulatedServiceError {
  constructor(
    status: number,
    code: string,
    message: string,
    readonly details: readonly ErrorDetail[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(status, code, message, headers);
  }
}

/** The directory refuses a value or an operation. */
export function badRequest(message: string, details: readonly ErrorDetail[] = []): EmulatedGraphError {
  return new EmulatedGraphError(400, "Request_BadRequest", message, details);
}

/** The OData layer in front of the directory cannot parse the request. */
export function unreadableRequest(message: string): EmulatedGraphError {
  return new EmulatedGraphError(400, "BadRequest", message);
}

/** A query that the directory can't answer. */
export function unsupportedQuery(message = "Unsupported Query."): EmulatedGraphError {
  return new EmulatedGraphError(400, "Request_UnsupportedQuery", message);
}

/** `segment`: the object's key in the path or body. */
export function notFound(segment: string): EmulatedGraphError {
  return new EmulatedGraphError(
    404,
    "Request_ResourceNotFound",
    `Resource '${segment}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/**
 * The directory's 403. The service returns the first sentence only; `names`, of which one is
 * enough, are the sandbox's addition.
 */
export function denied(names: readonly string[] = []): EmulatedGraphError {
  const help = names.length === 0 ? "" : ` (Sandbox: ${names.join(" or ")} is missing.)`;
  return new EmulatedGraphError(
    403,
    "Authorization_RequestDenied",
    `Insufficient privileges to complete the operation.${help}`,
  );
}

/**
 * The 403 of Entra's privileged role management, from public code; Defender's own text is not
 * documented. `names`: one of them is enough.
 */
export function missingScope(names: readonly string[]): EmulatedGraphError {
  const message = `Authorization failed due to missing permission scope ${names.join(",")}.`;
  return new EmulatedGraphError(403, "PermissionScopeNotGranted", message);
}

/**
 * The 403 of the audit log and the sign-ins, from issue threads
 * (microsoftgraph/microsoft-graph-explorer-v4 2731).
 */
export function missingLogPermission(name: string): EmulatedGraphError {
  const message = `Calling principal does not have required MSGraph permissions ${name}`;
  return new EmulatedGraphError(403, "Authentication_MSGraphPermissionMissing", message);
}

/**
 * The 403 of Conditional Access and of Entra ID Protection. The latter's text is from an issue thread
 * (microsoftgraph/msgraph-beta-sdk-dotnet 723), the code is not verified.
 */
export function missingScopesInToken(names: string): EmulatedGraphError {
  const message = "You cannot perform the requested operation, required scopes are missing in the token.";
  return new EmulatedGraphError(403, "AccessDenied", `${message} (Sandbox: ${names} is missing.)`);
}

/** The 403 of users' authentication methods, from an issue thread (microsoftgraph/msgraph-sdk-go 441). */
export function authorizationFailed(names: readonly string[]): EmulatedGraphError {
  const help = `(Sandbox: ${names.join(" or ")} is missing.)`;
  return new EmulatedGraphError(403, "accessDenied", `Request Authorization failed ${help}`);
}

/** Entitlement management's 403. The missing permission is the sandbox's addition. */
export function callerNotAuthorized(names: readonly string[]): EmulatedGraphError {
  const missing = names.length === 1 ? names.join("") : `any of ${names.join(", ")}`;
  return new EmulatedGraphError(
    403,
    "UnAuthorized",
    `User is not authorized to perform the operation. Reason: The caller is not authorized. Its token lacks ${missing}.`,
  );
}

/** A duplicate object. */
export function sameKey(message: string): EmulatedGraphError {
  return new EmulatedGraphError(409, "Request_MultipleObjectsWithSameKeyValue", message);
}

export function invalidValue(property: string, resource: string): EmulatedGraphError {
  return badRequest(`Invalid value specified for property '${property}' of resource '${resource}'.`, [
    { target: property, code: "InvalidValue" },
  ]);
}

export function missingValue(property: string, resource: string): EmulatedGraphError {
  return badRequest(`A value is required for property '${property}' of resource '${resource}'.`);
}

/** Another object has the same value in a property that must be unique. */
export function conflictingValue(property: string): EmulatedGraphError {
  const message = `Another object with the same value for property ${property} already exists.`;
  return badRequest(message, [{ code: "ObjectConflict", message, target: property }]);
}

/** The body of an error. `moment` is UTC; the service writes it without a zone. */
export function errorBody(
  error: EmulatedGraphError,
  moment: Date,
  requestId: string,
  clientRequestId: string,
): Record<string, Json> {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.details.length > 0 ? { details: error.details.map((detail) => ({ ...detail })) } : {}),
      innerError: {
        date: moment.toISOString().slice(0, 19),
        "request-id": requestId,
        "client-request-id": clientRequestId,
      },
    },
  };
}

/** Refuses a request as identity governance does; codes and texts as in issue threads, if known. */
export function refused(code: string, message: string): EmulatedGraphError {
  return new EmulatedGraphError(400, code, message);
}
