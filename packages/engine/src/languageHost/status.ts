import type { status } from "@grpc/grpc-js";

/** A failure that the engine gets with a gRPC status of its own. */
export class StatusError extends Error {
  constructor(
    readonly code: status,
    message: string,
  ) {
    super(message);
  }
}
