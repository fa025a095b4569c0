/** The rows of the benchmark: each compares two pieces of work on what its group has opened. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { dayMs } from "@defender-mssp/errors/time";
import { requestToken, securityAlertsPath } from "@defender-mssp/microsoft";
import { pageSize } from "@defender-mssp/siem/pull/source";
import { detectionIntervalFor, SandboxProject } from "@defender-mssp/testkit";
import { stringify } from "yaml";
import { ManyCustomers } from "./manyCustomers";
import { runMssp, runNode, timed } from "./measure";
import { inTurn, rowOf, type BenchRow, type Measured, type RowInfo, type Work } from "./row";

export interface BenchOptions {
  readonly checkout: string;
  /** Pairs of each row. */
  readonly runs: number;
  readonly customers: number | undefined;
  readonly alerts: number;
}

interface Disposable {
  dispose(): Promise<unknown>;
}

type Comparison = readonly [base: Work, compared: Work];

type ComparedRow<Subject> = RowInfo & {
  readonly compare: (subject: Subject, options: BenchOptions) => Comparison | Promise<Comparison>;
};

/** Rows that share what they are measured on, which has the most customers of them. */
function group<Subject extends Disposable>(
  open: (options: BenchOptions, customers: number) => Promise<Subject>,
  rows: readonly ComparedRow<Subject>[],
) {
  return {
    rows,
    async measure(isWanted: (row: RowInfo) => boolean, options: BenchOptions): Promise<BenchRow[]> {
      const wanted = rows
        .filter(isWanted)
        .map((row) => (row.customers === undefined ? row : { ...row, customers: options.customers ?? row.customers }));
      if (wanted.length === 0) return [];
      process.stderr.write(`bench: ${wanted.map(({ name }) => name).join(", ")}\n`);
      const subject = await open(options, Math.max(...wanted.map(({ customers = 0 }) => customers)));
      try {
        const results: BenchRow[] = [];
        for (const { compare, ...info } of wanted)
          results.push(rowOf(info, await inTurn(...(await compare(subject, options)), options.runs)));
        return results;
      } finally {
        await subject.dispose();
      }
    },
  };
}

/** The two pulls may not meet the same number of alerts: the sandbox's clock goes on. */
function ofThousand({ seconds, processor, megabytes }: Required<Measured>, count: number): Measured {
  return { seconds: (seconds / count) * 1000, processor: (processor / count) * 1000, megabytes };
}

async function emptyFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), "mssp-bench-"));
  return { folder, dispose: () => rm(folder, { recursive: true }) };
}

/** A project whose rules are judged anew by each check; each query is its own, as an equal one is judged once. */
async function checkedRules(folder: string, checkout: string, count: number): Promise<Work> {
  const cwd = path.join(folder, String(count));
  await mkdir(cwd);
  await writeFile(path.join(cwd, "Pulumi.yaml"), "name: customers\nruntime: nodejs\n");
  const samples = await readFile(path.join(checkout, "packages", "kql", "test", "data", "publicQueries.json"), "utf8");
  const queries = (JSON.parse(samples) as { readonly query: string }[]).map(({ query }) => query.trim());
  for (let index = 0; index < count; index++)
    await writeRule(cwd, index, `${queries[index % queries.length] ?? ""}\n// ${index}`);
  return async () => {
    await rm(path.join(cwd, ".mssp", "detections", "verdicts.json"), { force: true });
    // Public queries are not all ready to be rules: findings are no failure of the row.
    const usage = await runMssp(checkout, ["check", "--json"], { cwd, expected: [0, 1] });
    const { queries: judged } = JSON.parse(usage.stdout) as { queries?: { readonly judged: number } };
    if (judged?.judged !== count) throw new Error(`Not ${count} queries were judged:\n${usage.stderr}`);
    return usage;
  };
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

const unasked = ["--yes", "--skip-preview"];

const pulumi = (project: SandboxProject, ...args: readonly string[]) => timed(() => project.succeed(args));

const preview = (project: SandboxProject, stack: string, ...flags: readonly string[]) =>
  pulumi(project, "preview", "--stack", stack, "--expect-no-changes", ...flags);

async function devCustomer({ checkout }: BenchOptions): Promise<SandboxProject> {
  const project = await SandboxProject.create({ checkout });
  await writeFile(
    path.join(project.folder, "Pulumi.dev.yaml"),
    await readFile(path.join(checkout, "Pulumi.dev.yaml"), "utf8"),
  );
  await project.succeed(["stack", "init", "dev"]);
  await project.succeed(["up", "--stack", "dev", ...unasked]);
  return project;
}

/** A JavaScript program with a stack of its name. @returns the arguments that name both */
async function program(project: SandboxProject, checkout: string, name: string, text: string): Promise<string[]> {
  const folder = path.join(project.folder, name);
  await mkdir(folder);
  const files = {
    "index.js": `"use strict";\n${text}`,
    "Pulumi.yaml": `name: ${name}\nruntime: nodejs\n`,
    "package.json": `${JSON.stringify({ name, main: "index.js" })}\n`,
  };
  for (const [file, content] of Object.entries(files)) await writeFile(path.join(folder, file), content);
  await symlink(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
  await project.succeed(["stack", "init", name, "--cwd", folder]);
  return ["--stack", name, "--cwd", folder];
}

async function fromNothing(project: SandboxProject, { checkout }: BenchOptions): Promise<Comparison> {
  const exported = JSON.parse(await project.succeed(["stack", "export", "--stack", "dev"])) as {
    deployment: { resources: unknown[] };
  };
  // The stack and the provider are resources, too.
  const count = exported.deployment.resources.length - 2;
  const random =
    'const { RandomUuid } = require("@pulumi/random");\n' +
    `for (let number = 0; number < ${count}; number++) new RandomUuid(\`uuid-\${number}\`);\n`;
  const upAndAway = (...at: readonly string[]) => {
    return async (): Promise<Measured> => {
      const measured = await pulumi(project, "up", ...at, ...unasked);
      await project.succeed(["destroy", ...at, ...unasked]);
      return measured;
    };
  };
  await project.succeed(["destroy", "--stack", "dev", ...unasked]);
  return [upAndAway(...(await program(project, checkout, "random", random))), upAndAway("--stack", "dev")];
}

async function pull(project: SandboxProject, { checkout }: BenchOptions, count: number): Promise<Measured> {
  project.sandbox.cloud.detectionInterval = detectionIntervalFor(count);
  const place = { cwd: project.folder, env: project.environment, stdout: "ignore" } as const;
  const run = await runMssp(checkout, ["alerts", "--stack", "dev"], place);
  return ofThousand(run, Number(/([\d,]+) alerts/.exec(run.stderr)?.[1]?.replaceAll(",", "")));
}

/** Reads the pages that its argument begins with, parses them, does nothing else, and prints the number of alerts. */
const pageLoop = `
  let [count, next] = [0, process.argv[1]];
  while (next !== undefined) {
    const response = await fetch(next, { headers: { authorization: "Bearer " + process.env.MSSP_BENCH_TOKEN } });
    const page = JSON.parse(await response.text());
    count += page.value.length;
    next = page["@odata.nextLink"];
  }
  console.log(count);`;

async function readPages(project: SandboxProject, count: number): Promise<Measured> {
  const { cloud, origins } = project.sandbox;
  cloud.detectionInterval = detectionIntervalFor(count);
  const { tenantId, clientId, clientSecret } = (await project.outputs("dev")) as Record<string, string>;
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
  const env = { ...project.environment, MSSP_BENCH_TOKEN: accessToken };
  const run = await runNode(["--input-type=module", "-e", pageLoop, first], { cwd: project.folder, env });
  return ofThousand(run, Number(run.stdout));
}

/** Settings of the customer of that number. */
function customer(number: number, more: object) {
  return {
    customerName: `Contoso ${number}`,
    tenantId: `c0570500-0000-4000-8000-${String(number).padStart(12, "0")}`,
    customerDomain: `contoso${number}.example`,
    msspName: "Fabrikam Security",
    msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
    analysts: ["ana", "ben", "cleo"].map((name) => ({ email: `${name}@fabrikam-security.example`, displayName: name })),
    ...more,
  };
}

const stackName = (index: number) => `customer-${String(index + 1).padStart(4, "0")}`;

/** A project with so many customers, all deployed. */
async function fleet({ checkout }: BenchOptions, customers: number): Promise<SandboxProject> {
  const project = await SandboxProject.create({ checkout });
  for (let index = 0; index < customers; index++)
    await project.writeSettings(stackName(index), customer(index + 1, { portalAccess: index % 2 ? "rbac" : "basic" }));
  await project.verifyDomains();
  await onFleet(project, checkout, "fleet", "up", "--yes", "--init");
  return project;
}

/** A status that somebody must see to ends with 3. */
const onFleet = ({ folder, environment }: SandboxProject, checkout: string, ...args: readonly string[]) =>
  runMssp(checkout, args, { cwd: folder, env: { ...environment, CI: "true" }, expected: [0, 3] });

/** A shell loop of the engine's command. */
const loop = (project: SandboxProject, customers: number, ...args: readonly string[]) =>
  timed(async () => {
    for (let index = 0; index < customers; index++) await project.succeed([...args, "--stack", stackName(index)]);
  });

async function previewFleet(project: SandboxProject, checkout: string, customers: number): Promise<Measured> {
  const stacks = Array.from({ length: customers }, (_, index) => stackName(index));
  return onFleet(project, checkout, "fleet", "preview", "--stack", ...stacks);
}

/** What the settings take of notification rules, with which the previews of detection rules compare. */
const deployedRules = 50;

/** Two customers: one with detection rules, one with as many notification rules, which are dynamic resources, too. */
async function customersWithRules({ checkout }: BenchOptions): Promise<SandboxProject> {
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
    await project.writeSettings(stack, customer(index + 1, { analysts: [], ...own }));
    await project.addStack(stack);
    await project.succeed(["up", "--stack", stack, ...unasked]);
  }
  return project;
}

/** Alerts of each run of many customers. */
const pulledAlerts = 20_000;

/** As a service over the internet answers; without it the sandbox's one thread is the limit of both. */
const late = { seed: 1, percent: 100, kinds: ["slow"], timeScale: 0.02 } as const;

async function onMany(many: ManyCustomers, checkout: string, command: string, customers: number) {
  const chosen = customers === 1 ? ["--connection", many.connection(0)] : ["--all", "--connections", many.connections];
  return runMssp(checkout, [command, ...chosen], { cwd: many.folder, env: await many.environment() });
}

export const groups = [
  group(emptyFolder, [
    {
      name: "help",
      what: "mssp --help",
      against: "node -e 0",
      goal: 1.5,
      compare: (_subject, { checkout: cwd }) => [
        () => runNode(["-e", "0"], { cwd }),
        () => runMssp(cwd, ["--help"], { cwd }),
      ],
    },
    {
      name: "detections-check",
      what: "mssp check without kept verdicts, 500 rules",
      against: "of one rule",
      goal: 6,
      isProcessor: true,
      compare: async ({ folder }, { checkout }) => [
        await checkedRules(folder, checkout, 1),
        await checkedRules(folder, checkout, 500),
      ],
    },
  ]),
  group(devCustomer, [
    {
      name: "preview-javascript",
      what: "preview without changes, dev customer",
      against: "an empty JavaScript program",
      goal: 1.5,
      compare: async (project, { checkout }) => {
        const empty = await program(project, checkout, "javascript", "");
        await project.succeed(["up", ...empty, ...unasked]);
        return [() => pulumi(project, "preview", ...empty), () => preview(project, "dev")];
      },
    },
    {
      name: "preview-policy",
      what: "preview without changes, dev customer, policy pack",
      against: "the same without the pack",
      goal: 1.15,
      compare: (project) => [() => preview(project, "dev"), () => preview(project, "dev", "--policy-pack", "policy")],
    },
    {
      name: "alerts",
      what: "mssp alerts: alerts per second",
      against: "a loop that reads and parses the same pages",
      goal: 0.9,
      atLeast: true,
      compare: (project, options) => [
        () => readPages(project, options.alerts),
        () => pull(project, options, options.alerts),
      ],
    },
    {
      name: "alerts-memory",
      what: "mssp alerts: peak memory",
      against: "a hundredth of the alerts",
      goal: 1.3,
      unit: "MB",
      isLong: true,
      compare: (project, options) => [
        () => pull(project, options, Math.ceil(options.alerts / 100)),
        () => pull(project, options, options.alerts),
      ],
    },
    // The last one: it destroys the stack.
    {
      name: "up",
      what: "up from nothing, dev customer",
      against: "as many resources of the stand-in random provider",
      goal: 1.3,
      compare: fromNothing,
    },
  ]),
  group(fleet, [
    {
      name: "fleet-preview",
      what: "fleet preview",
      against: "a loop of `pulumi preview`",
      goal: 0.35,
      customers: 8,
      compare: (project, { checkout, customers = 8 }) => [
        () => loop(project, customers, "preview"),
        () => previewFleet(project, checkout, customers),
      ],
    },
    {
      name: "fleet-memory",
      what: "fleet preview: peak memory",
      against: "a tenth of the customers",
      goal: 1.1,
      unit: "MB",
      isLong: true,
      customers: 200,
      compare: (project, { checkout, customers = 200 }) => [
        () => previewFleet(project, checkout, Math.ceil(customers / 10)),
        () => previewFleet(project, checkout, customers),
      ],
    },
    {
      name: "status",
      what: "status: processor time",
      against: "a loop of `pulumi stack output`",
      goal: 1.5,
      isProcessor: true,
      isLong: true,
      customers: 200,
      compare: (project, { checkout, customers = 200 }) => [
        () => loop(project, customers, "stack", "output", "--json"),
        () => onFleet(project, checkout, "status", "--json"),
      ],
    },
  ]),
  group(customersWithRules, [
    {
      name: "detections-preview",
      what: `preview without changes, ${deployedRules} detection rules, verdicts kept`,
      against: `${deployedRules} notification rules`,
      goal: 1.3,
      compare: (project) => [() => preview(project, "others"), () => preview(project, "rules")],
    },
  ]),
  group(
    (_options, customers) => ManyCustomers.start(customers, { faults: late }),
    [
      {
        name: "alerts-many",
        what: "mssp alerts --all: alerts per second",
        against: "of one customer, answers take 0.2 to 0.6 s",
        goal: 1.5,
        atLeast: true,
        isLong: true,
        customers: 50,
        compare: (many, { checkout }) => {
          const pullFrom = async (customers: number): Promise<Measured> => {
            many.hold(pulledAlerts, { customers });
            const usage = await onMany(many, checkout, "alerts", customers);
            const count = usage.stdout.split("\n").length;
            if (count < pulledAlerts / 2)
              throw new Error(`mssp alerts of ${customers} customers: ${count} alerts only`);
            return ofThousand(usage, count);
          };
          return [() => pullFrom(1), () => pullFrom(many.customers.length)];
        },
      },
    ],
  ),
  group(
    (_options, customers) => ManyCustomers.start(customers),
    [
      {
        name: "verify-all",
        what: "mssp verify --all of 50 customers",
        against: "of one customer",
        goal: 8,
        isProcessor: true,
        customers: 50,
        compare: (many, { checkout }) => [
          () => onMany(many, checkout, "verify", 1),
          () => onMany(many, checkout, "verify", many.customers.length),
        ],
      },
    ],
  ),
];
