import fs from "node:fs";
import path from "node:path";
import { findExecutable } from "./child";
import { packageManagers, type PackageManagerName, type RuntimeOptions } from "./options";

export interface Dependency {
  name: string;
  version: string;
}

/** Lock files of the package managers that this host does not run. */
const otherLockFiles: [file: string, manager: PackageManagerName][] = [
  ["yarn.lock", "yarn"],
  ["pnpm-lock.yaml", "pnpm"],
  ["bun.lock", "bun"],
];

/** The npm in PATH. Throws if there is none. */
export function npmExecutable(): string {
  const executable = findExecutable("npm");
  if (executable !== undefined) return executable;
  throw new Error("Could not find npm in PATH. It comes with Node.js: https://nodejs.org/");
}

/**
 * Throws if the project in `folder` uses another package manager than npm, by its options or by its
 * only lock file: npm would install other versions than that lock file lists.
 */
export function refuseOtherManagers({ packagemanager }: RuntimeOptions, folder: string): void {
  const other = packagemanager === "auto" ? managerOfLockFile(folder) : packagemanager;
  if (other === "npm") return;
  throw new Error(
    `This Node language host installs with npm only, and the project uses ${other}. Run \`${other} install\` in ${folder}.`,
  );
}

/**
 * The root of the npm workspace that the package around `folder` belongs to, or undefined. npm
 * installs there.
 */
export function workspaceRoot(folder: string): string | undefined {
  const manifest = findUpwards(folder, "package.json");
  if (manifest === undefined) return undefined;
  const member = path.dirname(manifest);
  return parents(path.dirname(member)).find((parent) => workspaceGlobs(parent).some((glob) => matches(glob, parent)));

  function matches(glob: string, root: string): boolean {
    const relative = path.relative(root, member).split(path.sep).join("/");
    return globExpression(glob.replace(/^\.\//, "").replace(/\/$/, "")).test(relative);
  }
}

/**
 * The packages that package-lock.json lists: those that package.json asks for, or all of them.
 * Throws if there is no lock file.
 */
export function installedPackages(folder: string, transitive: boolean): Dependency[] {
  const lockFile = findUpwards(folder, "package-lock.json");
  if (lockFile === undefined) throw new Error(`no package-lock.json found (searching upwards from ${folder})`);
  const all = packagesIn(JSON.parse(fs.readFileSync(lockFile, "utf8")) as Lock);
  if (transitive) return all;

  const manifest = JSON.parse(fs.readFileSync(path.join(path.dirname(lockFile), "package.json"), "utf8")) as Manifest;
  const direct = new Set([...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.devDependencies ?? {})]);
  // A package may be there in several versions: the first is the one nearest to the root.
  return all.filter(({ name }) => direct.delete(name));
}

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  workspaces?: string[] | { packages?: string[] };
}

/** Lock file version 2 and later: npm 7 and newer. */
interface Lock {
  packages?: Record<string, { version?: string; link?: boolean; name?: string }>;
}

function packagesIn({ packages = {} }: Lock): Dependency[] {
  const all = Object.entries(packages)
    .filter(([location, entry]) => location.includes("node_modules/") && entry.link !== true)
    .sort(([a], [b]) => a.split("node_modules/").length - b.split("node_modules/").length)
    .map(([location, entry]) => ({
      name: entry.name ?? location.slice(location.lastIndexOf("node_modules/") + "node_modules/".length),
      version: entry.version ?? "",
    }));
  return [...new Map(all.map((one) => [`${one.name}@${one.version}`, one])).values()];
}

function managerOfLockFile(folder: string): PackageManagerName {
  if (findUpwards(folder, "package-lock.json") !== undefined) return "npm";
  return otherLockFiles.find(([file]) => findUpwards(folder, file) !== undefined)?.[1] ?? packageManagers[0];
}

function workspaceGlobs(folder: string): string[] {
  let text: string;
  try {
    text = fs.readFileSync(path.join(folder, "package.json"), "utf8");
  } catch {
    return [];
  }
  const { workspaces } = JSON.parse(text) as Manifest;
  return Array.isArray(workspaces) ? workspaces : (workspaces?.packages ?? []);
}

function globExpression(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/|\*\*|\*|\?/g, (wildcard) =>
      wildcard === "**/" ? "(?:.*/)?" : wildcard === "**" ? ".*" : wildcard === "*" ? "[^/]*" : "[^/]",
    );
  return new RegExp(`^${source}$`);
}

/** The nearest file `name` in `folder` or above it. */
function findUpwards(folder: string, name: string): string | undefined {
  return parents(path.resolve(folder))
    .map((parent) => path.join(parent, name))
    .find((file) => fs.existsSync(file));
}

/** `folder` itself and those above it, nearest first. */
function parents(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [folder, ...parents(above)];
}
