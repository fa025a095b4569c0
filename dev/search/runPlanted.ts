/** `npm run search:planted`: plants each defect in a copy of the checkout, and counts the worlds until one shows it. */
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { CheckoutCopy } from "../promises/checkoutCopy";
import { planted, type PlantedDefect } from "./planted";

const usage = `npm run -s search:planted -- [--worlds 200] [--seed 1] [--only TEXT] [--jobs 2]

  --worlds N   worlds until a defect counts as not found
  --seed S     of the worlds
  --only TEXT  defects whose text or file has this
  --jobs N     copies of the checkout that are worked in at the same time
Exit codes: 0 each defect was found, 1 one was not, 2 usage error.
`;

const checkout = path.resolve(__dirname, "..", "..");

interface Result {
  readonly defect: PlantedDefect;
  /** Number of the world; undefined where none showed it. */
  readonly world: number | undefined;
  readonly by: string;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      worlds: { type: "string", default: "200" },
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
  const { only, worlds, seed } = values;
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
        const result = await find(copy.folder, defect, { worlds, seed });
        results.push(result);
        process.stdout.write(lineNumber(result));
      }
    } finally {
      await copy.dispose();
    }
  };
  await Promise.all(Array.from({ length: Math.min(Number(values.jobs), chosen.length) }, work));
  const missed = results.filter(({ world }) => world === undefined).length;
  process.stdout.write(`${results.length - missed} of ${chosen.length} defects found\n`);
  if (missed + problems.length > 0) process.exitCode = 1;
}

async function find(
  folder: string,
  defect: PlantedDefect,
  { worlds, seed }: { readonly worlds: string; readonly seed: string },
): Promise<Result> {
  const file = path.join(folder, defect.file);
  const text = await readFile(file, "utf8");
  const results = path.join(folder, "planted.jsonl");
  await writeFile(results, "");
  try {
    await writeFile(
      file,
      text.replace(defect.before, () => defect.after),
    );
    const hook = ["--conditions=source", "--require", "@defender-mssp/testkit/mocha/compile"];
    const options = ["--worlds", worlds, "--first", "1", "--seed", seed, "--use", "0", "--shrink", "0", "--stop"];
    const { stderr } = await execa(
      process.execPath,
      [...hook, "dev/search/main.ts", ...options, "--results", results],
      {
        cwd: folder,
        reject: false,
      },
    );
    const last = JSON.parse((await readFile(results, "utf8")).trimEnd().split("\n").at(-1) || "{}") as {
      readonly world?: number;
      readonly found?: readonly { readonly key: string }[];
    };
    const keys = (last.found ?? []).map(({ key }) => key);
    if (last.world === undefined) return { defect, world: undefined, by: `no world: ${stderr.slice(0, 300)}` };
    return { defect, world: keys.length > 0 ? last.world : undefined, by: keys.slice(0, 3).join(", ") };
  } finally {
    await writeFile(file, text);
  }
}

function lineNumber({ defect, world, by }: Result): string {
  const after = world === undefined ? "not found" : `world ${world}`;
  return `${after.padEnd(10)} ${defect.what} (${defect.file}): ${by}\n`;
}

main().catch((error: unknown) => {
  process.stderr.write(`search:planted: ${String(error)}\n\n${usage}`);
  process.exitCode = 2;
});
