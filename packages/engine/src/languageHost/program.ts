import fs from "node:fs";
import { promisify } from "node:util";
import type { Readable } from "node:stream";
import { RunResponse, type RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { endOf, locateModule, nodeExecutable, startChild } from "./child";
import { announceDebugger, debuggerArguments } from "./debugger";
import { parseRuntimeOptions, typeScriptEnvironment, type RuntimeOptions } from "./options";

/**
 * The SDK's runner exits with this once it has shown the error itself: nothing is to be added to
 * it.
 */
const alreadyReported = 32;

const outOfMemoryAdvice =
  "Detected a possible out of memory error. Consider increasing the memory available to the nodejs process by " +
  "setting the `nodeargs` runtime option in Pulumi.yaml to `nodeargs: --max-old-space-size=<size>` where `<size>` is " +
  "the maximum memory in megabytes that can be allocated to nodejs. " +
  "See https://www.pulumi.com/docs/concepts/projects/project-file/#runtime-options";

/**
 * What V8 prints on standard error when it runs out of memory; the second where a debugger's hook
 * fails first.
 */
const outOfMemorySigns = ["<--- Last few GCs --->", "Check failed: needs_context && current_scope_ == closure_scope_"];

export interface EngineConnection {
  engineAddress: string;
  /** Zipkin-compatible endpoint given by `pulumi --tracing`, or empty. */
  tracing: string;
}

/**
 * Runs the program to its end in a process of its own. The answer's `error` is a message for the
 * user; `bail` says that the user has seen all there is to see. Never throws: what goes wrong is in
 * the answer.
 *
 * Standard output goes from the program straight into the engine's pipe: the engine's own pace
 * holds the program back, and nothing is buffered here.
 */
export async function runProgram(
  connection: EngineConnection,
  request: RunRequest,
  signal: AbortSignal,
): Promise<RunResponse> {
  const response = new RunResponse();
  try {
    const { code, outOfMemory } = await execute(connection, request, signal);
    if (code === alreadyReported) response.setBail(true);
    else if (code !== 0) {
      response.setError(
        `Program exited with non-zero exit code: ${code}${outOfMemory ? `. ${outOfMemoryAdvice}` : ""}`,
      );
    }
  } catch (error) {
    response.setError(error instanceof Error ? error.message : String(error));
  }
  return response;
}

async function execute(
  connection: EngineConnection,
  request: RunRequest,
  signal: AbortSignal,
): Promise<{ code: number; outOfMemory: boolean }> {
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() ?? "";
  const options = parseRuntimeOptions(info?.getOptions());
  const runner = await locateModule(
    process.env["PULUMI_LANGUAGE_NODEJS_RUN_PATH"] ?? "@pulumi/pulumi/cmd/run",
    folder,
    "pulumi install",
  );
  const debug = request.getAttachDebugger() ? await debuggerArguments() : undefined;
  const child = startChild(
    nodeExecutable(),
    [...options.nodeargs, ...(debug?.args ?? []), runner, ...runnerArguments(connection, request)],
    { env: environment(request, options), stdout: "inherit", signal },
  );
  const errors = { outOfMemory: false };
  const forwarded = forwardErrors(child.process.stderr, errors);
  if (debug !== undefined) {
    await announceDebugger(connection.engineAddress, "Pulumi: Program (nodejs)", child.process.pid ?? 0, debug.port);
  }
  const code = await endOf(child, [forwarded]);
  return { code, outOfMemory: errors.outOfMemory };
}

function runnerArguments(connection: EngineConnection, request: RunRequest): string[] {
  const info = request.getInfo();
  const named: [name: string, value: string][] = [
    ["monitor", request.getMonitorAddress()],
    ["engine", connection.engineAddress],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["root-directory", info?.getRootDirectory() ?? ""],
    ["stack", request.getStack()],
    ["pwd", info?.getProgramDirectory() ?? ""],
    ["parallel", String(request.getParallel())],
    ["tracing", connection.tracing],
  ];
  return [
    ...named.filter(([, value]) => value !== "").flatMap(([name, value]) => [`--${name}`, value]),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() ?? ".",
    ...request.getArgsList(),
  ];
}

function environment(request: RunRequest, options: RuntimeOptions): NodeJS.ProcessEnv {
  const config: Record<string, string> = {};
  request.getConfigMap().forEach((value: string, key: string) => {
    config[oldConfigKey(key)] = value;
  });
  return {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...typeScriptEnvironment(options),
  };
}

/** `<namespace>:<name>` → `<namespace>:config:<name>`, which SDKs of every age understand. */
function oldConfigKey(key: string): string {
  const parts = key.split(":");
  const name = parts.length === 3 && parts[1] === "config" ? parts[2] : parts[1];
  if (name === undefined || parts.length > 3 || (parts.length === 3 && parts[1] !== "config")) {
    throw new Error(`failed to serialize configuration: could not parse ${key} as a configuration key`);
  }
  return `${parts[0] ?? ""}:config:${name}`;
}

const write = promisify(fs.write);

/**
 * Passes standard error on at the pace of its reader, and looks for V8's signs of running out of
 * memory.
 */
async function forwardErrors(stderr: Readable | null, found: { outOfMemory: boolean }): Promise<void> {
  let tail = "";
  for await (const chunk of stderr ?? []) {
    const bytes = chunk as Buffer;
    const text = tail + bytes.toString("latin1");
    if (outOfMemorySigns.some((sign) => text.includes(sign))) found.outOfMemory = true;
    tail = text.slice(-100);
    await writeAll(2, bytes);
  }
}

async function writeAll(descriptor: number, bytes: Buffer): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += (await write(descriptor, bytes, offset)).bytesWritten;
    } catch (error) {
      // Somebody made the pipe non-blocking and it is full: its reader needs a moment.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
