/** Extensions of a checkout: modules of this folder. In a package `fromProject.ts` stands in its place. */
import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";

/** A module that the settings name. */
export interface ExtensionModule {
  /** The file as messages show it. */
  readonly file: string;
  readonly load: () => unknown;
}

/** Finds the module. @throws pulumi.RunError where there is none. */
export function extensionModule(name: string): ExtensionModule {
  const file = `extensions/${name}.ts`;
  // The engine runs a program in its project's folder.
  if (!existsSync(file)) {
    throw new pulumi.RunError(`extension: there is no ${file}. Nothing was changed.`);
  }
  // esbuild takes every module that the pattern fits into the program; only the named one runs.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return { file, load: () => require(`./${name}.ts`) as unknown };
}
