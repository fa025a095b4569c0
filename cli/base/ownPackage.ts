/** This program's own package: where it is, and which version. `mssp --help` loads this module. */
import { readFileSync } from "node:fs";
import path from "node:path";

export const ownName = "defender-mssp";

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Folder and `package.json` of this package, or of the checkout. */
export function ownPackage(): { readonly folder: string; readonly manifest: Manifest } {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const manifest = manifestIn(folder);
    if (manifest?.name === ownName) return { folder, manifest };
    if (path.dirname(folder) === folder) throw new Error(`${__dirname} is in no package ${ownName}`);
  }
}

/** Top of the package, or of the checkout. */
export function packageRoot(): string {
  return ownPackage().folder;
}

export function ownVersion(): string {
  return ownPackage().manifest.version ?? "";
}

/** The `package.json` in a folder; undefined if it has none. */
export function manifestIn(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}
