// What the engine runs for `--policy-pack policy`: in a checkout it compiles `pack.ts` while this
// process loads gRPC, as ../launcher.js does.
"use strict";

const Module = require("node:module");
const path = require("node:path");
const { compiled, targets } = require("../program/compile.js");
const { withoutRemediation } = require("../program/sdk/remediation.js");

const neededAtOnce = [
  "@grpc/grpc-js",
  "@pulumi/pulumi/proto/analyzer_grpc_pb",
  "@pulumi/pulumi/runtime/rpc",
  "@defender-mssp/microsoft",
];

run().catch((error) => {
  process.stderr.write(`${error.compilerText ?? error.stack}\n`);
  process.exit(1);
});

async function run() {
  const compiling = compiled(targets.policyPack);
  for (const needed of neededAtOnce) require(needed);
  withoutRemediation();
  const { code, map } = await compiling;
  // An error in a rule shows its place in the TypeScript file. Packages that are loaded already get
  // no source maps.
  process.setSourceMapsEnabled(true);
  const program = new Module(path.join(__dirname, "pack.compiled.js"), module);
  program.paths = module.paths;
  const inlineMap = Buffer.from(map).toString("base64");
  program._compile(`${code}\n//# sourceMappingURL=data:application/json;base64,${inlineMap}`, program.id);
}
