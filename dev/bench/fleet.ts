/**
 * `npm run bench:fleet`: what `mssp fleet` takes, each row against a baseline of the same run. Both are measured in turn, so that a slow moment
 * of the machine hits both; the medians count. Exits with 1 where a goal is not met.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { SandboxProject } from "@defender-mssp/sandbox";
import { execa } from "execa";
import { familyOf } from "./processes";

interface Row {
  readonly name: string;
  readonly ratio: number;
  readonly goal: number;
  /** Whether the ratio must be at least the goal; otherwise at most. */
  readonly atLeast: boolean;
  readonly seconds: number;
  readonly baselineSeconds: number;
  readonly runs: number;
  /** Least and greatest ratio of a pair. */
  readonly spread: readonly [number, number];
}

interface Measured {
  readonly seconds: number;
  /** Sum over all processes of the command, in MB. */
  readonly megabytes: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      customers: { type: "string", default: "50" },
      many: { type: "string", default: "200" },
      few: { type: "string", default: "20" },
      runs: { type: "string", default: "5" },
      rows: { type: "string", default: "loop,growth,changed" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(
      "npm run -s bench:fleet -- [--rows loop,growth,changed] [--customers 50] [--few 20] [--many 200] [--runs 5] [--json]\n",
    );
    return;
  }
  const wanted = values.rows.split(",");
  const [customers, few, many, runs] = [values.customers, values.few, values.many, values.runs].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const most = Math.max(wanted.includes("loop") ? customers : 0, wanted.some((row) => row !== "loop") ? many : 0);
  const bench = await FleetBench.create(most);
  try {
    const rows = [
      ...(wanted.includes("loop") ? [await bench.loop(customers, runs)] : []),
      ...(wanted.includes("growth") ? await bench.growth(few, many, runs) : []),
      ...(wanted.includes("changed") ? [await bench.changed(many, runs)] : []),
    ];
    process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : rows.map(describe).join(""));
    if (rows.some(({ ratio, goal, atLeast }) => (atLeast ? ratio < goal : ratio > goal))) process.exitCode = 1;
  } finally {
    await bench.dispose();
  }
}

class FleetBench {
  private constructor(
    private readonly project: SandboxProject,
    private readonly checkout: string,
  ) {}

  /** A project with so many customers, all deployed. */
  static async create(customers: number): Promise<FleetBench> {
    const checkout = path.resolve(__dirname, "..", "..", "..");
    const bench = new FleetBench(await SandboxProject.create({ checkout }), checkout);
    for (let number = 1; number <= customers; number++) await bench.#writeCustomer(number);
    await bench.#fleet("up", "--yes", "--init");
    return bench;
  }

  dispose(): Promise<void> {
    return this.project.dispose();
  }

  /** Against a shell loop of `pulumi preview` over the same stacks. */
  async loop(customers: number, runs: number): Promise<Row> {
    const stacks = Array.from({ length: customers }, (_, index) => stackOf(index + 1));
    const loop = async () => {
      const began = performance.now();
      for (const stack of stacks) await this.project.succeed(["preview", "--stack", stack]);
      return { seconds: (performance.now() - began) / 1000, megabytes: 0 };
    };
    const pairs = await inTurn(loop, () => this.#fleet("preview", "--stack", ...stacks), runs);
    return rowOf(`fleet preview, ${customers} customers, against a loop of pulumi preview`, pairs, 0.35);
  }

  /** Time and memory at many customers, against few. */
  async growth(few: number, many: number, runs: number): Promise<Row[]> {
    const preview = (count: number) => () =>
      this.#fleet("preview", "--stack", ...Array.from({ length: count }, (_, index) => stackOf(index + 1)));
    const pairs = await inTurn(preview(few), preview(many), runs);
    const each = pairs.map(({ base, compared }) => ({
      base: { ...base, seconds: base.seconds / few },
      compared: { ...compared, seconds: compared.seconds / many },
    }));
    const memory = pairs.map(({ base, compared }) => ({
      base: { ...base, seconds: base.megabytes },
      compared: { ...compared, seconds: compared.megabytes },
    }));
    return [
      rowOf(`fleet preview, time per customer at ${many}, against ${few}`, each, 1.05),
      rowOf(`fleet preview, peak memory (MB) at ${many}, against ${few}`, memory, 1.1),
    ];
  }

  /** One customer changed, against all changed. */
  async changed(customers: number, runs: number): Promise<Row> {
    const { folder } = this.project;
    const git = (...args: string[]) =>
      execa("git", ["-c", "user.name=bench", "-c", "user.email=bench@localhost", ...args], { cwd: folder });
    await git("init", "-q");
    await git("add", "Pulumi.yaml", ...Array.from({ length: customers }, (_, index) => fileOf(index + 1)));
    await git("commit", "-qm", "before");
    const touch = async (numbers: readonly number[], message: string) => {
      for (const number of numbers) {
        const file = path.join(folder, fileOf(number));
        await writeFile(file, `${await readFile(file, "utf8")}# ${message}\n`);
      }
      await git("commit", "-qam", message);
    };
    await touch(
      Array.from({ length: customers }, (_, index) => index + 1),
      "all",
    );
    await touch([1], "one");
    const since = (revision: string) => () => this.#fleet("preview", "--changed-since", revision);
    const pairs = await inTurn(since("HEAD~2"), since("HEAD~1"), runs);
    return rowOf(`fleet preview of ${customers} where one customer changed, against all changed`, pairs, 0.5);
  }

  async #writeCustomer(number: number): Promise<void> {
    await this.project.writeSettings(stackOf(number), {
      customerName: `Contoso ${number}`,
      tenantId: `c0570500-0000-4000-8000-${String(number).padStart(12, "0")}`,
      customerDomain: `contoso${number}.example`,
      msspName: "Fabrikam Security",
      msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
      analysts: ["ana", "ben", "cleo"].map((name) => ({
        email: `${name}@fabrikam-security.example`,
        displayName: name,
      })),
      portalAccess: number % 2 === 0 ? "rbac" : "basic",
    });
  }

  /** Runs the command in a process of its own, as people do. */
  async #fleet(...args: readonly string[]): Promise<Measured> {
    const { folder, environment } = this.project;
    const began = performance.now();
    const command = [path.join(this.checkout, "cli", "mssp.js"), "fleet", ...args];
    const running = execa(process.execPath, command, {
      cwd: folder,
      env: { ...environment, CI: "true" },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
    let megabytes = 0;
    const watch = setInterval(() => {
      const processes = running.pid === undefined ? [] : familyOf(running.pid);
      megabytes = Math.max(
        megabytes,
        processes.reduce((sum, { memory }) => sum + memory, 0),
      );
    }, 500);
    const { exitCode, stdout, stderr } = await running;
    clearInterval(watch);
    if (exitCode !== 0) throw new Error(`mssp fleet ${args.join(" ")} ended with ${exitCode}:\n${stdout}\n${stderr}`);
    return { seconds: (performance.now() - began) / 1000, megabytes };
  }
}

interface Pair {
  readonly base: Measured;
  readonly compared: Measured;
}

async function inTurn(base: () => Promise<Measured>, compared: () => Promise<Measured>, runs: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let run = 0; run < runs; run++) pairs.push({ base: await base(), compared: await compared() });
  return pairs;
}

function rowOf(name: string, pairs: readonly Pair[], goal: number): Row {
  const ratios = pairs.map(({ base, compared }) => compared.seconds / base.seconds);
  return {
    name,
    ratio: median(ratios),
    goal,
    atLeast: false,
    seconds: median(pairs.map(({ compared }) => compared.seconds)),
    baselineSeconds: median(pairs.map(({ base }) => base.seconds)),
    runs: pairs.length,
    spread: [Math.min(...ratios), Math.max(...ratios)],
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

function describe({ name, ratio, goal, seconds, baselineSeconds, runs, spread }: Row): string {
  const [least, most] = spread.map((value) => value.toFixed(2));
  return (
    `${name}\n  ${seconds.toFixed(2)} against ${baselineSeconds.toFixed(2)}: ${ratio.toFixed(2)} ` +
    `(${least} to ${most}, ${runs} pairs), goal ${goal}\n`
  );
}

function stackOf(number: number): string {
  return `customer-${String(number).padStart(4, "0")}`;
}

function fileOf(number: number): string {
  return `Pulumi.${stackOf(number)}.yaml`;
}

void main();
