import fs from "node:fs";
import path from "node:path";
import { findExecutable } from "./child";
import type { PackageManagerName, RuntimeOptions } from "./options";

export interface PackageManager {
  name: PackageManagerName;
  executable: string;
}

export interface Dependency {
  name: string;
  version: string;
}

/** In the order in which they decide; the manager's executable has to be there too. */
const lockFiles: [file: string, manager: PackageManagerName][] = [
  ["yarn.lock", "yarn"],
  ["pnpm-lock.yaml", "pnpm"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
];

/**
 * The package manager for `folder`: the one that the options name; else the one whose lock file is in the folder or
 * above it; else npm. PULUMI_PREFER_YARN prefers Yarn. Throws where the executable is missing.
 */
export function packageManagerFor(options: RuntimeOptions, folder: string): PackageManager {
  if (options.packagemanager !== "auto") return named(options.packagemanager);
  const manifest = findUpwards(folder, ["package.json", "package.yaml"]);
  if (manifest !== undefined && path.basename(manifest) === "package.yaml") return named("pnpm");

  const candidates = lockFiles.filter(([file]) => findUpwards(folder, [file]) !== undefined).map(([, name]) => name);
  if (["1", "true"].includes((process.env["PULUMI_PREFER_YARN"] ?? "").toLowerCase())) candidates.unshift("yarn");
  const found = candidates.find((name) => findExecutable(name) !== undefined);
  return named(found ?? "npm");
}

/** The arguments that install what package.json and the lock file in the working folder say. */
export function installArguments(manager: PackageManagerName, production: boolean): string[] {
  switch (manager) {
    case "npm":
      // Without the log level npm complains about missing descriptions and licenses.
      return ["install", "--loglevel=error", ...(production ? ["--production"] : [])];
    case "yarn":
      return ["install", ...(production ? ["--production"] : [])];
    case "pnpm":
      return ["install", "--use-stderr", ...(production ? ["--production"] : [])];
    case "bun":
      // Its --production insists on an unchanged lock file (https://github.com/oven-sh/bun/issues/10949).
      return ["install"];
  }
}

/**
 * The root of the npm, Yarn or pnpm workspace that the package around `folder` belongs to, or undefined. Installing
 * happens there.
 */
export function workspaceRoot(folder: string): string | undefined {
  const manifest = findUpwards(folder, ["package.json", "package.yaml"]);
  if (manifest === undefined) return undefined;
  const member = path.dirname(manifest);
  return parents(path.dirname(member)).find((parent) => workspaceGlobs(parent).some((glob) => matches(glob, parent)));

  function matches(glob: string, root: string): boolean {
    const relative = path.relative(root, member).split(path.sep).join("/");
    return globExpression(glob.replace(/^\.\//, "").replace(/\/$/, "")).test(relative);
  }
}

/**
 * The packages that the lock file lists: those that package.json asks for, or all of them. Throws where there is no
 * lock file.
 */
export function installedPackages(manager: PackageManagerName, folder: string, transitive: boolean): Dependency[] {
  const names = { npm: ["package-lock.json"], yarn: ["yarn.lock"], pnpm: ["pnpm-lock.yaml"], bun: ["bun.lock"] }[
    manager
  ];
  const lockFile = findUpwards(folder, names);
  if (lockFile === undefined) throw new Error(`no ${names.join(" or ")} found (searching upwards from ${folder})`);
  const text = fs.readFileSync(lockFile, "utf8");
  const all = unique({ npm: npmPackages, yarn: yarnPackages, pnpm: pnpmPackages, bun: bunPackages }[manager](text));
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

function named(name: PackageManagerName): PackageManager {
  const executable = findExecutable(name);
  if (executable !== undefined) return { name, executable };
  throw new Error(
    `Could not find the \`${name}\` executable. Install ${name} and make sure it is in your PATH` +
      `${name === "npm" ? "; it comes with Node.js, https://nodejs.org/" : ""}.`,
  );
}

interface NpmLock {
  packages?: Record<string, { version?: string; link?: boolean; name?: string }>;
  dependencies?: Record<string, NpmLockV1>;
}

interface NpmLockV1 {
  version?: string;
  dependencies?: Record<string, NpmLockV1>;
}

function npmPackages(text: string): Dependency[] {
  const lock = JSON.parse(text) as NpmLock;
  if (lock.packages !== undefined) {
    return Object.entries(lock.packages)
      .filter(([location, entry]) => location.includes("node_modules/") && entry.link !== true)
      .sort(([a], [b]) => a.split("node_modules/").length - b.split("node_modules/").length)
      .map(([location, entry]) => ({
        name: entry.name ?? location.slice(location.lastIndexOf("node_modules/") + "node_modules/".length),
        version: entry.version ?? "",
      }));
  }
  const flatten = (entries: Record<string, NpmLockV1> = {}): Dependency[] => [
    ...Object.entries(entries).map(([name, entry]) => ({ name, version: entry.version ?? "" })),
    ...Object.values(entries).flatMap((entry) => flatten(entry.dependencies)),
  ];
  return flatten(lock.dependencies);
}

/** Both Yarn's classic format (`version "1.2.3"`) and the newer YAML (`version: 1.2.3`). */
function yarnPackages(text: string): Dependency[] {
  return blocks(text, /^"?((?:@[^/@"\s]+\/)?[^/@"\s]+)@(?!workspace:)[^\n]*:$/, /^ {2}version:? "?([^"\n]+?)"?$/);
}

/** Keys of `packages`: `/name@1.2.3:`, `name@1.2.3(peer@4):` or, before lock file version 6, `/name/1.2.3:`. */
function pnpmPackages(text: string): Dependency[] {
  const section = /^packages:\n([\s\S]*?)(?=^\S|(?![\s\S]))/m.exec(text.replaceAll("\r\n", "\n"))?.[1] ?? "";
  return [...section.matchAll(/^ {2}'?\/?((?:@[^/@'\s]+\/)?[^/@'\s]+)[@/](\d[^('/:_]*)[^\n]*:$/gm)].map(
    ([, name, version]) => ({ name: name ?? "", version: version ?? "" }),
  );
}

/** JSON with trailing commas: `packages: { "<path>": ["name@1.2.3", …] }`. */
function bunPackages(text: string): Dependency[] {
  const lock = JSON.parse(text.replace(/,(\s*[}\]])/g, "$1")) as { packages?: Record<string, [string, ...unknown[]]> };
  return Object.values(lock.packages ?? {}).flatMap(([entry]) => {
    const [, name, version] = /^((?:@[^/]+\/)?[^@]+)@(\d.*)$/.exec(entry) ?? [];
    return name === undefined || version === undefined ? [] : [{ name, version }];
  });
}

function blocks(text: string, head: RegExp, version: RegExp): Dependency[] {
  const found: Dependency[] = [];
  let name: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (!line.startsWith(" ")) name = head.exec(line)?.[1];
    const value = version.exec(line)?.[1];
    if (name === undefined || value === undefined) continue;
    found.push({ name, version: value });
    name = undefined;
  }
  return found;
}

function unique(all: Dependency[]): Dependency[] {
  return [...new Map(all.map((one) => [`${one.name}@${one.version}`, one])).values()];
}

function workspaceGlobs(folder: string): string[] {
  const pnpm = readText(path.join(folder, "pnpm-workspace.yaml"));
  const fromPnpm = /^packages:\s*\n((?:\s*-.*(?:\n|$))+)/m.exec(pnpm ?? "")?.[1]?.match(/[^\s'"-][^\n'"]*/g) ?? [];
  const text = readText(path.join(folder, "package.json"));
  if (text === undefined) return fromPnpm;
  const { workspaces } = JSON.parse(text) as Manifest;
  return [...fromPnpm, ...(Array.isArray(workspaces) ? workspaces : (workspaces?.packages ?? []))];
}

function globExpression(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/|\*\*|\*|\?/g, (wildcard) =>
      wildcard === "**/" ? "(?:.*/)?" : wildcard === "**" ? ".*" : wildcard === "*" ? "[^/]*" : "[^/]",
    );
  return new RegExp(`^${source}$`);
}

/** The nearest of `names` in `folder` or above it. */
function findUpwards(folder: string, names: string[]): string | undefined {
  return parents(path.resolve(folder))
    .flatMap((parent) => names.map((name) => path.join(parent, name)))
    .find((file) => fs.existsSync(file));
}

/** `folder` itself and those above it, nearest first. */
function parents(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [folder, ...parents(above)];
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
