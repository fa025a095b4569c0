/** The files that an upgrade replaces, all or none. */
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { isPublishedName } from "../../base/publishedPackages";
import { exists } from "../../base/exists";
import { vendoredPath, vendorFolder } from "../../base/localPackages";
import type { NextVersion } from "./readNewVersion";

export const manifestFile = "package.json";
export const lockFile = "package-lock.json";

/** package.json and the tarballs as they will be, and the lockfile without the former packages. */
export async function writeDraft(folder: string, draft: string, { manifest, packages }: NextVersion): Promise<void> {
  await writeWholeFile(path.join(draft, manifestFile), `${JSON.stringify(manifest, undefined, 2)}\n`);
  const lock = await readFile(path.join(folder, lockFile), "utf8").catch(() => undefined);
  if (lock !== undefined) await writeWholeFile(path.join(draft, lockFile), withoutOwn(lock));
  if (await exists(path.join(folder, vendorFolder)))
    await cp(path.join(folder, vendorFolder), path.join(draft, vendorFolder), { recursive: true });
  if (packages.length > 0) await mkdir(path.join(draft, vendorFolder), { recursive: true });
  for (const local of packages) await copyFile(local.file, path.join(draft, vendoredPath(local)));
  if (await exists(path.join(folder, ".npmrc")))
    await copyFile(path.join(folder, ".npmrc"), path.join(draft, ".npmrc"));
}

/** npm would keep the hash of a tarball with the same name. */
function withoutOwn(lock: string): string {
  const content = Object(JSON.parse(lock)) as { readonly packages?: Readonly<Record<string, unknown>> };
  const entries = Object.entries(content.packages ?? {});
  // The sandbox's tarball brings a package that has no tarball of its own.
  const isOwn = (name: string) => isPublishedName(name) || name.startsWith("@defender-mssp/");
  const others = entries.filter(([place]) => !isOwn(place.replace(/^.*node_modules\//, "")));
  return `${JSON.stringify({ ...content, packages: Object.fromEntries(others) }, undefined, 2)}\n`;
}

/** The files that an upgrade replaces, as they were before. */
export class ReplacedFiles {
  private constructor(
    private readonly folder: string,
    private readonly next: NextVersion,
    /** By their path in the repository; undefined where there was none. */
    private readonly before: ReadonlyMap<string, Buffer | undefined>,
  ) {}

  static async read(folder: string, next: NextVersion): Promise<ReplacedFiles> {
    const names = [manifestFile, lockFile, ...(await vendored(folder)), ...next.packages.map(vendoredPath)];
    const contents = names.map(async (name) => {
      const content = await readFile(path.join(folder, name)).catch(() => undefined);
      return [name, content] as const;
    });
    return new ReplacedFiles(folder, next, new Map(await Promise.all(contents)));
  }

  /** package.json comes last: it names what the others have. */
  async replace(draft: string): Promise<void> {
    const { packages } = this.next;
    if (packages.length > 0) await mkdir(path.join(this.folder, vendorFolder), { recursive: true });
    for (const local of packages) await copyFile(local.file, path.join(this.folder, vendoredPath(local)));
    for (const name of [lockFile, manifestFile])
      await writeWholeFile(path.join(this.folder, name), await readFile(path.join(draft, name), "utf8"));
    const current = new Set(packages.map(vendoredPath));
    for (const name of await vendored(this.folder))
      if (packages.length > 0 && !current.has(name)) await rm(path.join(this.folder, name));
  }

  async restore(): Promise<void> {
    for (const [name, content] of this.before) {
      const file = path.join(this.folder, name);
      const current = await readFile(file).catch(() => undefined);
      if (content === undefined) await rm(file, { force: true });
      else if (current?.equals(content) !== true) await writeFile(file, content);
    }
  }
}

/** This program's tarballs in `vendor/`, from the top of the repository. */
export async function vendored(folder: string): Promise<string[]> {
  const names = await readdir(path.join(folder, vendorFolder)).catch(() => []);
  return names.filter((name) => /^defender-mssp-.*\.tgz$/.test(name)).map((name) => `${vendorFolder}/${name}`);
}
