/** Upgrades a repository of customers, completely or not at all. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import type { Session } from "@defender-mssp/terminal/session";
import { paragraph } from "@defender-mssp/terminal/table";
import { readProject } from "../../../settings/project";
import { ownName, ownVersion, packageRoot } from "../../base/ownPackage";
import { isPublishedName } from "../../base/publishedPackages";
import { vendoredPath, vendorFolder } from "../../base/localPackages";
import { quietProcess } from "../../base/quietProcess";
import { changelogEntries, changelogText } from "./changelogEntries";
import { readNewVersion, type RepositoryManifest, type NextVersion, type VersionSource } from "./readNewVersion";
import { lockFile, manifestFile, ReplacedFiles, vendored, writeDraft } from "./replacedFiles";
import { interruptedText, nothingChanged, runNpm } from "./runNpm";

export interface UpgradeOptions extends VersionSource {
  /** Upgrade without asking. */
  readonly yes?: boolean;
  readonly skipPreview?: boolean;
  readonly passphraseFolder?: string;
}

/**
 * Upgrades the repository around the session's folder.
 * @throws VisibleError if the new version is refused or can't be installed, the work tree has
 * changes, or nobody confirms; the files are then as before.
 */
export async function upgrade(options: UpgradeOptions, session: Session): Promise<void> {
  const { folder } = await readProject(session.folder);
  const manifest = await readManifest(folder);
  await requireClean(folder, session.environment);
  const next = await readNewVersion(options, { folder, manifest }, session);
  const installed = ownVersion();
  const { out, err, ask } = session;
  if (installed === next.version && (await isSame(folder, next))) {
    out.write(`${ownName} ${installed} is what this repository has. ${nothingChanged}\n`);
    return;
  }
  const own = await readFile(path.join(packageRoot(), "CHANGELOG.md"), "utf8").catch(() => "");
  out.write(`${ownName} ${installed} → ${next.version}${installed === next.version ? ", another build" : ""}\n\n`);
  out.write(`${changelogText(changelogEntries(next.changelog, own, installed), out.columns)}\n`);
  if (options.yes !== true) {
    if (!ask.isPossible) throw new VisibleError(`${nothingChanged} Pass --yes to upgrade without asking.`);
    if (!(await ask.confirm(`Upgrade ${packageCount(next)} packages to ${next.version}?`)))
      throw new VisibleError(nothingChanged);
  }
  const hadTarballs = (await vendored(folder)).length > 0;
  const interruption = new Interruption(session);
  try {
    if (!(await install(folder, next, session, interruption))) return;
    interruption.leaveToOthers();
    out.write(upgradedText(folder, next, session));
    if (options.skipPreview !== true) await preview(folder, options, session);
  } finally {
    interruption.dispose();
  }
  err.line(wayBack(hadTarballs, next.packages.length > 0));
}

/** Packages of this program that the new package.json names. */
function packageCount({ manifest }: NextVersion): number {
  const { dependencies, devDependencies } = manifest;
  return Object.keys({ ...Object(dependencies), ...Object(devDependencies) } as object).filter(isPublishedName).length;
}

/** A repository of customers, not a checkout. */
async function readManifest(folder: string): Promise<RepositoryManifest> {
  const text = await readFile(path.join(folder, manifestFile), "utf8").catch(() => "{}");
  const manifest = Object(JSON.parse(text)) as RepositoryManifest;
  const { dependencies = {} } = manifest as Readonly<Record<string, object | undefined>>;
  if (ownName in dependencies) return manifest;
  throw new VisibleError(
    `${path.join(folder, manifestFile)} does not name ${ownName} as a dependency: \`npx mssp upgrade\` is for a repository ` +
      `of customers, which \`npx mssp init\` creates. ${nothingChanged}`,
  );
}

async function requireClean(folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const args = ["status", "--porcelain", "--untracked-files=all", "--", "."];
  const { exitCode, stdout } = await execa("git", args, quietProcess(folder, environment));
  if (exitCode !== 0)
    throw new VisibleError(
      `${folder} is in no git repository, or git is not installed: git is the way back from an upgrade. ${nothingChanged} ` +
        "Run `git init`, commit the files, and repeat the command.",
    );
  const changed = stdout
    .split("\n")
    .filter((line) => /^[^?]|^\?\? "?(.*\/)?(package(-lock)?\.json|vendor\/.*)$/.test(line));
  const [first] = changed;
  if (first === undefined) return;
  const others = changed.length > 1 ? ` and ${changed.length - 1} more` : "";
  throw new VisibleError(
    `The work tree has changes that are not committed: ${first.slice(3)}${others}. ${nothingChanged} Commit or stash them: git is the ` +
      "way back from an upgrade, and the previews show its changes alone.",
  );
}

/** Whether the repository has these very packages. */
async function isSame(folder: string, { packages }: NextVersion): Promise<boolean> {
  const equal = packages.map(async (local) => {
    const [present, offered] = await Promise.all(
      [path.join(folder, vendoredPath(local)), local.file].map((file) => readFile(file).catch(() => undefined)),
    );
    return present !== undefined && offered !== undefined && present.equals(offered);
  });
  return (await Promise.all(equal)).every(Boolean);
}

/** @returns whether the new version is installed; the files are as before if not. */
async function install(
  folder: string,
  next: NextVersion,
  session: Session,
  interruption: Interruption,
): Promise<boolean> {
  const { environment, err } = session;
  const draft = await mkdtemp(path.join(folder, ".upgrade-"));
  try {
    err.line("Creating package-lock.json…");
    await writeDraft(folder, draft, next);
    const lock = ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"];
    await runNpm(lock, draft, environment, interruption.signal);
    interruption.throwIfInterrupted();
    const files = await ReplacedFiles.read(folder, next);
    try {
      await files.replace(draft);
      err.line("Installing the packages: `npm ci`…");
      await runNpm(["ci", "--no-audit", "--no-fund"], folder, environment, interruption.signal);
      interruption.throwIfInterrupted();
      return true;
    } catch (error) {
      await files.restore();
      // The installed packages may be incomplete: no module is loaded from here on.
      err.note(`${messageOf(error)} Run \`npm ci\` to install the former version again.`);
      session.exitCode ??= 1;
      return false;
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Ctrl-C ends npm; the command then restores the files itself. */
class Interruption {
  readonly #controller = new AbortController();
  readonly #listener: (name: NodeJS.Signals) => void;
  #isLeftToOthers = false;

  constructor(private readonly session: Session) {
    this.#listener = (name) => {
      if (this.#isLeftToOthers) return;
      session.exitCode ??= name === "SIGINT" ? exitCodes.SIGINT : exitCodes.SIGTERM;
      this.#controller.abort();
    };
    for (const name of ["SIGINT", "SIGTERM"] as const) session.signals.on(name, this.#listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** npm may have ended well all the same. */
  throwIfInterrupted(): void {
    if (this.signal.aborted) throw new VisibleError(interruptedText);
  }

  /** The previews' own process answers Ctrl-C. */
  leaveToOthers(): void {
    this.#isLeftToOthers = true;
  }

  dispose(): void {
    for (const name of ["SIGINT", "SIGTERM"] as const) this.session.signals.off(name, this.#listener);
  }
}

function upgradedText(folder: string, { version, packages }: NextVersion, { folder: from, out }: Session): string {
  const names = [manifestFile, lockFile, ...(packages.length > 0 ? [vendorFolder] : [])];
  const shown = path.relative(from, folder) || ".";
  return (
    paragraph(`${shown === "." ? "The repository" : shown} has ${ownName} ${version}.`, out.columns) +
    paragraph(`Commit ${names.slice(0, -1).join(", ")} and ${names.at(-1)} in a pull request.`, out.columns)
  );
}

/** With the new version's own command, in a process of its own. */
async function preview(folder: string, { passphraseFolder }: UpgradeOptions, session: Session): Promise<void> {
  const { environment, out, err } = session;
  err.line("\nPreviewing all customers with the new version…");
  const command = path.join(folder, "node_modules", ownName, "cli", "mssp.js");
  const options =
    passphraseFolder === undefined ? [] : ["--passphrase-folder", path.resolve(session.folder, passphraseFolder)];
  const { exitCode, stdout, stderr } = await execa(process.execPath, [command, "fleet", "preview", ...options], {
    ...quietProcess(folder, environment),
    stdout: out.isTerminal ? "inherit" : "pipe",
    stderr: err.isTerminal ? "inherit" : "pipe",
  });
  if (stdout !== undefined) out.write(`${stdout}\n`);
  if (stderr !== undefined && stderr !== "") err.write(`${stderr}\n`);
  if (exitCode === 0) return;
  err.note("A preview failed. The upgrade stays: correct what it says, or take the way back.");
  session.exitCode ??= 1;
}

/** `git restore` refuses a folder without committed files. */
function wayBack(hadTarballs: boolean, hasTarballs: boolean): string {
  const files = [manifestFile, lockFile, ...(hadTarballs ? [vendorFolder] : [])];
  return [
    "",
    "The way back, before the commit:",
    `  git restore ${files.join(" ")}`,
    ...(hasTarballs ? [`  git clean --force --quiet ${vendorFolder}`] : []),
    "  npm ci",
    "After it: revert the commit.",
  ].join("\n");
}
