import { ServiceError } from "@defender-mssp/microsoft";
import { DestinationError } from "../sinks/sink";

/** Whether a failure may pass by itself: an outage, throttling, a full disk. */
export function isPassing(error: unknown): error is ServiceError | DestinationError {
  if (error instanceof DestinationError) return error.isPassing;
  if (!(error instanceof ServiceError)) return false;
  const { status } = error;
  return status === 0 || status < 300 || status === 408 || status === 429 || status >= 500;
}
