/**
 * The package that judges and runs queries. It is found at run time, beside this package or in the
 * project: a repository without detection rules has none by default, since its parser takes 32 MB.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { callInThread } from "./callInThread";
import type {
  HuntingQueryPackage,
  KqlVerdict,
  QueriedTables,
  QueryOptions,
  QueriedResult,
} from "./huntingQueryPackage";

const packageName = "@defender-mssp/kql";

/** What to do where the package is missing. */
export const kqlInstallation =
  `The sandbox runs queries by the package ${packageName}, which was not installed when it started: restart it if it is now. ` +
  "Copy defender-mssp-kql-<version>.tgz, which `npm run package` writes, to vendor/ and install it from there";

/** Names of the tables of advanced hunting; undefined if the package is not installed. */
export function huntingTableNames(): readonly string[] | undefined {
  return kqlPackage()
    ?.defenderSchema()
    .tables.map(({ name }) => name);
}

/** Judges a query; undefined if the package is not installed. */
export async function judgedQuery(query: string): Promise<KqlVerdict | undefined> {
  const file = compiledFile();
  const [verdict] =
    file === undefined
      ? (kqlPackage()?.judgeQueries([query]) ?? [])
      : await callInThread(file, "judgeQueries", [[query]]);
  return verdict;
}

/**
 * Runs a query on rows; undefined if the package is not installed.
 * @throws Error for people, by `errorsForPeople`, if the query or a row can't be run
 */
export async function queryResult(
  query: string,
  tables: QueriedTables,
  options: QueryOptions,
): Promise<QueriedResult | undefined> {
  const file = compiledFile();
  return file === undefined
    ? kqlPackage()?.runQuery(query, tables, options)
    : await callInThread(file, "runQuery", [query, tables, options]);
}

function kqlPackage(): HuntingQueryPackage | undefined {
  const file = resolved(packageName);
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return file === undefined ? undefined : (require(file) as HuntingQueryPackage);
}

/** The package's compiled main module. In a checkout that is not built there is none: the sources run in this thread alone. */
function compiledFile(): string | undefined {
  const manifest = resolved(`${packageName}/package.json`);
  const compiled = manifest && path.join(path.dirname(manifest), "dist", "index.js");
  return compiled !== undefined && existsSync(compiled) ? compiled : undefined;
}

function resolved(name: string): string | undefined {
  try {
    return require.resolve(name, { paths: [__dirname, path.resolve("node_modules")] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
