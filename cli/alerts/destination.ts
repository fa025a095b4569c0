import { VisibleError } from "@defender-mssp/microsoft/errors";

/** The place that the alerts go to didn't take all of them. */
export class DestinationError extends VisibleError {
  constructor(
    message: string,
    /** It may take them later, such as a server that is down or a disk that is full. */
    readonly isPassing: boolean,
    /** How long it asks to wait, in milliseconds. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}
