// `node dev/package/compileAhead.js <folder>`: writes the compiled program and policy pack into a
// package's folder.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { compile, targets } = require("../../program/compile.js");

const root = path.resolve(__dirname, "..", "..");

/** In a package, the extensions are modules of the customers' repository. */
const extensionsFromProject = {
  name: "extensions from the project",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/fromCheckout$/ }, () => ({ path: path.join(root, "extensions", "fromProject.ts") }));
  },
};

async function main(folder) {
  for (const target of Object.values(targets)) {
    const { code, map } = await compile(target, [extensionsFromProject]);
    const file = path.join(folder, path.relative(root, target.ahead()));
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, code);
    fs.writeFileSync(`${file}.map`, map);
  }
}

main(process.argv[2]).catch((error) => {
  process.stderr.write(`${error.compilerText ?? error.stack}\n`);
  process.exitCode = 1;
});
