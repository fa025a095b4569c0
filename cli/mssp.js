#!/usr/bin/env node
// Starts the `mssp` command. In a checkout it compiles first whatever changed since the last build,
// so that what runs is always what the sources say; in an installed package there are no sources
// and it starts at once.
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const tooOld = require("../program/nodeVersion.js").tooOld();
if (tooOld) {
  process.stderr.write("mssp: " + tooOld + "\n");
  process.exit(1);
}
const buildInfo = path.join(root, "dist", ".tsbuildinfo");

/**
 * Whether a file or a folder's source was changed after `time` (ms since the epoch). A folder's own
 * time tells of sources that were added, removed or renamed.
 */
function isNewer(place, time) {
  const stat = fs.statSync(place);
  if (stat.mtimeMs > time) return true;
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
  const cli = ["main.ts", "run.ts", "program.ts", "base"].map((name) => `cli/${name}`);
  const siem = ["descriptions.ts", "sandboxClock.ts"].map((name) => `packages/siem/src/${name}`);
  const sources = [...cli, "packages/terminal/src", ...siem];
  return sources.map((name) => path.join(root, name)).filter((place) => fs.existsSync(place));
}

function isStale() {
  const project = path.join(root, "tsconfig.build.json");
  if (!fs.existsSync(project)) return false;
  if (!fs.existsSync(buildInfo)) return true;
  const built = fs.statSync(buildInfo).mtimeMs;
  const isHelp = /^(--help|-h|help)$/.test(process.argv.slice(2).join(" "));
  return [...(isHelp ? sourcesOfHelp() : addSources(project))].some((place) => isNewer(place, built));
}

if (isStale()) {
  process.stderr.write("Compiling…\n");
  // What changes while it compiles is compiled by the next run.
  const began = new Date();
  const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
  const build = spawnSync(process.execPath, [tsc, "-b", "tsconfig.build.json"], {
    cwd: root,
    // stdout belongs to the command: what the compiler says goes to stderr.
    stdio: ["ignore", 2, 2],
  });
  if (build.status !== 0) {
    // The compiler has written what it could: without its record the next run compiles again
    // instead of starting that.
    fs.rmSync(buildInfo, { force: true });
    process.stderr.write("mssp: the sources do not compile; the errors are above.\n");
    process.exit(1);
  }
  fs.utimesSync(buildInfo, began, began);
}

require(path.join(root, "dist", "cli", "main.js"));
