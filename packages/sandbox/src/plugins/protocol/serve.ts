/** A plugin's server as the engine expects it. */
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
