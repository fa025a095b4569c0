/** What `mssp fleet` takes, against a shell loop and against itself with other numbers of customers. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { SandboxProject } from "@defender-mssp/testkit";
import { execa } from "execa";
import { runMssp, timed, type CommandUsage } from "./measure";
import { benchGroup, type BenchOptions, type ComparedRow, type BenchComparison, type RowInfo } from "./row";

/** Customers of the row against a loop, which a run without `--rows` measures, and of the verified ones. */
const fewer: Readonly<Record<string, number>> = { "fleet-preview": 8, "verify-stacks": 50 };
const customersOfRow = ({ name }: RowInfo, { customers }: BenchOptions): number => customers ?? fewer[name] ?? 200;

type FleetRow = RowInfo & {
  readonly compareStacks: (bench: FleetBench, stacks: readonly string[]) => BenchComparison | Promise<BenchComparison>;
};

const growth = (bench: FleetBench, stacks: readonly string[]): BenchComparison => {
  const preview = (chosen: readonly string[]) => async () => {
    const { seconds, processor, megabytes } = await bench.mssp("fleet", "preview", "--stack", ...chosen);
    return { seconds: seconds / chosen.length, processor: processor / chosen.length, megabytes };
  };
  return [preview(stacks.slice(0, Math.ceil(stacks.length / 10))), preview(stacks)];
};

const rows: readonly FleetRow[] = [
  {
    name: "fleet-preview",
    what: "fleet preview",
    against: "a loop of `pulumi preview`",
    goal: 0.35,
    compareStacks: (bench, stacks) => [
      () => bench.loop(stacks, "preview"),
      () => bench.mssp("fleet", "preview", "--stack", ...stacks),
    ],
  },
  {
    name: "fleet-time",
    what: "fleet preview: time per customer",
    against: "a tenth of the customers",
    goal: 1.05,
    isLong: true,
    compareStacks: growth,
  },
  {
    name: "fleet-memory",
    what: "fleet preview: peak memory",
    against: "a tenth of the customers",
    goal: 1.1,
    unit: "MB",
    isLong: true,
    compareStacks: growth,
  },
  {
    name: "fleet-changed",
    what: "fleet preview, one customer changed",
    against: "all changed",
    goal: 0.5,
    isLong: true,
    compareStacks: async (bench, stacks) => {
      await bench.commitChanges(stacks);
      const since = (revision: string) => () => bench.mssp("fleet", "preview", "--changed-since", revision);
      return [since("HEAD~2"), since("HEAD~1")];
    },
  },
  {
    name: "status",
    what: "status: processor time",
    against: "a loop of `pulumi stack output`",
    goal: 1.5,
    isProcessor: true,
    isLong: true,
    compareStacks: (bench, stacks) => [
      () => bench.loop(stacks, "stack", "output", "--json"),
      () => bench.mssp("status", "--json"),
    ],
  },
  {
    name: "status-offline",
    what: "status --offline: processor time",
    against: "status --show customers",
    goal: 3,
    isProcessor: true,
    isLong: true,
    compareStacks: (bench) => [
      () => bench.mssp("status", "--show", "customers", "--json"),
      () => bench.mssp("status", "--offline", "--json"),
    ],
  },
  {
    name: "verify-stacks",
    what: "verify --all by stacks",
    against: "eight times one, and a loop of `pulumi stack output`",
    goal: 1,
    isProcessor: true,
    isLong: true,
    // The goal of connection files, and what reading the stacks' outputs takes.
    compareStacks: (bench, stacks) => {
      const base = async () => {
        const outputs = await bench.loop(stacks, "stack", "output", "--json");
        const one = await bench.mssp("verify", "--stack", stacks[0] ?? "");
        return { seconds: outputs.seconds + 8 * one.seconds, processor: outputs.processor + 8 * one.processor };
      };
      return [base, () => bench.mssp("verify", ...stacks.flatMap((stack) => ["--stack", stack]))];
    },
  },
];

/** One function for the rows that are measured together. */
const compared = new Map(
  rows.map((row): [FleetRow["compareStacks"], ComparedRow<FleetBench>["compare"]] => [
    row.compareStacks,
    async (bench, options) => {
      const customers = customersOfRow(row, options);
      const [base, work] = await row.compareStacks(bench, bench.stacks.slice(0, customers));
      return [base, work, { customers }];
    },
  ]),
);

class FleetBench {
  private constructor(
    private readonly project: SandboxProject,
    private readonly checkout: string,
    readonly stacks: readonly string[],
  ) {}

  /** A project with so many customers, all deployed. */
  static async create(checkout: string, customers: number): Promise<FleetBench> {
    const stacks = Array.from({ length: customers }, (_, index) => `customer-${String(index + 1).padStart(4, "0")}`);
    const project = await SandboxProject.create({ checkout });
    const bench = new FleetBench(project, checkout, stacks);
    for (const [index, stack] of stacks.entries()) await project.writeSettings(stack, settings(index + 1));
    await project.verifyDomains();
    await bench.mssp("fleet", "up", "--yes", "--init");
    return bench;
  }

  dispose(): Promise<void> {
    return this.project.dispose();
  }

  /** A status that somebody must see to ends with 3. */
  mssp(...args: readonly string[]): Promise<CommandUsage> {
    const { folder, environment } = this.project;
    const expected = args[0] === "status" ? [0, 3] : [0];
    return runMssp(this.checkout, args, { cwd: folder, env: { ...environment, CI: "true" }, expected });
  }

  /** A shell loop of the engine's command. */
  loop(stacks: readonly string[], ...args: readonly string[]) {
    return timed(async () => {
      for (const stack of stacks) await this.project.succeed([...args, "--stack", stack]);
    });
  }

  /** The last commit changes one customer, the one before all. */
  async commitChanges(stacks: readonly string[]): Promise<void> {
    const { folder } = this.project;
    const git = (...args: string[]) =>
      execa("git", ["-c", "user.name=bench", "-c", "user.email=bench@localhost", ...args], { cwd: folder });
    const files = stacks.map((stack) => `Pulumi.${stack}.yaml`);
    await git("init", "-q");
    await git("add", "Pulumi.yaml", ...files);
    await git("commit", "-qm", "before");
    for (const changed of [files, files.slice(0, 1)]) {
      for (const file of changed.map((name) => path.join(folder, name)))
        await writeFile(file, `${await readFile(file, "utf8")}# ${changed.length} changed\n`);
      await git("commit", "-qam", "changed");
    }
  }
}

function settings(number: number) {
  return {
    customerName: `Contoso ${number}`,
    tenantId: `c0570500-0000-4000-8000-${String(number).padStart(12, "0")}`,
    customerDomain: `contoso${number}.example`,
    msspName: "Fabrikam Security",
    msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
    analysts: ["ana", "ben", "cleo"].map((name) => ({ email: `${name}@fabrikam-security.example`, displayName: name })),
    portalAccess: number % 2 === 0 ? "rbac" : "basic",
  };
}

export const fleet = benchGroup(
  rows.map(({ compareStacks, ...info }) => ({
    ...info,
    compare: compared.get(compareStacks) as ComparedRow<FleetBench>["compare"],
  })),
  (options, wanted) =>
    FleetBench.create(options.checkout, Math.max(...wanted.map((row) => customersOfRow(row, options)))),
);
