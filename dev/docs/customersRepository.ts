/** `package.json` of a repository of customers: exact versions of this release. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./files";

export function templateManifest(): string {
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { readonly version: string };
  const manifest = {
    name: "customers",
    private: true,
    // Of a project from `pulumi new`, whose Pulumi.yaml names no program.
    main: "node_modules/defender-mssp/launcher.js",
    scripts: { start: "mssp start" },
    engines: { node: ">=20.19.0" },
    // Nothing needs it, and npm 11 warns of a script that is neither allowed nor denied.
    allowScripts: { protobufjs: false },
    // The engine's package downloads the engine and compares it with its pinned hash, in a pipeline
    // too.
    dependencies: { "@defender-mssp/engine": version, "defender-mssp": version },
    devDependencies: { "@defender-mssp/sandbox": version },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
