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

/** What the list of commands runs. To look at all sources takes as long as that list. */
function sourcesOfHelp() {
  const cli = ["main.ts", "run.ts", "program.ts", "base"].map((name) => `cli/${name}`);
  const siem = ["descriptions.ts", "sandboxClock.ts"].map((name) => `packages/siem/src/${name}`);
  return [...cli, "packages/terminal/src", ...siem];
}

function isStale() {
  if (!fs.existsSync(builder)) return false;
  const isHelp = /^(--help|-h|help)$/.test(process.argv.slice(2).join(" "));
  return require(builder).isStale(root, isHelp ? sourcesOfHelp() : undefined);
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
