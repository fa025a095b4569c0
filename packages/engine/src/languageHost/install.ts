import path from "node:path";
import fs from "node:fs";
import type { ServerWritableStream } from "@grpc/grpc-js";
import { npmEnvironment } from "@defender-mssp/errors/npmEnvironment";
import { InstallDependenciesResponse, type InstallDependenciesRequest } from "@pulumi/pulumi/proto/language_pb";
import { endOf, findExecutable, startChild } from "./child";
import { parseRuntimeOptions } from "./options";
import { npmExecutable, refuseOtherManagers, workspaceRoot } from "./packageManager";
import { forward } from "./streams";

type Call = ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>;

/**
 * Installs what the program's package.json says, and streams what npm prints; throws where it
 * fails.
 */
export async function installDependencies(call: Call, signal: AbortSignal): Promise<void> {
  const info = call.request.getInfo();
  const folder = info?.getProgramDirectory() ?? "";
  if (call.request.getUseLanguageVersionTools()) await useNodeVersion(call, folder, signal);

  say(call, "Installing dependencies...\n\n");
  const workspace = workspaceRoot(folder);
  if (workspace !== undefined) say(call, `Detected workspace root at ${workspace}\n`);
  const root = workspace ?? folder;
  const options = parseRuntimeOptions(info?.getOptions());
  refuseOtherManagers(options, root);
  // Without the log level npm complains about missing descriptions and licenses.
  const args = ["install", "--loglevel=error", ...(options.production ? ["--production"] : [])];
  const code = await runShowing(call, npmExecutable(), args, root, signal);
  if (code !== 0) throw new Error(`npm ${args.join(" ")} failed in ${root}: exit code ${code}`);
  if (above(root, "node_modules") === undefined) {
    throw new Error("npm install reported success, but node_modules directory is missing");
  }
  say(call, "Finished installing dependencies\n\n");
}

async function runShowing(call: Call, command: string, args: string[], cwd: string, signal: AbortSignal) {
  // The engine's terminal can't be handed on without native code; colors can.
  const env = { ...npmEnvironment(process.env), ...(call.request.getIsTerminal() ? { FORCE_COLOR: "1" } : {}) };
  const child = startChild(command, args, { env, cwd, stdout: "pipe", signal });
  return endOf(child, [
    forward(call, child.process.stdout, (chunk) => message("Stdout", chunk)),
    forward(call, child.process.stderr, (chunk) => message("Stderr", chunk)),
  ]);
}

/**
 * Where the project names its Node version (.nvmrc, .node-version) and fnm is there: has fnm
 * install that version and make it the default. The engine asks for this in containers only.
 */
async function useNodeVersion(call: Call, folder: string, signal: AbortSignal): Promise<void> {
  const fnm = findExecutable("fnm");
  const file = [".nvmrc", ".node-version"].map((name) => above(folder, name)).find((found) => found !== undefined);
  if (fnm === undefined || file === undefined) return;
  const version = fs.readFileSync(file, "utf8").trim();
  say(call, `Setting Nodejs version to ${version}\n`);
  for (const args of [
    ["install", version],
    ["alias", version, "default"],
  ]) {
    const code = await runShowing(call, fnm, args, folder, signal);
    if (code !== 0) throw new Error(`failed to install node version: fnm ${args.join(" ")}: exit code ${code}`);
  }
}

function above(folder: string, name: string): string | undefined {
  const file = path.join(folder, name);
  if (fs.existsSync(file)) return file;
  const parent = path.dirname(folder);
  return parent === folder ? undefined : above(parent, name);
}

function say(call: Call, text: string): void {
  call.write(message("Stdout", Buffer.from(text)));
}

function message(stream: "Stdout" | "Stderr", chunk: Buffer): InstallDependenciesResponse {
  const response = new InstallDependenciesResponse();
  response[`set${stream}`](chunk);
  return response;
}
