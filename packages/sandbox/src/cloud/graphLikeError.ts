/** Graph's error envelope, for answers of the server itself. */
import { randomUUID } from "node:crypto";

/** The body of an error answer, as Graph shapes it: https://learn.microsoft.com/graph/errors. */
export function graphLikeError(code: string, message: string): Record<string, unknown> {
  const requestId = randomUUID();
  const date = new Date().toISOString().slice(0, 19);
  return { error: { code, message, innerError: { date, "request-id": requestId, "client-request-id": requestId } } };
}

/** A whole HTTP answer, for a connection without a request that a handler could answer. */
export function rawErrorAnswer(status: string, code: string, message: string): string {
  const body = JSON.stringify(graphLikeError(code, message));
  return (
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
    `Connection: close\r\n\r\n${body}`
  );
}
