/** `npm run search:planted`: plants each defect in a copy of the checkout, and counts the worlds or lives until one shows it. */
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { CheckoutCopy } from "../promises/checkoutCopy";
import { planted, type PlantedDefect } from "./planted";

const usage = `npm run -s search:planted -- [--worlds 200] [--lives 20] [--seed 1] [--only TEXT] [--jobs 2]

  --worlds N   worlds until a defect counts as not found
  --lives N    the same of those that a life shows, drawn from the commands that they concern
  --seed S     of the worlds and lives
  --only TEXT  defects whose text or file has this
  --jobs N     copies of the checkout that are worked in at the same time
Exit codes: 0 each defect was found, 1 one was not, 2 usage error.
`;

const checkout = path.resolve(__dirname, "..", "..");

interface Result {
  readonly defect: PlantedDefect;
  /** Of the world or life; undefined where none showed it. */
  readonly number: number | undefined;
  readonly by: string;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      worlds: { type: "string", default: "200" },
      lives: { type: "string", default: "20" },
      seed: { type: "string", default: "1" },
      only: { type: "string" },
      jobs: { type: "string", default: "2" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const { only, worlds, lives, seed } = values;
  const chosen = planted.filter(({ what, file }) => only === undefined || `${what} ${file}`.includes(only));
  const problems = chosen.filter(
    ({ file, before }) => readFileSync(path.join(checkout, file), "utf8").split(before).length !== 2,
  );
  for (const { what, file } of problems) process.stderr.write(`${what}: ${file} does not have the text once\n`);
  const queue = chosen.filter((defect) => !problems.includes(defect)).values();
  const results: Result[] = [];
  const work = async () => {
    const copy = await CheckoutCopy.create(checkout);
    try {
      for (const defect of queue) {
        const result = await find(copy, defect, { worlds, lives, seed });
        results.push(result);
        process.stdout.write(resultLine(result));
      }
    } finally {
      await copy.dispose();
    }
  };
  await Promise.all(Array.from({ length: Math.min(Number(values.jobs), chosen.length) }, work));
  const missed = results.filter(({ number }) => number === undefined).length;
  process.stdout.write(`${results.length - missed} of ${chosen.length} defects found\n`);
  if (missed + problems.length > 0) process.exitCode = 1;
}

async function find(
  copy: CheckoutCopy,
  defect: PlantedDefect,
  { worlds, lives, seed }: { readonly worlds: string; readonly lives: string; readonly seed: string },
): Promise<Result> {
  const results = path.join(copy.folder, "planted.jsonl");
  await writeFile(results, "");
  const { verbs, by } = defect;
  const ofWorlds = verbs === undefined ? ["--worlds", worlds, "--use", "0"] : ["--lives", lives, "--verbs", verbs];
  const subject = by === "programs" ? ["--programs", "5000"] : ofWorlds;
  const options = [...subject, "--first", "1", "--seed", seed, "--shrink", "0", "--stop", "--results", results];
  const hook = ["--conditions=source", "--require", "@defender-mssp/testkit/mocha/compile", "dev/search/main.ts"];
  const { stdout, stderr } = await copy.withMutation(defect, () =>
    execa(process.execPath, [...hook, ...options], { cwd: copy.folder, reject: false }),
  );
  if (by === "programs") {
    const [, failed] = /Property failed after (\d+) tests/.exec(stdout) ?? [];
    return { defect, number: failed === undefined ? undefined : Number(failed), by };
  }
  const last = JSON.parse((await readFile(results, "utf8")).trimEnd().split("\n").at(-1) || "{}") as {
    readonly world?: number;
    readonly life?: number;
    readonly found?: readonly { readonly key: string }[];
  };
  const number = last.world ?? last.life;
  const keys = (last.found ?? []).map(({ key }) => key);
  if (number === undefined) return { defect, number, by: `nothing was judged: ${stderr.slice(0, 300)}` };
  return { defect, number: keys.length > 0 ? number : undefined, by: keys.slice(0, 3).join(", ") };
}

function resultLine({ defect, number, by }: Result): string {
  const after =
    number === undefined ? "not found" : `${defect.by ?? (defect.verbs === undefined ? "world" : "life")} ${number}`;
  return `${after.padEnd(10)} ${defect.what} (${defect.file}): ${by}\n`;
}

main().catch((error: unknown) => {
  process.stderr.write(`search:planted: ${String(error)}\n\n${usage}`);
  process.exitCode = 2;
});
