/**
 * Pulumi's language host for Python programs, and the plugin's SDK. An official engine brings a
 * host. For a built one, the last host that a public Go module has is built once and kept in the
 * user's cache folder, with the shim of the pinned engine. Such a host takes no options of
 * `runtime` in Pulumi.yaml and generates no SDK; programs run.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { engineFolder, engineVersion } from "@defender-mssp/engine";
import { buildGo, cacheFolder, generateSdks, go } from "../../dev/sdks/generateSdks";
import { checkout } from "./support";

const run = promisify(execFile);
const name = "pulumi-language-python";

export type PythonHost =
  /** Variables for the engine: PATH, and PYTHONPATH with the SDK. */
  | { readonly environment: Readonly<Record<string, string>> }
  /** Why there is no host. */
  | { readonly missing: string };

/** @param sdk the folder for the SDK. */
export async function pythonHost(sdk: string): Promise<PythonHost> {
  const missing = await missingPython();
  if (missing !== undefined) return { missing };
  const official = path.join(engineFolder(), "bin");
  const isOfficial = existsSync(path.join(official, name));
  try {
    await run("go", ["version"]);
  } catch {
    return { missing: "there is no Go in PATH to generate the SDK for Python" };
  }
  const host = isOfficial ? official : await builtHost();
  const venv = await environmentWithPulumi();
  await generateSdks(checkout, sdk, ["python"]);
  // The SDK asks for its own version, which an installed package has.
  const installed = path.join(sdk, "installed");
  await pip(venv, ["--no-deps", "--target", installed, path.join(sdk, "python")]);
  const PATH = [path.join(venv, "bin"), host, process.env["PATH"] ?? ""].join(path.delimiter);
  return { environment: { PATH, PYTHONPATH: installed } };
}

/** Why Python does not do; undefined where it is 3.10 or later and makes virtual environments. */
async function missingPython(): Promise<string | undefined> {
  try {
    await run("python3", ["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"]);
    return undefined;
  } catch {
    return "there is no python3 of version 3.10 or later with venv in PATH";
  }
}

async function builtHost(): Promise<string> {
  const module = path.join(__dirname, "pythonHost");
  const hash = createHash("sha256").update(await readFile(path.join(module, "go.sum")));
  const folder = path.join(cacheFolder(), `${name}-${hash.digest("hex").slice(0, 16)}`);
  const host = path.join(folder, name);
  if (existsSync(host)) return folder;
  const shim = path.join(await pinnedSdk(module), "python", "cmd", `${name}-exec`);
  await mkdir(folder, { recursive: true });
  await copyFile(shim, `${host}-exec`);
  await chmod(`${host}-exec`, 0o755);
  await buildGo(module, `github.com/pulumi/pulumi/sdk/v3/python/cmd/${name}`, host);
  return folder;
}

/** The folder of the engine's own version of the Go SDK, which has the shim. */
async function pinnedSdk(folder: string): Promise<string> {
  const module = `github.com/pulumi/pulumi/sdk/v3@v${engineVersion()}`;
  const { Dir } = JSON.parse(await go(folder, ["mod", "download", "-json", module])) as { readonly Dir: string };
  return Dir;
}

/** A virtual environment with the SDK of Pulumi, made once for each version. */
async function environmentWithPulumi(): Promise<string> {
  const { stdout } = await run("python3", ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
  const folder = path.join(cacheFolder(), `python-${stdout.trim()}-pulumi-${engineVersion()}`);
  const done = path.join(folder, "bin", "pulumi-installed");
  if (existsSync(done)) return folder;
  await rm(folder, { recursive: true, force: true });
  await run("python3", ["-m", "venv", folder]);
  const requirements = [`pulumi==${engineVersion()}`, "parver==1.0.1.post0", "semver==3.1.2"];
  await pip(folder, requirements);
  await copyFile(path.join(folder, "pyvenv.cfg"), done);
  return folder;
}

async function pip(venv: string, args: readonly string[]): Promise<void> {
  await run(path.join(venv, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", ...args]);
}
