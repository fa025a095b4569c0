/** The engine is killed with -9 right after one of the writes of an `up`: it is done, and the engine doesn't know. */
import { copyFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxProject } from "../sandbox/sandboxProject";
import { stack } from "./customer";
import {
  commands,
  differencesFrom,
  newProject,
  repaired,
  textOf,
  type FairWeather,
  type Result,
  type Run,
} from "./runs";

/** One at a time: then every kill finds the same, and exactly one write is under way. */
const oneByOne = [...commands.up, "--parallel", "1"];

/** How many writes an `up` makes. */
export async function countWrites(checkout: string): Promise<number> {
  let writes = 0;
  const project = await newProject(checkout, undefined, (line) => {
    if (isWrite(line)) writes++;
  });
  try {
    await project.succeed(oneByOne);
    return writes;
  } finally {
    await project.dispose();
  }
}

/** An `up` that is killed at that write (1 is the first), and what it takes to get to the tenant that an undisturbed one leaves. */
export async function runKill(checkout: string, write: number, fair: FairWeather): Promise<Result> {
  const began = performance.now();
  const startedAt = new Date();
  let writes = 0;
  let kill = () => {};
  let killedAt = "";
  const project = await newProject(checkout, undefined, (line) => {
    if (!isWrite(line) || ++writes !== write) return;
    killedAt = line.split(" ").slice(0, 2).join(" ");
    kill();
  });
  try {
    const up = project.start(oneByOne);
    kill = () => up.kill("SIGKILL");
    await up;
    await unlock(project);
    const first = await converge(checkout, project, fair, startedAt);
    const destroyed = await project.pulumi(commands.destroy);
    const last: Run = {
      step: "destroy",
      injected: 0,
      converged: destroyed.exitCode === 0 ? "at once" : "not",
      differences: differencesFrom(fair, "destroy", project, startedAt),
      said: destroyed.exitCode === 0 ? "" : textOf(destroyed),
    };
    const seconds = (performance.now() - began) / 1000;
    return { name: `kill ${write}, ${killedAt}`, runs: [first, last], planned: 2, injected: { kill: 1 }, seconds };
  } finally {
    await project.dispose();
  }
}

/** `up` again; where that is refused, or leaves something twice, the repair, and `up` once more. */
async function converge(checkout: string, project: SandboxProject, fair: FairWeather, startedAt: Date): Promise<Run> {
  const run = (converged: Run["converged"], said: string): Run => ({
    step: "up",
    injected: 1,
    converged,
    differences: differencesFrom(fair, "up", project, startedAt),
    said,
  });
  const again = await project.pulumi(commands.up);
  const first = run("at once", textOf(again));
  if (again.exitCode === 0 && first.differences.length === 0) return { ...first, said: "" };
  const repair = await repaired(checkout, project);
  const once = again.exitCode === 0 ? again : await project.pulumi(commands.up);
  const said = [again, repair.end, once].map(textOf).join("\n");
  return run(once.exitCode === 0 ? "repaired" : "not", said);
}

/** The dead engine's lock is in the way. Rarely it also died while it wrote the state: the copy before is beside it. */
async function unlock(project: SandboxProject): Promise<void> {
  await project.succeed(["cancel", "--stack", stack, "--yes"]);
  const read = await project.pulumi(["stack", "export", "--stack", stack]);
  if (read.exitCode === 0) return;
  const folder = path.join(project.folder, ".sandbox", "state", ".pulumi", "stacks", "defender-mssp");
  await copyFile(path.join(folder, `${stack}.json.bak`), path.join(folder, `${stack}.json`));
}

/** A line of the sandbox's log: `POST /v1.0/applications 201 3 ms`. Asking for a token changes nothing. */
function isWrite(line: string): boolean {
  return /^(POST|PATCH|PUT|DELETE) \S+ 2\d\d /.test(line) && !/\/oauth2\//.test(line);
}
