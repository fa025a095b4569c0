import { ServiceError, VisibleError } from "@defender-mssp/errors";

/**
 * The error to throw in place of a service's: its message, and below it what to do. Any other error
 * stays as it is.
 * @param advice what to do about a service's error; undefined if nothing is known.
 */
export function advised(error: unknown, advice: (error: ServiceError) => string | undefined): unknown {
  const hint = error instanceof ServiceError ? advice(error) : undefined;
  if (hint === undefined || !(error instanceof ServiceError)) return error;
  return new VisibleError(`${error.message}\n${hint}`, { cause: error });
}
