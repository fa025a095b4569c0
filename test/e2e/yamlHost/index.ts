/**
 * Pulumi's language host for YAML programs. The official engine brings it; beside an engine that
 * was built here it is built once, from the Go modules in this folder, and kept in the user's cache
 * folder.
 */
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { engineFolder } from "@defender-mssp/engine";

/** The version that the engine 3.259.0 brings. go.mod names it, too. */
const version = "1.38.3";
const name = "pulumi-language-yaml";
const run = promisify(execFile);

export type YamlHost =
  /** A folder for PATH. */
  | { readonly folder: string }
  /** Why there is no host. */
  | { readonly missing: string };

export async function yamlHost(): Promise<YamlHost> {
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache");
  const built = path.join(cache, "defender-mssp", `${name}-${version}`);
  for (const folder of [path.join(engineFolder(), "bin"), built]) {
    if (await exists(path.join(folder, name))) return { folder };
  }
  try {
    await run("go", ["version"]);
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
    const output = path.join(temporary, name);
    const settings = { GOFLAGS: "-mod=readonly", GOWORK: "off", CGO_ENABLED: "0" };
    await run("go", ["build", "-ldflags", "-s -w", "-o", output, `github.com/pulumi/pulumi-yaml/cmd/${name}`], {
      cwd: __dirname,
      env: { ...process.env, ...settings },
    });
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
