/**
 * Pulumi's language host for Go programs, and the plugin's SDK in the program's folder. An official
 * engine brings a host. For a built one, the last host that a public Go module has is built once and
 * kept in the user's cache folder. It compiles the program at each run, which takes seconds once
 * Pulumi's SDK is compiled. That takes minutes: `npm run test:sdks` does it.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { engineFolder, engineVersion } from "@defender-mssp/engine";
import { buildGo, cacheFolder, generateSdks, go } from "../../dev/sdks/generateSdks";
import { checkout } from "./support";

const name = "pulumi-language-go";

export type GoHost =
  | {
      /** Variables for the engine. */
      readonly environment: Readonly<Record<string, string>>;
      /** Writes the SDK where the example's go.mod expects it, and completes go.mod. */
      prepare(folder: string): Promise<void>;
    }
  /** Why there is no host. */
  | { readonly missing: string };

/** @param sdk a folder for the SDK, on the disk of the program's folder. */
export async function goHost(sdk: string): Promise<GoHost> {
  try {
    await promisify(execFile)("go", ["version"]);
  } catch {
    return { missing: "there is no Go in PATH" };
  }
  if (!existsSync(compiledMark())) {
    return { missing: "Pulumi's SDK for Go is not compiled on this machine: `npm run test:sdks` does it once" };
  }
  const host = await hostFolder();
  const PATH = `${host}${path.delimiter}${process.env["PATH"] ?? ""}`;
  return {
    // Without the folders' names in them, compiled packages serve the next run's folder.
    environment: { PATH, CGO_ENABLED: "0", GOFLAGS: "-trimpath", GOWORK: "off" },
    prepare: async (folder) => {
      await generateSdks(checkout, sdk, ["go"]);
      await rename(path.join(sdk, "go"), path.join(folder, "sdk"));
      await go(folder, ["mod", "tidy"]);
    },
  };
}

/**
 * Builds the host and compiles a program with the SDK, as the host does at a run, so that Go's cache has the packages.
 */
export async function compileForGoHost(program: string): Promise<void> {
  await hostFolder();
  await go(program, ["build", "-trimpath", "-o", path.join(program, "program"), "."]);
  await writeFile(compiledMark(), "");
}

function compiledMark(): string {
  return path.join(cacheFolder(), `go-sdk-${engineVersion()}-compiled`);
}

async function hostFolder(): Promise<string> {
  const official = path.join(engineFolder(), "bin");
  return existsSync(path.join(official, name)) ? official : builtHost();
}

async function builtHost(): Promise<string> {
  const module = path.join(__dirname, "goHost");
  const hash = createHash("sha256").update(await readFile(path.join(module, "go.sum")));
  const folder = path.join(cacheFolder(), `${name}-${hash.digest("hex").slice(0, 16)}`);
  const host = path.join(folder, name);
  if (!existsSync(host)) await buildGo(module, `github.com/pulumi/pulumi/sdk/v3/go/${name}`, host);
  return folder;
}
