/** The program of a package in one file: it starts in two thirds of the time of its modules. */
import path from "node:path";
import { build } from "esbuild";
import { readManifest } from "./manifests";

/** Packages that the program loads at every start. All others load with the command that needs them. */
const bundled = ["@defender-mssp/terminal", "commander"];

/** Bundles `dist/main.js` of a package of the checkout. Its classes of errors stay those of their package. */
export async function bundleProgram(source: string, target: string): Promise<void> {
  const terminal = path.join(path.dirname(source), "terminal");
  const manifests = await Promise.all([source, terminal].map((folder) => readManifest(folder)));
  const dependencies = manifests.flatMap((manifest) => Object.keys(manifest.dependencies ?? {}));
  await build({
    entryPoints: [path.join(source, "dist", "main.js")],
    outfile: target,
    bundle: true,
    platform: "node",
    target: "node20",
    external: dependencies.filter((name) => !bundled.includes(name)),
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: "error",
  });
}
