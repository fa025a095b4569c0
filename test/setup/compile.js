// Compiles TypeScript while the tests load it: ts-node with esbuild in the place of the TypeScript
// compiler, which takes
// twenty times as long for the same. Types are checked by `npm run typecheck`. Child processes of
// tests load this file as well.
"use strict";

require("ts-node").register({ transpileOnly: true, transpiler: require.resolve("./transpiler.js") });
