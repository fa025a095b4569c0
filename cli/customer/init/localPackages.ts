/** The packages of this version as tarballs in a folder, as `npm run package` writes them. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { ownVersion } from "../../base/ownPackage";
import { packedManifest } from "../../base/packedManifest";
import { isPublishedName, publishedPackages, type PublishedName } from "../../base/publishedPackages";

export interface LocalPackage {
  readonly name: PublishedName;
  /** Absolute path of the tarball. */
  readonly file: string;
}

/** Where a repository of customers keeps the tarballs. */
export const vendorFolder = "vendor";

const remedy =
  "`npm run package` in a checkout of defender-mssp writes one tarball of each package. Nothing was created.";

/**
 * Reads the folder: one tarball of each package, all of this version, and no other tarball.
 * @throws VisibleError otherwise.
 */
export async function localPackages(folder: string): Promise<readonly LocalPackage[]> {
  const files = await tarballsIn(folder);
  const tarballs = await Promise.all(files.map((file) => localPackage(folder, file)));
  const refuse = (problem: string) => {
    throw new VisibleError(`--packages ${folder}: ${problem} ${remedy}`);
  };
  for (const name of publishedPackages) {
    const [first, second] = tarballs.filter((tarball) => tarball.name === name);
    if (first === undefined) return refuse(`the tarball of ${name} is missing.`);
    if (second !== undefined) return refuse(`${first.base} and ${second.base} are both ${name}: remove one of them.`);
    if (first.version !== ownVersion())
      return refuse(`${first.base} is version ${first.version}, and this command is ${ownVersion()}.`);
  }
  return tarballs.map(({ name, base }) => ({ name, file: path.join(folder, base) }));
}

async function tarballsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "no such folder" : code === "ENOTDIR" ? "a file, not a folder" : message;
    throw new VisibleError(`--packages ${folder}: ${reason}. ${remedy}`);
  });
  const tarballs = names.filter((name) => name.endsWith(".tgz")).sort();
  if (tarballs.length > 0) return tarballs;
  throw new VisibleError(`--packages ${folder}: the folder has no tarball (*.tgz). ${remedy}`);
}

interface Tarball {
  readonly name: PublishedName;
  readonly version: string;
  /** Name of the file. */
  readonly base: string;
}

async function localPackage(folder: string, base: string): Promise<Tarball> {
  const manifest = await packedManifest(path.join(folder, base)).catch((error: unknown) => {
    throw new VisibleError(`--packages ${folder}: ${base} can't be read: ${messageOf(error)}. Nothing was created.`);
  });
  if (manifest === undefined)
    throw new VisibleError(`--packages ${folder}: ${base} is not the tarball of a package. ${remedy}`);
  const { name, version } = manifest;
  if (isPublishedName(name)) return { name, version, base };
  throw new VisibleError(
    `--packages ${folder}: ${base} is ${name} ${version}, no package of defender-mssp: remove it from the folder. ${remedy}`,
  );
}
