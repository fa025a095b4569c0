/**
 * The engine is killed with -9 right after one of the writes of an `up`: it is done, and the engine
 * doesn't know.
 */
import { stack } from "./customer";
import {
  commands,
  converge,
  isFoundAgain,
  isWrite,
  newProject,
  type FairWeather,
  type FaultResult,
  type Run,
  type SeedOptions,
} from "./runs";

/** One at a time: then every kill finds the same, and exactly one write is under way. */
const oneByOne = [...commands.up, "--parallel", "1"];

/**
 * An `up` that is killed at that write (1 is the first), and what it takes to get to the tenant
 * that an undisturbed one leaves. The killed one has processes of its own.
 */
export async function runKill(
  checkout: string,
  write: number,
  fair: FairWeather,
  options: SeedOptions["project"] = {},
): Promise<FaultResult> {
  const began = performance.now();
  const startedAt = new Date();
  const { customer } = fair;
  let writes = 0;
  let kill = () => {};
  let killedAt = "";
  const log = (line: string) => {
    if (!isWrite(line) || ++writes !== write) return;
    killedAt = line.split(" ").slice(0, 2).join(" ");
    kill();
  };
  const project = await newProject(checkout, customer, { log, ...options });
  try {
    const up = project.start(oneByOne);
    kill = () => up.kill("SIGKILL");
    const killed = await up;
    if (killed.signal !== "SIGKILL") throw new Error(`The up has ended by itself, before write ${write}.`);
    await project.succeed(["cancel", "--stack", stack, "--yes"]);
    const lostCreates = [killedAt].filter((one) => !isFoundAgain(one));
    const attempt = { checkout, project, fair, startedAt };
    const ended = { exitCode: undefined, signal: "SIGKILL", stdout: killed.stdout, stderr: killed.stderr };
    const again = await converge({ ...attempt, step: "up" }, ended);
    const first: Run = { step: "up", injected: 1, lostCreates, ...again };
    // The destroy has no faults, so any further command means that it did not converge.
    const gone = await converge(
      { ...attempt, step: "destroy" },
      { ...ended, signal: undefined, stdout: "", stderr: "" },
    );
    const converged = gone.converged === "again" && gone.more === 1 ? "at once" : "not";
    const last: Run = { step: "destroy", injected: 0, lostCreates: [], ...gone, converged };
    return {
      name: `kill ${write} of ${customer.name}, ${killedAt}`,
      customer: customer.name,
      runs: [first, last],
      planned: 2,
      injected: { kill: 1 },
      seen: {},
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await project.dispose();
  }
}
