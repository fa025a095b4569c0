/** An empty folder with nothing of the checkout in reach, in which the packed packages are installed. */
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { serveRegistry, type LocalRegistry } from "./registry";

export const checkout = path.resolve(__dirname, "..", "..");

export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export class Installation {
  private constructor(
    /** Empty at first. */
    readonly folder: string,
    private readonly temporary: string,
    readonly registry: LocalRegistry,
  ) {}

  static async create(): Promise<Installation> {
    const temporary = newFolder();
    await mkdir(path.join(temporary, "packed"));
    const folder = path.join(temporary, "empty");
    await mkdir(folder);
    return new Installation(folder, temporary, await serveRegistry(checkout, path.join(temporary, "packed")));
  }

  /** A command as a user of the packages types it. npm's cache is empty at first: `cache` names another one. */
  async run(
    command: readonly [string, ...string[]],
    { folder = this.folder, cache = "cache", environment = {} }: RunOptions = {},
  ): Promise<Ended> {
    const start = performance.now();
    const [name, ...args] = command;
    const { exitCode, stdout, stderr } = await execa(name, args, {
      cwd: folder,
      // What a checkout's `npm run` sets would lead npm and the commands back to the checkout.
      env: {
        ...userEnvironment(),
        npm_config_registry: this.registry.url,
        npm_config_cache: path.join(this.temporary, cache),
        ...environment,
      },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
    return { exitCode, stdout, stderr, seconds: (performance.now() - start) / 1000 };
  }

  /** Copies the tarballs that docs/guides/install.md names for a machine that only reads alerts. */
  async copySiemTarballs(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    const needed = this.registry.packages.filter(({ name }) => /\/(errors|terminal|microsoft|siem)$/.test(name));
    for (const { file } of needed) await copyFile(file, path.join(folder, path.basename(file)));
  }

  /** Writes the tarballs of the same packages with another version to a new folder. */
  async packAs(version: string, folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    for (const { file, version: packed } of this.registry.packages) {
      const content = await mkdtemp(path.join(this.temporary, "repacked-"));
      await execa("tar", ["-xzf", file, "-C", content]);
      const own = path.join(content, "package");
      const bundled = path.join(own, "node_modules", "@defender-mssp");
      const inside = (await readdir(bundled).catch(() => [])).map((name) => path.join(bundled, name));
      for (const manifest of [own, ...inside].map((place) => path.join(place, "package.json"))) {
        const text = await readFile(manifest, "utf8");
        const renamed = text
          .replace(`"version": "${packed}"`, `"version": "${version}"`)
          .replaceAll(/("@defender-mssp\/[a-z]+": )"[^"]+"/g, `$1"${version}"`);
        await writeFile(manifest, renamed);
      }
      const base = path.basename(file).replace(packed, version);
      await execa("tar", ["-czf", path.join(folder, base), "-C", content, "package"]);
      await rm(content, { recursive: true });
    }
  }

  async dispose(): Promise<void> {
    await this.registry.close();
    await rm(this.temporary, { recursive: true, force: true });
  }
}

interface RunOptions {
  readonly folder?: string;
  readonly cache?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

function userEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(npm_|NODE_OPTIONS$|INIT_CWD$|MSSP_|PULUMI_(?!HOME$)|FORCE_COLOR$|GIT_)/;
  const others = Object.entries(process.env).filter(([name]) => !ours.test(name));
  const path = (process.env["PATH"] ?? "").split(":").filter((folder) => !folder.startsWith(checkout));
  return { ...Object.fromEntries(others), PATH: path.join(":"), NO_COLOR: "1" };
}

/** Megabytes of a folder's files, as `du` rounds them up to blocks. */
export async function megabytes(folder: string): Promise<number> {
  const { stdout } = await execa("du", ["-sk", folder]);
  return Number.parseInt(stdout, 10) / 1000;
}

export async function bytesOfFiles(folder: string): Promise<number> {
  const sizes = (await filesBelow(folder)).map(async (name) => (await stat(path.join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

export async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const kinds = await Promise.all(names.map(async (name) => ({ name, found: await stat(path.join(folder, name)) })));
  return kinds.filter(({ found }) => found.isFile()).map(({ name }) => name);
}
