/** Creates a repository of customers, completely or not at all. */
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import { npmEnvironment } from "@defender-mssp/errors/npmEnvironment";
import { ownName, ownVersion } from "../../base/ownPackage";
import { rulesPackage } from "../../base/publishedPackages";
import { shellWord } from "../../base/shellWord";
import { exists } from "../../base/exists";
import { quietProcess } from "../../base/quietProcess";
import {
  localPackages,
  neededPackages,
  vendoredManifest,
  vendoredPath,
  vendorFolder,
  type LocalPackage,
} from "../../base/localPackages";
import { repositoryFiles, type CiSystem } from "./templates";

export interface InitializeOptions {
  /** Default: the folder's name. */
  readonly project?: string;
  readonly ci: CiSystem | "none";
  /** Create a git repository, unless the folder is in one. */
  readonly git: boolean;
  /** Create package-lock.json. */
  readonly lockfile: boolean;
  /** Folder of the packages' tarballs, which are copied to `vendor/`. Default: a registry has them. */
  readonly packages?: string;
}

export interface InitializedRepository {
  /** Absolute. */
  readonly folder: string;
  readonly project: string;
  readonly version: string;
  /** Paths in the folder, sorted. */
  readonly files: readonly string[];
}

/**
 * Creates the folder.
 * @throws VisibleError if it is not empty, the project's name or the folder of packages is invalid,
 * or git or npm fails; nothing is left then.
 */
export async function initialize(
  target: string,
  options: InitializeOptions,
  session: Session,
): Promise<InitializedRepository> {
  const { environment } = session;
  const folder = path.resolve(session.folder, target);
  const project = options.project ?? path.basename(folder);
  requireProjectName(project);
  await requireEmpty(folder);
  if (options.git) await requireGit(session);
  const vendored = await vendoredPackages(options, folder, session.folder);
  const files = withVendored(await repositoryFiles(project, options.ci), vendored);
  await mkdir(path.dirname(folder), { recursive: true });
  const draft = await mkdtemp(path.join(path.dirname(folder), `.${path.basename(folder)}-`));
  try {
    await writeFiles(draft, files);
    await copyVendored(draft, vendored);
    if (options.lockfile) await makeLockfile(draft, vendored.length > 0, session);
    if (options.git && !(await isInRepository(path.dirname(folder), environment)))
      await run("git", ["init", "--quiet"], draft, environment);
    await moveInto(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  const names = [
    ...files.keys(),
    ...vendored.map(vendoredPath),
    ...(options.lockfile ? ["package-lock.json"] : []),
  ].sort();
  return { folder, project, version: ownVersion(), files: names };
}

async function vendoredPackages(
  { packages }: InitializeOptions,
  repository: string,
  from: string,
): Promise<readonly LocalPackage[]> {
  if (packages === undefined) return [];
  const local = await localPackages(path.resolve(from, packages), "Nothing was created.", ownVersion());
  return neededPackages(local, repository);
}

function withVendored(
  files: ReadonlyMap<string, string>,
  vendored: readonly LocalPackage[],
): ReadonlyMap<string, string> {
  if (vendored.length === 0) return files;
  const manifest = vendoredManifest(JSON.parse(files.get("package.json") ?? "") as object, vendored);
  return new Map([...files, ["package.json", `${JSON.stringify(manifest, undefined, 2)}\n`]]);
}

async function copyVendored(folder: string, vendored: readonly LocalPackage[]): Promise<void> {
  if (vendored.length > 0) await mkdir(path.join(folder, vendorFolder));
  for (const local of vendored) await copyFile(local.file, path.join(folder, vendoredPath(local)));
}

/** The next commands, typed in the folder `from`. */
export function nextSteps({ folder, project, version, files }: InitializedRepository, from: string): string {
  const shown = path.relative(from, folder) || ".";
  const install = files.includes("package-lock.json") ? "npm ci" : "npm install";
  return [
    `${shown}: a repository of customers with defender-mssp ${version}.`,
    `The project's name is ${project}. Do not change it later: each stack's state and`,
    "the marks in the customers' tenants contain it.",
    "",
    "What to type next:",
    ...(shown === "." ? [] : [`  cd ${shellWord(shown)}`]),
    `  ${install}`,
    "To onboard the customer of customers/Pulumi.dev.yaml on the sandbox:",
    "  npx mssp start",
    "To write the settings of a customer:",
    "  npx mssp new contoso",
    "README.md describes the other steps on one page.",
    `Detection rules (detections/) need one more package, ${rulesPackage}`,
    "(32 MB): `npx mssp check` says how to install it.",
    "",
  ].join("\n");
}

/** Pulumi's rule for a project's name, which is also the namespace of the settings. */
function requireProjectName(name: string): void {
  if (/^[A-Za-z][A-Za-z0-9_.-]{0,99}$/.test(name) && name !== "pulumi") return;
  throw new VisibleError(
    `${JSON.stringify(name)} can't be a project's name: at most 100 letters, digits, "_", "." and "-", and a letter at the ` +
      "beginning. Nothing was created. Name another one behind the folder.",
  );
}

async function requireEmpty(folder: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    throw new VisibleError(`${folder} can't be used: ${code === "ENOTDIR" ? "it is a file" : message}.`);
  }
  const others = names.filter((name) => name !== ".git");
  if (others.length === 0) return;
  const some = others.sort().slice(0, 3).join(", ");
  throw new VisibleError(
    `${folder} is not empty (${some}${others.length > 3 ? ", …" : ""}). Nothing was changed. Name a new or an empty folder.`,
  );
}

async function requireGit({ folder, environment }: Session): Promise<void> {
  const { failed } = await execa("git", ["--version"], quietProcess(folder, environment));
  if (failed)
    throw new VisibleError(
      "git is not installed, or not in PATH. Nothing was created. The pipelines need a git repository; --without git creates the folder without one.",
    );
}

async function isInRepository(folder: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const args = ["rev-parse", "--is-inside-work-tree"];
  const { stdout } = await execa("git", args, quietProcess(folder, environment));
  return stdout.trim() === "true";
}

async function writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, text] of files) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

/** Nobody has published the packages there: whoever registers their names could run code here. */
const publicRegistry = "https://registry.npmjs.org/";

async function makeLockfile(folder: string, isVendored: boolean, { environment: own, err }: Session): Promise<void> {
  const environment = npmEnvironment(own);
  if (!isVendored) await requireOwnRegistry(folder, environment);
  err.line("Creating package-lock.json: npm reads the versions from the registry…");
  await run(
    "npm",
    ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"],
    folder,
    environment,
  );
}

/** Does not ask the public registry for this project's packages. @throws VisibleError */
async function requireOwnRegistry(folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const { stdout } = await execa("npm", ["config", "get", "registry"], quietProcess(folder, environment));
  if (stdout.trim() === publicRegistry) throw new VisibleError(notPublished);
}

async function run(
  command: string,
  args: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const { failed, stderr, code } = await execa(command, args, quietProcess(folder, environment));
  if (!failed) return;
  if (command === "npm" && isMissingPackage(stderr)) throw new VisibleError(missingPackage);
  const reason = stderr.split("\n").find((line) => /error|fatal/i.test(line) && !/\bcode\b/.test(line)) ?? code ?? "";
  const hint = command === "npm" ? " --without lockfile creates the folder without the registry." : "";
  throw new VisibleError(`\`${command} ${args[0]}\` failed: ${reason.trim()} Nothing was created.${hint}`);
}

const fromCheckout =
  `Nothing was created. In a checkout of ${ownName}, run\n` +
  "  npm run package\n" +
  "  npx mssp init ../customers --packages .packages";

const missingPackage = `${ownName} ${ownVersion()} is not on the registry. ${fromCheckout}`;

const notPublished = `${ownName} is not published on the npm registry, which was not asked. ${fromCheckout}`;

/** npm found no package of this project, or not this version. */
function isMissingPackage(stderr: string): boolean {
  return /code (E404|ETARGET)/.test(stderr) && stderr.includes(ownName);
}

/** Moves the files. An existing folder, empty or with a `.git`, is kept. */
async function moveInto(draft: string, folder: string): Promise<void> {
  if (!(await exists(folder))) await mkdir(folder);
  for (const name of await readdir(draft)) {
    if (name === ".git" && (await readdir(folder)).includes(".git")) continue;
    await rename(path.join(draft, name), path.join(folder, name));
  }
}
