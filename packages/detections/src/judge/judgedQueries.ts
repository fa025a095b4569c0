/** Verdicts of queries: kept ones from a file, the others from one process of the judge. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { VisibleError } from "@defender-mssp/errors";

/** A finding of `@defender-mssp/kql`. */
export interface QueryFault {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** What the judge says of a query. `@defender-mssp/kql` declares all of it. */
export interface KeptVerdict {
  readonly findings: readonly QueryFault[];
  /** Columns of the output; empty if the query does not bind. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly tables: readonly string[];
}

export interface KeptJudge {
  /** Hash of query, schema, parser and judge. */
  verdictKey(query: string, schema?: never): string;
}

export interface JudgedQueriesOptions {
  readonly kql: KeptJudge;
  /** Path of the judge's program, `@defender-mssp/kql/judge`. */
  readonly judgeProgram: string;
  /** File of kept verdicts, which need not exist. */
  readonly cacheFile: string;
  readonly schema?: object;
  /** Told how many queries have no verdict, before they are judged. */
  readonly onJudging?: (queries: number) => void;
}

export interface JudgedQueries {
  /** By the query's text. */
  readonly verdicts: ReadonlyMap<string, KeptVerdict>;
  readonly judged: number;
  readonly kept: number;
}

/** Most verdicts that the file keeps beside those of a run. */
const keptVerdicts = 20_000;

/** @throws VisibleError if the judge's process fails. */
export async function judgedQueries(
  queries: readonly string[],
  { kql, judgeProgram, cacheFile, schema, onJudging }: JudgedQueriesOptions,
): Promise<JudgedQueries> {
  const keys = new Map([...new Set(queries)].map((query) => [query, kql.verdictKey(query, schema as never)]));
  const file = await verdictsIn(cacheFile);
  const missing = [...keys].filter(([, key]) => !Object.hasOwn(file, key));
  if (missing.length > 0) onJudging?.(missing.length);
  const fresh =
    missing.length === 0
      ? []
      : await judge(
          missing.map(([query]) => query),
          judgeProgram,
          schema,
        );
  const added = Object.fromEntries(missing.map(([, key], index) => [key, fresh[index]]));
  const all = { ...file, ...added } as Readonly<Record<string, KeptVerdict>>;
  if (missing.length > 0) await keep(all, new Set(keys.values()), cacheFile);
  const verdicts = new Map([...keys].flatMap(([query, key]) => (all[key] === undefined ? [] : [[query, all[key]]])));
  return { verdicts, judged: missing.length, kept: keys.size - missing.length };
}

/** The file's verdicts; none from a file that does not exist or is damaged. */
async function verdictsIn(file: string): Promise<Readonly<Record<string, KeptVerdict>>> {
  try {
    const { msspVerdicts, verdicts } = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    return msspVerdicts === 1 && typeof verdicts === "object" && verdicts !== null
      ? (verdicts as Record<string, KeptVerdict>)
      : {};
  } catch {
    return {};
  }
}

async function keep(
  all: Readonly<Record<string, KeptVerdict>>,
  used: ReadonlySet<string>,
  file: string,
): Promise<void> {
  const others = Object.keys(all)
    .filter((key) => !used.has(key))
    .slice(-keptVerdicts);
  const verdicts = Object.fromEntries([...others, ...used].map((key) => [key, all[key]]));
  // Stacks of a fleet write from threads of one process.
  const temporary = `${file}.${randomUUID()}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(path.join(path.dirname(file), ".gitignore"), "*\n");
    await writeFile(temporary, JSON.stringify({ msspVerdicts: 1, verdicts }));
    await rename(temporary, file);
  } catch {
    // A folder that can't be written costs time in the next run, and nothing else.
  }
}

async function judge(queries: readonly string[], program: string, schema?: object): Promise<readonly KeptVerdict[]> {
  const { PATH, SystemRoot } = process.env;
  const child = spawn(process.execPath, [program], { stdio: "pipe", env: { PATH, SystemRoot } });
  const ended = new Promise<number | null>((resolve, reject) => child.on("close", resolve).on("error", reject));
  // A child that has ended before it read everything says why on standard error.
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify({ queries: queries.map((query, id) => ({ id: String(id), text: query })), schema }));
  const [output, errors, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (exitCode !== 0) {
    const [reason = ""] = errors.trim().split("\n").slice(-1);
    throw new VisibleError(`The queries could not be judged: ${reason || `the judge ended with ${exitCode}`}`);
  }
  const { verdicts } = JSON.parse(output) as { readonly verdicts: readonly KeptVerdict[] };
  return verdicts;
}
