/** The versions of the site that stand in one folder. */
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** The folders of versions, the newest first. */
export function siteVersions(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d+\.\d+\.\d+/.test(entry.name))
    .map(({ name }) => name)
    .sort((one, other) => other.localeCompare(one, "en", { numeric: true }));
}

/** Writes `versions.json`, which every version reads, and the page that leads to the newest. */
export function writeVersions(folder: string): void {
  const versions = siteVersions(folder);
  const [newest = ""] = versions;
  writeFileSync(path.join(folder, "versions.json"), `${JSON.stringify(versions)}\n`);
  writeFileSync(
    path.join(folder, "index.html"),
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>defender-mssp</title>` +
      `<meta http-equiv="refresh" content="0; url=${newest}/"><p><a href="${newest}/">Documentation of ${newest}</a></p></html>\n`,
  );
}
