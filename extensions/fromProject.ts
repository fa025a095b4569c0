/**
 * Extensions of an installed package: modules of the customers' repository. In a checkout
 * `fromCheckout.ts` stands in its place.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { ExtensionModule } from "./fromCheckout";

/** `.ts` runs where Node.js strips types: from 22.18 on. */
const endings = [".js", ".cjs", ".mjs", ".ts"];

/** Finds the module. @throws pulumi.RunError where there is none; `load` where it does not load. */
export function extensionModule(name: string): ExtensionModule {
  // The program runs in the package's folder; the extensions are the project's.
  const folder = path.join(pulumi.runtime.getRootDirectory(), "extensions");
  const module = endings.map((ending) => `${name}${ending}`).find((file) => existsSync(path.join(folder, file)));
  if (module === undefined) {
    const looked = endings.map((ending) => `extensions/${name}${ending}`).join(", ");
    throw new pulumi.RunError(`extension: there is none of ${looked}. Nothing was changed.`);
  }
  const file = `extensions/${module}`;
  return { file, load: () => load(path.join(folder, module), file) };
}

function load(file: string, shown: string): unknown {
  if (file.endsWith(".ts") && !("typescript" in process.features && process.features.typescript)) {
    throw new pulumi.RunError(
      `extension: Node.js ${process.versions.node} can't run ${shown}. Nothing was changed. ` +
        "Use Node.js 22.18 or later, or compile the module to JavaScript.",
    );
  }
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require(file) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new pulumi.RunError(`extension: ${shown} does not load. Nothing was changed.\n${reason}`);
  }
}
