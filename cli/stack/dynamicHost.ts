import { accessSync, constants, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { readProject } from "../../settings/project";
import { parseAsEngine } from "../../settings/engineYaml";
import { packageRoot } from "../base/ownPackage";

const executable = "pulumi-resource-pulumi-nodejs";

/** Lines of `Pulumi.yaml` that name the package's host of dynamic resources. */
export const dynamicHostLines = `# What runs dynamic resources, in place of Pulumi's own host: it runs no code that a state holds.
plugins:
  providers:
    - name: pulumi-nodejs
      path: node_modules/defender-mssp/program/dynamicHost
`;

interface ProjectPlugins {
  readonly plugins?: { readonly providers?: readonly { readonly name?: unknown; readonly path?: unknown }[] };
}

/**
 * The advice for a project whose `Pulumi.yaml` does not name this package's host of dynamic
 * resources: without it, the engine runs code that a state holds. Undefined where it does.
 */
export async function dynamicHostNote(from: string): Promise<string | undefined> {
  const { folder } = await readProject(from);
  const content = (parseAsEngine(await readFile(path.join(folder, "Pulumi.yaml"), "utf8")) ?? {}) as ProjectPlugins;
  const host = path.join(packageRoot(), "program", "dynamicHost");
  const named = [content.plugins?.providers ?? []].flat().find(({ name }) => name === "pulumi-nodejs")?.path;
  if (typeof named === "string" && isHost(path.resolve(folder, named), host)) return undefined;
  const shown = path.relative(folder, host).split(path.sep).join("/");
  const place = shown.startsWith("../") ? "node_modules/defender-mssp/program/dynamicHost" : shown;
  return (
    `Pulumi.yaml does not name this package's host of dynamic resources: \`preview --refresh\`, \`up --refresh\` and ` +
    `\`destroy\` run code that the state holds. Add under "plugins", "providers": { name: pulumi-nodejs, path: ${place} }.`
  );
}

function isHost(named: string, host: string): boolean {
  try {
    const file = path.join(named, executable);
    accessSync(file, constants.X_OK);
    return readFileSync(file, "utf8") === readFileSync(path.join(host, executable), "utf8");
  } catch {
    return false;
  }
}
