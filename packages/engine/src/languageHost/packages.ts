import fs from "node:fs";
import path from "node:path";
import { PackageDependency, PackageParameterization } from "@pulumi/pulumi/proto/plugin_pb";

interface Parameterization {
  name?: string;
  version?: string;
  /** Base64 */
  value?: string;
}

interface PackageJson {
  name?: string;
  version?: string;
  pulumi?: {
    resource?: boolean;
    name?: string;
    version?: string;
    server?: string;
    parameterization?: Parameterization;
    extensionParameterization?: Parameterization;
  };
}

export interface RequiredPackages {
  packages: PackageDependency[];
  /** For the user: packages of the SDK that don't go together. */
  warnings: string[];
}

/**
 * Every npm package installed below `folder` that says in its package.json that it needs a resource
 * plugin (`pulumi.resource: true`), links followed, policy packs left out: their plugins are not
 * the program's.
 *
 * A package is looked at where npm puts one: as `node_modules/<name>`,
 * `node_modules/@<scope>/<name>`, and in the package's own `node_modules`. Looking into every
 * folder of every package as well would find nothing more and, with azure-native's ten thousand
 * folders, takes seconds.
 */
export function requiredPackages(folder: string): RequiredPackages {
  const search: Search = { folders: new Set(), installed: new Set(), packages: [], sdks: [] };
  visitFolder(folder, search);
  return { packages: search.packages, warnings: incompatibleSdks(search.sdks) };
}

interface Search {
  folders: Set<string>;
  /**
   * Apart from `folders`: a workspace's package is a folder of the user's and, by a link, an
   * installed package.
   */
  installed: Set<string>;
  packages: PackageDependency[];
  sdks: { file: string; version: string }[];
}

/** A folder of the user's: packages may be in any of its subfolders' node_modules. */
function visitFolder(folder: string, search: Search): void {
  const real = visit(folder, search.folders);
  if (real === undefined) return;
  if (path.basename(folder) === "node_modules") {
    visitNodeModules(real, search);
    return;
  }
  for (const name of subfolders(real)) {
    if (name !== ".git" && !isPolicyPack(path.join(real, name))) visitFolder(path.join(real, name), search);
  }
}

function visitNodeModules(folder: string, search: Search): void {
  for (const name of subfolders(folder)) {
    const inside = path.join(folder, name);
    if (!name.startsWith("@")) visitPackage(inside, search);
    else for (const scoped of subfolders(inside)) visitPackage(path.join(inside, scoped), search);
  }
}

function visitPackage(folder: string, search: Search): void {
  const real = visit(folder, search.installed);
  if (real === undefined || isPolicyPack(real)) return;
  readPackage(path.join(real, "package.json"), search);
  const nested = path.join(real, "node_modules");
  // pnpm's store (node_modules/.pnpm/<name>@<version>/node_modules/<name>) is reached by its links
  // and by this.
  if (fs.existsSync(nested) && visit(nested, search.folders) !== undefined) visitNodeModules(nested, search);
  if (path.basename(folder).startsWith(".pnpm")) {
    for (const name of subfolders(real)) visitFolder(path.join(real, name), search);
  }
}

/** The real path of `folder`, or undefined where it has been visited or isn't there. */
function visit(folder: string, visited: Set<string>): string | undefined {
  let real: string;
  try {
    real = fs.realpathSync(folder);
  } catch {
    return undefined;
  }
  if (visited.has(real)) return undefined;
  visited.add(real);
  return real;
}

function readPackage(file: string, search: Search): void {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    return;
  }
  if (!text.includes("pulumi")) return;
  let info: PackageJson;
  try {
    info = JSON.parse(text) as PackageJson;
  } catch {
    return;
  }
  if (info.name === "@pulumi/pulumi") search.sdks.push({ file, version: info.version ?? "" });
  const dependency = pluginDependency(info);
  if (dependency !== undefined) search.packages.push(dependency);
}

function pluginDependency(info: PackageJson): PackageDependency | undefined {
  const plugin = info.pulumi;
  if (plugin?.resource !== true) return undefined;
  // Only Pulumi's own packages may leave the plugin's name out: theirs is the package's.
  const name = plugin.name ?? /^@pulumi\/(.+)$/.exec(info.name ?? "")?.[1];
  const version = plugin.version ?? info.version;
  if (name === undefined || version === undefined) return undefined;
  const dependency = new PackageDependency();
  dependency.setName(name);
  dependency.setKind("resource");
  dependency.setVersion(version.startsWith("v") ? version : `v${version}`);
  dependency.setServer(plugin.server ?? "");
  if (plugin.parameterization !== undefined) {
    dependency.setParameterization(parameterization(plugin.parameterization));
  }
  if (plugin.extensionParameterization !== undefined) {
    dependency.setExtension$(parameterization(plugin.extensionParameterization));
  }
  return dependency;
}

function parameterization(of: Parameterization): PackageParameterization {
  const message = new PackageParameterization();
  message.setName(of.name ?? "");
  message.setVersion(of.version ?? "");
  message.setValue(of.value ?? "");
  return message;
}

function incompatibleSdks(sdks: Search["sdks"]): string[] {
  const [first, ...others] = sdks;
  const odd = others.find(({ version }) => majorOf(version) !== majorOf(first?.version ?? ""));
  if (first === undefined || odd === undefined) return [];
  return [
    `Found incompatible versions of @pulumi/pulumi. Differing major versions are not supported.\n` +
      `  Version ${first.version} referenced at ${first.file}\n` +
      `  Version ${odd.version} referenced at ${odd.file}\n`,
  ];
}

function majorOf(version: string): string {
  return version.split(".")[0] ?? "";
}

function isPolicyPack(folder: string): boolean {
  return [".yaml", ".yml", ".json"].some((extension) => fs.existsSync(path.join(folder, `PulumiPolicy${extension}`)));
}

function subfolders(folder: string): string[] {
  try {
    return fs
      .readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path.join(folder, entry.name))))
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function isFolder(file: string): boolean {
  try {
    return fs.statSync(file).isDirectory();
  } catch {
    return false;
  }
}
