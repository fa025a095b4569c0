/**
 * Defender's error envelope, as the API of Defender for Endpoint answers: `error: {code, message,
 * target}`. https://learn.microsoft.com/defender-endpoint/api/common-errors. The legacy alert API
 * documents its statuses (401, 403, 500) but no body; here it answers with the same envelope.
 */
import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { TokenRefused, type Audience, type Caller, type Cloud } from "../cloud/model";
import { EmulatedServiceError, type ErrorEnvelope } from "../cloud/serviceError";

export function badRequest(message: string): EmulatedServiceError {
  return new EmulatedServiceError(400, "BadRequest", message);
}

export function notFound(message: string): EmulatedServiceError {
  return new EmulatedServiceError(404, "NotFound", message);
}

export function forbidden(message: string): EmulatedServiceError {
  return new EmulatedServiceError(403, "Forbidden", message);
}

/** A service that is switched off. Microsoft documents no answer of one: this stands for it. */
export function gone(message: string): EmulatedServiceError {
  return new EmulatedServiceError(410, "Gone", message);
}

/** Checks the token for the first matching audience. */
export async function authenticate(
  cloud: Cloud,
  request: FastifyRequest,
  [first, ...others]: readonly [Audience, ...Audience[]],
): Promise<Caller> {
  try {
    return await cloud.authenticate(request, first);
  } catch (failure) {
    const [next, ...rest] = others;
    if (!(failure instanceof TokenRefused) || failure.reason !== "audience" || next === undefined) throw failure;
    return authenticate(cloud, request, [next, ...rest]);
  }
}

export const defenderEnvelope: ErrorEnvelope = {
  refusedToken: ({ message }) =>
    new EmulatedServiceError(401, "Unauthorized", message, { "www-authenticate": 'Bearer error="invalid_token"' }),
  unreadable: "BadRequest",
  body: ({ code, message }) => ({ error: { code, message, target: `|${randomUUID()}.` } }),
};
