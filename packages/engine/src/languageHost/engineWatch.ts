import fs from "node:fs";
import * as grpc from "@grpc/grpc-js";

const pingMilliseconds = 30_000;

let client: grpc.Client | undefined;

/**
 * Calls `onGone` once the engine has disappeared, so that no host outlives an engine that was
 * killed.
 *
 * Two signs are watched: the end of standard input, which is a pipe from the engine and closes with
 * it; and, as in the official host, a health check of the engine's server, where every answer but
 * "unavailable" means that it is there.
 */
export function watchEngine(address: string, onGone: () => void): void {
  if (client === undefined) watchStandardInput(onGone);
  client?.close();
  const watched = new grpc.Client(address, grpc.credentials.createInsecure());
  client = watched;
  setInterval(() => {
    if (client === watched) ping(watched, onGone);
  }, pingMilliseconds).unref();
}

function watchStandardInput(onGone: () => void): void {
  const stdin = fs.fstatSync(0);
  // A terminal, /dev/null or a file says nothing about the engine.
  if (!stdin.isFIFO() && !stdin.isSocket()) return;
  process.stdin.on("end", onGone).on("error", onGone).resume();
}

function ping(watched: grpc.Client, onGone: () => void): void {
  watched.makeUnaryRequest(
    "/grpc.health.v1.Health/Check",
    (empty: Buffer) => empty,
    (answer: Buffer) => answer,
    Buffer.alloc(0),
    { deadline: Date.now() + pingMilliseconds },
    (error) => {
      if (error?.code === grpc.status.UNAVAILABLE) onGone();
    },
  );
}
