// Compiles TypeScript while the tests load it: ts-node with esbuild in the place of the TypeScript
// compiler, which takes
// twenty times as long for the same. Types are checked by `npm run typecheck`. Child processes of
// tests load this file as well.
"use strict";

const { existsSync } = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

// Imports on demand name the compiled file, as TypeScript requires: the source is beside it.
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  if (/^\.\.?\/.*\.js$/.test(request) && parent?.filename?.endsWith(".ts")) {
    const source = path.resolve(path.dirname(parent.filename), request.replace(/\.js$/, ".ts"));
    if (existsSync(source)) return source;
  }
  return resolve.call(this, request, parent, ...rest);
};

require("ts-node").register({ transpileOnly: true, transpiler: require.resolve("./transpiler.js") });
