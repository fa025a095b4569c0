#!/usr/bin/env node
// Starts the `mssp` command. In a checkout it compiles first whatever changed since the last build,
// so that what runs is always what the sources say; in an installed package there are no sources
// and it starts at once.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const tooOld = require("../program/nodeVersion.js").tooOld();
if (tooOld) {
  process.stderr.write("mssp: " + tooOld + "\n");
  process.exit(1);
}
const builder = path.join(root, "dev", "build", "build.js");
const record = path.join(root, "dist", ".build.json");

/**
 * Whether a file or a folder's source was changed after `time` (ms since the epoch), copies that keep
 * an older time included. A folder's own time tells of sources that were added, removed or renamed.
 */
function isNewer(place, time) {
  const stat = fs.statSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (stat.ctimeMs > time) return true;
  return (
    stat.isDirectory() &&
    fs.readdirSync(place, { withFileTypes: true }).some((entry) => {
      const isSource = entry.isDirectory() || (/\.(tsx?|js)$/.test(entry.name) && !entry.name.endsWith(".d.ts"));
      return isSource && isNewer(`${place}/${entry.name}`, time);
    })
  );
}

/** Adds what the build of a project compiles, of the projects that it refers to, too: file or folder. */
function addSources(project, places = new Set()) {
  if (places.has(project)) return places;
  places.add(project);
  const { include, references = [] } = JSON.parse(fs.readFileSync(project, "utf8"));
  const folder = path.dirname(project);
  for (const name of include) places.add(path.join(folder, name));
  for (const { path: name } of references) addSources(path.join(folder, name, "tsconfig.json"), places);
  return places;
}

/** What the list of commands runs. To look at all sources takes as long as that list. */
function sourcesOfHelp() {
  const cli = ["main.ts", "run.ts", "program.ts", "views.ts", "base"].map((name) => `cli/${name}`);
  const siem = ["descriptions.ts", "processClock.ts"].map((name) => `packages/siem/src/${name}`);
  return [...cli, "packages/terminal/src", ...siem];
}

function isStale() {
  if (!fs.existsSync(builder)) return false;
  if (!fs.existsSync(record)) return true;
  const built = fs.statSync(record).mtimeMs;
  const isHelp = /^(--help|-h|help)$/.test(process.argv.slice(2).join(" "));
  const only = isHelp ? sourcesOfHelp() : undefined;
  const compilers = [builder, ...["tsconfig.base.json", "node_modules/esbuild/package.json"].map(within)];
  const places = only?.map(within) ?? [...compilers, ...addSources(within("tsconfig.build.json"))];
  // Only where something is newer is it compared with what was built: that takes longer.
  return places.some((place) => isNewer(place, built)) && require(builder).isStale(root, only);
}

function within(name) {
  return path.join(root, name);
}

if (isStale()) {
  process.stderr.write("Compiling…\n");
  const { spawnSync } = require("node:child_process");
  // stdout belongs to the command: what the compiler says goes to stderr.
  const build = spawnSync(process.execPath, [builder], { stdio: ["ignore", 2, 2] });
  if (build.status !== 0) {
    process.stderr.write("mssp: the sources were not compiled; the reason is above.\n");
    process.exit(1);
  }
}

require(path.join(root, "dist", "cli", "main.js"));
