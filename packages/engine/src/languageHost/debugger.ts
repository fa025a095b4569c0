import net from "node:net";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** Node's own default, which debuggers try first. */
const preferredPort = 9229;

/** Arguments that make Node wait for a debugger on the first free port from 9229 on. */
export async function debuggerArguments(): Promise<{ port: number; args: string[] }> {
  for (let port = preferredPort; port < preferredPort + 100; port++) {
    if (!(await isFree(port))) continue;
    // Without the second, Node prints "Debugger listening on…" into the program's output.
    return { port, args: [`--inspect-brk=${port}`, "--inspect-publish-uid=http"] };
  }
  throw new Error(`failed to find available port for debugger: ${preferredPort} and the next hundred are taken`);
}

/** Tells the engine, and by it the user and the editor, where to attach. */
export async function announceDebugger(engineAddress: string, name: string, pid: number, port: number): Promise<void> {
  const grpc = await import("@grpc/grpc-js");
  const { EngineClient } = await import("@pulumi/pulumi/proto/engine_grpc_pb.js");
  const { StartDebuggingRequest } = await import("@pulumi/pulumi/proto/engine_pb.js");
  const request = new StartDebuggingRequest();
  request.setConfig(
    Struct.fromJavaScript({
      name,
      type: "node",
      request: "attach",
      processId: pid,
      continueOnAttach: true,
      skipFiles: ["<node_internals>/**"],
      ...(port === preferredPort ? {} : { port }),
    }),
  );
  request.setMessage(`on process id ${pid}${port === preferredPort ? "" : ` and port ${port}`}`);
  const engine = new EngineClient(engineAddress, grpc.credentials.createInsecure());
  try {
    await new Promise<void>((resolve, reject) => {
      engine.startDebugging(request, (error) => {
        if (error === null) resolve();
        else reject(new Error(`unable to start debugging: ${error.message}`));
      });
    });
  } finally {
    engine.close();
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
