/** A plugin's server as the engine expects it. */
import net, { type AddressInfo } from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { Provider } from "./provider";
import { providerService } from "./service";

/** Messages may be as large as the engine's own limit: 400 MB. */
const maximumMessageSize = 400 * 1024 * 1024;

/** Serves on a free port of 127.0.0.1 and answers the port. */
export async function listen(provider: () => Provider): Promise<{ server: Server; port: number }> {
  const server = serverOf(provider);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return { server, port };
}

/**
 * Serves on a free port of 127.0.0.1, with a provider of its own for each connection. `end` cancels
 * their operations and closes the connections.
 */
export async function listenForEach(make: () => Provider): Promise<{ port: number; end: () => void }> {
  const ends = new Set<() => void>();
  const listener = net.createServer((socket) => {
    const provider = make();
    const server = serverOf(() => provider);
    const end = () => {
      ends.delete(end);
      provider.cancel();
      server.forceShutdown();
      socket.destroy();
    };
    ends.add(end);
    socket.once("close", end);
    server.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(socket);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const end = () => {
    listener.close();
    for (const endOne of ends) endOne();
  };
  return { port: (listener.address() as AddressInfo).port, end };
}

function serverOf(provider: () => Provider): Server {
  const server = new Server({
    "grpc.max_receive_message_length": maximumMessageSize,
    "grpc.max_send_message_length": maximumMessageSize,
  });
  server.addService(ResourceProviderService, providerService(provider));
  return server;
}
