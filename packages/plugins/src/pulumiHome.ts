/**
 * The sandbox's own Pulumi homes, one for each set of plugins: `versions` is the user's engine,
 * `plugins` holds launchers. Nothing in the user's own Pulumi home is changed.
 */
import { access, constants, lstat, mkdir, readdir, readlink, realpath, rm, stat, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { guarded, isSandboxHome, writeWhenDifferent } from "@defender-mssp/sandbox";
import { compiledFile } from "./compiled";
import { standInPlugins } from "./standInPlugins";

/** Which provider plugins a command uses: the stand-ins of this package, or the official ones. */
export type PluginSet = "stand-in" | "official";

export interface PulumiHome {
  readonly home: string;
  /** Messages for the user, one line each. */
  readonly notes: readonly string[];
}

/** A provider plugin by name and exact version, without a leading `v`. */
export interface PluginVersion {
  readonly name: string;
  readonly version: string;
}

/** The engine's folders in a sandbox's home: the stacks' state, and a Pulumi home for each set of plugins. */
export function pulumiFolders(sandbox: string): { readonly state: string; readonly homes: string } {
  const folder = path.resolve(sandbox);
  return { state: path.join(folder, "state"), homes: path.join(folder, "pulumi") };
}

/** Creates or updates the Pulumi home of a set of plugins. @param sandbox its home. */
export async function preparePulumiHome(
  sandbox: string,
  plugins: PluginSet,
  user: NodeJS.ProcessEnv,
): Promise<PulumiHome> {
  const home = path.join(pulumiFolders(sandbox).homes, plugins);
  return guarded(home, async () => {
    await mkdir(path.join(home, "plugins"), { recursive: true });
    await linkEngine(home, user);
    if (plugins === "stand-in") {
      const launcher = compiledFile("launcher.js");
      for (const plugin of standInPlugins) {
        await writeLauncher(home, plugin, [process.execPath, launcher, path.resolve(sandbox), plugin.name]);
      }
      return { home, notes: [] };
    }
    const notes: string[] = [];
    for (const plugin of standInPlugins) notes.push(await takeOfficial(home, plugin, user));
    return { home, notes };
  });
}

/** The user's Pulumi home: PULUMI_HOME, else `.pulumi` in the home folder. */
function userPulumiHome(user: NodeJS.ProcessEnv): string {
  const named = user["PULUMI_HOME"];
  return named === undefined || named === "" ? defaultPulumiHome(user) : path.resolve(named);
}

function defaultPulumiHome(user: NodeJS.ProcessEnv): string {
  return path.join(user["HOME"] ?? os.homedir(), ".pulumi");
}

/**
 * `versions` leads to the engine that the user has. Inside a sandbox's command PULUMI_HOME is a
 * sandbox's already: follow its link.
 */
async function linkEngine(home: string, user: NodeJS.ProcessEnv): Promise<void> {
  const target = await realpath(path.join(userPulumiHome(user), "versions")).catch(() => undefined);
  const link = path.join(home, "versions");
  const before = await lstat(link).catch(() => undefined);
  if (target === undefined || target === link) return;
  if (before?.isSymbolicLink() === true) {
    if ((await readlink(link)) === target) return;
    await rm(link);
  } else if (before !== undefined) {
    // An engine was downloaded here while the user had none.
    return;
  }
  await symlink(target, link).catch((error: unknown) => {
    // Another command has just made it.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
}

async function writeLauncher(home: string, plugin: PluginVersion, command: readonly string[]): Promise<void> {
  const folder = path.join(home, "plugins", `resource-${plugin.name}-v${plugin.version}`);
  await mkdir(folder, { recursive: true });
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  await writeWhenDifferent(
    path.join(folder, `pulumi-resource-${plugin.name}`),
    `#!/bin/sh\nexec ${quoted} "$@"\n`,
    0o755,
  );
}

/**
 * Creates a launcher of the user's own plugin and reports it. Without one the engine downloads it.
 */
async function takeOfficial(home: string, plugin: PluginVersion, user: NodeJS.ProcessEnv): Promise<string> {
  const name = `${plugin.name} ${plugin.version}`;
  const file = `pulumi-resource-${plugin.name}`;
  const installed = await firstExecutable(await installedIn(user, plugin, file));
  if (installed !== undefined) {
    await writeLauncher(home, plugin, [installed]);
    return `official plugin ${name}: ${installed}`;
  }
  const folders = (user["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const onPath = await firstExecutable(folders.map((folder) => path.join(folder, file)));
  if (onPath !== undefined) {
    await writeLauncher(home, plugin, [onPath]);
    return `official plugin ${plugin.name} from PATH, whose version nobody has checked: ${onPath}`;
  }
  // A launcher from an earlier run may point to a missing plugin.
  await removeLauncher(home, plugin, file);
  return `official plugin ${name}: found neither in ${path.join(userPulumiHome(user), "plugins")} nor on PATH; the engine downloads it`;
}

/**
 * The plugin's place in the user's Pulumi homes: PULUMI_HOME, and the one in the home folder.
 * Inside a sandbox's command PULUMI_HOME is a sandbox's; its engine's link leads to the user's.
 */
async function installedIn(user: NodeJS.ProcessEnv, plugin: PluginVersion, file: string): Promise<string[]> {
  const named = userPulumiHome(user);
  const engine = await realpath(path.join(named, "versions")).catch(() => undefined);
  const isSandboxes = await isSandboxHome(path.dirname(path.dirname(named)));
  const homes = [
    ...(isSandboxes ? [] : [named]),
    ...(engine === undefined || path.dirname(engine) === named ? [] : [path.dirname(engine)]),
    defaultPulumiHome(user),
  ];
  return [...new Set(homes)].map((home) =>
    path.join(home, "plugins", `resource-${plugin.name}-v${plugin.version}`, file),
  );
}

async function firstExecutable(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

async function removeLauncher(home: string, plugin: PluginVersion, file: string): Promise<void> {
  const folder = path.join(home, "plugins", `resource-${plugin.name}-v${plugin.version}`);
  const content = await readdir(folder).catch(() => []);
  // A downloaded plugin has more files than a launcher.
  if (content.length === 1 && (await isLauncher(path.join(folder, file)))) await rm(folder, { recursive: true });
}

async function isLauncher(file: string): Promise<boolean> {
  const { size } = await lstat(file);
  return size < 4096;
}
