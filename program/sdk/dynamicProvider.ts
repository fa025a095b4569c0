/**
 * Serves a stack's dynamic resources in the worker's own thread, where the SDK is loaded already. The engine would start a process for them,
 * a fifth of what a preview takes. For previews only: they run the program's code, never code from a stack's state.
 */
/** What is used of the SDK's gRPC library, which is the program's own copy. */
interface Grpc {
  readonly Server: { readonly prototype: GrpcServer };
}

interface GrpcServer {
  addService(service: object, implementation: Record<string, unknown>): void;
  forceShutdown(): void;
}

export interface ServedResources {
  /** With these the engine attaches to this thread. */
  readonly variables: Readonly<Record<string, string>>;
  end(): void;
}

const script = "@pulumi/pulumi/cmd/dynamic-provider";
const events = ["uncaughtException", "unhandledRejection", "exit"] as const;

/**
 * Loads the SDK's provider again for each stack: it configures a provider once in a process, with the settings of the first stack.
 * @param ofProgram requires as the program does.
 */
export async function serveDynamicResources(ofProgram: NodeJS.Require): Promise<ServedResources> {
  const file = ofProgram.resolve(script);
  const { Server } = ofProgram(ofProgram.resolve("@grpc/grpc-js", { paths: [file] })) as Grpc;
  const { Empty } = ofProgram(ofProgram.resolve("google-protobuf/google/protobuf/empty_pb", { paths: [file] })) as {
    readonly Empty: new () => object;
  };
  const listeners = events.map((event) => process.rawListeners(event));
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const [{ addService }, { argv }, { log }, { prepareStackTrace }] = [Server.prototype, process, console, Error];
  const served: { server?: GrpcServer; drop?: () => void } = {};
  const port = await new Promise<string>((resolve, reject) => {
    // An engine that attaches tells the provider its address. The SDK's provider refuses that.
    Server.prototype.addService = function (service, implementation) {
      served.server = this;
      implementation["attach"] = (_: unknown, answer: (error: null, empty: object) => void) =>
        answer(null, new Empty());
      addService.call(this, service, implementation);
    };
    // It prints its port.
    console.log = (text: string) => {
      console.log = log;
      resolve(text);
    };
    process.argv = [process.execPath, script, "attached"];
    try {
      ofProgram(file);
      served.drop = listenersSince(listeners);
    } catch (error) {
      console.log = log;
      reject(error instanceof Error ? error : new Error(String(error)));
    } finally {
      process.argv = argv;
      Server.prototype.addService = addService;
      Error.prepareStackTrace = prepareStackTrace;
    }
  });
  return {
    variables: { PULUMI_DEBUG_PROVIDERS: `pulumi-nodejs:${port}` },
    end: () => {
      served.server?.forceShutdown();
      served.drop?.();
      Reflect.deleteProperty(ofProgram.cache, file);
    },
  };
}

/** @returns what takes away the listeners that were added since. */
function listenersSince(before: readonly (readonly unknown[])[]): () => void {
  const emitter: NodeJS.EventEmitter = process;
  const added = events.flatMap((event, index) =>
    emitter
      .rawListeners(event)
      .filter((listener) => before[index]?.includes(listener) !== true)
      .map((listener) => ({ event, listener: listener as () => void })),
  );
  return () => added.forEach(({ event, listener }) => emitter.off(event, listener));
}
