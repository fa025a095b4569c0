/**
 * A control route with a held connection: the answer is one line of JSON and stays open until
 * either side ends. A plugin's launcher uses it, so only Node.js modules are loaded here.
 */
import http from "node:http";
import type { HomeOwner } from "./ownerFile";

export interface Held {
  /** HTTP status. */
  readonly status: number;
  /** The first line. */
  readonly line: string;
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  /** Ends the connection. */
  end(): void;
}

/**
 * Sends the request to the owner. `undefined` without a line in the answer: it is stopping or has
 * stopped.
 */
export async function hold(owner: HomeOwner, route: string, question: object): Promise<Held | undefined> {
  return new Promise((resolve) => {
    const body = JSON.stringify(question);
    const options = requestOptions(owner, "POST", route);
    const headers = {
      ...options.headers,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    };
    const request = http.request({ ...options, headers }, (answer) => {
      const ended = new Promise<void>((end) => answer.once("close", end));
      let line = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        line += chunk;
        if (!line.endsWith("\n")) return;
        resolve({ status: answer.statusCode ?? 0, line, ended, end: () => request.destroy() });
      });
      answer.once("error", () => undefined);
      answer.once("close", () => resolve(undefined));
    });
    request.once("error", () => resolve(undefined));
    request.end(body);
  });
}

/** A request to a control route. */
export function requestOptions(owner: HomeOwner, method: string, path: string) {
  // A new connection, not kept for a second request.
  return {
    host: "127.0.0.1",
    port: owner.port,
    method,
    path,
    agent: false,
    headers: { authorization: `Bearer ${owner.token}` },
  } as const;
}
