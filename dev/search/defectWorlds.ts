/**
 * A process of the drawn defects: worlds on the instrumented sources. Without a defect it tells which defects change a
 * value in which world; with one it judges those worlds until the first failure.
 */
import { readFileSync } from "node:fs";
import Module from "node:module";
import path from "node:path";
import { messageOf } from "@defender-mssp/errors";
import { REGISTER_INSTANCE } from "ts-node";
import { plantable, type Planted } from "./plantable";

/** As JSON in the first argument. */
export interface DefectRun {
  readonly checkout: string;
  /** Instrumented sources, from the top of the checkout. */
  readonly files: readonly string[];
  readonly seed: number;
  readonly worlds: readonly number[];
  readonly defect?: { readonly file: string; readonly index: number };
}

/** A line of JSON for each world. */
export interface DefectWorld {
  readonly world: number;
  /** Keys of its failures, or the exception. */
  readonly failures: readonly string[];
  /** Defects that would have changed a value, as `file index`; with world 0 those of loading. */
  readonly changes: readonly string[];
  /** Of the process until now. */
  readonly processorSeconds: number;
}

const run = JSON.parse(process.argv[2] ?? "{}") as DefectRun;
const changes = new Set<string>();

/** Whether this defect is switched on. */
function isOn(file: string, index: number): boolean {
  return run.defect?.file === file && run.defect.index === index;
}

function changed(file: string, index: number, isChanged: boolean): boolean {
  if (isChanged) changes.add(`${file} ${index}`);
  return isOn(file, index);
}

const planted: Planted = {
  list: (file, index, value) => (Array.isArray(value) && changed(file, index, value.length > 0) ? [] : value),
  keep:
    (file, index, predicate) =>
    (...args: readonly unknown[]) => {
      const isKept: unknown = (predicate as (...values: readonly unknown[]) => unknown)(...args);
      return changed(file, index, !isKept) ? true : isKept;
    },
  test: (file, index, value) => {
    const [toTrue, toFalse] = [changed(file, index, !value), changed(file, index + 1, Boolean(value))];
    return toTrue ? true : toFalse ? false : value;
  },
  loop: (file, index) => {
    let turn = 0;
    return () => ++turn === 2 && changed(file, index, true);
  },
};

function say(world: number, failures: readonly string[]): void {
  const { user, system } = process.cpuUsage();
  const line: DefectWorld = { world, failures, changes: [...changes], processorSeconds: (user + system) / 1e6 };
  changes.clear();
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

interface LoadedModule {
  _compile(code: string, name: string): void;
}

/** Sources are instrumented before ts-node compiles them. */
function loadInstrumented(): void {
  Object.assign(globalThis, { planted });
  const files = new Map(run.files.map((file) => [path.join(run.checkout, file), file]));
  const { _extensions: extensions } = Module as unknown as {
    readonly _extensions: Record<string, (module: LoadedModule, name: string) => void>;
  };
  const load = extensions[".ts"];
  const compiler = process[REGISTER_INSTANCE];
  if (load === undefined || compiler === undefined) throw new Error("This process compiles no TypeScript.");
  extensions[".ts"] = (module, name) => {
    const file = files.get(name);
    if (file === undefined) load(module, name);
    else module._compile(compiler.compile(plantable(file, readFileSync(name, "utf8")).text, name), name);
  };
}

async function main(): Promise<void> {
  loadInstrumented();
  // They load what is instrumented.
  const { World } = await import("./world.js");
  const { readPairs } = await import("./pairs.js");
  const { search, worldSubject } = await import("./search.js");
  const { failureKey } = await import("./properties.js");
  const world = await World.open(await readPairs(run.checkout));
  say(0, []);
  try {
    for (const number of run.worlds) {
      const options = { seed: run.seed, number, shrinkFor: 0, found: new Set<string>() };
      const failures = await search(worldSubject(world), options).then(
        ({ result }) => result.failures.map(failureKey),
        (error: unknown) => [`exception: ${messageOf(error).split("\n")[0] ?? ""}`],
      );
      say(number, failures);
      if (run.defect !== undefined && failures.length > 0) break;
    }
  } finally {
    await world.close();
  }
}

main().catch((error: unknown) => {
  say(0, [`exception: ${messageOf(error)}`]);
  process.exitCode = 1;
});
