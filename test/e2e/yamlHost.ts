/**
 * Pulumi's language host for YAML programs. The official engine brings it; beside an engine that
 * was built here it is built once, as `mssp engine --with yaml` does, and kept in the user's cache
 * folder: tests leave the Pulumi home as it is.
 */
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { buildYamlHost, engineFolder, yamlHostVersion } from "@defender-mssp/engine";

const name = "pulumi-language-yaml";

export type YamlHost =
  /** A folder for PATH. */
  | { readonly folder: string }
  /** Why there is no host. */
  | { readonly missing: string };

export async function yamlHost(): Promise<YamlHost> {
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache");
  const built = path.join(cache, "defender-mssp", `${name}-${yamlHostVersion()}`);
  for (const folder of [path.join(engineFolder(), "bin"), built]) {
    if (await exists(path.join(folder, name))) return { folder };
  }
  try {
    await promisify(execFile)("go", ["version"]);
  } catch {
    return { missing: `the engine brings no ${name}, and there is no Go in PATH to build it` };
  }
  await build(built);
  return { folder: built };
}

async function build(folder: string): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}.tmp-`);
  try {
    await buildYamlHost(temporary);
    // Another test may have built it meanwhile: then that one stays.
    await rename(temporary, folder).catch(() => undefined);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
