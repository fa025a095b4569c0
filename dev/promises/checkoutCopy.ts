/** A copy of the checkout in the temporary folder, whose code mutations change. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Mutation } from "./mutations";

const ownPackages = "@defender-mssp";

export class CheckoutCopy {
  private constructor(readonly folder: string) {}

  /**
   * Copies the files that git knows or would add, and what is built. Installed packages are linked;
   * the workspace's own ones lead to the copy.
   */
  static async create(checkout: string): Promise<CheckoutCopy> {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), "mssp-promises-")));
    const built = ["dist", ...(await readdir(path.join(checkout, "packages"))).map((name) => `packages/${name}/dist`)];
    for (const file of [...sourceFiles(checkout), ...built]) {
      const source = path.join(checkout, file);
      if (existsSync(source)) await cp(source, path.join(folder, file), { recursive: true, preserveTimestamps: true });
    }
    await linkInstalled(checkout, folder, "node_modules");
    for (const name of await readdir(path.join(checkout, "packages"))) {
      const installed = `packages/${name}/node_modules`;
      if (existsSync(path.join(checkout, installed))) await linkInstalled(checkout, folder, installed);
    }
    return new CheckoutCopy(folder);
  }

  /** Runs an action on the changed code, and undoes the change. @throws Error for a mutation that does not compile */
  async withMutation<T>(change: Pick<Mutation, "file" | "before" | "after">, action: () => Promise<T>): Promise<T> {
    const { file, before, after } = change;
    const source = path.join(this.folder, file);
    const text = await readFile(source, "utf8");
    try {
      await writeFile(
        source,
        text.replace(before, () => after),
      );
      // Commands and the engine run what is built.
      this.build();
      return await action();
    } finally {
      await writeFile(source, text);
      this.build();
    }
  }

  private build(): void {
    execFileSync(process.execPath, [path.join(this.folder, "dev/build/build.js")]);
  }

  async dispose(): Promise<void> {
    // A test that was ended may still write.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function sourceFiles(checkout: string): string[] {
  const output = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: checkout,
    encoding: "utf8",
  });
  return output.split("\0").filter((file) => file !== "");
}

async function linkInstalled(checkout: string, folder: string, place: string): Promise<void> {
  const target = path.join(folder, place);
  await mkdir(target, { recursive: true });
  for (const name of await readdir(path.join(checkout, place))) {
    if (name !== ownPackages) await symlink(path.join(checkout, place, name), path.join(target, name));
  }
  const own = path.join(checkout, place, ownPackages);
  if (!existsSync(own)) return;
  await mkdir(path.join(target, ownPackages));
  for (const name of await readdir(own))
    await symlink(path.join(folder, "packages", name), path.join(target, ownPackages, name), "dir");
}
