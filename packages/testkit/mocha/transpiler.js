// ts-node's interface to a compiler of single files (`transpiler` in its options), by esbuild.
"use strict";

const esbuild = require("esbuild");

exports.create = () => ({
  transpile(input, { fileName }) {
    const { code, map } = esbuild.transformSync(input, {
      loader: fileName.endsWith("x") ? "tsx" : "ts",
      format: "cjs",
      platform: "node",
      target: "node20",
      // Modules that load on demand are sources as well: compile.js finds them.
      supported: { "dynamic-import": false },
      sourcefile: fileName,
      sourcemap: "external",
      sourcesContent: false,
      jsxFactory: "h",
      jsxFragment: "Fragment",
    });
    return { outputText: code, sourceMapText: map };
  },
});
