/** `npm run lines`: counts the lines of a checkout's TypeScript and tests by product, and those of generated files. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const help = `Usage: npm run lines [-- [<commit>] [--json | --check]]

Counts the lines of *.ts and *.tsx in git, with blank lines and comments: tests are what a folder
named "test" has, and *.test.ts. Generated and data files are counted apart, beside what writes them.

  <commit>  a commit, a tag or a branch (default: the files of the working tree, without what git ignores)
  --json    print JSON
  --check   fail if there are more lines than dev/lines/limits.json allows
  --help    print this text`;

/** By the path without its folders named "test": test/cli/siem belongs to cli/siem. The first match decides. */
const products: readonly (readonly [string, RegExp])[] = [
  ["cloud", /^(packages\/(sandbox|plugins|testkit)|cli\/sandbox)\//],
  ["collector", /^(packages|cli)\/siem\//],
  ["rules", /^(packages\/(detections|kql)|cli\/detections)\//],
  ["microsoft", /^packages\/microsoft\//],
  ["engine", /^packages\/engine\//],
  ["base", /^packages\/(errors|terminal|pages)\//],
  ["dev", /^(dev|docs)\//],
  ["access", /^/],
];

/** Files that a program writes, or that hold facts of somebody else. A new one needs a row. */
const generated: readonly (readonly [string, RegExp])[] = [
  ["npm run docs", /^(settings\.schema|plugin\/schema|packages\/detections\/rule(\.test)?\.schema)\.json$/],
  ["npm run docs", /^docs\/(images\/.*\.svg|reference\/(?!sandbox-routes|thief).*)$/],
  [
    "the test of the routes",
    /^(docs\/reference\/sandbox-routes\.md|packages\/sandbox\/(src\/(graph\/entities\/unservedNames|rehearsal\/securityValues)\.ts|test\/graph\/requests\.json))$/,
  ],
  ["npm run policy:types", /^policy\/typeDecisions\.json$/],
  ["test/search/thief.test.ts", /^docs\/reference\/thief\.md$/],
  ["npm run search -- --record", /^dev\/search\/recordedPairs\.json\.gz$/],
  ["npm run bench", /^dev\/bench\/results\.json$/],
  ["by hand", /^(dev\/lines\/limits|test\/budgets)\.json$/],
  ["by hand, translations", /^cli\/access\/texts\/\w+\.json$/],
  ["by hand, of the search", /^dev\/search\/.*\.yaml$/],
  ["Microsoft's documentation", /^packages\/kql\/(src\/schema|test\/data)\/.*\.json$/],
  ["npm install", /(^|\/)package-lock\.json$/],
  ["go mod tidy", /(^|\/)go\.sum$/],
  ["test/compat/record.ts", /^test\/compat\/[^/]+\/.*\.json$/],
  ["the tests' own option", /(^|\/)(golden|samples)\//],
];

type Part = "source" | "tests" | "generated";
type Row = [files: number, lines: number];

const firstMatch = (rows: typeof products, path: string) => rows.find(([, pattern]) => pattern.test(path))?.[0];

/** Where a file counts, if it does. */
export function placeOf(file: string): readonly [Part, string] | undefined {
  const generator = firstMatch(generated, file);
  if (generator !== undefined) return ["generated", generator];
  if (!/\.tsx?$/.test(file)) return undefined;
  const isTest = /(^|\/)test\/|\.test\.tsx?$/.test(file);
  return [isTest ? "tests" : "source", firstMatch(products, file.replace(/(?<=^|\/)test\//g, "")) ?? "access"];
}

type Counts = Readonly<Record<Part, Readonly<Record<string, Row>>>>;

/** Lines by part and row, each part with its sum. */
function count(commit: string | undefined): Counts {
  const files = commit === undefined ? ["--untracked", ""] : ["", commit];
  const output = execFileSync("git", ["grep", "-Izc", ...files], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const counts: Record<Part, Record<string, Row>> = { source: {}, tests: {}, generated: {} };
  for (const [, name = "", lines] of output.matchAll(/(.*)\0(\d+)\n/g)) {
    const [part, row] = placeOf(name.slice(commit === undefined ? 0 : commit.length + 1)) ?? [];
    if (part === undefined || row === undefined) continue;
    for (const key of ["all", row]) {
      const [files, sum] = counts[part][key] ?? [0, 0];
      counts[part][key] = [files + 1, sum + Number(lines)];
    }
  }
  return counts;
}

const limitsFile = "dev/lines/limits.json";

export type LineLimits = Readonly<Record<"source" | "tests", number>>;

const partNames = { source: "TypeScript without tests", tests: "tests" } as const;

/** A sentence for each part above its limit, with the products that grew since the limit was set. */
export function limitProblems(limits: LineLimits, now: Counts, then: Counts | undefined): string[] {
  return (["source", "tests"] as const).flatMap((part) => {
    const lines = now[part]["all"]?.[1] ?? 0;
    if (lines <= limits[part]) return [];
    const growth = products.flatMap(([name]) => {
      const grown = (now[part][name]?.[1] ?? 0) - (then?.[part][name]?.[1] ?? 0);
      return grown > 0 ? [`${name} by ${grown}`] : [];
    });
    const since = then === undefined || growth.length === 0 ? "" : ` (since that was set, ${growth.join(", ")})`;
    const [has, allowed] = [lines, limits[part]].map((number) => number.toLocaleString("en"));
    return [
      `${has} lines of ${partNames[part]}: ${limitsFile} allows ${allowed}${since}. Take lines away, or raise the limit in a commit of its own.`,
    ];
  });
}

function checkLimits(): void {
  const limits = JSON.parse(readFileSync(path.join(__dirname, "limits.json"), "utf8")) as LineLimits;
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  // A shallow clone does not have the commit of the limits.
  const isWhole = git("rev-parse", "--is-shallow-repository") === "false";
  const commit = isWhole ? git("log", "-1", "--format=%H", "--", limitsFile) : "";
  const problems = limitProblems(limits, count(undefined), commit === "" ? undefined : count(commit));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

function table(counts: Counts): string {
  const { source, tests, generated: data } = counts;
  const cell = ([files, lines]: Row = [0, 0]) => lines.toLocaleString("en").padStart(11) + `${files}`.padStart(7);
  const line = (name: string, ...rows: (Row | undefined)[]) => name.padEnd(28) + rows.map(cell).join("");
  return [
    `${"TypeScript".padEnd(28)}    without  files      tests  files`,
    ...["all", ...products.map(([name]) => name)].map((name) => line(name, source[name], tests[name])),
    `\n${"Generated or data, by".padEnd(28)}      lines  files`,
    ...Object.entries(data).map(([name, row]) => line(name, row)),
  ].join("\n");
}

if (require.main === module) {
  const options = { json: { type: "boolean" }, check: { type: "boolean" }, help: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const counts = () => count(positionals[0]);
  if (values.check) checkLimits();
  else console.log(values.help ? help : values.json ? JSON.stringify(counts(), undefined, 2) : table(counts()));
}
