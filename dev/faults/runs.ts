/**
 * One seed: `up`, a change and `destroy` of one customer on a sandbox with faults, each compared with what the same leaves without faults.
 *
 * Where a command fails, the weather clears, and the same command is run once more. That converges, but where the answer to a create of the
 * azuread provider's was lost: nothing tells the engine of what was made then, and the provider refuses to make a second one. There
 * `mssp doctor --repair` takes it away, once a person has confirmed each object, and the command is run again.
 */
import { compareDumps, dump, SandboxProject, type Finished, type FaultOptions } from "@defender-mssp/sandbox";
import { repair } from "../../cli/doctor/repair";
import { customerOf, customers, stack, tenantId, type Customer, type CustomerName } from "./customer";

export type Step = "up" | "change" | "destroy";

/** How one command ended, with all that it took. */
export interface Run {
  readonly step: Step;
  readonly injected: number;
  /**
   * How it got there: by itself; by the same command once more; by `mssp doctor --repair` and the command again, since the answer to a
   * create was lost; `not` at all, or in a way that nothing explains.
   */
  readonly converged: "at once" | "again" | "repaired" | "not";
  /** What only the tenant without faults has, and what only this one has (duplicates, too); `path = value` each. */
  readonly differences: readonly string[];
  /** The creates whose answers were lost and that only a repair finds again. */
  readonly lostCreates: readonly string[];
  /** What the commands said, where it did not converge at once. */
  readonly said: string;
}

/** What came of one sandbox: a seed, or a kill. */
export interface Result {
  /** Such as `seed 7`. */
  readonly name: string;
  readonly customer: CustomerName;
  readonly runs: readonly Run[];
  /** How many runs there were to be: one that does not converge is the last. */
  readonly planned: number;
  /** Faults of each kind. */
  readonly injected: Readonly<Record<string, number>>;
  /** How often each thing was seen that they do. */
  readonly seen: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** What the tenants of one customer are without faults. */
export interface FairWeather {
  readonly customer: Customer;
  readonly dumps: Readonly<Record<Step, string>>;
  readonly startedAt: Date;
}

export type Weather = Readonly<Record<CustomerName, FairWeather>>;

export interface SeedOptions extends FaultOptions {
  /** How many of 100 requests get a fault while a command that has failed is run once more. @default 0 */
  readonly percentAgain?: number;
}

export const commands: Readonly<Record<Step, readonly string[]>> = {
  up: ["up", "--stack", stack, "--yes", "--skip-preview"],
  change: ["up", "--stack", stack, "--yes", "--skip-preview"],
  destroy: ["destroy", "--stack", stack, "--yes", "--skip-preview"],
};

export const steps: readonly Step[] = ["up", "change", "destroy"];

/** The same without faults, for each customer. Throws where that doesn't work. */
export async function fairWeather(checkout: string): Promise<Weather> {
  const found = await Promise.all(customers.map((customer) => fairWeatherOf(checkout, customer)));
  return Object.fromEntries(found.map((one) => [one.customer.name, one])) as unknown as Weather;
}

async function fairWeatherOf(checkout: string, customer: Customer): Promise<FairWeather> {
  const startedAt = new Date();
  const project = await newProject(checkout, customer);
  try {
    const untouched = dump(project.sandbox.cloud);
    const dumps: Record<Step, string> = { up: "", change: "", destroy: "" };
    for (const step of steps) {
      await writeSettings(project, customer, step);
      await project.succeed(commands[step]);
      dumps[step] = dump(project.sandbox.cloud);
    }
    const { onlyRight } = compareDumps({ text: untouched, startedAt }, { text: dumps.destroy, startedAt });
    if (onlyRight.length > 0) throw new Error(`Without any fault something is left: ${onlyRight.join("; ")}`);
    return { customer, dumps, startedAt };
  } finally {
    await project.dispose();
  }
}

/** All steps with the faults of one seed. */
export async function runSeed(checkout: string, options: SeedOptions, weather: Weather): Promise<Result> {
  const began = performance.now();
  const customer = customerOf(options.seed);
  const fair = weather[customer.name];
  const project = await newProject(checkout, customer, options);
  // By the clock that the tenant's times are of, which a seed sets wrong.
  const startedAt = project.sandbox.cloud.now();
  try {
    const runs: Run[] = [];
    for (const step of steps) {
      await writeSettings(project, customer, step);
      const run = await runStep({ checkout, project, step, fair, startedAt }, options);
      runs.push(run);
      if (run.converged === "not") break;
    }
    const { faults } = project.sandbox;
    return {
      name: `seed ${options.seed}`,
      customer: customer.name,
      runs,
      planned: steps.length,
      injected: Object.fromEntries(faults?.counts ?? []),
      seen: Object.fromEntries(faults?.seen ?? []),
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await project.dispose();
  }
}

/** One step of a customer in one sandbox, and what the tenant is to be after it. */
export interface Attempt {
  readonly checkout: string;
  readonly project: SandboxProject;
  readonly step: Step;
  readonly fair: FairWeather;
  /** When the sandbox began, by its clock. */
  readonly startedAt: Date;
}

/** What only the tenants without faults say after that step, and what only these do. */
export function differencesOf({ fair, step, project, startedAt }: Attempt): string[] {
  const { onlyLeft, onlyRight } = compareDumps(
    { text: withoutStackId(fair.dumps[step]), startedAt: fair.startedAt },
    { text: withoutStackId(dump(project.sandbox.cloud)), startedAt },
  );
  return [...onlyLeft.map((fact) => `missing: ${fact}`), ...onlyRight.map((fact) => `more: ${fact}`)];
}

/** Each project has a stack ID of its own, which the marks of its objects name. */
function withoutStackId(text: string): string {
  return text.replaceAll(/#[0-9a-f]{16}(?![0-9a-f])/g, "#<stack ID>");
}

/** A stack in a tenant where nothing is yet, in fair weather. */
export async function newProject(
  checkout: string,
  customer: Customer,
  faults?: FaultOptions,
  log?: (line: string) => void,
): Promise<SandboxProject> {
  const project = await SandboxProject.create({
    checkout,
    ...(faults === undefined ? {} : { faults: { ...faults, percent: 0 } }),
    ...(log === undefined ? {} : { log }),
  });
  await writeSettings(project, customer, "up");
  await project.succeed(["stack", "init", stack]);
  project.sandbox.cloud.describedTenant({ tenantId, displayName: "Contoso", domain: "contoso.example" });
  return project;
}

/**
 * Ends what a command that failed, or was killed, has left: the same command once more and, where that doesn't do, the repair.
 * @param lostCreates what may only be found by the repair: where there is nothing, needing one is no convergence.
 */
export async function converge(
  attempt: Attempt,
  lostCreates: readonly string[],
): Promise<Pick<Run, "converged" | "differences" | "said">> {
  const { project, step } = attempt;
  const again = await project.pulumi(commands[step]);
  const { faults } = project.sandbox;
  if (faults !== undefined) faults.percent = 0;
  const left = differencesOf(attempt);
  if (again.exitCode === 0 && left.length === 0) return { converged: "again", differences: [], said: textOf(again) };
  const repairSaid = await repaired(project);
  // With --refresh: what azuread had half made when it failed can be in the state as it was to be.
  const last = await project.pulumi([...commands[step], "--refresh"]);
  const differences = differencesOf(attempt);
  const isRight = last.exitCode === 0 && differences.length === 0;
  return {
    converged: isRight && lostCreates.length > 0 ? "repaired" : "not",
    differences,
    said: [textOf(again), ...left.map((one) => `  ${one}`), repairSaid, textOf(last)].join("\n"),
  };
}

/**
 * Whether a write makes something that the next command finds again by itself: what dynamic resources make carries a mark, and Azure's
 * resources are put by their names.
 */
export function isFoundAgain(write: string): boolean {
  return (
    // A reference is taken away in the middle of a create of azuread's: the caller's ownership.
    (write.startsWith("DELETE ") && !write.endsWith("/$ref")) ||
    /\/invitations$|\/users\/|\/roleManagement\/defender\/|\/connectedOrganizations|\/siemAuthorizations\/|\/notificationRules\//.test(
      write,
    )
  );
}

async function runStep(attempt: Attempt, { percent = 10, percentAgain = 0 }: SeedOptions): Promise<Run> {
  const { project, step } = attempt;
  const { faults } = project.sandbox;
  const [before, lostBefore] = [faults?.injected ?? 0, faults?.lostAnswers.length ?? 0];
  if (faults !== undefined) faults.percent = percent;
  const first = await project.pulumi(commands[step]);
  if (faults !== undefined) faults.percent = first.exitCode === 0 ? 0 : percentAgain;
  const lostCreates = (faults?.lostAnswers ?? []).slice(lostBefore).filter((write) => !isFoundAgain(write));
  const run = { step, injected: (faults?.injected ?? 0) - before, lostCreates };
  if (first.exitCode === 0) {
    return { ...run, converged: "at once", differences: differencesOf(attempt), said: textOf(first) };
  }
  const { converged, differences, said } = await converge(attempt, lostCreates);
  return { ...run, converged, differences, said: `${textOf(first)}\n${said}` };
}

function writeSettings(project: SandboxProject, customer: Customer, step: Step): Promise<void> {
  return project.writeSettings(stack, step === "up" ? customer.settings : customer.changedSettings);
}

/** `mssp doctor --repair`, with a person who confirms what this stack made and the next command does not find by itself. */
async function repaired(project: SandboxProject): Promise<string> {
  // This process doesn't trust the sandbox's certificate; on loopback it need not.
  const { http } = project.sandbox.origins;
  const addresses = { loginEndpoint: http, graphEndpoint: http, resourceManagerEndpoint: http };
  let said = "";
  await repair({
    endpoints: { cloud: "public", metadataHost: undefined, ...addresses },
    stack,
    yes: false,
    ask: (question) =>
      Promise.resolve(/may (belong|be in use)|`pulumi up --refresh` uses it/.test(question) ? "" : "delete"),
    say: (text) => (said += text),
    folder: project.folder,
    environment: { ...project.environment, MSSP_DEFENDER_ENDPOINT: http },
  });
  return said;
}

function textOf({ exitCode, stdout, stderr }: Finished): string {
  return `[${exitCode}] ${stdout}\n${stderr}`;
}
