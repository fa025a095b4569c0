/**
 * What detection rules take: `mssp check` of many rules against one, and previews of a customer with rules
 * against one with as many notification rules, which are dynamic resources, too. The queries of `check` are public ones.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { SandboxProject } from "@defender-mssp/testkit";
import { stringify } from "yaml";
import { runMssp, timed } from "./measure";
import { benchGroup } from "./row";

/** What the settings take of notification rules, with which the previews compare. */
const deployedRules = 50;

/** Where a project keeps its verdicts. */
const verdicts = path.join(".mssp", "detections", "verdicts.json");

const what = `preview without changes, ${deployedRules} detection rules`;

export const detectionsCheck = benchGroup(
  [
    {
      name: "detections-check",
      what: "mssp check without kept verdicts",
      against: "of one rule",
      goal: 6,
      isProcessor: true,
      compare: async ({ folder }, { checkout, rules }) => {
        const queries = await publicQueries(checkout);
        const check = async (count: number) => {
          const cwd = path.join(folder, String(count));
          await mkdir(cwd);
          await writeFile(path.join(cwd, "Pulumi.yaml"), "name: customers\nruntime: nodejs\n");
          // Each of its own, as the judge judges an equal query once.
          for (let index = 0; index < count; index++)
            await writeRule(cwd, index, `${queries[index % queries.length] ?? ""}\n// ${index}`);
          return async () => {
            await rm(path.join(cwd, verdicts), { force: true });
            // Public queries are not all ready to be rules: findings are no failure of the row.
            const usage = await runMssp(checkout, ["check", "--json"], { cwd, expected: [0, 1] });
            const { queries: judged } = JSON.parse(usage.stdout) as { queries?: { readonly judged: number } };
            if (judged?.judged !== count) throw new Error(`Not ${count} queries were judged:\n${usage.stderr}`);
            return usage;
          };
        };
        return [await check(1), await check(rules), { what: `mssp check without kept verdicts, ${rules} rules` }];
      },
    },
  ],
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "mssp-bench-detections-"));
    return { folder, dispose: () => rm(folder, { recursive: true }) };
  },
);

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

export const detectionsPreview = benchGroup<SandboxProject>(
  [
    {
      name: "detections-preview",
      what: `${what}, verdicts kept`,
      against: `${deployedRules} notification rules`,
      goal: 1.3,
      compare: (project) => [() => preview(project, "others"), () => preview(project, "rules")],
    },
    {
      name: "detections-cold",
      what: `${what}, no verdict kept`,
      against: "the same with verdicts kept",
      goal: 3,
      compare: (project) => [
        () => preview(project, "rules"),
        async () => {
          await rm(path.join(project.folder, verdicts));
          return preview(project, "rules");
        },
      ],
    },
  ],
  ({ checkout }) => deployedCustomers(checkout),
);

/** Two customers: one with detection rules, one with notification rules. */
async function deployedCustomers(checkout: string): Promise<SandboxProject> {
  const project = await SandboxProject.create({ checkout });
  const numbers = Array.from({ length: deployedRules }, (_, index) => index);
  for (const index of numbers) {
    const query = `DeviceProcessEvents\n| where FileName == "${index}.exe"\n| project Timestamp, ReportId, DeviceId`;
    await writeRule(project.folder, index, query);
  }
  const recipients = ["soc@fabrikam-security.example"];
  const notificationRules = numbers.map((index) => ({ name: `Rule ${index}`, severities: ["High"], recipients }));
  const customers = { rules: { detections: { sets: ["base"] } }, others: { notificationRules } };
  for (const [index, [stack, own]] of Object.entries(customers).entries()) {
    await project.writeSettings(stack, {
      customerName: `Contoso ${index + 1}`,
      tenantId: `c0570500-0000-4000-8000-00000000000${index + 1}`,
      customerDomain: `contoso${index + 1}.example`,
      msspName: "Fabrikam Security",
      msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
      analysts: [],
      ...own,
    });
    await project.addStack(stack);
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
  }
  return project;
}

function preview(project: SandboxProject, stack: string) {
  return timed(() => project.succeed(["preview", "--stack", stack, "--expect-no-changes"]));
}
