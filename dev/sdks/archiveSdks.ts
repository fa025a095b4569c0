/** The SDKs as archives of a release. */
import { cp, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { readManifest } from "../package/manifests";
import { sdkLanguages } from "./generateSdks";

/**
 * Packs each SDK below `out` as `defender-mssp-sdk-<language>-<version>.tar.gz`, with the licence.
 * `pip install` takes the archive for Python as it is.
 * @returns the archives.
 */
export async function archiveSdks(checkout: string, out: string): Promise<string[]> {
  const { version } = await readManifest(checkout);
  const archives: string[] = [];
  for (const language of sdkLanguages) {
    const name = `defender-mssp-sdk-${language}-${version}`;
    const folder = path.join(out, name);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await cp(path.join(out, language), folder, { recursive: true });
    await cp(path.join(checkout, "LICENSE"), path.join(folder, "LICENSE"));
    const archive = path.join(out, `${name}.tar.gz`);
    await execa("tar", ["-czf", archive, "-C", out, name], { stdin: "ignore" });
    await rm(folder, { recursive: true });
    archives.push(archive);
  }
  return archives;
}
