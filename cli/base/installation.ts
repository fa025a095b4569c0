/** Whether the project in a folder and the optional packages are of this package's version. */
import { existsSync } from "node:fs";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { manifestIn, ownName, ownVersion } from "./ownPackage";

/**
 * Loads a package that only some commands need and that is installed apart: beside this one, or in
 * the project of the working folder. It must be of this package's version: they belong together.
 * @param carrier the package whose tarball has it, if it has none of its own.
 * @throws VisibleError with the command that installs it.
 */
export function optionalPackage(name: string, carrier = name): unknown {
  const place = { paths: [__dirname, process.cwd()] };
  let manifest: string;
  try {
    manifest = require.resolve(`${carrier}/package.json`, place);
    if (carrier !== name) place.paths = [path.dirname(manifest)];
    manifest = require.resolve(`${name}/package.json`, place);
  } catch {
    throw new VisibleError(`This command needs the package ${name}, which is not installed. ${installation(carrier)}`);
  }
  const version = manifestIn(path.dirname(manifest))?.version;
  if (version !== ownVersion()) {
    throw new VisibleError(
      `${name} is version ${version}, and ${ownName} is ${ownVersion()}: their versions must be equal. Install the tarballs of one version:\n  npm install ./vendor/*.tgz`,
    );
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require(require.resolve(name, place));
}

/** The command that installs an optional package: `npm ci --omit=dev` left it out, or the project does not name it. */
function installation(name: string): string {
  const project = projectFolder(process.cwd());
  const { dependencies, devDependencies } = (project === undefined ? undefined : manifestIn(project)) ?? {};
  if (name in { ...dependencies, ...devDependencies })
    return "Install what package.json names:\n  npm ci --include=dev";
  const tarball = `${name.replace("@", "").replace("/", "-")}-${ownVersion()}.tgz`;
  return (
    `Install its tarball, which \`npm run package\` writes in a checkout of ${ownName} ${ownVersion()}:\n` +
    `  npm install --save-dev ./vendor/${tarball}`
  );
}

/**
 * Refuses to work on a project that uses another version: what this one writes and checks is not
 * what `pulumi up` would run.
 * @throws VisibleError that names both versions.
 */
export function requireProjectsVersion(folder: string): void {
  const project = projectFolder(folder);
  if (project === undefined) return;
  const installed = manifestIn(path.join(project, "node_modules", ownName))?.version;
  if (installed !== undefined && installed !== ownVersion()) {
    throw new VisibleError(
      `Two versions of ${ownName}: this command is ${ownVersion()}, and the project in ${project} has ${installed}. ` +
        "Run `npx mssp` in the project's folder.",
    );
  }
  const wanted = exactVersion(manifestIn(project)?.dependencies?.[ownName] ?? "");
  if (wanted === undefined || wanted === ownVersion()) return;
  throw new VisibleError(
    `${project}/package.json names ${ownName} ${wanted}, and ${ownVersion()} is installed: run \`npm ci\`. ` +
      "If that reports that package-lock.json is out of date, run `npm install` and commit the file.",
  );
}

/** The version that a dependency names: an exact one, or that of a tarball. Undefined for a range or a folder. */
function exactVersion(reference: string): string | undefined {
  return /^(?:file:.*-(?=[^/]*\.tgz$))?(\d+\.\d+\.\d+.*?)(?:\.tgz)?$/.exec(reference)?.[1];
}

function projectFolder(from: string): string | undefined {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "Pulumi.yaml"))) return folder;
    if (path.dirname(folder) === folder) return undefined;
  }
}
