import { VisibleError } from "@defender-mssp/microsoft/errors";

/** The place that the alerts go to didn't take all of them. */
export class DestinationError extends VisibleError {
  constructor(
    message: string,
    /** The destination may accept them later, such as after an outage or on a full disk. */
    readonly isPassing: boolean,
    /** The wait that it asks for, in milliseconds. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}
