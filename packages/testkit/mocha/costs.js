// What each test file costs: with TEST_RECORD=<file>, a line of JSON for each goes there. Loading the
// file counts, and every process that it started.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { processTree } = require("../src/processTree.ts");

let before = 0;

exports.mochaHooks = {
  // mocha's workers run root hooks once for each file.
  afterAll() {
    const tree = processTree();
    const root = this.test.parent;
    const file = (root.suites[0] ?? root.tests[0])?.file;
    if (tree === undefined || file === undefined) return;
    const seconds = Math.round((tree.seconds - before) * 100) / 100;
    before = tree.seconds;
    // These two serve the next file as well, and end with the worker.
    const left = tree.children.filter((name) => name !== "esbuild" && name !== "sharedRuntime");
    const line = { file: path.relative(".", file), seconds, ...(left.length > 0 ? { left } : {}) };
    fs.appendFileSync(process.env.TEST_RECORD, `${JSON.stringify(line)}\n`);
  },
};
