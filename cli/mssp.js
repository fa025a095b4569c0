#!/usr/bin/env node
// Starts the `mssp` command. In a checkout it compiles first whatever changed since the last build,
// so that what
// runs is always what the sources say; in an installed package there are no sources and it starts
// at once.
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const tooOld = require("../nodeVersion.js").tooOld();
if (tooOld) {
  process.stderr.write("mssp: " + tooOld + "\n");
  process.exit(1);
}
const buildInfo = path.join(root, "dist", ".tsbuildinfo");

/** Whether a source file, or one below a folder, is newer than `time` (ms since the epoch). */
function hasNewerSource(place, time) {
  const stat = fs.statSync(place);
  if (!stat.isDirectory()) return /\.(tsx?|js)$/.test(place) && !place.endsWith(".d.ts") && stat.mtimeMs > time;
  const names = fs.readdirSync(place).filter((name) => name !== "node_modules" && name !== "dist");
  return names.some((name) => hasNewerSource(path.join(place, name), time));
}

/** The folders and files that the build compiles, of this project and of its packages. */
function sources(project) {
  const { include = [], references = [] } = JSON.parse(fs.readFileSync(project, "utf8"));
  const folder = path.dirname(project);
  return [
    ...include.map((name) => path.join(folder, name)),
    ...references.flatMap(({ path: name }) => sources(path.join(folder, name, "tsconfig.json"))),
  ];
}

function isStale() {
  const project = path.join(root, "tsconfig.build.json");
  if (!fs.existsSync(project)) return false;
  if (!fs.existsSync(buildInfo)) return true;
  const built = fs.statSync(buildInfo).mtimeMs;
  return sources(project).some((place) => hasNewerSource(place, built));
}

if (isStale()) {
  process.stderr.write("Compiling…\n");
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
  const now = new Date();
  fs.utimesSync(buildInfo, now, now);
}

require(path.join(root, "dist", "cli", "main.js"));
