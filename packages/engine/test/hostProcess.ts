/** For the tests of the language host: the real host as a process, and an engine that is only a gRPC server. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import * as grpc from "@grpc/grpc-js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";
import { languageHostFiles } from "../src/languageHostFiles";

export const root = path.join(__dirname, "..", "..", "..");

/** Writes files by name; a name may contain folders. */
export function writeFiles(folder: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content, { mode: content.startsWith("#!") ? 0o755 : 0o644 });
  }
}

/** A `bin` folder with the language host, as it is put beside an engine. */
export async function installHost(folder: string): Promise<string> {
  for (const file of await languageHostFiles("3.259.0")) {
    fs.writeFileSync(path.join(folder, file.name), file.content, { mode: file.executable ? 0o755 : 0o644 });
  }
  return folder;
}

/** A program's folder. Its `node_modules` has an SDK whose runners are the given scripts. */
export function programFolder(runners: Record<string, string>, files: Record<string, string> = {}): string {
  const folder = newFolder();
  writeFiles(folder, {
    "node_modules/@pulumi/pulumi/package.json": JSON.stringify({ name: "@pulumi/pulumi", version: "3.248.0" }),
    ...Object.fromEntries(
      Object.entries(runners).map(([name, code]) => [`node_modules/@pulumi/pulumi/cmd/${name}/index.js`, code]),
    ),
    ...files,
  });
  return folder;
}

export function programInfo(folder: string, options: Record<string, string | boolean> = {}): ProgramInfo {
  const info = new ProgramInfo();
  info.setRootDirectory(folder);
  info.setProgramDirectory(folder);
  info.setEntryPoint(".");
  info.setOptions(Struct.fromJavaScript(options));
  return info;
}

/** As much of an engine as the host sees: its address. */
export async function startFakeEngine(): Promise<{ address: string; server: grpc.Server }> {
  const server = new grpc.Server();
  const refuse: grpc.UntypedHandleCall = (_call: unknown, callback: grpc.sendUnaryData<never>) =>
    callback({ code: grpc.status.UNIMPLEMENTED });
  server.addService(EngineService, Object.fromEntries(Object.keys(EngineService).map((method) => [method, refuse])));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { address: `127.0.0.1:${port}`, server };
}

export interface Host {
  process: ChildProcess;
  client: LanguageRuntimeClient;
  /** What it and its program have printed, after the port. */
  output: () => { stdout: string; stderr: string };
  /** Resolves with the exit code when it ends. */
  ended: Promise<number | null>;
}

/** Starts the host in `bin` as an engine does: standard input is a pipe, in a process group of its own. */
export async function startHost(
  bin: string,
  engineAddress: string,
  options: { env?: NodeJS.ProcessEnv; readOutput?: boolean } = {},
): Promise<Host> {
  const child = spawn(path.join(bin, "pulumi-language-nodejs"), [engineAddress], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    env: options.env ?? process.env,
  });
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const text = { stdout: "", stderr: "" };
  child.stderr.on("data", (chunk: Buffer) => (text.stderr += chunk.toString()));
  const port = await new Promise<string>((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      text.stdout += chunk.toString();
      const end = text.stdout.indexOf("\n");
      if (end < 0) return;
      child.stdout.off("data", onData);
      resolve(text.stdout.slice(0, end));
      text.stdout = text.stdout.slice(end + 1);
    };
    child.stdout.on("data", onData);
    void ended.then((code) => reject(new Error(`the host ended with ${code}: ${text.stderr}`)));
  });
  if (options.readOutput !== false) child.stdout.on("data", (chunk: Buffer) => (text.stdout += chunk.toString()));
  else child.stdout.pause();
  const client = new LanguageRuntimeClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  return { process: child, client, output: () => text, ended };
}

/** Ends the host and whatever it has started: a failing test must not leave a program behind. */
export async function stopHost(host: Host): Promise<void> {
  host.client.close();
  try {
    process.kill(-host.process.pid!, "SIGKILL");
  } catch {
    // Nothing of its group is left.
  }
  await host.ended;
}

/** A unary call of the client as a promise. */
export function call<Request, Response>(
  method: (request: Request, callback: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    method(request, (error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

/** All messages of a server's stream. */
export async function collect<Response>(stream: grpc.ClientReadableStream<Response>): Promise<Response[]> {
  const messages: Response[] = [];
  for await (const message of stream) messages.push(message as Response);
  return messages;
}

/** Waits until `condition` gives something, for at most `milliseconds`. */
export async function until<T>(condition: () => T | undefined | false, milliseconds = 240_000): Promise<T> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`not within ${milliseconds} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether process `pid` runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
