/**
 * Pulumi's language host for YAML programs. The official engine brings it; for a built one it is
 * built from the Go modules that go.mod and go.sum in this package's folder `yamlHost` name.
 */
import fs from "node:fs";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import type { Engine } from "./engine";
import { executableBytes, temporaryFolder } from "./engineFolder";
import { errorAtHome, goHelp, type EngineOptions } from "./ensureEngine";
import { isOutOfSpace, messageWithCause } from "./failure";
import { findGo } from "./go";
import { buildGoProgram } from "./goProgram";
import { withLock } from "./lock";
import { ProgressLine } from "./progress";

export interface YamlLanguageHost {
  readonly executable: string;
  /** Whether this call built it. */
  readonly changed: boolean;
}

/** The folder with the host's go.mod and go.sum. */
export function yamlHostModuleFolder(): string {
  return path.join(__dirname, "..", "yamlHost");
}

/** The version that go.mod names, without a leading `v`: the one that the pinned engine brings. */
export function yamlHostVersion(): string {
  const text = fs.readFileSync(path.join(yamlHostModuleFolder(), "go.mod"), "utf8");
  const version = /github\.com\/pulumi\/pulumi-yaml v(\S+)/.exec(text)?.[1];
  if (version === undefined) throw new Error("go.mod of the YAML language host names no pulumi-yaml");
  return version;
}

/** The host's file in a `bin` folder. */
export function yamlHostIn(bin: string): string {
  return path.join(bin, process.platform === "win32" ? "pulumi-language-yaml.exe" : "pulumi-language-yaml");
}

/**
 * Ensures that `engine` has the host beside its program, where it looks for it. Throws a
 * VisibleError that says why it could not be built.
 */
export async function ensureYamlHost(engine: Engine, options: EngineOptions = {}): Promise<YamlLanguageHost> {
  const executable = yamlHostIn(path.dirname(engine.executable));
  const isInstalled = (): boolean => executableBytes(executable) > 0;
  if (isInstalled()) return { executable, changed: false };
  const progress = new ProgressLine(options.output ?? process.stderr);
  const versions = path.dirname(engine.folder);
  try {
    const changed = await withLock(
      path.join(versions, `.${engine.version}.lock`),
      (owner) => progress.show(`Waiting for the run that changes the engine's folder (${owner})…`),
      async () => {
        if (isInstalled()) return false;
        const temporary = await temporaryFolder(engine.folder);
        try {
          const built = await build(path.join(temporary, "bin"), options.environment ?? process.env, progress);
          await fs.promises.rename(built, executable);
        } finally {
          await fs.promises.rm(temporary, { recursive: true, force: true });
        }
        return true;
      },
    );
    return { executable, changed };
  } catch (error) {
    throw errorAtHome(error, { name: `YAML language host ${yamlHostVersion()}`, megabytes: 40 }, engine.folder);
  } finally {
    progress.end();
  }
}

/** Builds the host into the folder `bin`; returns its file. Throws as {@link ensureYamlHost}. */
export async function buildYamlHost(bin: string, options: EngineOptions = {}): Promise<string> {
  const progress = new ProgressLine(options.output ?? process.stderr);
  try {
    return await build(bin, options.environment ?? process.env, progress);
  } finally {
    progress.end();
  }
}

async function build(bin: string, environment: NodeJS.ProcessEnv, progress: ProgressLine): Promise<string> {
  const version = yamlHostVersion();
  const executable = yamlHostIn(bin);
  const program = {
    name: "YAML language host",
    mainPackage: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    moduleFolder: yamlHostModuleFolder(),
    modules: 110,
  };
  try {
    const go = await findGo(environment, progress);
    progress.say(`Building the YAML language host ${version} with Go ${go.version}.`);
    await buildGoProgram(go, program, executable, environment, progress);
    return executable;
  } catch (error) {
    if (isOutOfSpace(error)) throw error;
    throw new VisibleError(
      [
        `The YAML language host ${version} could not be built.`,
        `  - build from Go modules: ${messageWithCause(error)}`,
        "Any one of these helps; then run the same command again:",
        ...goHelp(),
        "  - put pulumi-language-yaml of Pulumi's official release (https://www.pulumi.com/docs/install/) into PATH",
      ].join("\n"),
    );
  }
}
