/**
 * What detection rules take: `mssp check` of many rules against one, and previews of a customer with rules
 * against one with as many notification rules, which are dynamic resources, too. The queries of `check` are public ones.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { SandboxProject } from "@defender-mssp/testkit";
import { execa } from "execa";
import { stringify } from "yaml";
import { usageOf } from "../processes/processes";
import {
  inTurn,
  rowOf,
  timed,
  type BenchGroup,
  type BenchOptions,
  type BenchRow,
  type Measured,
  type RowInfo,
} from "./row";

/** What the settings take of notification rules, with which the previews compare. */
const deployedRules = 50;

const rows = {
  check: {
    name: "detections-check",
    what: "mssp check without kept verdicts",
    against: "of one rule",
    goal: 6,
    isProcessor: true,
  },
  preview: {
    name: "detections-preview",
    what: `preview without changes, ${deployedRules} detection rules, verdicts kept`,
    against: `${deployedRules} notification rules`,
    goal: 1.3,
  },
  cold: {
    name: "detections-cold",
    what: `preview without changes, ${deployedRules} detection rules, no verdict kept`,
    against: "the same with verdicts kept",
    goal: 3,
  },
} satisfies Readonly<Record<string, RowInfo>>;

export const detections: BenchGroup = {
  rows: Object.values(rows),
  async measure(isAsked, options) {
    const measured: BenchRow[] = [];
    if (isAsked(rows.check)) measured.push(await checkOfMany(options));
    if (isAsked(rows.preview) || isAsked(rows.cold)) {
      const previews = await PreviewBench.create(options.checkout);
      try {
        if (isAsked(rows.preview)) measured.push(await previews.kept(options.runs));
        if (isAsked(rows.cold)) measured.push(await previews.cold(options.runs));
      } finally {
        await previews.dispose();
      }
    }
    return measured;
  },
};

/** Where a project keeps its verdicts. */
const verdicts = path.join(".mssp", "detections", "verdicts.json");

async function checkOfMany({ checkout, rules, runs }: BenchOptions): Promise<BenchRow> {
  const folder = await mkdtemp(path.join(tmpdir(), "mssp-bench-detections-"));
  try {
    const queries = await publicQueries(checkout);
    const project = async (count: number) => {
      const place = path.join(folder, String(count));
      await mkdir(place);
      await writeFile(path.join(place, "Pulumi.yaml"), "name: customers\nruntime: nodejs\n");
      for (let index = 0; index < count; index++) {
        // Each of its own, as the judge judges an equal query once.
        await writeRule(place, index, `${queries[index % queries.length] ?? ""}\n// ${index}`);
      }
      return () => checked(checkout, place, count);
    };
    return {
      ...rowOf(rows.check, await inTurn(await project(1), await project(rules), runs)),
      what: `${rows.check.what}, ${rules} rules`,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function publicQueries(checkout: string): Promise<string[]> {
  const file = path.join(checkout, "packages", "kql", "test", "data", "publicQueries.json");
  const samples = JSON.parse(await readFile(file, "utf8")) as { readonly query: string }[];
  return samples.map(({ query }) => query.trim());
}

async function writeRule(folder: string, index: number, queryText: string): Promise<void> {
  const set = path.join(folder, "detections", "base");
  await mkdir(set, { recursive: true });
  const rule = {
    displayName: `Rule ${index}`,
    status: "enabled",
    queryText,
    schedule: { frequency: "PT1H" },
    alertTemplate: {
      title: `Title ${index}`,
      severity: "medium",
      tactics: [{ tactic: "Execution" }],
      entityMappings: { hosts: [{ deviceIdColumn: "DeviceId" }] },
    },
  };
  await writeFile(path.join(set, `rule-${index}.yaml`), stringify(rule));
}

async function checked(checkout: string, folder: string, count: number): Promise<Measured> {
  await rm(path.join(folder, verdicts), { force: true });
  const running = execa(process.execPath, [path.join(checkout, "cli", "mssp.js"), "check", "--json"], {
    cwd: folder,
    stdin: "ignore",
    reject: false,
  });
  const { end, ...usage } = await usageOf(running);
  // Public queries are not all ready to be rules: findings are no failure of the row.
  const { queries } = JSON.parse(end.stdout) as { readonly queries?: { readonly judged: number } };
  if (queries?.judged !== count) throw new Error(`mssp check judged not ${count} queries:\n${end.stderr}`);
  return usage;
}

class PreviewBench {
  private constructor(private readonly project: SandboxProject) {}

  /** Two customers, deployed: one with detection rules, one with notification rules. */
  static async create(checkout: string): Promise<PreviewBench> {
    const bench = new PreviewBench(await SandboxProject.create({ checkout }));
    const { project } = bench;
    const numbers = Array.from({ length: deployedRules }, (_, index) => index);
    for (const index of numbers) {
      const query = `DeviceProcessEvents\n| where FileName == "${index}.exe"\n| project Timestamp, ReportId, DeviceId`;
      await writeRule(project.folder, index, query);
    }
    const recipients = ["soc@fabrikam-security.example"];
    const notificationRules = numbers.map((index) => ({ name: `Rule ${index}`, severities: ["High"], recipients }));
    await bench.#deploy("rules", 1, { detections: { sets: ["base"] } });
    await bench.#deploy("others", 2, { notificationRules });
    return bench;
  }

  dispose(): Promise<void> {
    return this.project.dispose();
  }

  async kept(runs: number): Promise<BenchRow> {
    return rowOf(
      rows.preview,
      await inTurn(
        () => this.#preview("others"),
        () => this.#preview("rules"),
        runs,
      ),
    );
  }

  async cold(runs: number): Promise<BenchRow> {
    const cold = async () => {
      await rm(path.join(this.project.folder, verdicts));
      return this.#preview("rules");
    };
    return rowOf(rows.cold, await inTurn(() => this.#preview("rules"), cold, runs));
  }

  async #deploy(stack: string, number: number, more: object): Promise<void> {
    await this.project.writeSettings(stack, {
      customerName: `Contoso ${number}`,
      tenantId: `c0570500-0000-4000-8000-00000000000${number}`,
      customerDomain: `contoso${number}.example`,
      msspName: "Fabrikam Security",
      msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
      analysts: [],
      ...more,
    });
    await this.project.addStack(stack);
    await this.project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
  }

  #preview(stack: string): Promise<Measured> {
    return timed(() => this.project.succeed(["preview", "--stack", stack, "--expect-no-changes"]));
  }
}
