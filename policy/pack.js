// What the engine runs for `--policy-pack policy`: `pack.ts`, compiled by esbuild while this process loads gRPC, as ../program.js does it.
//
// `@pulumi/policy` needs of the SDK only the classes of assets. The whole SDK would load TypeScript and npm's libraries, which takes
// longer than everything else here: so `@pulumi/policy` is compiled in, with those classes in place of the SDK.
"use strict";

const Module = require("node:module");
const path = require("node:path");
const esbuild = require("esbuild");

const folder = __dirname;

run().catch((error) => {
  process.stderr.write(`${error.stack ?? error}\n`);
  process.exit(1);
});

async function run() {
  const compiling = compile();
  for (const needed of [
    "@grpc/grpc-js",
    "@pulumi/pulumi/proto/analyzer_grpc_pb",
    "@pulumi/pulumi/runtime/rpc",
    "zod/mini",
  ]) {
    require(needed);
  }
  const program = new Module(path.join(folder, "pack.compiled.js"), module);
  program.paths = module.paths;
  program._compile(await compiling, program.id);
}

async function compile() {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: folder,
    entryPoints: ["pack.ts"],
    bundle: true,
    platform: "node",
    target: "node20",
    sourcemap: "inline",
    sourcesContent: false,
    write: false,
    logLevel: "silent",
    plugins: [{ name: "slim SDK", setup: slimSdk }],
  });
  return outputFiles[0].text;
}

/** Ours and `@pulumi/policy` are compiled in; every other package is required as it is. */
function slimSdk({ onResolve, onLoad }) {
  onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) => {
    if (kind === "entry-point" || name === "@pulumi/policy") return undefined;
    return name === "@pulumi/pulumi" ? { path: name, namespace: "slim-sdk" } : { path: name, external: true };
  });
  onLoad({ filter: /.*/, namespace: "slim-sdk" }, () => ({
    contents: `export * as asset from "@pulumi/pulumi/asset"; export { Output } from "@pulumi/pulumi/output";`,
    resolveDir: folder,
  }));
}
