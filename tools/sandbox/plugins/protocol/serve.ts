/** Runs a plugin's server as the engine expects it: the port on the first line, gone when the engine is gone. */
import fs from "node:fs";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { Provider } from "./provider";
import { providerService } from "./service";

/** Messages may be as large as the engine's own limit: 400 MB. */
const maximumMessageSize = 400 * 1024 * 1024;

/** Serves on a free port of 127.0.0.1 and answers the port. */
export async function listen(provider: () => Provider): Promise<{ server: Server; port: number }> {
  const server = new Server({
    "grpc.max_receive_message_length": maximumMessageSize,
    "grpc.max_send_message_length": maximumMessageSize,
  });
  server.addService(ResourceProviderService, providerService(provider));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return { server, port };
}

/** The whole life of a plugin process. The provider is made while the engine reads the port: a preview waits for this process. */
export async function serve(makeProvider: () => Provider): Promise<void> {
  exitWithEngine();
  let made: Provider | undefined;
  const provider = () => (made ??= makeProvider());
  const { port } = await listen(provider);
  process.stdout.write(`${port}\n`, () => setImmediate(provider));
}

/**
 * The engine ends its plugins with a signal. Should it be killed itself, nobody does: its end of our standard input
 * closes, and our parent becomes another process. Either ends us.
 */
function exitWithEngine(): void {
  if (fs.fstatSync(0).isFIFO() || fs.fstatSync(0).isSocket()) {
    process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0));
    process.stdin.resume();
  }
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(0);
  }, 1000).unref();
}
