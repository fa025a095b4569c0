/**
 * What commands on the dev customer take: `mssp --help` against nothing, previews against empty programs, `up` against
 * resources that do nothing, and a pull of alerts against a loop that reads and parses the same pages.
 */
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { dayMs } from "@defender-mssp/errors/time";
import { requestToken, securityAlertsPath } from "@defender-mssp/microsoft";
import { pageSize } from "@defender-mssp/siem/pull/source";
import { detectionIntervalFor, SandboxProject } from "@defender-mssp/testkit";
import { parse, stringify } from "yaml";
import { runMssp, runNode, timed } from "./measure";
import { benchGroup, type BenchOptions, type BenchComparison, type Measured } from "./row";

const what = "preview without changes, dev customer";

const stackDev = ["--stack", "dev"];
const unasked = ["--yes", "--skip-preview"];

async function deployed({ checkout, without }: BenchOptions): Promise<SandboxProject> {
  const project = await SandboxProject.create({ checkout });
  const settings = parse(await readFile(path.join(checkout, "Pulumi.dev.yaml"), "utf8")) as { config: object };
  const config = Object.entries(settings.config).filter(([key]) => !without.includes(key.split(":")[1] ?? ""));
  const text = stringify({ ...settings, config: Object.fromEntries(config) });
  await writeFile(path.join(project.folder, "Pulumi.dev.yaml"), text);
  await project.succeed(["stack", "init", "dev"]);
  await project.succeed(["up", ...stackDev, ...unasked]);
  return project;
}

const pulumi = (project: SandboxProject, ...args: readonly string[]) => timed(() => project.succeed(args));

const preview = (project: SandboxProject, ...flags: readonly string[]) =>
  pulumi(project, "preview", ...stackDev, "--expect-no-changes", ...flags);

export const help = benchGroup(
  [
    {
      name: "help",
      what: "mssp --help",
      against: "node -e 0",
      goal: 1.5,
      pairsOfRun: 4,
      compare: (_subject, { checkout: cwd }) => [
        () => runNode(["-e", "0"], { cwd }),
        () => runMssp(cwd, ["--help"], { cwd }),
      ],
    },
  ],
  () => Promise.resolve({ dispose: () => Promise.resolve() }),
);

export const devCustomer = benchGroup<SandboxProject>(
  [
    {
      name: "preview-typescript",
      what,
      against: "an empty TypeScript program, Pulumi's defaults",
      goal: 0.75,
      compare: againstEmpty("typescript", { "index.ts": "export {};\n", "tsconfig.json": templateTsconfig() }),
    },
    {
      name: "preview-javascript",
      what,
      against: "an empty JavaScript program",
      goal: 1.5,
      compare: againstEmpty("javascript", { "index.js": '"use strict";\n' }),
    },
    {
      name: "preview-policy",
      what: `${what}, policy pack`,
      against: "the same without the pack",
      goal: 1.15,
      compare: (project) => [() => preview(project), () => preview(project, "--policy-pack", "policy")],
    },
    {
      name: "up",
      what: "up from nothing, dev customer",
      against: "as many resources of the stand-in random provider",
      goal: 1.3,
      compare: fromNothing,
    },
  ],
  deployed,
);

function againstEmpty(name: string, files: Readonly<Record<string, string>>) {
  return async (project: SandboxProject, { checkout }: BenchOptions): Promise<BenchComparison> => {
    const at = ["--stack", name, "--cwd", await program(project, checkout, name, files)];
    await project.succeed(["up", ...at, ...unasked]);
    return [() => pulumi(project, "preview", ...at), () => preview(project)];
  };
}

async function fromNothing(project: SandboxProject, { checkout }: BenchOptions): Promise<BenchComparison> {
  const exported = JSON.parse(await project.succeed(["stack", "export", ...stackDev])) as {
    deployment: { resources: unknown[] };
  };
  await project.succeed(["destroy", ...stackDev, ...unasked]);
  // The stack and the provider are resources, too.
  const count = exported.deployment.resources.length - 2;
  const folder = await program(project, checkout, "random", {
    "index.js":
      '"use strict";\nconst { RandomUuid } = require("@pulumi/random");\n' +
      `for (let number = 0; number < ${count}; number++) new RandomUuid(\`uuid-\${number}\`);\n`,
  });
  const upAndAway = (stack: string, cwd: string) => async (): Promise<Measured> => {
    const at = ["--stack", stack, ...unasked, "--cwd", cwd];
    const measured = await pulumi(project, "up", ...at);
    await project.succeed(["destroy", ...at]);
    return measured;
  };
  return [upAndAway("random", folder), upAndAway("dev", project.folder)];
}

/** A program with a stack of its name. */
async function program(
  project: SandboxProject,
  checkout: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = path.join(project.folder, name);
  await mkdir(folder);
  const [main = ""] = Object.keys(files);
  const all = {
    ...files,
    "Pulumi.yaml": `name: ${name}\nruntime: nodejs\n`,
    "package.json": `${JSON.stringify({ name, main })}\n`,
  };
  for (const [file, text] of Object.entries(all)) await writeFile(path.join(folder, file), text);
  await symlink(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
  await project.succeed(["stack", "init", name, "--cwd", folder]);
  return folder;
}

/** As in Pulumi's template for TypeScript. */
function templateTsconfig(): string {
  const flags = "strict sourceMap experimentalDecorators pretty noFallthroughCasesInSwitch noImplicitReturns";
  const compilerOptions = {
    ...Object.fromEntries(`${flags} forceConsistentCasingInFileNames`.split(" ").map((flag) => [flag, true])),
    outDir: "bin",
    target: "es2020",
    module: "commonjs",
    moduleResolution: "node",
  };
  return JSON.stringify({ compilerOptions, files: ["index.ts"] });
}

export const alerts = benchGroup<SandboxProject>(
  [
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
  ],
  (options) => deployed({ ...options, without: [] }),
);

async function pull(project: SandboxProject, { checkout }: BenchOptions, count: number): Promise<Measured> {
  project.sandbox.cloud.detectionInterval = detectionIntervalFor(count);
  const place = { cwd: project.folder, env: project.environment, stdout: "ignore" } as const;
  const run = await runMssp(checkout, ["alerts", ...stackDev], place);
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

/** The two pulls may not meet the same number of alerts: the sandbox's clock goes on. */
export function ofThousand({ seconds, processor, megabytes }: Required<Measured>, count: number): Measured {
  return { seconds: (seconds / count) * 1000, processor: (processor / count) * 1000, megabytes };
}
