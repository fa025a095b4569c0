import type { Readable } from "node:stream";
import type { ServerWritableStream } from "@grpc/grpc-js";

/**
 * Sends what `output` gives as messages of `call`, at the pace at which the other side takes them;
 * ends with the output or with the call.
 */
export async function forward<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  output: Readable | null,
  message: (chunk: Buffer) => Response,
): Promise<void> {
  for await (const chunk of output ?? []) {
    if (call.cancelled) continue;
    if (!call.write(message(chunk as Buffer))) await drained(call);
  }
}

function drained<Request, Response>(call: ServerWritableStream<Request, Response>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      call.off("drain", done).off("close", done).off("cancelled", done);
      resolve();
    };
    call.on("drain", done).on("close", done).on("cancelled", done);
  });
}
