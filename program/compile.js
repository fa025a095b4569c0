// The program and the policy pack, each as one file of JavaScript. A checkout compiles them at each
// run, so that what runs is what the sources say; an installed package has no sources and holds
// what `npm run package` compiled.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { isOn } = require("./sdk/isOn.js");
const { smallSdk } = require("./sdk/smallSdk.js");

const root = path.dirname(__dirname);

const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  sourcesContent: false,
  write: false,
  logLevel: "silent",
};

/** What esbuild makes of the sources. `dev/package` uses the same. */
exports.targets = {
  program: {
    failure: "The program does not compile; nothing was changed.",
    entry: path.join(root, "index.ts"),
    ahead: () => path.join(root, "program.compiled.js"),
    options: () => ({ ...common, packages: "external", sourcemap: "external", outfile: "index.js" }),
  },
  policyPack: {
    failure: "The policy pack does not compile; nothing was changed.",
    entry: path.join(root, "policy", "pack.ts"),
    ahead: () => path.join(root, "policy", isOn ? "pack.compiled.js" : "pack.compiled-whole-sdk.js"),
    options: () => ({ ...common, plugins: [smallSdk], sourcemap: "external", outfile: "pack.compiled.js" }),
  },
};

/**
 * @returns the code, and its source map as text; rejects with `compilerText` where the sources do
 * not compile.
 */
exports.compiled = async function (target) {
  if (!fs.existsSync(target.entry)) {
    const file = target.ahead();
    const read = (name) => fs.promises.readFile(name, "utf8");
    const [code, map] = await Promise.all([read(file), read(`${file}.map`)]);
    return { code, map };
  }
  return exports.compile(target);
};

/** Compiles the sources now; `plugins` in addition to the target's own. */
exports.compile = async function ({ failure, entry, options }, plugins = []) {
  const esbuild = require("esbuild");
  const { plugins: own = [], ...others } = options();
  try {
    const { outputFiles } = await esbuild.build({
      ...others,
      absWorkingDir: path.dirname(entry),
      entryPoints: [path.basename(entry)],
      plugins: [...plugins, ...own],
    });
    const [map, code] = outputFiles.map(({ text }) => text);
    return { code, map };
  } catch ({ errors = [], message }) {
    const places = await esbuild.formatMessages(errors, { kind: "error" });
    const text = `${failure}\n${places.join("") || message}`;
    throw Object.assign(new Error(text), { compilerText: text });
  }
};
