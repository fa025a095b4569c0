/**
 * The SDK's gRPC clients of one run. It leaves them open after an inline run, and the timers of an
 * open one keep everything of the run in memory: 2 MB for each stack.
 */
interface Client {
  close(): void;
}

/** Where the SDK takes its clients from: of the engine, the resource monitor, and its own callbacks. */
const clients = {
  engine_grpc_pb: "EngineClient",
  resource_grpc_pb: "ResourceMonitorClient",
  callback_grpc_pb: "CallbacksClient",
};

/**
 * Remembers each client that the SDK makes. Call it before the SDK loads, which keeps what these
 * files export.
 * @param ofProgram requires as the program does.
 * @returns what closes those that are open: one run at a time, after its end.
 */
export function rememberClients(ofProgram: NodeJS.Require): () => void {
  const open = new Set<Client>();
  for (const [file, name] of Object.entries(clients)) {
    const exported = ofProgram(`@pulumi/pulumi/proto/${file}`) as Record<string, new (...args: unknown[]) => Client>;
    const Made = exported[name];
    if (Made === undefined) continue; // Another SDK's file.
    exported[name] = class extends Made {
      constructor(...args: unknown[]) {
        super(...args);
        open.add(this);
      }
    };
  }
  return () => {
    for (const client of open) client.close();
    open.clear();
  };
}
