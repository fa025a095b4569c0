/**
 * Extensions of an installed package: modules of the customers' repository. In a checkout
 * `index.ts` stands in its place.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Extension } from "./index";

export type { ExtendedCustomer, Extension } from "./index";

/** `.ts` runs where Node.js strips types: from 22.18 on. */
const endings = [".js", ".cjs", ".mjs", ".ts"];

/**
 * Loads the module that the settings name. For before the first declaration.
 *
 * @throws pulumi.RunError where there is none of that name, it does not load, or it exports no
 * `extend`.
 */
export function loadExtension(name: string): Extension {
  // The program runs in the package's folder; the extensions are the project's.
  const folder = path.join(pulumi.runtime.getRootDirectory(), "extensions");
  const found = endings.map((ending) => `${name}${ending}`).find((file) => existsSync(path.join(folder, file)));
  if (found === undefined) {
    const looked = endings.map((ending) => `extensions/${name}${ending}`).join(", ");
    throw new pulumi.RunError(`extension: there is none of ${looked}. Nothing was changed.`);
  }
  const { extend } = load(path.join(folder, found), `extensions/${found}`);
  if (typeof extend !== "function") {
    throw new pulumi.RunError(`extension: extensions/${found} exports no function "extend". Nothing was changed.`);
  }
  return extend;
}

function load(file: string, shown: string): { readonly extend?: Extension } {
  if (file.endsWith(".ts") && !("typescript" in process.features && process.features.typescript)) {
    throw new pulumi.RunError(
      `extension: Node.js ${process.versions.node} can't run ${shown}. Nothing was changed. ` +
        "Use Node.js 22.18 or later, or compile the module to JavaScript.",
    );
  }
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require(file) as { readonly extend?: Extension };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new pulumi.RunError(`extension: ${shown} does not load. Nothing was changed.\n${reason}`);
  }
}
