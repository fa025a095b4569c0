// What Pulumi runs. In a checkout, esbuild compiles `index.ts` while this process loads the
// packages that the program needs: Pulumi's own way, ts-node, takes half a second of every preview.
// An installed package holds the compiled program (program/compile.js).
"use strict";

const Module = require("node:module");
const path = require("node:path");

const tooOld = require("./program/nodeVersion.js").tooOld();
if (tooOld) {
  console.error(tooOld);
  process.exit(1);
}
const { stateOfRun } = require("./program/sdk/runState.js");
const { wholeOutputs } = require("./program/sdk/wholeOutputs.js");
const {
  loadSdk,
  withoutPromiseTraces,
  withoutSdkSourceMaps,
  withoutSourcePositions,
} = require("./program/sdk/shortcuts.js");
const { RunError } = loadSdk(() => require("@pulumi/pulumi"));
const { compiled, targets } = require("./program/compile.js");

// An error that is shown gets its places in our sources from `showSources`.
withoutSdkSourceMaps();
withoutSourcePositions();
withoutPromiseTraces();

const compiling = compiled(targets.program).catch(({ message, compilerText }) => {
  throw new RunError(compilerText ?? message);
});
for (const needed of ["@pulumi/azuread", "zod/mini", "@defender-mssp/microsoft"]) require(needed);

/**
 * Ends what the run before has left in this process: `mssp fleet` calls the program once for each
 * stack.
 */
let forgetRun = () => {};

/** Events of the process: an error that no code handles. */
const unhandled = ["uncaughtException", "unhandledRejection"];

/** The program. The SDK calls it, and makes outputs of what it returns. */
module.exports = async () => {
  const { code, map } = await compiling;
  forgetRun();
  const program = new Module(path.join(__dirname, "index.js"), module);
  program.paths = module.paths;
  const show = (error) => showSources(error, program.id, map);
  for (const event of unhandled) process.prependListener(event, show);
  program._compile(code, program.id);
  const { exports } = program;
  const early = endedEarly();
  forgetRun = () => {
    for (const event of unhandled) process.off(event, show);
    early.forget();
    module.children = module.children.filter((child) => child !== program);
  };
  return Promise.race([outputsOf(exports), early.promise]);
};

/** The outputs of a program, which may be a function. */
async function outputsOf(exports) {
  return wholeOutputs(await (typeof exports === "function" ? exports() : exports));
}

/**
 * Fails when Node.js has no work left before the program has ended. The SDK would tell the engine
 * then that all resources are declared, and the engine would delete those that are not.
 */
function endedEarly() {
  const run = stateOfRun();
  let reported;
  const report = (error) => (reported ??= error);
  let fail = () => {};
  const promise = new Promise((_, reject) => {
    fail = () => {
      // The engine has ended the run, and has said why.
      if (run?.terminated === true) return;
      // The SDK has reported an error that nothing handled, and reports the same one only once.
      reject(reported ?? new RunError(unfinished));
    };
    process.once("beforeExit", fail);
    for (const event of unhandled) process.on(event, report);
  });
  const forget = () => {
    process.off("beforeExit", fail);
    for (const event of unhandled) process.off(event, report);
  };
  return { promise, forget };
}

const unfinished =
  "The program ended before it was finished: it waits for a promise that never settles, so nothing was deleted. " +
  'Look for it in the extension (setting "extension"); then run `npx pulumi up --refresh`.';

/** Puts the places in the TypeScript files into the stacks of an error and its causes. */
function showSources(error, file, map) {
  const sources = new Module.SourceMap(JSON.parse(map));
  for (let current = error, depth = 0; current instanceof Error && depth < 10; current = current.cause, depth++) {
    const lines = current.stack?.split("\n") ?? [];
    current.stack = lines.map((line) => showSource(line, file, sources)).join("\n");
  }
}

function showSource(line, file, sources) {
  const at = line.indexOf(`${file}:`);
  const [, row, column] = /^(\d+):(\d+)/.exec(line.slice(at + file.length + 1)) ?? [];
  if (at < 0 || row === undefined) return line;
  const { originalSource, originalLine, originalColumn } = sources.findEntry(row - 1, column - 1);
  if (originalSource === undefined) return line;
  const place = `${path.join(__dirname, originalSource)}:${originalLine + 1}:${originalColumn + 1}`;
  return line.slice(0, at) + place + line.slice(at + `${file}:${row}:${column}`.length);
}
