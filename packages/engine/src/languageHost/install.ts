import path from "node:path";
import fs from "node:fs";
import type { ServerWritableStream } from "@grpc/grpc-js";
import { InstallDependenciesResponse, type InstallDependenciesRequest } from "@pulumi/pulumi/proto/language_pb";
import { endOf, findExecutable, startChild } from "./child";
import { parseRuntimeOptions } from "./options";
import { installArguments, packageManagerFor, workspaceRoot, type PackageManager } from "./packageManager";
import { forward } from "./streams";

type Call = ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>;

const yarnTries = 3;

/** Installs what the program's package.json says, and streams what the package manager prints; throws where it fails. */
export async function installDependencies(call: Call, signal: AbortSignal): Promise<void> {
  const info = call.request.getInfo();
  const folder = info?.getProgramDirectory() ?? "";
  if (call.request.getUseLanguageVersionTools()) await useNodeVersion(call, folder, signal);

  say(call, "Installing dependencies...\n\n");
  const root = workspaceRoot(folder);
  if (root !== undefined) say(call, `Detected workspace root at ${root}\n`);
  const options = parseRuntimeOptions(info?.getOptions());
  const manager = packageManagerFor(options, root ?? folder);
  await install(call, manager, root ?? folder, options.production, signal);
  if (!fs.existsSync(path.join(root ?? folder, "node_modules")) && !hasNodeModulesAbove(root ?? folder)) {
    throw new Error(`${manager.name} install reported success, but node_modules directory is missing`);
  }
  say(call, "Finished installing dependencies\n\n");
}

async function install(
  call: Call,
  manager: PackageManager,
  folder: string,
  production: boolean,
  signal: AbortSignal,
): Promise<void> {
  const args = installArguments(manager.name, production);
  const tries = manager.name === "yarn" ? yarnTries : 1;
  for (let attempt = 1; ; attempt++) {
    const code = await runShowing(call, manager.executable, args, folder, signal);
    if (code === 0) return;
    if (attempt === tries || signal.aborted) {
      throw new Error(`${manager.name} ${args.join(" ")} failed in ${folder}: exit code ${code}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** (attempt - 1)));
  }
}

async function runShowing(call: Call, command: string, args: string[], cwd: string, signal: AbortSignal) {
  // The engine's terminal can't be handed on without native code; colors can.
  const env = call.request.getIsTerminal() ? { ...process.env, FORCE_COLOR: "1" } : process.env;
  const child = startChild(command, args, { env, cwd, stdout: "pipe", signal });
  return endOf(child, [
    forward(call, child.process.stdout, (chunk) => message("Stdout", chunk)),
    forward(call, child.process.stderr, (chunk) => message("Stderr", chunk)),
  ]);
}

/**
 * Where the project names its Node version (.nvmrc, .node-version) and fnm is there: has fnm install that version and
 * make it the default. The engine asks for this in containers only.
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

function hasNodeModulesAbove(folder: string): boolean {
  return above(folder, "node_modules") !== undefined;
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
