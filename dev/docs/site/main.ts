/**
 * `npm run site`: installs the site's own tools if they are not there, and builds the site of this
 * version into `vitepress/dist/<version>`. Sites of other versions in that folder stay, and each shows
 * the list. `--base` is the path at which the folder is served, `--out` another folder, and
 * `--serve` shows the site on this machine.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { VisibleError, messageOf } from "@defender-mssp/errors";
import { execa } from "execa";
import { root } from "../files";
import { jsonSchemas } from "../jsonSchemas";
import { stageSite } from "./stageSite";
import { writeVersions } from "./siteVersions";

const folder = path.join(__dirname, "vitepress");

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      base: { type: "string", default: "/" },
      out: { type: "string", default: path.join(folder, "dist") },
      serve: { type: "boolean", default: false },
    },
  });
  if (!/^\/(?:[^/]+\/)*$/.test(values.base))
    throw new VisibleError(`--base ${values.base} is no path: write / or a path such as /defender-mssp/.`);
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
  const out = path.resolve(values.out);
  const built = path.join(out, version);
  await install();
  await stageSite(path.join(folder, "pages"), jsonSchemas());
  rmSync(built, { recursive: true, force: true });
  const base = `${values.base}${version}/`;
  await vitepress("build", folder, "--base", base, "--outDir", built);
  writeVersions(out);
  console.log(`${path.relative(process.cwd(), out) || "."}: serve this folder at ${values.base}`);
  if (values.serve) await vitepress("preview", folder, "--base", base, "--outDir", built);
}

/** `npm ci`, unless what is installed is what the lockfile names. */
async function install(): Promise<void> {
  const installed = path.join(folder, "node_modules", ".package-lock.json");
  const names = (file: string) => {
    const { packages } = JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, { version?: string }> };
    const versions = Object.entries(packages).map(([place, { version }]) => `${place} ${version ?? ""}`);
    return new Set(versions);
  };
  const known = names(path.join(folder, "package-lock.json"));
  if (existsSync(installed) && [...names(installed)].every((entry) => known.has(entry))) return;
  await execa("npm", ["ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"], { stdio: "inherit" });
}

async function vitepress(...args: string[]): Promise<void> {
  const script = path.join(folder, "node_modules", "vitepress", "bin", "vitepress.js");
  await execa(process.execPath, [script, ...args], { stdio: "inherit" });
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
