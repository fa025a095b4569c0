// What the engine starts: the compiled plugin, with the shortcuts of program/sdk/shortcuts.js.
"use strict";

const fs = require("node:fs");
const { loadSdk, withoutSdkSourceMaps, withoutSourcePositions } = require("../program/sdk/shortcuts.js");

// Standard input is a pipe from the engine: this process must not outlive an engine that was
// killed.
const stdin = fs.fstatSync(0);
if (stdin.isFIFO() || stdin.isSocket()) {
  process.stdin
    .on("end", () => process.exit(1))
    .on("error", () => process.exit(1))
    .resume();
}

loadSdk(() => require("@pulumi/pulumi"));
withoutSdkSourceMaps();
withoutSourcePositions();
require("../dist/plugin/main.js");
