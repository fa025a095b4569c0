/**
 * The package that judges and runs queries. It is found at run time, beside this package or in the
 * project: only a repository with detection rules installs it, and its parser takes 32 MB.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { judgeInWorker, type KqlVerdict } from "./judgeInWorker";

/** What the sandbox calls of it. */
export interface HuntingQueryPackage {
  judgeQueries(queries: readonly string[]): readonly KqlVerdict[];
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
  `The sandbox judges and runs the queries of detection rules by the package ${packageName}, which is not installed. ` +
  "Copy defender-mssp-kql-<version>.tgz, which `npm run package` writes, to vendor/ and install it from there";

/** Undefined if it is not installed. */
export function kqlPackage(): HuntingQueryPackage | undefined {
  const file = resolved(packageName);
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return file === undefined ? undefined : (require(file) as HuntingQueryPackage);
}

/** Judges a query; undefined if the package is not installed. */
export async function judgedQuery(query: string): Promise<KqlVerdict | undefined> {
  const manifest = resolved(`${packageName}/package.json`);
  const compiled = manifest && path.join(path.dirname(manifest), "dist", "index.js");
  if (compiled !== undefined && existsSync(compiled)) return judgeInWorker(compiled, query);
  // A checkout that is not built: the sources run in this thread alone.
  return kqlPackage()?.judgeQueries([query])[0];
}

function resolved(name: string): string | undefined {
  try {
    return require.resolve(name, { paths: [__dirname, path.resolve("node_modules")] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
