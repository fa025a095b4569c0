/**
 * One seed: `up`, a change and `destroy` of one customer on a sandbox with faults, each compared with what the same leaves without faults.
 * Where a command fails, the weather clears: what it may have left is repaired, and the command is run once more, with --refresh.
 */
import path from "node:path";
import { execa } from "execa";
import { compareDumps } from "../sandbox/cloud/compareDumps";
import { dump } from "../sandbox/cloud/dump";
import { SandboxProject, type Finished } from "../sandbox/sandboxProject";
import type { FaultOptions } from "../sandbox/server/index";
import { changedSettings, settings, stack, tenantId } from "./customer";

export type Step = "up" | "change" | "destroy";

/** How one command ended, with all that it took. */
export interface Run {
  readonly step: Step;
  readonly injected: number;
  /** How it got there: at once, by one command more, or with what it left taken away before that; `not` at all. */
  readonly converged: "at once" | "again" | "repaired" | "not";
  /** What only the tenant without faults has, and what only this one has (duplicates, too); `path = value` each. */
  readonly differences: readonly string[];
  /** What the commands said, where it did not converge at once. */
  readonly said: string;
}

/** What came of one sandbox: a seed, or a kill. */
export interface Result {
  /** Such as `seed 7`. */
  readonly name: string;
  readonly runs: readonly Run[];
  /** How many runs there were to be: one that does not converge is the last. */
  readonly planned: number;
  /** Faults of each kind. */
  readonly injected: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** What the tenants are without faults. */
export interface FairWeather {
  readonly dumps: Readonly<Record<Step, string>>;
  readonly startedAt: Date;
}

export const commands: Readonly<Record<Step, readonly string[]>> = {
  up: ["up", "--stack", stack, "--yes", "--skip-preview"],
  change: ["up", "--stack", stack, "--yes", "--skip-preview"],
  destroy: ["destroy", "--stack", stack, "--yes", "--skip-preview"],
};

export const steps: readonly Step[] = ["up", "change", "destroy"];

/** The same without faults. Throws where that doesn't work. */
export async function fairWeather(checkout: string): Promise<FairWeather> {
  const startedAt = new Date();
  const project = await newProject(checkout);
  try {
    const untouched = dump(project.sandbox.cloud);
    const dumps: Record<Step, string> = { up: "", change: "", destroy: "" };
    for (const step of steps) {
      await project.writeSettings(stack, step === "up" ? settings : changedSettings);
      await project.succeed(commands[step]);
      dumps[step] = dump(project.sandbox.cloud);
    }
    if (dumps.destroy !== untouched) throw new Error("Without any fault something is left after destroy.");
    return { dumps, startedAt };
  } finally {
    await project.dispose();
  }
}

/** All steps with the faults of one seed. */
export async function runSeed(checkout: string, faults: FaultOptions, fair: FairWeather): Promise<Result> {
  const began = performance.now();
  const project = await newProject(checkout, faults);
  // By the clock that the tenant's times are of, which a seed sets wrong.
  const startedAt = project.sandbox.cloud.now();
  try {
    const runs: Run[] = [];
    for (const step of steps) {
      await project.writeSettings(stack, step === "up" ? settings : changedSettings);
      const run = await runStep(checkout, project, step, faults.percent ?? 10);
      runs.push({ ...run, differences: differencesFrom(fair, step, project, startedAt) });
      if (run.converged === "not") break;
    }
    const injected = Object.fromEntries(project.sandbox.faults?.counts ?? []);
    return {
      name: `seed ${faults.seed}`,
      runs,
      planned: steps.length,
      injected,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await project.dispose();
  }
}

/** What only the tenants without faults say after that step, and what only these do. */
export function differencesFrom(fair: FairWeather, step: Step, project: SandboxProject, startedAt: Date): string[] {
  const { onlyLeft, onlyRight } = compareDumps(
    { text: fair.dumps[step], startedAt: fair.startedAt },
    { text: dump(project.sandbox.cloud), startedAt },
  );
  return [...onlyLeft.map((fact) => `missing: ${fact}`), ...onlyRight.map((fact) => `more: ${fact}`)];
}

/** A stack in a tenant where nothing is yet, in fair weather. */
export async function newProject(
  checkout: string,
  faults?: FaultOptions,
  log?: (line: string) => void,
): Promise<SandboxProject> {
  const project = await SandboxProject.create({
    checkout,
    ...(faults === undefined ? {} : { faults: { ...faults, percent: 0 } }),
    ...(log === undefined ? {} : { log }),
  });
  await project.writeSettings(stack, settings);
  await project.succeed(["stack", "init", stack]);
  project.sandbox.cloud.tenant(tenantId);
  return project;
}

async function runStep(
  checkout: string,
  project: SandboxProject,
  step: Step,
  percent: number,
): Promise<Omit<Run, "differences">> {
  const { faults } = project.sandbox;
  const before = faults?.injected ?? 0;
  if (faults !== undefined) faults.percent = percent;
  const first = await project.pulumi(commands[step]);
  if (faults !== undefined) faults.percent = 0;
  const injected = (faults?.injected ?? 0) - before;
  if (first.exitCode === 0) return { step, injected, converged: "at once", said: "" };
  const repair = await repaired(checkout, project);
  // With --refresh: what azuread had half made when it failed is in the state as it was to be.
  const second = await project.pulumi([...commands[step], "--refresh"]);
  if (second.exitCode === 0) {
    return { step, injected, converged: repair.changed ? "repaired" : "again", said: textOf(first) };
  }
  return { step, injected, converged: "not", said: [first, repair.end, second].map(textOf).join("\n") };
}

/** `mssp doctor --repair --yes`; whether it found something. */
export async function repaired(
  checkout: string,
  project: SandboxProject,
): Promise<{ changed: boolean; end: Finished }> {
  const { exitCode, signal, stdout, stderr } = await execa(
    process.execPath,
    [path.join(checkout, "cli", "mssp.js"), "doctor", "--stack", stack, "--repair", "--yes"],
    { cwd: project.folder, env: project.environment, extendEnv: false, reject: false, stdin: "ignore" },
  );
  return { changed: /^Deleted /m.test(stdout), end: { exitCode, signal, stdout, stderr } };
}

export function textOf({ exitCode, stdout, stderr }: Finished): string {
  return `[${exitCode}] ${stdout}\n${stderr}`;
}
