/** The packages of one version as tarballs in a folder, as `npm run package` writes them. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { packedManifest } from "./packedManifest";
import {
  developmentPackage,
  isPublishedName,
  publishedPackages,
  rulesPackage,
  type PublishedName,
} from "./publishedPackages";
import { exists } from "./exists";

export interface LocalPackage {
  readonly name: PublishedName;
  /** Absolute path of the tarball. */
  readonly file: string;
}

/** Where a repository of customers keeps the tarballs. */
export const vendorFolder = "vendor";

export interface LocalPackages {
  /** The same of all packages. */
  readonly version: string;
  readonly packages: readonly LocalPackage[];
}

const remedy = "`npm run package` in a checkout of defender-mssp writes one tarball of each package.";

/**
 * Reads the folder: one tarball of each package, all of one version, and no other tarball.
 * @param outcome the error's last sentence, such as "Nothing was created."
 * @param required the version that the tarballs must have. Default: any.
 * @throws VisibleError otherwise.
 */
export async function localPackages(folder: string, outcome: string, required?: string): Promise<LocalPackages> {
  const refuse = (problem: string, hint = ` ${remedy}`): never => {
    throw new VisibleError(`--packages ${folder}: ${problem}${hint} ${outcome}`);
  };
  const files = await tarballsIn(folder, refuse);
  const tarballs = await Promise.all(files.map((file) => readTarball(folder, file, refuse)));
  const [{ version } = { version: "" }] = tarballs;
  for (const name of publishedPackages) {
    const [first, second] = tarballs.filter((tarball) => tarball.name === name);
    if (first === undefined) return refuse(`the tarball of ${name} is missing.`);
    if (second !== undefined) return refuse(`${first.base} and ${second.base} are both ${name}: remove one of them.`);
    if (required !== undefined && first.version !== required)
      return refuse(`${first.base} is version ${first.version}, and this command is ${required}.`);
  }
  const other = tarballs.find((tarball) => tarball.version !== version);
  if (other !== undefined)
    return refuse(`${tarballs[0]?.base} is version ${version}, and ${other.base} is ${other.version}.`);
  return { version, packages: tarballs.map(({ name, base }) => ({ name, file: path.join(folder, base) })) };
}

/**
 * The packages that a repository needs: `rulesPackage` only where it has the folder of detection rules, or names the
 * package already.
 * @param manifest that of the repository.
 */
export async function neededPackages(
  { packages }: Pick<LocalPackages, "packages">,
  repository: string,
  manifest: object = {},
): Promise<readonly LocalPackage[]> {
  const { dependencies, devDependencies } = manifest as Readonly<Record<string, Dependencies | undefined>>;
  const isNamed = rulesPackage in { ...dependencies, ...devDependencies };
  const hasRules = isNamed || (await exists(path.join(repository, rulesFolder)));
  return packages.filter(({ name }) => name !== rulesPackage || hasRules);
}

const rulesFolder = "detections";

/** Where a repository of customers has the tarball: from its top. */
export function vendoredPath({ file }: LocalPackage): string {
  return `${vendorFolder}/${path.basename(file)}`;
}

type Dependencies = Readonly<Record<string, string>>;

/**
 * A package.json that names the tarballs, each where it was named before. All of them are listed:
 * npm would ask the registry for a dependency of theirs that is not.
 */
export function vendoredManifest<T extends object>(manifest: T, packages: readonly LocalPackage[]): T {
  const { dependencies = {}, devDependencies = {} } = manifest as Readonly<Record<string, Dependencies | undefined>>;
  const isDevelopment = (name: PublishedName) =>
    name in devDependencies || (name === developmentPackage && !(name in dependencies));
  const referenced = (named: Dependencies, isIn: (name: PublishedName) => boolean): Dependencies => {
    const own = packages
      .filter(({ name }) => isIn(name))
      .map((local): [string, string] => [local.name, `file:${vendoredPath(local)}`]);
    return Object.fromEntries([...Object.entries(named).filter(([name]) => !isPublishedName(name)), ...own].sort());
  };
  return {
    ...manifest,
    dependencies: referenced(dependencies, (name) => !isDevelopment(name)),
    devDependencies: referenced(devDependencies, isDevelopment),
  };
}

type Refuse = (problem: string, hint?: string) => never;

async function tarballsIn(folder: string, refuse: Refuse): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "no such folder" : code === "ENOTDIR" ? "a file, not a folder" : message;
    return refuse(`${reason}.`);
  });
  const tarballs = names.filter((name) => name.endsWith(".tgz")).sort();
  return tarballs.length > 0 ? tarballs : refuse("the folder has no tarball (*.tgz).");
}

interface Tarball {
  readonly name: PublishedName;
  readonly version: string;
  /** Name of the file. */
  readonly base: string;
}

async function readTarball(folder: string, base: string, refuse: Refuse): Promise<Tarball> {
  const manifest = await packedManifest(path.join(folder, base)).catch((error: unknown) =>
    refuse(`${base} can't be read: ${messageOf(error)}.`, ""),
  );
  if (manifest === undefined) return refuse(`${base} is not the tarball of a package.`);
  const { name, version } = manifest;
  if (isPublishedName(name)) return { name, version, base };
  return refuse(`${base} is ${name} ${version}, no package of defender-mssp: remove it from the folder.`);
}
