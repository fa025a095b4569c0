/**
 * The package that runs queries. It is found at run time, beside this package or in the
 * project: only a repository with detection rules installs it, and its parser takes 32 MB.
 */
import path from "node:path";

/** What the sandbox calls of it. */
export interface HuntingQueryPackage {
  /** @throws UnsupportedQuery, with a message for people */
  runQuery(
    query: string,
    tables: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>,
    options: { readonly now: Date },
  ): { readonly rows: readonly Readonly<Record<string, unknown>>[] };
  defenderSchema(): { readonly tables: readonly { readonly name: string }[] };
}

const packageName = "@defender-mssp/kql";

/** What to do where the package is missing. */
export const kqlInstallation =
  `The sandbox runs the queries of detection rules by the package ${packageName}, which is not installed. ` +
  `Run npm install --save-dev ${packageName}`;

/** Undefined if it is not installed. */
export function kqlPackage(): HuntingQueryPackage | undefined {
  try {
    const file = require.resolve(packageName, { paths: [__dirname, path.resolve("node_modules")] });
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require(file) as HuntingQueryPackage;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
