/** The process of a shared runtime (`sharedRuntime.ts`), for one project after another. It ends with its parent. */
import { engineVersion } from "@defender-mssp/engine";
import type { AsyncLocalStorage } from "node:async_hooks";
import { existsSync } from "node:fs";
import path from "node:path";
import { attachablePlugins } from "@defender-mssp/plugins/attachable";
import { languageRuntime } from "@defender-mssp/engine/languageHost";
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
  RunResponse,
  type GetRequiredPackagesRequest,
  type GetRequiredPackagesResponse,
  type RunRequest,
} from "@pulumi/pulumi/proto/language_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { messageOf } from "@defender-mssp/errors";
import { trustCertificates } from "../trustCertificates";
import { lostRun, type RuntimeAnswer, type RuntimeRequest } from "./sharedRuntime";

type GetRequiredPackages = (
  call: ServerUnaryCall<GetRequiredPackagesRequest, GetRequiredPackagesResponse>,
  callback: sendUnaryData<GetRequiredPackagesResponse>,
) => void;
type Cancel = (call: ServerUnaryCall<Empty, Empty>, callback: sendUnaryData<Empty>) => void;
type Run = (call: ServerUnaryCall<RunRequest, RunResponse>, callback: sendUnaryData<RunResponse>) => void;

/** What the Automation API runs inline programs with. The SDK keeps it out of its types. */
interface InlinePrograms {
  readonly LanguageServer: new (program: () => unknown) => { readonly run: Run };
}

/** Where the SDK keeps the settings of a run. */
interface RunState {
  readonly asyncLocalStorage: AsyncLocalStorage<object>;
}

/** The program that the product ships. Another entry point runs in a process of its own. */
const launcher = "launcher.js";

const running = new Map<number, () => void>();
/** Resolves when the programs that have been asked for before have ended. */
let programs = Promise.resolve();
let isProgramRunning = false;
/** Events of the process that a program listens to. */
const events = ["uncaughtException", "unhandledRejection", "beforeExit"] as const;

process.on("message", (request: RuntimeRequest) => {
  if ("end" in request) end(request.id);
  else void serve(request).then((answer) => process.send?.(answer));
});
process.on("disconnect", () => process.exit(0));
process.title = "sharedRuntime";
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);

async function serve(request: Extract<RuntimeRequest, { folder: string }>): Promise<RuntimeAnswer> {
  const { id, folder, environment, servesPlugins } = request;
  try {
    for (const name of Object.keys(process.env)) if (!(name in environment)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, environment);
    // A program that the engine starts finds the engine: `npx pulumi` puts its folder in front.
    const engineFolder = path.join(environment["PULUMI_HOME"] ?? "", "versions", engineVersion(), "bin");
    process.env["PATH"] = `${engineFolder}${path.delimiter}${environment["PATH"] ?? ""}`;
    process.chdir(folder);
    trustCertificates(environment["NODE_EXTRA_CA_CERTS"]);
    connectForEachRun();
    if (project?.folder !== folder) {
      void project?.host.then((host) => host.end());
      project = { folder, host: dynamicHost(folder) };
    }
    const { host } = project;
    const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    const plugins = servesPlugins ? await attachablePlugins(environment) : undefined;
    const ended = new Promise<void>((resolve) => {
      running.set(id, () => {
        plugins?.end();
        server.forceShutdown();
        resolve();
      });
    });
    server.addService(LanguageRuntimeService, runtimeOfCommand(ended));
    const languagePort = await listen(server);
    return { id, languagePort, providerPorts: { "pulumi-nodejs": (await host).port, ...plugins?.ports } };
  } catch (error) {
    return { id, error: messageOf(error) };
  }
}

function end(id: number): void {
  running.get(id)?.();
  running.delete(id);
}

/** The language host's own service, which runs the program here. `ended`: the command is over. */
function runtimeOfCommand(ended: Promise<void>): ReturnType<typeof languageRuntime> {
  const settings = {
    engineAddress: "",
    tracing: "",
    cancelled: new AbortController(),
    calls: new Set<Promise<void>>(),
    onHandshake: () => undefined,
  };
  const host = languageRuntime(settings);
  const getRequiredPackages = answeredOnce(host.getRequiredPackages);
  const run: Run = (call, callback) => {
    const info = call.request.getInfo();
    if (info?.getEntryPoint() !== launcher) {
      (host.run as Run)(call, callback);
      return;
    }
    call.request.setArgsList([settings.engineAddress]);
    const file = path.join(info.getProgramDirectory(), launcher);
    // One after another: the SDK has settings of one run in a process.
    programs = programs.then(() => runInline(file, call, callback, ended));
  };
  // The engine attaches several times to this service, and cancels what one of its connections
  // started: a policy pack of another one must go on.
  const cancel: Cancel = (_call, callback) => callback(null, new Empty());
  void ended.then(() => settings.cancelled.abort());
  return { ...host, getRequiredPackages, run, cancel };
}

/** The packages of a project, which stay the same: looking for them takes 27 ms. */
function answeredOnce(find: GetRequiredPackages): GetRequiredPackages {
  const current = project;
  return (call, callback) => {
    if (current?.requiredPackages !== undefined) callback(null, current.requiredPackages);
    else
      find(call, (error, response) => {
        if (current !== undefined) current.requiredPackages ??= response ?? undefined;
        callback(error, response);
      });
  };
}

/**
 * Loads the program again: its modules keep state for the time of one run. Packages keep none, and
 * stay. A program whose resources failed may wait for them forever: its run ends with the command.
 */
function runInline(
  file: string,
  call: Parameters<Run>[0],
  callback: Parameters<Run>[1],
  ended: Promise<void>,
): Promise<void> {
  const { LanguageServer } = requireInternal("@pulumi/pulumi/automation/server") as InlinePrograms;
  const { asyncLocalStorage } = globalThis as unknown as RunState;
  const storeHere = asyncLocalStorage.getStore.bind(asyncLocalStorage);
  let reported = false;
  let hasOutputs = false;
  const program = async (): Promise<unknown> => {
    // The SDK runs hooks outside of the run's context. A program's own process has one context.
    const store = storeHere();
    asyncLocalStorage.getStore = () => storeHere() ?? store;
    Reflect.deleteProperty(require.cache, require.resolve(file));
    try {
      const outputs = await (requireInternal(file) as () => unknown)();
      hasOutputs = Object.keys(outputs ?? {}).length > 0;
      return outputs;
    } catch (error) {
      // The SDK shows it. The engine must add nothing.
      reported = true;
      throw error;
    }
  };
  const dropListeners = rememberListeners();
  isProgramRunning = true;
  const run = new Promise<void>((resolve) => {
    let answered = false;
    new LanguageServer(program).run(call, (error, response) => {
      // After an error the SDK answers a second time.
      if (answered) return;
      answered = true;
      // Else the engine would delete everything: each program of a customer has outputs.
      if (!hasOutputs && response?.getError() === "") response.setError(lostRun);
      callback(reported ? null : error, reported ? alreadyReported() : response);
      resolve();
    });
  });
  return Promise.race([run, ended]).then(() => {
    isProgramRunning = false;
    Reflect.deleteProperty(asyncLocalStorage, "getStore");
    dropListeners();
  });
}

/**
 * gRPC shares connections by address, and the SDK leaves those of a run open: an engine that gets the
 * port of one that has ended is unreachable until the old connection is tried again.
 */
function connectForEachRun(): void {
  const { grpcClientOptions } = requireInternal("@pulumi/pulumi/runtime/settings") as {
    readonly grpcClientOptions: Record<string, unknown>;
  };
  grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
}

/** @returns what takes away the listeners that were added since. */
function rememberListeners(): () => void {
  const before = events.map((event) => process.rawListeners(event));
  return () => {
    events.forEach((event, index) => {
      process.removeAllListeners(event);
      for (const listener of before[index] ?? []) process.on(event, listener as () => void);
    });
  };
}

function alreadyReported(): RunResponse {
  const response = new RunResponse();
  response.setBail(true);
  return response;
}

/** The project of the latest command. */
let project:
  | {
      readonly folder: string;
      /** The project's own host of dynamic resources. It serves every command. */
      readonly host: Promise<DynamicHost>;
      requiredPackages?: GetRequiredPackagesResponse | undefined;
    }
  | undefined;

interface DynamicHost {
  readonly port: number;
  end(): void;
}

interface HostModule {
  readonly serveDynamicHost: (options: {
    readonly folder: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly print: (text: string) => void;
  }) => Promise<DynamicHost>;
}

/** The project's host of dynamic resources, from the checkout or the installed package. */
async function dynamicHost(folder: string): Promise<DynamicHost> {
  const file = "dist/program/dynamicHost/serve.js";
  const places = [folder, path.join(folder, "node_modules/defender-mssp")].map((place) => path.join(place, file));
  const place = places.find((candidate) => existsSync(candidate));
  if (place === undefined) throw new Error(`no ${file} in ${folder}: run \`npm run build\``);
  const { serveDynamicHost } = requireInternal(place) as HostModule;
  const print = (text: string) => void process.stderr.write(text);
  return serveDynamicHost({ folder, environment: process.env, print });
}

/**
 * Prints an error of a dynamic resource that nothing catches. The engine shows those of programs,
 * and a call that is open when the engine ends fails, which is expected.
 */
process.on("unhandledRejection", (reason) => {
  const { isGrpcError } = requireInternal("@pulumi/pulumi/errors") as { isGrpcError: (error: Error) => boolean };
  if (!isProgramRunning && !(reason instanceof Error && isGrpcError(reason))) console.error(reason);
});

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}

function requireInternal(file: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require(file) as unknown;
}
