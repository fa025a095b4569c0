/**
 * What `mssp fleet` takes, against a shell loop and against itself with other numbers of customers.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { SandboxProject } from "@defender-mssp/testkit";
import { execa } from "execa";
import { usageOf, type ProcessUsage } from "../processes/processes";
import { inTurn, rowOf, timed, type BenchGroup, type BenchRow, type RowInfo } from "./row";

const rows = {
  loop: { name: "fleet-preview", what: "fleet preview", against: "a loop of `pulumi preview`", goal: 0.35 },
  time: {
    name: "fleet-time",
    what: "fleet preview: time per customer",
    against: "a tenth of the customers",
    goal: 1.05,
    isLong: true,
  },
  memory: {
    name: "fleet-memory",
    what: "fleet preview: peak memory",
    against: "a tenth of the customers",
    goal: 1.1,
    unit: "MB",
    isLong: true,
  },
  changed: {
    name: "fleet-changed",
    what: "fleet preview, one customer changed",
    against: "all changed",
    goal: 0.5,
    isLong: true,
  },
  status: {
    name: "status",
    what: "status: processor time",
    against: "fleet outputs",
    goal: 1.5,
    isProcessor: true,
    isLong: true,
  },
  statusOffline: {
    name: "status-offline",
    what: "status --offline: processor time",
    against: "fleet list",
    goal: 3,
    isProcessor: true,
    isLong: true,
  },
  verify: {
    name: "verify-stacks",
    what: "verify --all by stacks",
    against: "eight times one, and a loop of `pulumi stack output`",
    goal: 1,
    isProcessor: true,
    isLong: true,
  },
} satisfies Readonly<Record<string, RowInfo>>;

/**
 * Customers of the row against a loop, which a run without `--rows` measures, of the verified ones, and of
 * the others.
 */
const [fewCustomers, verifiedCustomers, manyCustomers] = [8, 50, 200];

export const fleet: BenchGroup = {
  rows: Object.values(rows),
  async measure(wanted, { checkout, customers, runs }) {
    const hasLong = Object.values(rows).some(
      (row: RowInfo) => row.isLong === true && row !== rows.verify && wanted(row),
    );
    const ofLoop = customers ?? fewCustomers;
    const ofVerify = customers ?? verifiedCustomers;
    const ofLong = customers ?? manyCustomers;
    const needed = [wanted(rows.loop) ? ofLoop : 0, wanted(rows.verify) ? ofVerify : 0, hasLong ? ofLong : 0];
    const bench = await FleetBench.create(checkout, Math.max(...needed));
    try {
      return [
        ...(wanted(rows.loop) ? [await bench.loop(ofLoop, runs)] : []),
        ...(wanted(rows.time) || wanted(rows.memory) ? await bench.growth(ofLong, runs) : []),
        ...(wanted(rows.changed) ? [await bench.changed(ofLong, runs)] : []),
        ...(wanted(rows.status) ? [await bench.status(ofLong, runs)] : []),
        ...(wanted(rows.statusOffline) ? [await bench.statusOffline(ofLong, runs)] : []),
        ...(wanted(rows.verify) ? [await bench.verify(ofVerify, runs)] : []),
      ].filter(wanted);
    } finally {
      await bench.dispose();
    }
  },
};

class FleetBench {
  private constructor(
    private readonly project: SandboxProject,
    private readonly checkout: string,
  ) {}

  /** A project with so many customers, all deployed. */
  static async create(checkout: string, customers: number): Promise<FleetBench> {
    const bench = new FleetBench(await SandboxProject.create({ checkout }), checkout);
    for (let number = 1; number <= customers; number++) await bench.#writeCustomer(number);
    await bench.project.verifyDomains();
    await bench.#fleet("up", "--yes", "--init");
    return bench;
  }

  dispose(): Promise<void> {
    return this.project.dispose();
  }

  /** Against a shell loop of `pulumi preview` over the same stacks. */
  async loop(customers: number, runs: number): Promise<BenchRow> {
    const stacks = Array.from({ length: customers }, (_, index) => stackOf(index + 1));
    const loop = () =>
      timed(async () => {
        for (const stack of stacks) await this.project.succeed(["preview", "--stack", stack]);
      });
    const pairs = await inTurn(loop, () => this.#fleet("preview", "--stack", ...stacks), runs);
    return rowOf(rows.loop, pairs, customers);
  }

  /** Time and memory, against those of a tenth of the customers. */
  async growth(many: number, runs: number): Promise<BenchRow[]> {
    const few = Math.ceil(many / 10);
    const preview = (count: number) => async () => {
      const stacks = Array.from({ length: count }, (_, index) => stackOf(index + 1));
      const { seconds, processor, megabytes } = await this.#fleet("preview", "--stack", ...stacks);
      return { seconds: seconds / count, processor: processor / count, megabytes };
    };
    const pairs = await inTurn(preview(few), preview(many), runs);
    return [rowOf(rows.time, pairs, many), rowOf(rows.memory, pairs, many)];
  }

  /** One customer changed, against all changed. */
  async changed(customers: number, runs: number): Promise<BenchRow> {
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
    return rowOf(rows.changed, pairs, customers);
  }

  /** What waits for the analysts needs somebody: the command ends with 3. */
  async status(customers: number, runs: number): Promise<BenchRow> {
    const status = () => this.#mssp(["status", "--json"], [0, 3]);
    return rowOf(rows.status, await inTurn(() => this.#fleet("outputs", "--json"), status, runs), customers);
  }

  async statusOffline(customers: number, runs: number): Promise<BenchRow> {
    const status = () => this.#mssp(["status", "--offline", "--json"], [0, 3]);
    return rowOf(rows.statusOffline, await inTurn(() => this.#fleet("list", "--json"), status, runs), customers);
  }

  /** The goal of connection files, and what reading the stacks' outputs takes. */
  async verify(customers: number, runs: number): Promise<BenchRow> {
    const stacks = Array.from({ length: customers }, (_, index) => stackOf(index + 1));
    const base = async () => {
      const outputs = await timed(async () => {
        for (const stack of stacks) await this.project.succeed(["stack", "output", "--json", "--stack", stack]);
      });
      const one = await this.#mssp(["verify", "--stack", stackOf(1)], [0]);
      return {
        seconds: outputs.seconds + 8 * one.seconds,
        processor: (outputs.processor ?? NaN) + 8 * one.processor,
      };
    };
    const all = () => this.#mssp(["verify", ...stacks.flatMap((stack) => ["--stack", stack])], [0]);
    return rowOf(rows.verify, await inTurn(base, all, runs), customers);
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

  #fleet(...args: readonly string[]): Promise<ProcessUsage> {
    return this.#mssp(["fleet", ...args], [0]);
  }

  /** Runs the command in a process of its own, as people do. */
  async #mssp(args: readonly string[], expected: readonly number[]): Promise<ProcessUsage> {
    const { folder, environment } = this.project;
    const command = [path.join(this.checkout, "cli", "mssp.js"), ...args];
    const running = execa(process.execPath, command, {
      cwd: folder,
      env: { ...environment, CI: "true" },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
    const { end, ...usage } = await usageOf(running);
    const { exitCode, stdout, stderr } = end;
    if (exitCode === undefined || !expected.includes(exitCode))
      throw new Error(`mssp ${args.join(" ")} ended with ${exitCode}:\n${stdout}\n${stderr}`);
    return usage;
  }
}

function stackOf(number: number): string {
  return `customer-${String(number).padStart(4, "0")}`;
}

function fileOf(number: number): string {
  return `Pulumi.${stackOf(number)}.yaml`;
}
