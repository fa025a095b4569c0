/** The files of a repository of customers, from the package's templates. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../../base/ownPackage";
import { dynamicHostLines } from "../../stack/dynamicHost";

export const ciSystems = ["github", "gitlab", "azure"] as const;
export type CiSystem = (typeof ciSystems)[number];

/** Where each system looks for its pipelines: from the top of the repository. */
const pipelineFolder: Readonly<Record<CiSystem, (file: string) => string>> = {
  github: (file) => `.github/workflows/${file}`,
  gitlab: (file) => (file === "gitlab-ci.yml" ? ".gitlab-ci.yml" : `.gitlab/${file}`),
  azure: (file) => (file === "azure-pipelines.yml" ? file : `.azure/${file}`),
};

const description = "The customers whose Microsoft Defender we monitor, one stack for each.";

const program = `# The program of the package, by reference. It runs in the package's folder, where its own dependencies are found even if npm nests them.
main: node_modules/defender-mssp/launcher.js
${dynamicHostLines}`;

/** The files, by their path in the repository. */
export async function repositoryFiles(project: string, ci: CiSystem | "none"): Promise<ReadonlyMap<string, string>> {
  const templates = path.join(packageRoot(), "templates");
  const files = new Map<string, string>();
  for (const [file, text] of await textsBelow(path.join(templates, "customers"))) {
    // npm leaves a .gitignore out of a package.
    const name = file === "gitignore" ? ".gitignore" : file;
    const filled = text.replaceAll("${PROJECT}", project).replaceAll("${DESCRIPTION}", description);
    if (name === "Pulumi.yaml") files.set(name, withProgram(withoutTemplate(filled)));
    else files.set(name, name.startsWith("customers/") ? withNamespace(filled, project) : filled);
  }
  if (ci === "none") return files;
  for (const [file, text] of await textsBelow(path.join(templates, ci))) files.set(pipelineFolder[ci](file), text);
  return files;
}

/** Removes the part that only `pulumi new` reads. */
function withoutTemplate(text: string): string {
  return text.replace(/^template:\n(?: .*\n)*\n?/m, "");
}

/**
 * With the program by reference. The template has none: `pulumi new` looks for `main` before the
 * package is installed.
 */
function withProgram(text: string): string {
  return text.replace(/^# The program: .*\n# main: .*\n/m, () => program);
}

/**
 * With the project's name in front of the settings. The template has none: `pulumi new` breaks the
 * line after a name in a YAML file.
 */
function withNamespace(text: string, project: string): string {
  return text.replace(/^ {2}(?=\w+:)/gm, () => `  ${project}:`);
}

async function textsBelow(folder: string): Promise<[string, string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    files
      .sort()
      .map(async (file) => [path.relative(folder, file).split(path.sep).join("/"), await readFile(file, "utf8")]),
  );
}
