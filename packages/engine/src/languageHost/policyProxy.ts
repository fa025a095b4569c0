import { PassThrough, type Readable } from "node:stream";
import * as grpc from "@grpc/grpc-js";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzerHandshakeResponse,
  AnalyzerStackConfigureRequest,
  AnalyzerStackConfigureResponse,
} from "@pulumi/pulumi/proto/analyzer_pb";
import type { Child } from "./child";

type Unary = grpc.handleUnaryCall<Buffer, Buffer>;

/**
 * Every method of the service, with messages as they are on the wire: they are passed on, not read.
 */
const rawService: grpc.ServiceDefinition = Object.fromEntries(
  Object.entries(AnalyzerService as unknown as Record<string, grpc.MethodDefinition<unknown, unknown>>).map(
    ([name, { path, requestStream, responseStream }]) => [
      name,
      {
        path,
        requestStream,
        responseStream,
        requestSerialize: (bytes: Buffer) => bytes,
        requestDeserialize: (bytes: Buffer) => bytes,
        responseSerialize: (bytes: Buffer) => bytes,
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    ],
  ),
);

/**
 * Stands between the engine and a policy pack. It takes the stack's configuration from the engine,
 * lets the pack be started with it, and from then on passes every call on to the pack. A call that
 * comes before any configuration (`pulumi policy publish`) starts the pack without.
 */
export class PolicyProxy {
  /** Where the engine reaches the pack. */
  readonly port: number;

  private readonly server: grpc.Server;
  private readonly configured = settled<AnalyzerStackConfigureRequest | undefined>();
  private readonly pack = settled<grpc.Client>();

  static async start(): Promise<PolicyProxy> {
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(new Error(`could not start policy pack proxy: ${error.message}`));
      });
    });
    return new PolicyProxy(server, port);
  }

  private constructor(server: grpc.Server, port: number) {
    this.server = server;
    this.port = port;
    const implementation: grpc.UntypedServiceImplementation = {};
    for (const [name, { path }] of Object.entries(rawService)) implementation[name] = this.passOn(path);
    implementation["handshake"] = ((_call, callback) => {
      callback(null, bytes(new AnalyzerHandshakeResponse()));
    }) satisfies Unary;
    implementation["configureStack"] = ((call, callback) => {
      this.configured.resolve(AnalyzerStackConfigureRequest.deserializeBinary(call.request));
      callback(null, bytes(new AnalyzerStackConfigureResponse()));
    }) satisfies Unary;
    server.addService(rawService, implementation);
  }

  /**
   * The environment that tells a policy pack about the stack, once the engine has; empty where it
   * never will.
   */
  async configuration(signal: AbortSignal): Promise<Record<string, string>> {
    const cancelled = new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("cancelled before the policy pack was configured")));
    });
    const request = await Promise.race([this.configured.promise, cancelled]);
    if (request === undefined) return {};
    const environment: Record<string, string> = {
      PULUMI_NODEJS_ORGANIZATION: request.getOrganization(),
      PULUMI_NODEJS_PROJECT: request.getProject(),
      PULUMI_NODEJS_STACK: request.getStack(),
      PULUMI_NODEJS_DRY_RUN: String(request.getDryRun()),
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    };
    return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  }

  /**
   * Connects to the pack by the port that it prints first; what it prints afterwards is the
   * returned stream.
   */
  attach(child: Child): Readable {
    const rest = new PassThrough();
    const fail = (): void => this.pack.reject(new Error("policy pack not started: it ended before it gave its port"));
    child.ended.then(fail, fail);
    void this.connect(child.process.stdout, rest).catch((error: unknown) => {
      this.pack.reject(error instanceof Error ? error : new Error(String(error)));
      rest.end();
    });
    return rest;
  }

  stop(): void {
    this.pack.promise.then(
      (client) => client.close(),
      () => undefined,
    );
    this.pack.reject(new Error("policy pack has ended"));
    this.server.forceShutdown();
  }

  private async connect(stdout: Readable | null, rest: PassThrough): Promise<void> {
    let unread = "";
    let connected = false;
    for await (const chunk of stdout ?? []) {
      if (connected) {
        if (!rest.write(chunk)) await new Promise((resolve) => rest.once("drain", resolve));
        continue;
      }
      const lines = (unread + (chunk as Buffer).toString("utf8")).split(/(?<=\n)/);
      unread = lines.at(-1)?.endsWith("\n") === true ? "" : (lines.pop() ?? "");
      // What a pack prints while it is loaded comes before its port.
      const portLine = lines.findIndex((line) => /^\d+\r?\n$/.test(line));
      for (const [index, line] of lines.entries()) if (index !== portLine) rest.write(line);
      if (portLine < 0) continue;
      connected = true;
      rest.write(unread);
      await this.configurePack(
        new grpc.Client(`127.0.0.1:${Number(lines[portLine])}`, grpc.credentials.createInsecure(), {
          "grpc.max_receive_message_length": -1,
          "grpc.max_send_message_length": -1,
        }),
      );
    }
    rest.end();
  }

  private async configurePack(client: grpc.Client): Promise<void> {
    const configuration = await this.configured.promise;
    const path = rawService["configureStack"]?.path ?? "";
    if (configuration !== undefined) {
      await new Promise<void>((resolve, reject) => {
        client.makeUnaryRequest(path, identity, identity, bytes(configuration), (error) => {
          // Older packs don't know this call: they have the environment.
          if (error === null || error.code === grpc.status.UNIMPLEMENTED) resolve();
          else reject(new Error(`policy pack configuration failed: ${error.message}`));
        });
      });
    }
    this.pack.resolve(client);
  }

  private passOn(path: string): Unary {
    // What the pack doesn't serve it never will: the engine asks for each resource again.
    let unimplemented: grpc.ServiceError | undefined;
    return (call, callback) => {
      if (unimplemented !== undefined) {
        callback(unimplemented);
        return;
      }
      // Who asks before the configuration has come will not send one.
      this.configured.resolve(undefined);
      this.pack.promise.then(
        (client) => {
          const passed = client.makeUnaryRequest<Buffer, Buffer>(
            path,
            identity,
            identity,
            call.request,
            (error, answer) => {
              if (error?.code === grpc.status.UNIMPLEMENTED) unimplemented = error;
              callback(error, answer);
            },
          );
          call.on("cancelled", () => passed.cancel());
        },
        (error: unknown) => {
          callback({ code: grpc.status.UNAVAILABLE, details: error instanceof Error ? error.message : String(error) });
        },
      );
    };
  }
}

interface Settled<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
}

function settled<T>(): Settled<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

function identity(message: Buffer): Buffer {
  return message;
}

function bytes(message: { serializeBinary: () => Uint8Array }): Buffer {
  return Buffer.from(message.serializeBinary());
}
