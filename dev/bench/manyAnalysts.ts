/**
 * `npm run bench:analysts`: how long `up`, `preview` and `destroy` of a customer with many analysts
 * take, how much memory the processes have at their peaks, and how much they write. With `--than N`
 * the same is measured with N analysts first, and the ratio is shown: it tells whether the cost of
 * one analyst grows with their number. `--skip-checkpoints` lets the engine write the state once,
 * at the end of each command. `--floor` measures a program that has nothing of this project: for
 * each analyst one component with one resource of the stand-in random provider. No program that
 * keeps an analyst in a resource of its own takes less.
 */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { SandboxProject } from "@defender-mssp/testkit";
import { familyOf } from "../processes/processes";

const commands = ["up", "preview", "destroy"] as const;
type Command = (typeof commands)[number];

interface Measured {
  readonly seconds: number;
  /**
   * Processor time of all processes of the command, the sandbox apart, in seconds: other work on
   * the machine does not change it.
   */
  readonly processor: number;
  /** Peak of the sum over all processes of the command, in MB. */
  readonly megabytes: number;
  /** Peak of each process, in MB, by its name. */
  readonly peaks: Readonly<Record<string, number>>;
  /** Written by all processes of the command, in MB. */
  readonly written: number;
}

interface Subject {
  readonly floor: boolean;
  readonly skipCheckpoints: boolean;
}

const usage = "npm run -s bench:analysts -- [--analysts N] [--than N] [--skip-checkpoints] [--floor] [--json]\n";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      analysts: { type: "string", default: "1000" },
      than: { type: "string" },
      "skip-checkpoints": { type: "boolean", default: false },
      floor: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const subject: Subject = { floor: values.floor, skipCheckpoints: values["skip-checkpoints"] };
  const runs: { analysts: number; measured: Readonly<Record<Command, Measured>> }[] = [];
  for (const count of [values.than, values.analysts].flatMap((text) => (text === undefined ? [] : [Number(text)]))) {
    const measured = await measure(count, subject);
    runs.push({ analysts: count, measured });
    if (!values.json) process.stdout.write(describe(count, measured));
  }
  if (values.json) process.stdout.write(`${JSON.stringify(runs)}\n`);
  const [few, many] = runs;
  if (few === undefined || many === undefined || values.json) return;
  for (const command of commands) {
    const ratio = many.measured[command].processor / few.measured[command].processor;
    process.stdout.write(
      `${command}: ${many.analysts} analysts take ${ratio.toFixed(1)} times the processor time of ${few.analysts}\n`,
    );
  }
}

async function measure(count: number, subject: Subject): Promise<Readonly<Record<Command, Measured>>> {
  const checkout = path.resolve(__dirname, "..", "..", "..");
  const environment: Readonly<Record<string, string>> = subject.skipCheckpoints
    ? { PULUMI_SKIP_CHECKPOINTS: "true" }
    : {};
  const project = await SandboxProject.create({ checkout, environment });
  try {
    const folder = subject.floor ? await floorProgram(project, checkout, count) : project.folder;
    if (!subject.floor) await project.writeSettings("many", settings(count));
    const at = ["--stack", "many", "--cwd", folder];
    await project.succeed(["stack", "init", "many", "--cwd", folder]);
    const up = await watched(project, ["up", ...at, "--yes", "--skip-preview"]);
    const preview = await watched(project, ["preview", ...at, "--expect-no-changes"]);
    const destroy = await watched(project, ["destroy", ...at, "--yes", "--skip-preview"]);
    return { up, preview, destroy };
  } finally {
    await project.dispose();
  }
}

async function floorProgram(project: SandboxProject, checkout: string, count: number): Promise<string> {
  const folder = path.join(project.folder, "floor");
  const files = {
    "Pulumi.yaml": "name: floor\nruntime: nodejs\n",
    "package.json": '{ "name": "floor", "main": "index.js" }\n',
    "index.js": `"use strict";
const { ComponentResource } = require("@pulumi/pulumi");
const { RandomUuid } = require("@pulumi/random");
for (let number = 0; number < ${count}; number++) {
  const parent = new ComponentResource("floor:index:Analyst", \`analyst-\${number}\`);
  new RandomUuid(\`analyst-\${number}\`, {}, { parent });
}
`,
  };
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  await symlink(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
  return folder;
}

function settings(count: number) {
  return {
    customerName: "Contoso",
    tenantId: "c0570500-0000-4000-8000-00000000000a",
    customerDomain: "contoso.com",
    msspName: "Fabrikam Security",
    msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
    analysts: Array.from({ length: count }, (_, index) => ({
      email: `analyst.${index}@fabrikam-security.example`,
      displayName: `Analyst ${index}`,
      tier: index % 2 === 0 ? "tier1" : "tier2",
    })),
  };
}

async function watched(project: SandboxProject, args: readonly string[]): Promise<Measured> {
  const start = performance.now();
  const running = project.start(args);
  const peaks = new Map<string, number>();
  const written = new Map<number, number>();
  const processor = new Map<number, number>();
  let megabytes = 0;
  const watch = setInterval(() => {
    const processes = running.pid === undefined ? [] : familyOf(running.pid);
    for (const { pid, name, memory, written: bytes, processor: seconds } of processes) {
      peaks.set(name, Math.max(peaks.get(name) ?? 0, memory));
      written.set(pid, Math.max(written.get(pid) ?? 0, bytes));
      processor.set(pid, Math.max(processor.get(pid) ?? 0, seconds));
    }
    megabytes = Math.max(megabytes, sum(processes.map(({ memory }) => memory)));
  }, 200);
  const { exitCode, stdout, stderr } = await running;
  clearInterval(watch);
  if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${exitCode}:\n${stdout}\n${stderr}`);
  return {
    seconds: (performance.now() - start) / 1000,
    processor: sum(processor.values()),
    megabytes,
    peaks: Object.fromEntries(peaks),
    written: sum(written.values()),
  };
}

function sum(values: Iterable<number>): number {
  return [...values].reduce((all, one) => all + one, 0);
}

function describe(count: number, measured: Readonly<Record<Command, Measured>>): string {
  const rows = commands.flatMap((command) => {
    const { seconds, processor, megabytes, peaks, written } = measured[command];
    const parts = Object.entries(peaks).map(([name, peak]) => `    ${name}: ${Math.round(peak)} MB`);
    return [
      `${command}: ${seconds.toFixed(1)} s (processor ${processor.toFixed(1)} s), ${Math.round(megabytes)} MB, ${Math.round(written)} MB written`,
      ...parts,
    ];
  });
  return `${count} analysts\n${rows.map((row) => `  ${row}\n`).join("")}`;
}

void main();
