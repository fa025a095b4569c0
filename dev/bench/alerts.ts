/**
 * `mssp alerts` from the sandbox to nowhere: its throughput against a loop that only reads and
 * parses the same pages, and its memory.
 */
import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { dayMs } from "@defender-mssp/errors/time";
import { requestToken, securityAlertsPath } from "@defender-mssp/microsoft";
import { detectionIntervalFor, SandboxProject } from "@defender-mssp/testkit";
import { execa } from "execa";
import { pageSize } from "@defender-mssp/siem/pull/source";
import { inTurn, rowOf, type BenchGroup, type Measured, type BenchRow, type RowInfo } from "./row";
import type { ResourceUsage } from "./usage";

const rows = {
  throughput: {
    name: "alerts",
    what: "mssp alerts: alerts per second",
    against: "a loop that reads and parses the same pages",
    goal: 0.9,
    atLeast: true,
  },
  memory: {
    name: "alerts-memory",
    what: "mssp alerts: peak memory",
    against: "a hundredth of the alerts",
    goal: 1.3,
    unit: "MB",
    isLong: true,
  },
} satisfies Readonly<Record<string, RowInfo>>;

export const alerts: BenchGroup = {
  rows: Object.values(rows),
  async measure(wanted, { checkout, alerts: many, runs }) {
    const project = await SandboxProject.create({ checkout });
    try {
      const bench = new Bench(project, checkout);
      await bench.onboard();
      const pull = (count: number) => () => bench.pull(count);
      const measured: BenchRow[] = [];
      if (wanted(rows.throughput)) {
        measured.push(rowOf(rows.throughput, await inTurn(() => bench.loop(many), pull(many), runs)));
      }
      if (wanted(rows.memory)) {
        measured.push(rowOf(rows.memory, await inTurn(pull(Math.ceil(many / 100)), pull(many), runs)));
      }
      return measured;
    } finally {
      await project.dispose();
    }
  },
};

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

  /** Seconds of a thousand alerts. */
  async pull(count: number): Promise<Measured> {
    this.#hold(count);
    const command = path.join(this.checkout, "cli", "mssp.js");
    const { run, stderr } = await this.#run([command, "alerts", "--stack", "dev"], {});
    return ofThousand(run, Number(/([\d,]+) alerts/.exec(stderr)?.[1]?.replaceAll(",", "")));
  }

  async loop(count: number): Promise<Measured> {
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
    const since = new Date(Date.now() - 180 * dayMs).toISOString();
    const filter = encodeURIComponent(`createdDateTime ge ${since}`);
    const first = `${origins.https}${securityAlertsPath}?$filter=${filter}&$top=${pageSize}`;
    const { run, stdout } = await this.#run([path.join(__dirname, "readPages.js"), first], {
      MSSP_BENCH_TOKEN: accessToken,
    });
    return ofThousand(run, Number(stdout));
  }

  #hold(count: number): void {
    this.project.sandbox.cloud.detectionInterval = detectionIntervalFor(count);
  }

  async #run(args: readonly string[], environment: Readonly<Record<string, string>>) {
    const { project } = this;
    const usageFile = path.join(project.folder, "usage.json");
    const isCommand = args.includes("alerts");
    const start = performance.now();
    const { stdout, stderr } = await execa(process.execPath, ["--require", path.join(__dirname, "usage.js"), ...args], {
      cwd: project.folder,
      env: { ...project.environment, ...environment, MSSP_BENCH_USAGE: usageFile },
      extendEnv: false,
      stdin: "ignore",
      stdout: isCommand ? "ignore" : "pipe",
    });
    const seconds = (performance.now() - start) / 1000;
    const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(await readFile(usageFile, "utf8")) as ResourceUsage;
    const run = { seconds, processor: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1024 };
    return { run, stdout: stdout ?? "", stderr };
  }
}

/** The two pulls may not meet the same number of alerts: the sandbox's clock goes on. */
function ofThousand({ seconds, processor, megabytes }: Required<Measured>, count: number): Measured {
  return { seconds: (seconds / count) * 1000, processor: (processor / count) * 1000, megabytes };
}
