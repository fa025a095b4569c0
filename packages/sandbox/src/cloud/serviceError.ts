/** Errors of the emulated services, and how they get the service's envelope. */
import type { FastifyInstance } from "fastify";
import { TokenRefused } from "./model";

/** Marks an answer about what the sandbox lacks, "true" for a route: for the summary of the proxy. */
export const unknownRouteHeader = "x-sandbox-unknown-route";

/** A refusal. Routes throw it; one place in each service answers it. */
export class EmulatedServiceError extends Error {
  constructor(
    /** HTTP status. */
    readonly status: number,
    readonly code: string,
    message: string,
    /** Such as `{"www-authenticate": …}`. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** The differences between the services. */
export interface ErrorEnvelope {
  /** The answer to a token that is missing or not accepted. */
  readonly refusedToken: (refused: TokenRefused) => EmulatedServiceError;
  /** Code for a request that the server can't read, such as a body that is not JSON. */
  readonly unreadable: string;
  /** The body of the answer. */
  readonly body: (error: EmulatedServiceError) => object;
}

/**
 * Answers the errors that routes of a scope throw. A bug is thrown on, and the server reports it.
 */
export function answerErrors(scope: FastifyInstance, envelope: ErrorEnvelope): void {
  scope.setErrorHandler(async (failure, _request, reply) => {
    const error = asServiceError(failure, envelope);
    return reply.code(error.status).headers(error.headers).send(envelope.body(error));
  });
}

function asServiceError(failure: unknown, { refusedToken, unreadable }: ErrorEnvelope): EmulatedServiceError {
  if (failure instanceof EmulatedServiceError) return failure;
  if (failure instanceof TokenRefused) return refusedToken(failure);
  const { statusCode = 500, message = "" } = failure as { statusCode?: number; message?: string };
  if (statusCode >= 500) throw failure;
  return new EmulatedServiceError(statusCode, unreadable, message);
}
