/** Draws places of the looks by a seed, plants a defect in each, and says which of them worlds show. */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { minuteMs } from "@defender-mssp/errors/time";
import fc from "fast-check";
import type { DefectRun, DefectWorld } from "./defectWorlds";
import { plantable, type Defect } from "./plantable";

/** What looks at a tenant, judges what it sees, and certifies it. */
const rooms = [
  "packages/tenant/src",
  "cli/tenant",
  "cli/customer/offboard",
  "cli/access/report/live.ts",
  "cli/access/governance/look.ts",
];

interface FileDefect extends Defect {
  readonly file: string;
}

export interface DefectLimits {
  readonly seed: number;
  /** How many places are drawn. */
  readonly count: number;
  /** How many worlds there are. */
  readonly worlds: number;
  /** In how many worlds that it changes a defect is looked for. */
  readonly touched: number;
}

interface DefectOptions extends DefectLimits {
  readonly say: (text: string) => void;
}

export interface DrawnDefect {
  readonly defect: FileDefect;
  /** What shows it, such as `world 3: certificate:guest`; undefined if nothing does. */
  readonly shownBy: string | undefined;
  /** In how many worlds it changes a value. */
  readonly touches: number;
}

export interface DefectSample {
  readonly drawn: readonly DrawnDefect[];
  /** Of all processes. */
  readonly processorMinutes: number;
}

/** The same defect for a seed as long as the sources are the same. */
export function drawDefects(checkout: string, count: number, seed: number): readonly FileDefect[] {
  const places = roomFiles(checkout).flatMap((file) => {
    const { defects } = plantable(file, readFileSync(path.join(checkout, file), "utf8"));
    const numbers = [...new Set(defects.map(({ place }) => place))];
    return numbers.map((number) =>
      defects.filter(({ place }) => place === number).map((defect): FileDefect => ({ ...defect, file })),
    );
  });
  const length = Math.min(count, places.length);
  const drawn = fc.tuple(
    fc.shuffledSubarray(places, { minLength: length, maxLength: length }),
    fc.array(fc.nat(1), { minLength: length, maxLength: length }),
  );
  const [sample, variants] = fc.sample(drawn, { seed, numRuns: 1 })[0] ?? [[], []];
  return sample.flatMap((defects, at) => defects[(variants[at] ?? 0) % defects.length] ?? []);
}

export async function tryDefects(checkout: string, options: DefectOptions): Promise<DefectSample> {
  const { seed, worlds, say } = options;
  const run = { checkout, files: roomFiles(checkout), seed };
  const unchanged = await runWorlds({ ...run, worlds: Array.from({ length: worlds }, (_, at) => at + 1) });
  const broken = unchanged.find(({ failures }) => failures.length > 0);
  if (broken !== undefined) throw new Error(`World ${broken.world} fails without a defect: ${broken.failures.join()}`);
  let processorSeconds = unchanged.at(-1)?.processorSeconds ?? 0;
  const drawn: DrawnDefect[] = [];
  for (const defect of drawDefects(checkout, options.count, seed)) {
    const key = `${defect.file} ${defect.index}`;
    const touched = unchanged.filter(({ changes }) => changes.includes(key)).map(({ world }) => world);
    // World 0 is the loading of the sources: every world comes after it.
    const judged = touched[0] === 0 ? unchanged.slice(1).map(({ world }) => world) : touched;
    const lines =
      judged.length === 0 ? [] : await runWorlds({ ...run, worlds: judged.slice(0, options.touched), defect });
    processorSeconds += lines.at(-1)?.processorSeconds ?? 0;
    const shown = lines.find(({ failures }) => failures.length > 0);
    const shownBy = shown && `world ${shown.world}: ${shown.failures.slice(0, 3).join(", ")}`;
    drawn.push({ defect, shownBy, touches: judged.length });
    say(`${drawn.length} of ${options.count}: ${defectText({ defect, shownBy, touches: judged.length })}\n`);
  }
  return { drawn, processorMinutes: (processorSeconds * 1000) / minuteMs };
}

export function defectText({ defect: { file, line, what }, shownBy, touches }: DrawnDefect): string {
  return `${file}:${line}, ${what}: ${shownBy ?? `not shown, changes a value in ${touches} worlds`}`;
}

/** The share, and each defect that no world shows. */
export function sampleText({ drawn, processorMinutes }: DefectSample, { seed, worlds }: DefectLimits): string {
  const survivors = drawn.filter(({ shownBy }) => shownBy === undefined);
  const found = drawn.length - survivors.length;
  const reached = drawn.filter(({ touches }) => touches > 0).length;
  const percent = (of: number): string => `${Math.round((100 * found) / Math.max(1, of))} %`;
  return [
    ...survivors.map((each) => `${defectText(each)}\n`),
    `${found} of ${drawn.length} drawn defects are shown (${percent(drawn.length)}; ${percent(reached)} of the ${reached} that change a value), seed ${seed}, ${worlds} worlds, `,
    `${processorMinutes.toFixed(0)} minutes of processor time\n`,
  ].join("");
}

function roomFiles(checkout: string): string[] {
  const output = execFileSync("git", ["ls-files", "-z", ...rooms], { cwd: checkout, encoding: "utf8" });
  return output.split("\0").filter((file) => file.endsWith(".ts"));
}

/** A world that takes longer does not end. */
const worldMs = 2 * minuteMs;

/** One process: a defect stays in its modules. */
async function runWorlds(run: DefectRun): Promise<readonly DefectWorld[]> {
  const hook = ["--conditions=source", "--require", "@defender-mssp/testkit/mocha/compile"];
  const child = spawn(process.execPath, [...hook, "dev/search/defectWorlds.ts", JSON.stringify(run)], {
    cwd: run.checkout,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const lines: DefectWorld[] = [];
  const watch = setTimeout(() => child.kill("SIGKILL"), worldMs);
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line) as DefectWorld);
    watch.refresh();
  }
  clearTimeout(watch);
  const { world = 0, processorSeconds = 0 } = lines.at(-1) ?? {};
  if (child.killed) lines.push({ world: world + 1, failures: ["it does not end"], changes: [], processorSeconds });
  else if (lines.length === 0) lines.push({ world, failures: ["it does not load"], changes: [], processorSeconds });
  return lines;
}
