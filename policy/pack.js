// What the engine runs for `--policy-pack policy`: it compiles `pack.ts` with esbuild while this process loads gRPC, as ../launcher.js does.
"use strict";

const Module = require("node:module");
const path = require("node:path");
const esbuild = require("esbuild");
const { smallSdk, withoutRemediation } = require("../sdkShortcuts.js");

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
  withoutRemediation();
  const code = await compiling;
  // An error in a rule shows its place in the TypeScript file. Packages that are loaded already get no source maps.
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
      plugins: [smallSdk],
    });
    return outputFiles[0].text;
  } catch ({ errors = [], message }) {
    const places = await esbuild.formatMessages(errors, { kind: "error" });
    const text = `The policy pack does not compile; nothing was changed.\n${places.join("") || message}`;
    throw Object.assign(new Error(text), { compiler: true });
  }
}
