/**
 * The tests that a change can reach: by imports, as dependency-cruiser finds them, by the commands that a test calls, and
 * by what the table below says of files and processes. A changed file that none of them knows reaches every test.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { suiteName, suites } from "./suites";

interface Reach {
  /** Tests, or modules that tests import. */
  readonly from: RegExp;
  /** Only those of them whose text has this. */
  readonly naming?: RegExp;
  /** Modules that it runs in a process: a change of what they import reaches it, too. */
  readonly starts?: RegExp;
  /** Files and folders that it reads or copies. */
  readonly reads?: RegExp;
}

/** What every test stands on: a change reaches everything. */
const ground = /(^|\/)(package(-lock)?|tsconfig[^/]*|\.mocharc)\.json$|^packages\/testkit\/(mocha\/|src\/processTree)/;

const engineTests = /^test\/(?!dev\/).*\.(process|engine)\.test\.ts$|^test\/(e2e|lives|compat|official)\//;

export const reaches: readonly Reach[] = [
  // They read whatever is there.
  { from: /^test\/(names|hosts|oneHome|readme|e2e\/commandBlocks)\.test|^test\/(dev|docs|package)\//, reads: /./ },
  // The command, the program with its plugins and policy pack, each in processes.
  { from: /^test\//, naming: /mssp\.js|"cli", "(main|run)\.js"|"\.bin"/, starts: /^cli\/(mssp\.js|main\.ts)$/ },
  {
    from: engineTests,
    starts:
      /^(index\.ts|launcher\.js|sdkShortcuts\.js|(program|policy|plugin|extensions)\/.*|packages\/(testkit\/src\/sharedRuntime|plugins\/src)\/.*)$/,
    reads: /^(program|policy|plugin|templates|extensions)\/|^Pulumi\.|^packages\/(engine|sandbox|plugins)\//,
  },
  { from: /^test\/program\//, starts: /^program\//, reads: /^(program|packages\/engine)\// },
  { from: /^test\/(components|plugin)\//, starts: /^(components|plugin)\//, reads: /^plugin\// },
  // Modules that others start or load by their place.
  { from: /^cli\/fleet\/workers\.ts$/, starts: /^cli\/fleet\/worker\.ts$/ },
  { from: /^cli\/sandbox\/sandbox\/detached\.ts$/, starts: /^cli\/sandbox\/sandbox\/detachedServer\.ts$/ },
  {
    from: /^packages\/(detections\/src\/judge\/installedJudge|sandbox\/.*\/queryResult)\.ts$/,
    starts: /^packages\/kql\/(judge\.js|src\/(index|judge\/main)\.ts)$/,
  },
  { from: /^packages\/pages\/src\/assets\.ts$/, reads: /^packages\/pages\/src\/browser\// },
  // Files of the product that are no modules, and sources that tests read.
  { from: /^test\/e2e\//, reads: /^examples\/|^test\/e2e\/(?!.*\.ts$)/ },
  { from: /^test\/e2e\/(examples|start)\./, reads: /^(docs\/|README\.md)/ },
  { from: /^test\/compat\//, reads: /^test\/compat\/(?!.*\.ts$)/ },
  { from: /^test\/cli\/terminalText\.attack\./, reads: /^(cli|packages\/siem\/src)\// },
  { from: /^test\/policy\//, reads: /^(policy|components)\// },
  { from: /^test\/settings\//, reads: /^(settings\.schema\.json|Pulumi\.|README\.md|templates\/)/ },
  {
    from: /^test\/templates\//,
    reads: /^(templates|docs|\.github)\/|^packages\/microsoft\/src\/entra\/token\.ts$/,
  },
  {
    from: /^test\/cli\/.*\.test\.ts$/,
    reads: /^(templates|examples|plugin)\/|^test\/(cli|compat)\/(?!.*\.ts$)|^(Pulumi\.|settings\.schema\.json)/,
  },
  { from: /^test\/cli\/(customer\/(docs|init|new|upgrade)|stack)\/.*\.test\.ts$/, reads: /^docs\/|\.md$/ },
  { from: /^packages\/sandbox\/test\//, reads: /^docs\/reference\/sandbox-routes\.md$/ },
  ...suites
    .filter(({ files }) => files.source.includes("packages"))
    .map(({ name, files }) => ({
      from: files,
      starts: new RegExp(`^packages/${name}/src/`),
      reads: new RegExp(`^packages/${name}/(?!test/.*\\.ts$)`),
    })),
];

export interface SelectedTests {
  readonly selected: readonly string[];
  /** The changed files that reach everything. */
  readonly unknown: readonly string[];
}

export interface TestedCheckout {
  readonly tests: readonly string[];
  /** Each module of this repository with those that import it. */
  readonly importers: ReadonlyMap<string, readonly string[]>;
  /** The text of a file; `undefined`: it is gone. */
  readonly read: (file: string) => string | undefined;
}

export function selectTests({ tests, importers, read }: TestedCheckout, changed: readonly string[]): SelectedTests {
  const specific = reaches.slice(1);
  const isKnown = (file: string) =>
    importers.has(file) ||
    tests.includes(file) ||
    specific.some(({ reads }) => reads?.test(file) === true) ||
    isText(file) ||
    // What imported a module that is gone has changed itself.
    (/\.tsx?$/.test(file) && read(file) === undefined);
  const unknown = changed.filter((file) => ground.test(file) || !isKnown(file));
  if (unknown.length > 0) return { selected: tests, unknown };

  const nodes = [...new Set([...tests, ...importers.keys()])];
  const sources = new Map(
    reaches.map((row) => [
      row,
      nodes.filter((file) => row.from.test(file) && row.naming?.test(read(file) ?? "") !== false),
    ]),
  );
  const commands = commandsByModule(read);
  const reachedCommands = new Set<string>();
  const reached = new Set(changed);
  const add = (files: readonly string[] = []) => files.forEach((file) => reached.add(file));
  for (const file of changed) {
    for (const row of reaches) if (row.reads?.test(file) === true) add(sources.get(row));
    // Tests and their helpers read documents by name.
    if (file.startsWith("docs/")) add(nodes.filter((node) => /(^|\/)test\//.test(node) && read(node)?.includes(file)));
  }
  // What is added while it is walked is walked as well.
  const walk = (files: Set<string>, each: (file: string, by: readonly string[]) => readonly string[]) => {
    for (const file of files) {
      for (const importer of each(file, importers.get(file) ?? [])) files.add(importer);
      for (const row of reaches)
        if (row.starts?.test(file) === true) for (const source of sources.get(row) ?? []) files.add(source);
    }
    return files;
  };
  walk(reached, (file, by) => {
    const command = commands.get(file);
    if (command === undefined) return by;
    reachedCommands.add(command);
    return by.filter((importer) => importer !== programFile);
  });
  if (reachedCommands.size > 0 && !reached.has(programFile)) {
    const calls = callsOfTests({ tests, importers, read }, new Set(commands.values()));
    for (const test of walk(new Set([programFile]), (_, by) => by)) {
      if (calls.get(test)?.some((command) => reachedCommands.has(command)) !== false) reached.add(test);
    }
  }
  return { selected: tests.filter((test) => reached.has(test)), unknown };
}

/** Loads a command's module only if the command line names it. */
const programFile = "cli/program.ts";

/** Tests whose command lines stand in files that they read, or are all that there are. */
const callsAny = /^test\/(dev|docs|package|templates)\/|^test\/e2e\/(ci|commandBlocks|examples|start)\./;

/** The commands by the modules that `cli/program.ts` loads for each. */
function commandsByModule(read: TestedCheckout["read"]): ReadonlyMap<string, string> {
  const entries = (read(programFile) ?? "").matchAll(/^ {2}"?([\w-]+)"?: \{$([^]*?)^ {2}\},$/gm);
  return new Map(
    Array.from(entries).flatMap(([, name = "", entry = ""]) =>
      Array.from(entry.matchAll(/require\("(\.[^"]+)"\)/g), ([, module = ""]) => {
        return [`${path.posix.join("cli", module)}.ts`, name] as const;
      }),
    ),
  );
}

/** Where a command is started, and the helpers of tests that only say how. */
const callsCommand = /\b(?:inSession|\w*[mM]ssp\w*)\(|\bmssp\.js|"cli"|dist\/cli|npx mssp/;
const callers = /^test\/(?:cli\/(?:mssp|testSession)|e2e\/support)\.ts$/;

/** The commands whose names stand in strings of a test and of the helpers that it imports. Without a row: any command. */
function callsOfTests({ tests, importers, read }: TestedCheckout, names: ReadonlySet<string>) {
  const imports = new Map<string, string[]>();
  for (const [module, by] of importers)
    for (const importer of by) imports.set(importer, [...(imports.get(importer) ?? []), module]);
  const namesIn = (text: string) =>
    Array.from(text.matchAll(/(?:["'`]|\bmssp )([a-z][a-z-]*)(?=["'`\s])/g), ([, word = ""]) => word).filter((word) =>
      names.has(word),
    );
  const calls = new Map<string, readonly string[]>();
  for (const test of tests) {
    const files = new Set([test]);
    for (const file of files)
      for (const imported of imports.get(file) ?? []) if (/(^|\/)test\//.test(imported)) files.add(imported);
    const texts = [...files].filter((file) => !callers.test(file)).map((file) => read(file) ?? "");
    const named = texts.flatMap(namesIn);
    const isAny = callsAny.test(test) || (imports.get(test) ?? []).includes(programFile);
    if (!isAny && (named.length > 0 || !texts.some((text) => callsCommand.test(text)))) calls.set(test, named);
  }
  return calls;
}

/** Only tests that read whatever is there read these, or a row names them. */
function isText(file: string): boolean {
  return /^(docs|dev|\.github|\.ci)\/|\.md$/.test(file);
}

/** Prints what is left out. */
export function changedTests(tests: readonly string[], base: string): string[] {
  const read = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : undefined);
  const { selected, unknown } = selectTests({ tests, importers: importersOfModules(), read }, changedFiles(base));
  for (const file of unknown) console.log(`${file} reaches everything`);
  const left = tests.filter((test) => !selected.includes(test));
  console.log(`${selected.length} of ${tests.length} files of tests; left out:`);
  for (const { name } of suites) {
    const own = left.filter((test) => suiteName(test) === name);
    if (own.length > 0)
      console.log(`  ${name}: ${own.length} of ${tests.filter((test) => suiteName(test) === name).length}`);
  }
  return [...selected];
}

function changedFiles(base: string): string[] {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  const from = git("merge-base", base, "HEAD");
  const files = [git("diff", "--name-only", "--no-renames", from), git("ls-files", "--others", "--exclude-standard")];
  return files.flatMap((text) => text.split("\n")).filter((file) => file !== "");
}

interface Graph {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string }[];
  }[];
}

/** The script of the boundaries names all folders with modules. */
export function importersOfModules(): Map<string, string[]> {
  const { stdout } = spawnSync("npm", ["run", "-s", "boundaries", "--", "--output-type", "json"], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const { modules } = JSON.parse(stdout) as Graph;
  const own = modules.filter(({ source }) => !source.includes("node_modules"));
  const importers = new Map<string, string[]>(own.map(({ source }) => [source, []]));
  for (const { source, dependencies } of own) {
    for (const { resolved } of dependencies) importers.get(resolved)?.push(source);
  }
  return importers;
}
