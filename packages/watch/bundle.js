// Bundles the sources into `mssp-watch.mjs`, one file that needs Node.js only. Two builds of the same sources are byte-equal.
"use strict";

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { buildSync } = require("esbuild");

const checkout = path.join(__dirname, "..", "..");

/** Writes the file and its hash beside it. @returns the SHA-256 in hexadecimal. */
exports.bundle = function (folder) {
  const outfile = path.join(folder, "mssp-watch.mjs");
  fs.mkdirSync(folder, { recursive: true });
  const script = fs.readFileSync(path.join(checkout, "packages", "pages", "src", "browser", "page.js"), "utf8");
  const manifest = JSON.parse(fs.readFileSync(path.join(__dirname, "package.json"), "utf8"));
  buildSync({
    absWorkingDir: checkout,
    entryPoints: ["packages/watch/src/main.ts"],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    // The sources of the packages are exported for `require`.
    conditions: ["source", "require"],
    tsconfig: "tsconfig.base.json",
    charset: "utf8",
    define: { bundledPageScript: JSON.stringify(script), bundledVersion: JSON.stringify(manifest.version) },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "inline",
    // CommonJS inside of an ES module asks for Node.js's own modules by `require`.
    banner: {
      js:
        "#!/usr/bin/env node\n" +
        'import { createRequire as createRequireHere } from "node:module";\n' +
        "const require = createRequireHere(import.meta.url);",
    },
    logLevel: "error",
  });
  fs.chmodSync(outfile, 0o755);
  const hash = createHash("sha256").update(fs.readFileSync(outfile)).digest("hex");
  fs.writeFileSync(`${outfile}.sha256`, `${hash}  mssp-watch.mjs\n`);
  return hash;
};

if (require.main === module) {
  const folder = process.argv[2] ?? path.join(__dirname, "dist");
  console.log(`${exports.bundle(folder)}  ${path.join(folder, "mssp-watch.mjs")}`);
}
