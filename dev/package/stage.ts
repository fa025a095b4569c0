/**
 * Puts together what each published package holds: compiled files, types, documents, and nothing
 * that only a checkout needs.
 */
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { bundleLanguageHost, engineVersion } from "@defender-mssp/engine";
import { manual } from "@defender-mssp/siem/manual";
import { execa } from "execa";
import { bundleProgram } from "./bundleProgram";
import { baseName, packages, publishedManifest, readManifest, type PublishedPackage } from "./manifests";

/** Files of the checkout that the product holds as they are. */
const productFiles = [
  "launcher.js",
  "program/compile.js",
  "program/nodeVersion.js",
  "program/dynamicHost/pulumi-resource-pulumi-nodejs",
  "program/dynamicHost/pulumi-resource-pulumi-nodejs.cmd",
  "sdkShortcuts.js",
  "settings.schema.json",
  "cli/mssp.js",
  "plugin/index.js",
  "plugin/package.json",
  "plugin/PulumiPlugin.yaml",
  "plugin/pulumi-resource-defender-mssp",
  "policy/pack.js",
  "policy/package.json",
  "policy/PulumiPolicy.yaml",
  "policy/strict.json",
  "plugin/index.js",
  "plugin/PulumiPlugin.yaml",
  "plugin/pulumi-resource-defender-mssp",
  "plugin/schema.json",
  "templates",
  "CHANGELOG.md",
  "SECURITY.md",
  "docs",
  "examples",
];

/** Folders of `dist` that are the product's. */
const productFolders = ["cli", "components", "domain", "extensions", "plugin", "program", "settings"];

/** Files of a package besides `dist`, README and licence. */
const packageFiles: Readonly<Record<string, readonly string[]>> = {
  "packages/detections": ["rule.schema.json", "rule.test.schema.json"],
  "packages/engine": ["go.mod", "go.sum", "yamlHost"],
  "packages/kql": ["judge.js", "judgeQuery.js", "run.js"],
  "packages/siem": ["siem.js", "templates", "tickets.schema.json"],
};

/**
 * Writes each package to a folder of its own below `out`, which is made anew.
 * @returns the folders, by the packages' names.
 */
export async function stagePackages(checkout: string, out: string): Promise<ReadonlyMap<string, string>> {
  await writeDeclarations(checkout);
  await rm(out, { recursive: true, force: true });
  const folders = new Map<string, string>();
  for (const one of packages) {
    const folder = path.join(out, baseName(one.name));
    await mkdir(folder, { recursive: true });
    await stage(checkout, one, folder);
    folders.set(one.name, folder);
  }
  return folders;
}

/** Judges the types and writes the declarations beside the compiled files. @throws Error for a type error. */
async function writeDeclarations(checkout: string): Promise<void> {
  process.stderr.write("Writing the types…\n");
  const tsc = path.join(checkout, "node_modules", "typescript", "bin", "tsc");
  const args = [tsc, "-b", "tsconfig.build.json", "--emitDeclarationOnly"];
  await execa(process.execPath, args, { cwd: checkout, stdin: "ignore", stdout: "inherit", stderr: "inherit" });
}

async function stage(checkout: string, one: Omit<PublishedPackage, "name">, folder: string): Promise<void> {
  const source = path.join(checkout, one.folder);
  const manifest = publishedManifest(await readManifest(source), one);
  await writeFile(path.join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await cp(path.join(checkout, "LICENSE"), path.join(folder, "LICENSE"));
  const isProduct = one.folder === ".";
  const readme = await readFile(path.join(source, "README.md"), "utf8");
  await writeFile(path.join(folder, "README.md"), isProduct ? installedReadme(readme) : readme);
  for (const name of isProduct ? productFolders : [""]) {
    await copyCompiled(path.join(source, "dist", name), path.join(folder, "dist", name));
  }
  for (const bundle of one.bundles ?? []) {
    const place = path.join(folder, "node_modules", bundle.name);
    await mkdir(place, { recursive: true });
    await stage(checkout, bundle, place);
    await writeFile(path.join(folder, `${baseName(bundle.name)}.js`), `module.exports = require("${bundle.name}");\n`);
    await writeFile(path.join(folder, `${baseName(bundle.name)}.d.ts`), `export * from "${bundle.name}";\n`);
  }
  for (const module of one.unpublished ?? [])
    for (const ending of [".js", ".d.ts"]) await rm(path.join(folder, "dist", `${module}${ending}`));
  for (const file of isProduct ? await filesOfProduct(source) : (packageFiles[one.folder] ?? [])) {
    await cp(path.join(source, file), path.join(folder, file), { recursive: true });
  }
  if (one.folder === "packages/siem")
    for (const file of manual) await cp(path.join(checkout, file), path.join(folder, file), { recursive: true });
  if (isProduct) {
    await compileAhead(checkout, folder);
    await writeFromSources(checkout, folder);
    // Written by `npm run docs:api`, and large.
    await rm(path.join(folder, "docs", "reference", "api"), { recursive: true, force: true });
    await removeDeadLinks(folder);
    // npm leaves a .gitignore out of a package.
    const template = path.join(folder, "templates", "customers");
    await rename(path.join(template, ".gitignore"), path.join(template, "gitignore"));
  }
  if (one.folder === "packages/siem") await bundleProgram(source, path.join(folder, "dist", "main.js"));
  if (one.folder === "packages/engine") {
    await writeFile(path.join(folder, "dist", "pulumi-language-nodejs.cjs"), await bundleLanguageHost(engineVersion()));
  }
}

/** With every reach into Pulumi's SDK, which program and policy pack load. */
async function filesOfProduct(checkout: string): Promise<readonly string[]> {
  const reaches = (await readdir(path.join(checkout, "program", "sdk"))).filter((name) => name.endsWith(".js"));
  return [...productFiles, ...reaches.map((name) => `program/sdk/${name}`)];
}

/** JavaScript, the plugin's schema and types, without the maps to sources that aren't there. */
async function copyCompiled(from: string, to: string): Promise<void> {
  for (const name of await readdir(from, { recursive: true })) {
    if (!/\.(js|cjs|json|d\.ts)$/.test(name)) continue;
    const text = await readFile(path.join(from, name), "utf8");
    await mkdir(path.dirname(path.join(to, name)), { recursive: true });
    await writeFile(path.join(to, name), text.replace(/^\/\/# sourceMappingURL=.*$/m, ""));
  }
}

/** What is made of the sources and not in git: the long pages, and the JSON Schemas of `--json`. */
async function writeFromSources(checkout: string, folder: string): Promise<void> {
  const script = ["--conditions=source", "--require", "ts-node/register/transpile-only", "dev/docs/main.ts"];
  const places = ["--whole", folder, "--schemas", path.join(folder, "schemas")];
  await execa(process.execPath, [...script, ...places], { cwd: checkout, stdin: "ignore" });
}

async function compileAhead(checkout: string, folder: string): Promise<void> {
  const script = path.join(checkout, "dev", "package", "compileAhead.js");
  // The pack differs with the shortcuts into the SDK turned off; which holds is read when
  // program/compile.js loads.
  for (const shortcuts of ["on", "off"]) {
    await execa(process.execPath, [script, folder], { env: { MSSP_SDK_SHORTCUTS: shortcuts }, stdin: "ignore" });
  }
}

/** Of the README, what holds for an installed package: a checkout alone has `npm start` and the tests. */
function installedReadme(text: string): string {
  const tryIt = [
    "## Try it",
    "",
    "In a repository of customers, which `npx mssp init` creates ([Install without a registry](docs/guides/install.md)):",
    "",
    "```sh",
    "npx mssp start    # onboards a customer on the sandbox, an emulated Microsoft cloud on this machine",
    "npx mssp new contoso",
    "npx mssp docs     # all pages",
    "```",
    "",
    "",
  ];
  return text.replace(/^## Try it\n[^]*?(?=^## )/m, () => tryIt.join("\n"));
}

/** In the pages of a package, links to files that only the checkout has become text. */
async function removeDeadLinks(folder: string): Promise<void> {
  const pages = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".md"));
  for (const page of pages) {
    const file = path.join(folder, page);
    const text = await readFile(file, "utf8");
    const isDead = (target: string) =>
      !/^([a-z]+:|#)/.test(target) && !existsSync(path.join(path.dirname(file), target.replace(/#.*$/, "")));
    const changed = text.replaceAll(/(?<!!)\[([^\]]*)\]\(([^)\s]+)\)/g, (link, words: string, target: string) =>
      isDead(target) ? words : link,
    );
    if (changed !== text) await writeFile(file, changed);
  }
}
