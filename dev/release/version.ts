/**
 * Files that contain the version. All packages have the same one, and depend on each other
 * by exactly that.
 */
import path from "node:path";
import { compareVersions } from "../../cli/base/compareVersions";

/** Programs that use the package, each with the version and the engine's SDK of this checkout. */
const examples = ["examples/many-customers/package.json", "examples/one-component/package.json"];

/**
 * The files with the new version, and the changelog with the entries of "Unreleased" below it.
 * @param read a file of the checkout.
 * @param date of the release, `YYYY-MM-DD`.
 * @throws Error where the version is none or was released before, or nothing is in "Unreleased".
 */
export function changedFiles(read: (file: string) => string, version: string, date: string): Map<string, string> {
  const { version: current, workspaces } = JSON.parse(read("package.json")) as {
    readonly version: string;
    readonly workspaces: readonly string[];
  };
  const isUnreleased = !read("CHANGELOG.md").includes(`## ${version} `);
  if (version !== current || !isUnreleased) requireNewer(version, current);
  const files = new Map<string, string>();
  for (const folder of [".", ...workspaces, "policy"]) {
    const file = path.posix.join(folder, "package.json");
    files.set(file, withVersion(read(file), current, version));
  }
  for (const file of examples) files.set(file, exampleManifest(read(file), read("package.json"), version));
  files.set(
    "policy/PulumiPolicy.yaml",
    read("policy/PulumiPolicy.yaml").replace(/^version: .*$/m, `version: ${version}`),
  );
  files.set("CHANGELOG.md", released(read("CHANGELOG.md"), version, date));
  return files;
}

/** The package's own version, and those of its siblings that it depends on. */
function withVersion(text: string, current: string, version: string): string {
  return text
    .replace(`"version": "${current}"`, `"version": "${version}"`)
    .replaceAll(/("@defender-mssp\/[a-z]+": )"[^"]+"/g, `$1"${version}"`);
}

/** An example's package.json, with the versions that the checkout has. */
export function exampleManifest(text: string, manifest: string, version: string): string {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(manifest) as Record<
    "dependencies" | "devDependencies",
    Record<string, string> | undefined
  >;
  const versions: Record<string, string> = { ...devDependencies, ...dependencies, "defender-mssp": version };
  return text.replace(/^( +"([^"]+)": )"[^"]+"/gm, (line, start: string, name: string) =>
    versions[name] === undefined ? line : `${start}"${versions[name]}"`,
  );
}

function released(changelog: string, version: string, date: string): string {
  const [head = "", ...rest] = changelog.split(/^## Unreleased\n/m);
  const [unreleased = ""] = rest.join("").split(/^## /m);
  if (unreleased.trim() === "")
    throw new Error('CHANGELOG.md has nothing below "Unreleased": what does the release change?');
  return `${head}## Unreleased\n\n## ${version} - ${date}\n${rest.join("")}`;
}

function requireNewer(version: string, current: string): void {
  const order = compareVersions(version, current);
  if (order === undefined) throw new Error("Usage: npm run release:version -- <version, such as 0.2.0>");
  if (order <= 0) throw new Error(`${version} is not newer than ${current}.`);
}
