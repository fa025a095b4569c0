/** `npm run search`: random worlds of people's acts, judged by the oracle against what the commands say. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "@defender-mssp/errors";
import { minuteMs } from "@defender-mssp/errors/time";
import { readPairs, recordPairs } from "./pairs";
import { searchLives } from "./lives";
import { failureKey } from "./properties";
import { failureText, searchWorld } from "./search";
import { World } from "./world";

const usage = `npm run -s search -- [--worlds 100 | --lives N] [--first N] [--seed 1] [--path PATH] [--use 20] [--results FILE] [--record]

  --worlds N      how many worlds
  --lives N       lives on the engine in place of worlds
  --first N       number of the first one. Default: behind the last of that seed in the results, else 1
  --seed S        a world is drawn by the seed and its number
  --path PATH     begins with a failure that was shrunk before, of the world --first
  --use N         in each Nth world the MSSP's principals sign in and try every route, after each act; 0: in none
  --pair NAME     only this recorded pair
  --shrink N      minutes for the shrinking of one failure; 0: failures as they were drawn. Default: 20
  --only KEY      shrinks and counts only this failure, such as certificate:lighthouse
  --stop          ends with the first failure
  --results FILE  a line of JSON for each world is appended. Default: .search/results.jsonl
  --record        makes the recorded pairs again, with the engine, and ends
  --help
Exit codes: 0 every property held, 1 one did not, 2 usage error.
`;

const checkout = [path.resolve(__dirname, "..", ".."), path.resolve(__dirname, "..", "..", "..")].find((folder) =>
  existsSync(path.join(folder, "Pulumi.yaml")),
);

interface Line {
  readonly world: number;
  readonly seed: number;
  readonly made: Readonly<Record<string, number>>;
}

class UsageError extends Error {}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      worlds: { type: "string", default: "100" },
      lives: { type: "string" },
      first: { type: "string" },
      seed: { type: "string", default: "1" },
      path: { type: "string" },
      pair: { type: "string" },
      use: { type: "string", default: "20" },
      shrink: { type: "string", default: "20" },
      only: { type: "string" },
      stop: { type: "boolean", default: false },
      results: { type: "string", default: ".search/results.jsonl" },
      record: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const number = (name: string, text: string): number => {
    if (!/^\d+$/.test(text)) throw new UsageError(`--${name}: "${text}" is not a whole number.`);
    return Number(text);
  };
  const say = (text: string): void => void process.stderr.write(text);
  if (values.record) {
    await recordPairs(checkout ?? "", { only: values.pair, say });
    return;
  }
  const [seed, count, each] = [number("seed", values.seed), number("worlds", values.worlds), number("use", values.use)];
  const lines = resultsIn(values.results).filter((line) => line.seed === seed);
  const next = Math.max(0, ...lines.map(({ world }) => world)) + 1;
  const first = values.first === undefined ? next : number("first", values.first);
  mkdirSync(path.dirname(values.results), { recursive: true });
  if (values.lives !== undefined) {
    const range = { seed, first: Number(values.first ?? 1), count: number("lives", values.lives) };
    const failed = await searchLives(checkout ?? "", range, (life) => {
      appendFileSync(values.results, `${JSON.stringify(life)}\n`);
      const failures = life.failures.map(
        (failure) => `  ${failureKey(failure)}: ${failure.chain}\n    ${failure.said}\n`,
      );
      const steps = failures.length === 0 ? [] : life.done.map((step, index) => `  ${index + 1}. ${step}\n`);
      process.stdout.write(`Life ${life.life}, seed ${seed}, ${life.customer}: ${failures.length} failures\n`);
      process.stdout.write([...steps, ...failures].join(""));
    });
    if (failed > 0) process.exitCode = 1;
    return;
  }
  const pairs = (await readPairs(checkout ?? "")).filter(
    ({ name }) => values.pair === undefined || name === values.pair,
  );
  if (pairs.length === 0) throw new UsageError(`--pair: there is no recorded pair "${values.pair ?? ""}".`);
  const world = await World.open(pairs);
  const began = process.cpuUsage();
  const results = new Set<string>();
  const sums = new Map<string, number>();
  let searched = 0;
  try {
    for (let at = first; at < first + count; at++) {
      const byUse = each > 0 && at % each === 0;
      const shrinkFor = number("shrink", values.shrink) * minuteMs;
      const { only, path: from } = values;
      const judged = await searchWorld(world, { seed, number: at, path: from, byUse, shrinkFor, found: results, only });
      searched++;
      for (const [way, made] of Object.entries(judged.result.made)) sums.set(way, (sums.get(way) ?? 0) + made);
      appendFileSync(values.results, `${JSON.stringify({ world: at, seed, ...judged.result, found: judged.found })}\n`);
      for (const failure of judged.found) {
        results.add(failure.key);
        const repeat = `npm run search -- --worlds 1 --first ${at} --seed ${seed}${values.pair === undefined ? "" : ` --pair ${values.pair}`}`;
        process.stdout.write(`World ${at}, seed ${seed}: ${failureText(failure, repeat)}\n`);
      }
      if (at % 10 === 0 || at === first + count - 1)
        say(`${at - first + 1} of ${count} worlds, ${results.size} failures\n`);
      if (values.stop && results.size > 0) break;
    }
  } finally {
    await world.close();
  }
  const { user, system } = process.cpuUsage(began);
  const minutes = (user + system) / 1000 / minuteMs;
  const made = [...sums].sort().map(([way, sum]) => `${way} ${sum}`);
  process.stdout.write(`Chains that the acts made: ${made.join(", ")}.\n`);
  process.stdout.write(
    `${searched} worlds, ${(searched / minutes).toFixed(0)} a minute of processor time, ${results.size} failures: ${[...results].join(", ")}\n`,
  );
  if (results.size > 0) process.exitCode = 1;
}

function resultsIn(file: string): readonly Line[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    const isUsage =
      error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") === true;
    process.stderr.write(
      isUsage ? `search: ${messageOf(error)}\n\n${usage}` : `search: ${(error as Error).stack ?? ""}\n`,
    );
    process.exitCode = isUsage ? 2 : 1;
  });
}
