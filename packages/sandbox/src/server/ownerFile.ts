/**
 * The file that names a sandbox's owner; `owner.ts` says how it is made. A plugin's launcher reads
 * it, so only Node.js modules are loaded here.
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

export interface HomeOwner {
  /** Process ID. */
  readonly pid: number;
  /** Port of the HTTP listener, on 127.0.0.1. */
  readonly port: number;
  /** Bearer token of the control routes. */
  readonly token: string;
}

const ownerFile = /^owner\.(\d+)\.json$/;

export function fileOf(home: string, number: number): string {
  return path.join(home, `owner.${number}.json`);
}

/**
 * The highest number of a home's files, 0 without files, and the owner that it names, which may
 * have ended.
 */
export async function latestOwner(home: string): Promise<{ number: number; owner: HomeOwner | undefined }> {
  const number = Math.max(0, ...(await ownerNumbers(home)));
  if (number === 0) return { number, owner: undefined };
  const text = await readFile(fileOf(home, number), "utf8").catch(() => "");
  return { number, owner: parsed(text) };
}

export async function ownerNumbers(home: string): Promise<number[]> {
  const names = await readdir(home).catch(() => []);
  return names.flatMap((name) => {
    const [, digits] = ownerFile.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
}

function parsed(text: string): HomeOwner | undefined {
  try {
    const { pid, port, token } = JSON.parse(text) as Partial<HomeOwner>;
    if (typeof pid !== "number" || typeof port !== "number" || typeof token !== "string") return undefined;
    return { pid, port, token };
  } catch {
    return undefined;
  }
}
