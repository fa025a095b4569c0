/** `npm run search`: random worlds of people's acts, judged by the oracle against what the commands say. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { VisibleError } from "@defender-mssp/errors";
import { minuteMs } from "@defender-mssp/errors/time";
import { readStackSettingsOffline } from "../../settings/fromFile";
import { choices, runTool, wholeNumber } from "../tool";
import { sampleText, tryDefects } from "./drawnDefects";
import { readPairs, recordPairs } from "./pairs";
import { lifeSubject, verbs } from "./lives";
import { neverDone, neverOccurred } from "./occurrences";
import type { WorldResult } from "./properties";
import { failureText, search, worldSubject } from "./search";
import { findReach, identityOf, openThiefWorld, owning, thiefPage } from "./thief";
import { World } from "./world";

const help = `npm run -s search -- [--worlds 100 | --lives N | --programs N | --files N | --defects N | --thief WHO] [--first N] [--seed 1] [--path PATH] [--use 20] [--results FILE] [--record]

  --worlds N      how many worlds
  --lives N       lives on the engine in place of worlds
  --first N       number of the first one. Default: behind the last of that seed in the results, else 1
  --seed S        a world is drawn by the seed and its number
  --path PATH     begins with a failure that was shrunk before, of the world --first
  --use N         in each Nth world the MSSP's principals sign in and try every route, after each act; 0: in none
  --programs N    random programs, judged by the policy pack's protocol
  --files N       random files of a pull request, read by the commands that need no tenant
  --verbs A,B     lives draw from these commands alone, such as join,leave,rotate
  --thief WHO     what a thief of the automation, of preview, or of Graph permissions with commas reaches
  --owns A,B      with --thief: its applications, servicePrincipals, groups among the stack's
  --pending       draws acts, too, that the product does not see yet
  --pair NAME     only this recorded pair
  --shrink N      minutes for the shrinking of one failure; 0: failures as they were drawn. Default: 20
  --only KEY      shrinks and counts only this failure, such as certificate:lighthouse
  --defects N     plants a defect in each of N drawn places of the looks, and says which of them the worlds show
  --touched N     with --defects: in so many of the worlds that a defect changes it is looked for. Default: 40
  --stop          ends with the first failure
  --results FILE  a line of JSON for each world is appended. Default: .search/results.jsonl
  --record        makes the recorded pairs again, with the engine, and ends
  --help
Exit codes: 0 every property held, 1 one did not, 2 usage error.
`;

const checkout = [path.resolve(__dirname, "..", ".."), path.resolve(__dirname, "..", "..", "..")].find((folder) =>
  existsSync(path.join(folder, "Pulumi.yaml")),
);

/** Properties that are tests: the search asks for more runs. */
const properties = {
  programs: ["test/policy/randomPrograms.test.ts", "--grep", "by the pack's protocol"],
  files: ["test/search/files.test.ts"],
};

interface Line {
  readonly world?: number;
  readonly life?: number;
  readonly seed: number;
}

const options = {
  worlds: { type: "string", default: "100" },
  lives: { type: "string" },
  verbs: { type: "string" },
  programs: { type: "string" },
  files: { type: "string" },
  defects: { type: "string" },
  thief: { type: "string" },
  owns: { type: "string" },
  touched: { type: "string", default: "40" },
  first: { type: "string" },
  seed: { type: "string", default: "1" },
  path: { type: "string" },
  pair: { type: "string" },
  pending: { type: "boolean", default: false },
  use: { type: "string", default: "20" },
  shrink: { type: "string", default: "20" },
  only: { type: "string" },
  stop: { type: "boolean" },
  results: { type: "string", default: ".search/results.jsonl" },
  record: { type: "boolean" },
} as const;

runTool({ name: "search", help, options }, async (values) => {
  const say = (text: string): void => void process.stderr.write(text);
  for (const [name, test] of Object.entries(properties)) {
    const runs = values[name as keyof typeof properties];
    if (runs === undefined) continue;
    const env = { SEARCH_RUNS: String(wholeNumber(name, runs)), FC_SEED: values.seed };
    const { exitCode } = await execa("npx", ["mocha", ...test], {
      cwd: checkout,
      env,
      reject: false,
      stdio: "inherit",
    });
    process.exitCode = exitCode ?? 1;
    return;
  }
  if (values.record) {
    await recordPairs(checkout ?? "", { only: values.pair, say });
    return;
  }
  if (values.thief !== undefined) {
    const identity = identityOf(values.thief, await readStackSettingsOffline("dev", checkout ?? ""));
    const owns = values.owns === undefined ? identity.owns : choices("owns", values.owns, owning);
    const stolen = await openThiefWorld(checkout ?? "");
    try {
      process.stdout.write(await thiefPage({ [values.thief]: await findReach(stolen, { ...identity, owns }) }));
    } finally {
      await stolen.close();
    }
    return;
  }
  if (values.defects !== undefined) {
    const [count, seed, worlds] = [
      wholeNumber("defects", values.defects),
      wholeNumber("seed", values.seed),
      values.worlds,
    ];
    const touched = wholeNumber("touched", values.touched, 1);
    const limits = { count, seed, worlds: wholeNumber("worlds", worlds, 1), touched };
    process.stdout.write(sampleText(await tryDefects(checkout ?? "", { ...limits, say }), limits));
    return;
  }
  const [kind, flag] = values.lives === undefined ? (["world", "worlds"] as const) : (["life", "lives"] as const);
  const [seed, count, each] = [
    wholeNumber("seed", values.seed),
    wholeNumber(flag, values[flag] ?? ""),
    wholeNumber("use", values.use),
  ];
  const lines = resultsIn(values.results).filter((line) => line.seed === seed);
  const next = Math.max(0, ...lines.map((line) => line[kind] ?? 0)) + 1;
  const first = values.first === undefined ? next : wholeNumber("first", values.first);
  mkdirSync(path.dirname(values.results), { recursive: true });
  const began = process.cpuUsage();
  const results = new Set<string>();
  const sums = new Map<string, number>();
  const [verdicts, excused] = [new Map<string, number>(), new Map<string, number>()];
  const occurred = new Set<string>();
  const ended: WorldResult["ended"][number][] = [];
  let searched = 0;
  const world = values.lives === undefined ? await openWorld(values.pair) : undefined;
  const subject =
    world === undefined
      ? lifeSubject(checkout ?? "", choices("verbs", values.verbs, verbs))
      : worldSubject(world, each, values.pending);
  const pair = values.pair === undefined ? "" : ` --pair ${values.pair}`;
  try {
    for (let at = first; at < first + count; at++) {
      const shrinkFor = wholeNumber("shrink", values.shrink) * minuteMs;
      const { only, path: from } = values;
      const judged = await search(subject, { seed, number: at, path: from, shrinkFor, found: results, only });
      searched++;
      for (const state of judged.result.verdicts) add(verdicts, state, 1);
      for (const [way, made] of Object.entries(judged.result.made)) add(sums, way, made);
      for (const [reason, chains] of Object.entries(judged.result.excused)) add(excused, reason, chains);
      for (const name of judged.result.occurred) occurred.add(name);
      ended.push(...judged.result.ended);
      appendFileSync(
        values.results,
        `${JSON.stringify({ [kind]: at, seed, ...judged.result, found: judged.found })}\n`,
      );
      for (const failure of judged.found) {
        results.add(failure.key);
        const verbs = values.verbs === undefined ? "" : ` --verbs ${values.verbs}`;
        const repeat = `npm run search -- --${flag} 1 --first ${at} --seed ${seed}${pair}${verbs}`;
        process.stdout.write(`${kind} ${at}, seed ${seed}: ${failureText(failure, repeat)}\n`);
      }
      if (at % 10 === 0 || at === first + count - 1 || world === undefined)
        say(`${at - first + 1} of ${count} ${flag}, ${results.size} failures\n`);
      if (values.stop && results.size > 0) break;
    }
  } finally {
    await world?.close();
  }
  const { user, system } = process.cpuUsage(began);
  const minutes = (user + system) / 1000 / minuteMs;
  // Lives are lived in other processes.
  const speed = world === undefined ? "" : `, ${(searched / minutes).toFixed(0)} a minute of processor time`;
  process.stdout.write(`Certificates: ${sumText(verdicts)}.\n`);
  process.stdout.write(`Chains that the acts made: ${sumText(sums)}.\n`);
  for (const [reason, chains] of [...excused].sort()) process.stdout.write(`Excused: ${chains} chains, ${reason}.\n`);
  if (world !== undefined && searched >= enoughWorlds) {
    const undone = neverDone(ended);
    if (undone.length > 0) process.stdout.write(`Acts that no world did: ${undone.join(", ")}.\n`);
    const unsaid = neverOccurred(checkout ?? "", occurred);
    for (const name of unsaid) process.stdout.write(`Never occurred: ${name}.\n`);
    if (unsaid.length > 0) process.exitCode = 1;
  }
  process.stdout.write(`${searched} ${flag}${speed}, ${results.size} failures: ${[...results].join(", ")}\n`);
  if (results.size > 0) process.exitCode = 1;
});

/** So many worlds must show every kind of addition, every way and every end of a look. */
const enoughWorlds = 200;

function add(sums: Map<string, number>, name: string, sum: number): void {
  sums.set(name, (sums.get(name) ?? 0) + sum);
}

function sumText(sums: ReadonlyMap<string, number>): string {
  return [...sums]
    .sort()
    .map(([name, sum]) => `${name} ${sum}`)
    .join(", ");
}

async function openWorld(only: string | undefined): Promise<World> {
  const pairs = (await readPairs(checkout ?? "")).filter(({ name }) => only === undefined || name === only);
  if (pairs.length === 0) throw new VisibleError(`--pair: there is no recorded pair "${only ?? ""}".`);
  return World.open(pairs);
}

function resultsIn(file: string): readonly Line[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}
