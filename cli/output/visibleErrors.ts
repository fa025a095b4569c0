import { EnvironmentError, ServiceError } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";

/**
 * Runs what a command does. What a service said or the environment lacks is for the user to mend: it is shown without a stack trace.
 * @param advice what to do about a service's error, by its code; nothing where there is none.
 */
export async function withVisibleErrors<T>(
  action: () => Promise<T>,
  advice: (error: ServiceError) => string | undefined = () => undefined,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw visible(error, advice);
  }
}

function visible(error: unknown, advice: (error: ServiceError) => string | undefined): unknown {
  if (error instanceof EnvironmentError) return new VisibleError(error.message, { cause: error });
  if (!(error instanceof ServiceError)) return error;
  const hint = advice(error);
  return new VisibleError(hint === undefined ? error.message : `${error.message}\n${hint}`, { cause: error });
}
