/** The life of a fleet, step by step: `up`, changes, a kill in the middle, drift, a dead lock, faults, `destroy`. */
import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { compareDumps, dump } from "@defender-mssp/sandbox";
import { SandboxProject } from "@defender-mssp/testkit";
import { execa } from "execa";
import type { RequestCounts, RunReport } from "../../cli/fleet/runReport";
import { usageOf } from "../processes/processes";
import { demoCustomers, prepareTenants, type DemoCustomer } from "./customers";

/** A step's result and what it has taken. */
export interface DemoStep {
  readonly name: string;
  /** What was typed, or done to a tenant. */
  readonly command: string;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly seconds: number;
  /** Of the command's processes, in seconds. The sandbox and its provider plugins are not among them. */
  readonly processor: number;
  /** Peak of all processes, in MB. */
  readonly megabytes: number;
  readonly requests?: Pick<RequestCounts, "reads" | "writes" | "tokens">;
  readonly counts?: RunReport["counts"];
  /** What is not as expected; empty if all is. */
  readonly problems: readonly string[];
}

export interface DemoOptions {
  readonly checkout: string;
  readonly customers: number;
  readonly parallel: number;
  /** Gets each step when it has ended. */
  readonly onStep: (step: DemoStep) => void;
}

export async function demonstrate(options: DemoOptions): Promise<DemoStep[]> {
  const { checkout } = options;
  const customers = await demoCustomers(checkout, options.customers);
  const project = await SandboxProject.create({ checkout, faults: { seed, percent: 0, timeScale: 0.02 } });
  try {
    return await new Demonstration(project, customers, options).run();
  } finally {
    await project.dispose();
  }
}

/** Its sandbox's clock is right. */
const seed = 12;

interface Ended {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: RunReport | undefined;
}

interface Expected {
  /** `undefined`: ended by a signal. */
  readonly exitCode?: number | undefined;
  readonly counts?: Partial<RunReport["counts"]>;
  /** @returns what is wrong. */
  readonly check?: (ended: Ended) => readonly string[] | Promise<readonly string[]>;
}

class Demonstration {
  readonly #steps: DemoStep[] = [];
  readonly #startedAt = new Date();

  constructor(
    private readonly project: SandboxProject,
    private readonly customers: readonly DemoCustomer[],
    private readonly options: DemoOptions,
  ) {}

  async run(): Promise<DemoStep[]> {
    const { project, customers } = this;
    for (const { stack, settings } of customers) await project.writeSettings(stack, settings);
    prepareTenants(project.sandbox.cloud, customers);
    const before = this.#tenants();
    await this.#deploy();
    await this.#change();
    await this.#drift();
    await this.#deadLock();
    await this.#read();
    await this.#faults();
    const all = customers.length;
    await this.#fleet("destroy", ["destroy", "--all", "--yes"], { exitCode: 0, counts: { changed: all } });
    this.#compare(before);
    return this.#steps;
  }

  async #deploy(): Promise<void> {
    const all = this.customers.length;
    await this.#fleet("first up", ["up", "--init", "--yes"], { exitCode: 0, counts: { changed: all } });
    await this.#fleet("nothing to do", ["preview"], { exitCode: 0, counts: { unchanged: all } });
    const some = ["--stack", ...this.#ofEachModel()];
    await this.#fleet("policy packs", ["preview", "--policy-pack", "policy", ...some], { exitCode: 0 });
  }

  async #change(): Promise<void> {
    const all = this.customers.length;
    await this.#changeProgram("at once");
    await this.#fleet("changed program", ["preview"], { exitCode: 0, counts: { changed: all } });
    const killed = ["up", "--canary", "1", "--yes"];
    const isLate = (ended: number) => ended >= Math.max(2, Math.floor(all / 3));
    await this.#fleet("canary, then kill -9", killed, { exitCode: undefined }, isLate);
    await this.#fleet("resumed", ["up", "--resume", "--yes"], { exitCode: 0, counts: { changed: all } });
  }

  /** Somebody renames a group in one tenant. */
  async #drift(): Promise<void> {
    const [customer] = this.customers.slice(1);
    if (customer === undefined) return;
    const tenant = this.project.sandbox.cloud.tenant(customer.tenantId);
    const [id, group] =
      [...tenant.objects("groups")].find(
        ([, { displayName }]) => typeof displayName === "string" && displayName.includes("MSSP"),
      ) ?? [];
    if (id === undefined || group === undefined) throw new Error(`${customer.stack} has no group of the MSSP`);
    tenant.objects("groups").set(id, { ...group, displayName: "Renamed by somebody" });
    const some = ["--stack", ...this.#ofEachModel()];
    await this.#fleet("drift in one tenant", ["preview", "--drift", ...some], { exitCode: 3, counts: { drifted: 1 } });
    const mended = ["up", "--status", "drifted", "--refresh", "--yes"];
    await this.#fleet("drift undone", mended, { exitCode: 0, counts: { changed: 1 } });
  }

  async #deadLock(): Promise<void> {
    const [{ stack } = { stack: "" }] = this.customers;
    await this.#changeProgram("immediately", "at once");
    await this.#leaveLock(stack);
    const up = ["up", "--stack", stack, "--yes"];
    await this.#fleet("dead lock", up, {
      exitCode: 1,
      check: ({ report }) =>
        report?.stacks[0]?.lock?.state === "dead" ? [] : [`not named: ${report?.stacks[0]?.messages.join("; ")}`],
    });
    await this.#fleet("dead lock cancelled", [...up, "--cancel-dead-locks"], { exitCode: 0, counts: { failed: 0 } });
  }

  async #read(): Promise<void> {
    const all = this.customers.length;
    await this.#fleet("outputs", ["outputs", "--output", "tenantId"], {
      exitCode: 0,
      check: ({ stdout }) => {
        const found = (JSON.parse(stdout) as { outputs: { tenantId?: string } }[]).map(
          ({ outputs }) => outputs.tenantId,
        );
        const isRight = found.every((tenantId, index) => tenantId === this.customers[index]?.tenantId);
        return isRight && found.length === all ? [] : [`tenantId of ${found.length} stacks: ${found.join(", ")}`];
      },
    });
    const withSecret = this.customers.filter(({ model }) => model !== "msspApp").map(({ stack }) => stack);
    await this.#fleet("secrets that end within three years", ["list", "--secrets-end-within", "1100"], {
      exitCode: 0,
      check: ({ stdout }) => {
        const found = (JSON.parse(stdout) as { stack: string }[]).map(({ stack }) => stack);
        return found.join() === withSecret.join() ? [] : [`${found.join(", ")}; expected ${withSecret.join(", ")}`];
      },
    });
  }

  async #faults(): Promise<void> {
    const { faults } = this.project.sandbox;
    if (faults === undefined) return;
    await this.#changeProgram("for everybody", "immediately");
    faults.percent = 5;
    await this.#fleet("faults of 5 %", ["up", "--yes", "--tries", "6"], {
      check: ({ report }) => (faults.injected > 0 && report !== undefined ? [] : ["no fault was injected"]),
    });
    faults.percent = 0;
    if ((this.#steps.at(-1)?.counts?.failed ?? 0) === 0) return;
    await this.#fleet("failed ones again", ["up", "--status", "failed", "--refresh", "--yes"], { exitCode: 0 });
  }

  #compare(before: ReadonlyMap<string, string>): void {
    const startedAt = this.#startedAt;
    const after = this.#tenants();
    const problems = this.customers.flatMap(({ stack, tenantId }) => {
      const [left, right] = [before, after].map((tenants) => ({ text: tenants.get(tenantId) ?? "{}", startedAt }));
      if (left === undefined || right === undefined) return [];
      const { onlyLeft, onlyRight } = compareDumps(left, right);
      return [...onlyLeft.map((fact) => `${stack} lacks ${fact}`), ...onlyRight.map((fact) => `${stack} has ${fact}`)];
    });
    const command = `${this.customers.length} tenants compared with those before the first command`;
    this.#add({ name: "as before", command, seconds: 0, processor: 0, megabytes: 0, problems });
  }

  /** The first two customers of each model. */
  #ofEachModel(): string[] {
    return this.customers.slice(0, 8).map(({ stack }) => stack);
  }

  #tenants(): Map<string, string> {
    const all = JSON.parse(dump(this.project.sandbox.cloud)) as Record<string, unknown>;
    return new Map(Object.entries(all).map(([id, tenant]) => [id, JSON.stringify(tenant)]));
  }

  /** The description of every customer's groups, in the copy of the program. */
  async #changeProgram(to: string, from = ""): Promise<void> {
    const file = path.join(this.project.folder, "components", "portalAccess", "msspSecurityGroup.ts");
    const text = (ending: string) => `ends the access${ending === "" ? "" : ` ${ending}`}.\``;
    const before = await readFile(file, "utf8");
    if (!before.includes(text(from))) throw new Error(`${file} has no "${text(from)}"`);
    await writeFile(file, before.replace(text(from), text(to)));
  }

  /** Kills an engine that holds the stack's lock. */
  async #leaveLock(stack: string): Promise<void> {
    const { PULUMI_BACKEND_URL = "" } = this.project.environment;
    const folder = path.join(fileURLToPath(PULUMI_BACKEND_URL), ".pulumi", "locks");
    const hasLock = () =>
      existsSync(folder) &&
      readdirSync(folder, { recursive: true }).some((name) =>
        `${path.sep}${String(name)}`.includes(`${path.sep}${stack}${path.sep}`),
      );
    const running = this.project.start(["up", "--stack", stack, "--yes", "--skip-preview"]);
    const ended = new AbortController();
    void running.then(() => ended.abort());
    while (!hasLock() && !ended.signal.aborted) await sleep(10);
    running.kill("SIGKILL");
    const { signal } = await running;
    if (signal !== "SIGKILL") throw new Error(`the engine of ${stack} ended before it was killed`);
  }

  async #fleet(
    name: string,
    args: readonly string[],
    expected: Expected,
    killAfter?: (ended: number) => boolean,
  ): Promise<void> {
    const isRun = ["preview", "up", "refresh", "destroy"].includes(args[0] ?? "");
    const all = [...args, ...(isRun ? ["--count-requests", "--parallel", String(this.options.parallel)] : [])];
    const command = [path.join(this.options.checkout, "cli", "mssp.js"), "fleet", ...all, "--json"];
    const running = execa(process.execPath, command, {
      cwd: this.project.folder,
      env: { ...this.project.environment, CI: "true", NO_COLOR: "1" },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
      maxBuffer: 1024 * 1024 * 1024,
    });
    let count = 0;
    running.stdout.on("data", (data: Buffer) => {
      if (killAfter === undefined) return;
      count += data.toString().split('"event":"ended"').length - 1;
      if (killAfter(count)) running.kill("SIGKILL");
    });
    const { end, seconds, processor, megabytes } = await usageOf(running);
    const { exitCode, signal, stdout, stderr } = end;
    const ended: Ended = { exitCode, signal, stdout, stderr, report: isRun ? reportIn(stdout) : undefined };
    const { requests, counts } = ended.report ?? {};
    this.#add({
      name,
      command: `mssp fleet ${args.join(" ")}`,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(signal === undefined ? {} : { signal }),
      seconds,
      processor,
      megabytes,
      ...(requests === undefined
        ? {}
        : { requests: { reads: requests.reads, writes: requests.writes, tokens: requests.tokens } }),
      ...(counts === undefined ? {} : { counts }),
      problems: await problemsOf(ended, expected),
    });
  }

  #add(step: DemoStep): void {
    this.#steps.push(step);
    this.options.onStep(step);
  }
}

async function problemsOf(ended: Ended, expected: Expected): Promise<string[]> {
  const { exitCode, stderr, report } = ended;
  const failed = (report?.stacks ?? []).filter(({ state }) => state === "failed");
  const texts = failed.map(({ stack, messages }) => `${stack}: ${messages.join("; ")}`);
  const wrong = [
    ...("exitCode" in expected && exitCode !== expected.exitCode
      ? [`exit code ${exitCode ?? "none"}, expected ${expected.exitCode ?? "none"}`, stderr.slice(-2000), ...texts]
      : []),
    ...Object.entries(expected.counts ?? {}).flatMap(([state, count]) => {
      const found = report?.counts[state as keyof RunReport["counts"]];
      return found === count ? [] : [`${found ?? "no number"} ${state}, expected ${count}`];
    }),
    ...((await expected.check?.(ended)) ?? []),
  ];
  return wrong.filter((text) => text !== "");
}

/** The last of the events. */
function reportIn(stdout: string): RunReport | undefined {
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  return last.includes('"event":"report"') ? (JSON.parse(last) as RunReport) : undefined;
}
