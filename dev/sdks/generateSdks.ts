/**
 * Writes the SDKs of the plugin from plugin/schema.json, by Pulumi's own generators. A Go program
 * calls them: an engine that `mssp engine` built cannot (`pulumi package gen-sdk` asks a language
 * host that it has not).
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { execa } from "execa";

/** Languages that the generator writes, each into a folder of this name. */
export const sdkLanguages = ["python", "go", "nodejs"] as const;
export type SdkLanguage = (typeof sdkLanguages)[number];

/**
 * Writes an SDK for each language below `out`, and removes what was there before.
 * @throws VisibleError without Go, or when the generator does not take the schema.
 */
export async function generateSdks(checkout: string, out: string, languages: readonly SdkLanguage[]): Promise<void> {
  const generator = await builtGenerator(path.join(checkout, "dev", "sdks", "generator"));
  for (const language of languages) await rm(path.join(out, language), { recursive: true, force: true });
  const schema = path.join(checkout, "plugin", "schema.json");
  const { exitCode, stderr } = await execa(generator, [schema, out, ...languages], { reject: false, stdin: "ignore" });
  if (exitCode !== 0) throw new VisibleError(`plugin/schema.json: no SDK can be made of it.\n${stderr}`);
  if (languages.includes("go")) await writeFile(path.join(out, "go", "go.mod"), await goModule(checkout));
}

/** The module of the SDK for Go, which the generator leaves out: it needs the SDK of the pinned engine. */
async function goModule(checkout: string): Promise<string> {
  const schema = JSON.parse(await readFile(path.join(checkout, "plugin", "schema.json"), "utf8")) as {
    readonly language: { readonly go: { readonly importBasePath: string } };
  };
  const generator = await readFile(path.join(checkout, "dev", "sdks", "generator", "go.mod"), "utf8");
  const sdk = /github\.com\/pulumi\/pulumi\/sdk\/v3 v\S+/.exec(generator)?.[0] ?? "";
  const go = /^go \S+$/m.exec(generator)?.[0] ?? "";
  return `module ${schema.language.go.importBasePath}\n\n${go}\n\nrequire ${sdk}\n`;
}

/** The generator, built once for each version of its sources and kept in the user's cache folder. */
async function builtGenerator(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"]) hash.update(await readFile(path.join(folder, file)));
  const executable = path.join(cacheFolder(), `sdk-generator-${hash.digest("hex").slice(0, 16)}`);
  if (!existsSync(executable)) await buildGo(folder, ".", executable);
  return executable;
}

/** Where this project's tools keep what they built: `$XDG_CACHE_HOME/defender-mssp`. */
export function cacheFolder(): string {
  return path.join(process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache"), "defender-mssp");
}

/**
 * Builds a program from the pinned Go modules of a folder.
 * @throws VisibleError with the last lines of Go.
 */
export async function buildGo(folder: string, mainPackage: string, executable: string): Promise<void> {
  await mkdir(path.dirname(executable), { recursive: true });
  process.stderr.write(`Building ${path.basename(executable)} with Go, the first time for minutes…\n`);
  const temporary = await mkdtemp(`${executable}.tmp-`);
  try {
    const built = path.join(temporary, path.basename(executable));
    await go(folder, ["build", "-ldflags", "-s -w", "-o", built, mainPackage]);
    // Another process may have built it meanwhile: both are the same.
    await rename(built, executable);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * Runs Go with the modules of a folder, and returns what it prints.
 * @throws VisibleError without Go, or with the last lines of Go.
 */
export async function go(folder: string, args: readonly string[]): Promise<string> {
  const environment = { CGO_ENABLED: "0", GOWORK: "off" };
  const result = await execa("go", args, { cwd: folder, env: environment, reject: false, stdin: "ignore" });
  if (result.exitCode === 0) return result.stdout;
  if (result.exitCode === undefined) throw new VisibleError("The SDKs need Go (https://go.dev/dl) in PATH.");
  const said = result.stderr.trim().split("\n").slice(-20).join("\n");
  throw new VisibleError(`go ${args.join(" ")} in ${folder} failed:\n${said}`);
}
