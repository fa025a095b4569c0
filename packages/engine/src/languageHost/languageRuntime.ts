import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { hostVersion } from "./version";

export interface HostSettings {
  /** Where the engine's own server listens; empty until a handshake tells it. */
  engineAddress: string;
  /** Zipkin-compatible endpoint, or empty. */
  tracing: string;
  /**
   * Aborted by the engine's Cancel and by the host's shutdown: every process under way is
   * interrupted.
   */
  cancelled: AbortController;
  /** The calls under way, which a shutdown waits for. */
  calls: Set<Promise<void>>;
  onHandshake: (engineAddress: string) => void;
}

/**
 * The service that the engine asks. Each method loads what it needs only when it is asked: the
 * engine starts a host at least twice for every preview, and most of those are asked one question.
 */
export function languageRuntime(settings: HostSettings): ILanguageRuntimeServer {
  return {
    handshake: answer(settings, (request) => {
      settings.engineAddress = request.getEngineAddress();
      settings.onHandshake(settings.engineAddress);
      return new messages.LanguageHandshakeResponse();
    }),

    getPluginInfo: answer(settings, () => {
      const info = new PluginInfo();
      info.setVersion(hostVersion);
      return info;
    }),

    getRequiredPackages: answer(settings, getRequiredPackages),

    run: answer(settings, async (request: messages.RunRequest, signal) => {
      const { runProgram } = await import("./program.js");
      return runProgram(settings, request, signal);
    }),

    about: answer(settings, async (request: messages.AboutRequest, signal) => {
      const { about } = await import("./about.js");
      return about(request, signal);
    }),

    getProgramDependencies: answer(settings, getProgramDependencies),

    installDependencies: stream(settings, async (call, signal) => {
      const { installDependencies } = await import("./install.js");
      await installDependencies(call, signal);
    }),

    runPlugin: stream(settings, async (call, signal) => {
      const { runPlugin } = await import("./plugin.js");
      await runPlugin(call, settings.engineAddress, signal);
    }),

    cancel: answer(settings, () => {
      settings.cancelled.abort();
      return new Empty();
    }),

    // The engine takes these three answers for "nothing to add".
    getRequiredPlugins: unimplemented("GetRequiredPlugins is replaced by GetRequiredPackages"),
    runtimeOptionsPrompts: unimplemented("this runtime asks for no options"),
    template: unimplemented("this runtime changes no template"),
    generateProgram: unimplemented(needsOfficialHost("write code for imported or converted resources")),
    generateProject: unimplemented(needsOfficialHost("convert a project")),
    generatePackage: unimplemented(needsOfficialHost("generate an SDK")),
    pack: unimplemented(needsOfficialHost("pack an SDK")),
    link: unimplemented(needsOfficialHost("link a generated SDK")),
  };
}

async function getRequiredPackages(
  request: messages.GetRequiredPackagesRequest,
): Promise<messages.GetRequiredPackagesResponse> {
  const { requiredPackages } = await import("./packages.js");
  const { packages, warnings } = requiredPackages(request.getInfo()?.getProgramDirectory() ?? "");
  for (const warning of warnings) process.stderr.write(warning);
  const response = new messages.GetRequiredPackagesResponse();
  response.setPackagesList(packages);
  return response;
}

async function getProgramDependencies(
  request: messages.GetProgramDependenciesRequest,
): Promise<messages.GetProgramDependenciesResponse> {
  const { installedPackages } = await import("./packageManager.js");
  const folder = request.getInfo()?.getProgramDirectory() ?? "";
  const response = new messages.GetProgramDependenciesResponse();
  for (const { name, version } of installedPackages(folder, request.getTransitivedependencies())) {
    const dependency = new messages.DependencyInfo();
    dependency.setName(name);
    dependency.setVersion(version);
    response.addDependencies(dependency);
  }
  return response;
}

function answer<Request, Response>(
  settings: HostSettings,
  method: (request: Request, signal: AbortSignal) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const signal = AbortSignal.any([settings.cancelled.signal, cancellationOf(call)]);
    const answered = Promise.resolve()
      .then(() => method(call.request, signal))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(statusOf(error)),
      );
    track(settings, answered);
  };
}

function stream<Request, Response>(
  settings: HostSettings,
  method: (call: grpc.ServerWritableStream<Request, Response>, signal: AbortSignal) => Promise<void>,
): grpc.handleServerStreamingCall<Request, Response> {
  return (call) => {
    const signal = AbortSignal.any([settings.cancelled.signal, cancellationOf(call)]);
    const ended = method(call, signal).then(
      () => void call.end(),
      (error: unknown) => void call.emit("error", statusOf(error)),
    );
    track(settings, ended);
  };
}

function track(settings: HostSettings, call: Promise<void>): void {
  settings.calls.add(call);
  void call.finally(() => settings.calls.delete(call));
}

/** Aborted when the caller gives the call up, or is gone. */
function cancellationOf(call: { on: (event: "cancelled", listener: () => void) => unknown }): AbortSignal {
  const controller = new AbortController();
  call.on("cancelled", () => controller.abort());
  return controller.signal;
}

function unimplemented(details: string): grpc.handleUnaryCall<unknown, never> {
  return (_call, callback) => callback({ code: grpc.status.UNIMPLEMENTED, details });
}

function needsOfficialHost(task: string): string {
  return (
    `this Node language host cannot ${task}: that needs the one of Pulumi's official download ` +
    `(https://www.pulumi.com/docs/install/)`
  );
}

function statusOf(error: unknown): { code: grpc.status; details: string } {
  const details = error instanceof Error ? error.message : String(error);
  return { code: grpc.status.UNKNOWN, details };
}
