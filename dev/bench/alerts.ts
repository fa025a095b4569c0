/**
 * `npm run bench:alerts`: pulls many alerts from the sandbox with `mssp alerts`, to nowhere. Its peak memory is compared with that of a pull of
 * few, and its throughput with that of a loop that only reads and parses the same pages (dev/bench/readPages.ts), in the same run. Exits
 * with 1 where a limit isn't kept.
 */
import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { requestToken, securityAlertsPath } from "@defender-mssp/microsoft";
import { detectionIntervalFor, SandboxProject } from "@defender-mssp/sandbox";
import { execa } from "execa";
import { pageSize } from "../../cli/alerts/sources";
import type { Usage } from "./usage";

/** The most memory that many alerts may take, in that of few. */
const memoryLimit = 1.3;
/** The least throughput, in that of the loop. */
const throughputLimit = 0.5;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      alerts: { type: "string", default: "1000000" },
      few: { type: "string", default: "10000" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write("npm run -s bench:alerts -- [--alerts 1000000] [--few 10000] [--json]\n");
    return;
  }
  const checkout = path.resolve(__dirname, "..", "..", "..");
  const project = await SandboxProject.create({ checkout });
  try {
    const result = await measure(new Bench(project, checkout), Number(values.few), Number(values.alerts));
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : describe(result));
    if (result.memoryRatio > memoryLimit || result.throughputRatio < throughputLimit) process.exitCode = 1;
  } finally {
    await project.dispose();
  }
}

/** One process, measured. */
interface Run {
  readonly alerts: number;
  readonly seconds: number;
  /** CPU time of the process by itself, in seconds. */
  readonly cpu: number;
  /** CPU time of the sandbox meanwhile, in seconds. */
  readonly sandboxCpu: number;
  /** MiB. */
  readonly peakMemory: number;
}

interface Result {
  readonly few: Run;
  readonly many: Run;
  readonly loop: Run;
  readonly memoryRatio: number;
  readonly throughputRatio: number;
}

async function measure(bench: Bench, few: number, many: number): Promise<Result> {
  await bench.onboard();
  await bench.pull(few); // warms the file caches
  const results = { few: await bench.pull(few), loop: await bench.loop(many), many: await bench.pull(many) };
  return {
    ...results,
    memoryRatio: results.many.peakMemory / results.few.peakMemory,
    throughputRatio: results.many.alerts / results.many.seconds / (results.loop.alerts / results.loop.seconds),
  };
}

class Bench {
  constructor(
    private readonly project: SandboxProject,
    private readonly checkout: string,
  ) {}

  async onboard(): Promise<void> {
    const { project, checkout } = this;
    await cp(path.join(checkout, "Pulumi.dev.yaml"), path.join(project.folder, "Pulumi.dev.yaml"));
    await project.succeed(["stack", "init", "dev"]);
    await project.succeed(["up", "--stack", "dev", "--yes", "--skip-preview"]);
  }

  async pull(count: number): Promise<Run> {
    this.#hold(count);
    const command = path.join(this.checkout, "cli", "mssp.js");
    const { run, stderr } = await this.#run([command, "alerts", "--stack", "dev"], {});
    return { ...run, alerts: Number(/([\d,]+) alerts/.exec(stderr)?.[1]?.replaceAll(",", "")) };
  }

  async loop(count: number): Promise<Run> {
    this.#hold(count);
    const { tenantId, clientId, clientSecret } = (await this.project.outputs("dev")) as Record<string, string>;
    const { origins } = this.project.sandbox;
    const { accessToken } = await requestToken({
      tenantId: String(tenantId),
      audience: "https://graph.microsoft.com",
      environment: { ARM_CLIENT_ID: clientId, ARM_CLIENT_SECRET: clientSecret },
      endpoints: {
        cloud: "public",
        loginEndpoint: origins.http,
        graphEndpoint: origins.http,
        resourceManagerEndpoint: origins.http,
        metadataHost: undefined,
      },
    });
    const since = new Date(Date.now() - 180 * 24 * 60 * 60 * 1000).toISOString();
    const filter = encodeURIComponent(`createdDateTime ge ${since}`);
    const first = `${origins.https}${securityAlertsPath}?$filter=${filter}&$top=${pageSize}`;
    const { run, stdout } = await this.#run([path.join(__dirname, "readPages.js"), first], {
      MSSP_BENCH_TOKEN: accessToken,
    });
    return { ...run, alerts: Number(stdout) };
  }

  #hold(count: number): void {
    this.project.sandbox.cloud.detectionInterval = detectionIntervalFor(count);
  }

  async #run(args: readonly string[], environment: Readonly<Record<string, string>>) {
    const { project } = this;
    const usageFile = path.join(project.folder, "usage.json");
    const isCommand = args.includes("alerts");
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    const { stdout, stderr } = await execa(process.execPath, ["--require", path.join(__dirname, "usage.js"), ...args], {
      cwd: project.folder,
      env: { ...project.environment, ...environment, MSSP_BENCH_USAGE: usageFile },
      extendEnv: false,
      stdin: "ignore",
      stdout: isCommand ? "ignore" : "pipe",
    });
    const seconds = (performance.now() - start) / 1000;
    const sandbox = process.cpuUsage(cpuBefore);
    const sandboxCpu = (sandbox.user + sandbox.system) / 1e6;
    const usage = JSON.parse(await readFile(usageFile, "utf8")) as Usage;
    const cpu = (usage.userCPUTime + usage.systemCPUTime) / 1e6;
    return { run: { seconds, cpu, sandboxCpu, peakMemory: usage.maxRSS / 1024 }, stdout: stdout ?? "", stderr };
  }
}

function describe({ few, many, loop, memoryRatio, throughputRatio }: Result): string {
  const row = (name: string, { alerts, seconds, cpu, sandboxCpu, peakMemory }: Run) =>
    [
      name.padEnd(28),
      `${alerts.toLocaleString("en-US").padStart(10)} alerts`,
      `${seconds.toFixed(1).padStart(6)} s`,
      `${Math.round(alerts / seconds)
        .toLocaleString("en-US")
        .padStart(8)} alerts/s`,
      `${cpu.toFixed(1).padStart(6)} s CPU`,
      `${sandboxCpu.toFixed(1).padStart(6)} s the sandbox's`,
      `${peakMemory.toFixed(0).padStart(5)} MiB peak`,
    ].join("  ");
  return [
    row("mssp alerts, few", few),
    row("mssp alerts, many", many),
    row("a loop that reads and parses", loop),
    `peak memory, many to few    ${memoryRatio.toFixed(2)}   limit ${memoryLimit}`,
    `throughput, to the loop's   ${throughputRatio.toFixed(2)}   limit ${throughputLimit} (at least)`,
    "",
  ].join("\n");
}

void main();
