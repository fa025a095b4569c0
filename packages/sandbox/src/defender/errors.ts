/**
 * Defender's error envelope, as the API of Defender for Endpoint answers: `error: {code, message, target}`.
 * https://learn.microsoft.com/defender-endpoint/api/common-errors. The legacy alert API documents its statuses (401, 403,
 * 500) but no body; here it answers with the same envelope.
 */
import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { TokenRefused, type Audience, type Caller, type Cloud } from "../cloud/model";

export class DefenderError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function badRequest(message: string): DefenderError {
  return new DefenderError(400, "BadRequest", message);
}

export function forbidden(message: string): DefenderError {
  return new DefenderError(403, "Forbidden", message);
}

/** Checks the token for the first of these audiences that it is for. */
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

/** Turns what the routes of a scope throw into the envelope. */
export function answerErrors(scope: FastifyInstance): void {
  scope.setErrorHandler(async (failure, _request, reply) => {
    const { status, code, message } = described(failure); // a bug is thrown on: the server says it to whoever runs it
    if (status === 401) reply.header("www-authenticate", 'Bearer error="invalid_token"');
    return reply.code(status).send({ error: { code, message, target: `|${randomUUID()}.` } });
  });
}

function described(failure: unknown): { status: number; code: string; message: string } {
  if (failure instanceof DefenderError) return failure;
  if (failure instanceof TokenRefused) return { status: 401, code: "Unauthorized", message: failure.message };
  const { statusCode = 500, message = "" } = failure as { statusCode?: number; message?: string };
  if (statusCode >= 500) throw failure;
  return { status: statusCode, code: "BadRequest", message };
}
