/** Whether the project in a folder and the optional packages are of this package's version. */
import { existsSync } from "node:fs";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { manifestIn, ownName, ownVersion } from "./ownPackage";

/**
 * Loads a package that only some commands need and that is installed apart: beside this one, or in
 * the project of the working folder. It must be of this package's version: they belong together.
 * @throws VisibleError with the command that installs it.
 */
export function optionalPackage(name: string): unknown {
  const install = `npm install --save-dev --save-exact ${name}@${ownVersion()}`;
  const place = { paths: [__dirname, process.cwd()] };
  let manifest: string;
  try {
    manifest = require.resolve(`${name}/package.json`, place);
  } catch {
    throw new VisibleError(`This command needs the package ${name}, which is not installed. Install it:\n  ${install}`);
  }
  const version = manifestIn(path.dirname(manifest))?.version;
  if (version !== ownVersion()) {
    throw new VisibleError(
      `${name} is version ${version}, and ${ownName} is ${ownVersion()}: their versions must be equal. Install that one:\n  ${install}`,
    );
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require(require.resolve(name, place));
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
  const wanted = manifestIn(project)?.dependencies?.[ownName];
  if (wanted === undefined || !/^\d+\.\d+\.\d+/.test(wanted) || wanted === ownVersion()) return;
  throw new VisibleError(
    `${project}/package.json names ${ownName} ${wanted}, and ${ownVersion()} is installed: run \`npm ci\`. ` +
      "If that reports that package-lock.json is out of date, run `npm install` and commit the file.",
  );
}

function projectFolder(from: string): string | undefined {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "Pulumi.yaml"))) return folder;
    if (path.dirname(folder) === folder) return undefined;
  }
}
