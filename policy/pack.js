// What the engine runs for `--policy-pack policy`: `pack.ts`, compiled by esbuild while this process loads gRPC, as ../launcher.js does it.
//
// `@pulumi/policy` needs of the SDK only the classes of assets. The whole SDK would load TypeScript and npm's libraries, which takes
// longer than everything else here: so `@pulumi/policy` is compiled in, with those classes in place of the SDK.
"use strict";

const Module = require("node:module");
const path = require("node:path");
const esbuild = require("esbuild");

const neededAtOnce = [
  "@grpc/grpc-js",
  "@pulumi/pulumi/proto/analyzer_grpc_pb",
  "@pulumi/pulumi/runtime/rpc",
  "@defender-mssp/microsoft",
];

run().catch((error) => {
  process.stderr.write(`${error.compiler ? error.message : error.stack}\n`);
  process.exit(1);
});

async function run() {
  const compiling = compile();
  for (const needed of neededAtOnce) require(needed);
  // The engine asks about each resource twice: first whether a rule would change it, which none of this pack's does. Told once that the
  // pack doesn't serve that, as older packs don't, it goes on.
  delete require("@pulumi/pulumi/proto/analyzer_grpc_pb").AnalyzerService.remediate;
  const code = await compiling;
  // An error in a rule shows its place in the TypeScript file. What is loaded already has no maps read for it.
  process.setSourceMapsEnabled(true);
  const program = new Module(path.join(__dirname, "pack.compiled.js"), module);
  program.paths = module.paths;
  program._compile(code, program.id);
}

async function compile() {
  try {
    const { outputFiles } = await esbuild.build({
      absWorkingDir: __dirname,
      entryPoints: ["pack.ts"],
      outfile: "pack.compiled.js",
      bundle: true,
      platform: "node",
      target: "node20",
      sourcemap: "inline",
      sourcesContent: false,
      write: false,
      logLevel: "silent",
      plugins: [{ name: "small SDK", setup: takeSmallSdk }],
    });
    return outputFiles[0].text;
  } catch ({ errors = [], message }) {
    const places = await esbuild.formatMessages(errors, { kind: "error" });
    const text = `The policy pack does not compile; nothing was changed.\n${places.join("") || message}`;
    throw Object.assign(new Error(text), { compiler: true });
  }
}

/** Ours and `@pulumi/policy` are compiled in; every other package is required as it is. */
function takeSmallSdk({ onResolve, onLoad }) {
  onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) => {
    if (kind === "entry-point" || name === "@pulumi/policy") return undefined;
    return name === "@pulumi/pulumi" ? { path: name, namespace: "small-sdk" } : { path: name, external: true };
  });
  onLoad({ filter: /.*/, namespace: "small-sdk" }, () => ({
    contents: `export * as asset from "@pulumi/pulumi/asset"; export { Output } from "@pulumi/pulumi/output";`,
    resolveDir: __dirname,
  }));
}
