/** The manifest and other files in a package's tarball. */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";

export interface PackedManifest {
  readonly name: string;
  readonly version: string;
}

/** Far above what a package of this project has: a tarball that unpacks to more is not read. */
const unpackedLimit = 200_000_000;
const blockSize = 512;

/**
 * Reads `package/package.json` of a tarball in npm's format (POSIX ustar, gzip).
 * @returns undefined if the file is no such tarball, or a folder.
 * @throws Error if the file can't be read.
 */
export async function packedManifest(file: string): Promise<PackedManifest | undefined> {
  try {
    const { name, version } = JSON.parse((await packedText(file, "package.json")) ?? "{}") as Record<string, unknown>;
    return typeof name === "string" && typeof version === "string" ? { name, version } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Reads a file of a package's tarball.
 * @param name its path in the package.
 * @returns undefined if the tarball does not have it, or is none.
 * @throws Error if the tarball can't be read.
 */
export async function packedText(file: string, name: string): Promise<string | undefined> {
  const packed = await readFile(file).catch(undefinedIfFolder);
  if (packed === undefined) return undefined;
  let archive: Buffer;
  try {
    archive = gunzipSync(packed, { maxOutputLength: unpackedLimit });
  } catch {
    return undefined;
  }
  return textIn(archive, `package/${name}`);
}

function textIn(archive: Buffer, name: string): string | undefined {
  for (let start = 0; start + blockSize <= archive.length;) {
    const header = archive.subarray(start, start + blockSize);
    const size = Number.parseInt(field(header, 124, 136), 8) || 0;
    const content = start + blockSize;
    if (field(header, 0, 100) === name) return archive.toString("utf8", content, content + size);
    start = content + Math.ceil(size / blockSize) * blockSize;
  }
  return undefined;
}

/** Text of a header's field, up to its NUL. */
function field(header: Buffer, from: number, to: number): string {
  return header.toString("latin1", from, to).replace(/\0.*$/s, "").trim();
}

function undefinedIfFolder(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "EISDIR") throw error;
}
