import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { AboutResponse, type AboutRequest } from "@pulumi/pulumi/proto/language_pb";
import { nodeExecutable, outputOf } from "./child";
import { npmExecutable } from "./packageManager";

/**
 * What `pulumi about` shows of the runtime. A version that can't be found out is left empty.
 *
 * The engine asks this at every preview as well, so the usual answers are found without starting a
 * process: npm's `--version` alone would cost more than the rest of the host's work.
 */
export async function about(request: AboutRequest, signal: AbortSignal): Promise<AboutResponse> {
  const folder = request.getInfo()?.getProgramDirectory() ?? "";
  const npm = npmExecutable();
  const node = nodeExecutable();
  const [nodeVersion, managerVersion] = await Promise.all([
    isThisNode(node) ? process.version : askVersion(node, folder, signal),
    npmVersion(npm) ?? askVersion(npm, folder, signal),
  ]);

  const response = new AboutResponse();
  response.setExecutable(node);
  response.setVersion(nodeVersion);
  const metadata = response.getMetadataMap();
  metadata.set("packagemanager", "npm");
  metadata.set("packagemanagerVersion", managerVersion);
  const typescript = typescriptVersion(folder);
  if (typescript !== undefined) metadata.set("typescriptVersion", typescript);
  return response;
}

function askVersion(command: string, folder: string, signal: AbortSignal): Promise<string> {
  return outputOf(command, ["--version"], folder, signal).catch(() => "");
}

/** False for a version manager's shim, which may run another Node in another folder. */
function isThisNode(executable: string): boolean {
  return fs.realpathSync(executable) === fs.realpathSync(process.execPath);
}

/**
 * npm's version from its own package.json, where the executable is a link to `npm/bin/npm-cli.js`,
 * as Node installs it.
 */
function npmVersion(executable: string): string | undefined {
  try {
    const file = path.join(path.dirname(fs.realpathSync(executable)), "..", "package.json");
    const manifest = JSON.parse(fs.readFileSync(file, "utf8")) as { name?: string; version?: string };
    return manifest.name === "npm" ? manifest.version : undefined;
  } catch {
    return undefined;
  }
}

/** The version that the program would load: a `tsc` in PATH may be another. */
function typescriptVersion(folder: string): string | undefined {
  try {
    const require = createRequire(path.join(folder, "index.js"));
    return (require("typescript/package.json") as { version: string }).version;
  } catch {
    return undefined;
  }
}
