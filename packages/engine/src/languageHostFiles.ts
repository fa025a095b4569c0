/**
 * The files that make the Node language host, which is written in ./languageHost, usable by an
 * engine.
 */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** A line of ours in the launchers, by which a later run recognises what it may replace. */
const mark = "# Part of the Node language host that was built with the engine.";

/** Packages whose code ends up in the bundle. */
const bundledPackages = ["@grpc/grpc-js", "@pulumi/pulumi", "google-protobuf", "esbuild"];

const bundleFile = "pulumi-language-nodejs.cjs";
const dynamicProviderFile = "pulumi-resource-pulumi-nodejs.cjs";

/** File names within the engine's `bin` folder. */
export const launchers = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"] as const;

export interface InstalledFile {
  name: string;
  content: string;
  executable: boolean;
}

/**
 * Everything that goes beside an engine without a language host of its own. The host is bundled
 * into one file: the engine is shared by all projects of this machine, and has to work when the
 * checkout that built it is gone.
 */
export async function languageHostFiles(engineVersion: string): Promise<InstalledFile[]> {
  return [
    { name: bundleFile, content: bundledAhead() ?? (await bundleLanguageHost(engineVersion)), executable: false },
    { name: dynamicProviderFile, content: dynamicProvider, executable: false },
    // The launchers come last: with them the host counts as installed.
    { name: launchers[1], content: launcher(dynamicProviderFile, false), executable: true },
    { name: launchers[0], content: launcher(bundleFile, true), executable: true },
  ];
}

/**
 * Changes whenever {@link languageHostFiles} would give something else; cheap, as it only reads the
 * sources.
 */
export function languageHostHash(engineVersion: string): string {
  const hash = crypto.createHash("sha256").update(engineVersion);
  const ahead = bundledAhead();
  if (ahead !== undefined) return hash.update(ahead).update(dynamicProvider).digest("hex");
  for (const name of bundledPackages) hash.update(packageVersion(name));
  hash.update(fs.readFileSync(require.resolve("@defender-mssp/errors/npmEnvironment")));
  hash.update(dynamicProvider).update(launcher(bundleFile, true)).update(launcher(dynamicProviderFile, false));
  const folder = path.dirname(entryPoint());
  for (const name of fs.readdirSync(folder).sort()) {
    if (/\.(?:ts|js)$/.test(name) && !name.endsWith(".d.ts")) hash.update(fs.readFileSync(path.join(folder, name)));
  }
  return hash.digest("hex");
}

/** Whether the launcher at `file` is one of ours, and not the official host. */
export function isOwnLauncher(file: string): boolean {
  try {
    // The official one is a program of many megabytes.
    return fs.statSync(file).size < 4096 && fs.readFileSync(file, "utf8").includes(mark);
  } catch {
    return false;
  }
}

/** Source when run by ts-node, compiled file when run from `dist`. */
function entryPoint(): string {
  return require.resolve("./languageHost/main");
}

/**
 * The bundle of a published package, which has no compiler: `npm run package` puts it beside this
 * file.
 */
function bundledAhead(): string | undefined {
  const file = path.join(__dirname, bundleFile);
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}

/** The host as one file, compiled from this package's files. */
export async function bundleLanguageHost(engineVersion: string): Promise<string> {
  const { build } = await import("esbuild");
  const result = await build({
    entryPoints: [entryPoint()],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    // Class and function names show in stack traces.
    keepNames: true,
    legalComments: "none",
    define: { ENGINE_VERSION: JSON.stringify(engineVersion) },
    logLevel: "silent",
  });
  const [file] = result.outputFiles;
  if (file === undefined) throw new Error("the language host's bundle is empty");
  return file.text;
}

/**
 * A launcher that runs the script beside it with the Node that PATH has, as the official ones do.
 * `exec`: the signals that the engine sends have to reach Node itself.
 */
function launcher(script: string, hideNodeOptions: boolean): string {
  return [
    "#!/bin/sh",
    mark,
    // Otherwise a program's --inspect or --require would apply to the host as well; it hands them
    // on.
    ...(hideNodeOptions ? ['export PULUMI_LANGUAGE_NODEJS_NODE_OPTIONS="$NODE_OPTIONS"', "unset NODE_OPTIONS"] : []),
    `exec node "\${0%/*}/${script}" "$@"`,
    "",
  ].join("\n");
}

/**
 * Serves the dynamic resources of the program in the working folder: the code is the SDK's that the
 * program has installed. Loading it here, instead of asking one Node where it is and starting
 * another, saves a tenth of a second for every preview.
 */
const dynamicProvider = `"use strict";
const fs = require("node:fs");
const path = require("node:path");
const Module = require("node:module");

// Standard input is a pipe from the engine: it ends when the engine is gone, and this process must not outlive it for
// longer than a call under way may take.
const stdin = fs.fstatSync(0);
if (stdin.isFIFO() || stdin.isSocket()) {
  process.stdin.on("end", () => setTimeout(() => process.exit(1), 5000)).on("error", () => process.exit(1)).resume();
}

const program = Module.createRequire(path.join(process.cwd(), "index.js"));
function find(name) {
  try {
    return program.resolve(name);
  } catch {
    return undefined;
  }
}

const script = find("@pulumi/pulumi/cmd/dynamic-provider");
if (script === undefined) {
  console.error("@pulumi/pulumi is not installed in " + process.cwd() + ": run \`pulumi install\`.");
  process.exit(1);
}

// The program may have shortcuts into its SDK, by which this process starts in two thirds of the time: its program/sdk/shortcuts.js says how.
const names = ["./sdkShortcuts.js", "defender-mssp/sdkShortcuts.js"];
const file = names.map(find).find((found) => found !== undefined);
const loadSdk = file === undefined ? (load) => load() : require(file).loadSdk;

process.argv[1] = script;
loadSdk(() => require(script));
`;

function packageVersion(name: string): string {
  let folder = path.dirname(require.resolve(name));
  while (path.basename(path.dirname(folder)) !== "node_modules" && !isPackageFolder(folder, name)) {
    folder = path.dirname(folder);
  }
  return `${name}@${(JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as { version: string }).version}`;
}

function isPackageFolder(folder: string, name: string): boolean {
  return folder.endsWith(path.join("node_modules", ...name.split("/")));
}
