/**
 * One seed: `up`, a change and `destroy` of one customer on a sandbox with faults. Each result is
 * compared with that of the same commands without faults.
 *
 * Where a command fails, at most three more commands follow, as docs/tenant.md tells an
 * operator: the same command with `--refresh`, and `mssp doctor --repair` first where something
 * exists that the stack's state does not have. On replicas the first is the same command as it was,
 * typed at once: it may complete less, and must harm nothing. If these fail too, one command follows
 * without any fault or lag.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Endpoints } from "@defender-mssp/microsoft";
import { compareDumps, dump, normalisedFacts, type FaultOptions, type ReplicaOptions } from "@defender-mssp/sandbox";
import { type Finished, SandboxProject, type SandboxProjectOptions } from "@defender-mssp/testkit";
import { repair } from "../../cli/customer/doctor/repair";
import { allCustomers, prepareTenants, stack, type FaultCustomer, type CustomerName } from "./customer";

export type FaultStep = "up" | "refresh" | "change" | "destroy";

/** The result of one command, including further commands. */
export interface Run {
  readonly step: FaultStep;
  readonly injected: number;
  /**
   * `at once`: by itself. `again`: by the same command with `--refresh`. `repaired`: with `mssp
   * doctor --repair` as one of the commands. `impatient`: only by the command without faults, after
   * three more. `not`: not by that either.
   */
  readonly converged: "at once" | "again" | "repaired" | "impatient" | "not";
  /** Number of further commands, including the repair. */
  readonly more: number;
  /**
   * Differences from the tenant without faults, missing and additional (also duplicates), as `path
   * = value`.
   */
  readonly differences: readonly string[];
  /** The creates whose answers were lost and that only a repair finds again. */
  readonly lostCreates: readonly string[];
  /** The commands' output, if it did not converge at once. */
  readonly said: string;
}

/** The result of one sandbox: a seed, or a kill. */
export interface FaultResult {
  /** Such as `seed 7`. */
  readonly name: string;
  readonly customer: CustomerName;
  readonly runs: readonly Run[];
  /** Planned number of runs: a run that does not converge is the last. */
  readonly planned: number;
  /** Faults of each kind. */
  readonly injected: Readonly<Record<string, number>>;
  /** Number of times that each of their effects was seen. */
  readonly seen: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** The tenants of one customer without faults. */
export interface FairWeather {
  readonly customer: FaultCustomer;
  readonly dumps: Readonly<Record<FaultStep, string>>;
  /** How many writes its `up` makes. */
  readonly writes: number;
  readonly startedAt: Date;
}

export type Weather = Readonly<Record<CustomerName, FairWeather>>;

export interface SeedOptions extends FaultOptions {
  /**
   * How many of 100 requests get a fault during the commands that follow a failed one. @default 0
   */
  readonly percentAgain?: number;
  /** The only customer. @default they take turns by the seed */
  readonly customer?: string;
  /** Lets each write take its time, and refreshes at once after the `up`. */
  readonly replicas?: Omit<ReplicaOptions, "seed">;
  /**
   * Whose provider plugins, where official ones are looked for, and whose processes. @default the
   * stand-ins, in processes of the engine's own
   */
  readonly project?: Pick<SandboxProjectOptions, "plugins" | "user" | "sharedRuntime">;
}

const options = ["--stack", stack, "--yes", "--skip-preview"];

export const commands: Readonly<Record<FaultStep, readonly string[]>> = {
  up: ["up", ...options],
  refresh: ["refresh", ...options],
  change: ["up", ...options],
  destroy: ["destroy", ...options],
};

/**
 * After a failure, only a refresh shows the tenant; `--continue-on-error` lets other resources
 * continue.
 */
const again = ["--refresh", "--continue-on-error"];

/** How many commands may follow one that failed, before the one in calm weather. */
const mostCommands = 3;

/** Milliseconds between two looks whether every replica has every write. */
const settling = 100;

const steps: readonly FaultStep[] = ["up", "change", "destroy"];
const stepsWithReplicas: readonly FaultStep[] = ["up", "refresh", "change", "destroy"];

/** The same without faults, for each customer, or for one. Throws where that doesn't work. */
export async function fairWeather(checkout: string, name?: string, all = allCustomers): Promise<Weather> {
  const customers = (await all()).filter((customer) => name === undefined || customer.name === name);
  // One after another: the next one gets the warm process.
  const found: FairWeather[] = [];
  for (const customer of customers) found.push(await fairWeatherOf(checkout, customer));
  return Object.fromEntries(found.map((one) => [one.customer.name, one])) as unknown as Weather;
}

async function fairWeatherOf(checkout: string, customer: FaultCustomer): Promise<FairWeather> {
  const startedAt = new Date();
  let writes = 0;
  const log = (line: string) => {
    if (isWrite(line)) writes++;
  };
  const project = await newProject(checkout, customer, { sharedRuntime: true, log });
  try {
    const untouched = dump(project.sandbox.cloud);
    const dumps: Record<FaultStep, string> = { up: "", refresh: "", change: "", destroy: "" };
    const counts: Record<FaultStep, number> = { up: 0, refresh: 0, change: 0, destroy: 0 };
    for (const step of steps) {
      await writeSettings(project, customer, step);
      await project.succeed(commands[step]);
      dumps[step] = dump(project.sandbox.cloud);
      counts[step] = writes;
    }
    dumps.refresh = dumps.up;
    const { onlyRight } = compareDumps({ text: untouched, startedAt }, { text: dumps.destroy, startedAt });
    if (onlyRight.length > 0) throw new Error(`Without any fault something is left: ${onlyRight.join("; ")}`);
    return { customer, dumps, writes: counts.up, startedAt };
  } finally {
    await project.dispose();
  }
}

/** All steps with the faults of one seed. */
export async function runSeed(checkout: string, options: SeedOptions, weather: Weather): Promise<FaultResult> {
  const { seed } = options;
  const isMeant = (name: string) => options.customer === undefined || name === options.customer;
  const taken = Object.values(weather).filter(({ customer }) => isMeant(customer.name));
  const fair = taken[seed % taken.length];
  if (fair === undefined) throw new Error(`There is no customer ${options.customer ?? ""}.`);
  const replicas = options.replicas === undefined ? undefined : { ...options.replicas, seed };
  const planned = replicas === undefined ? steps : stepsWithReplicas;
  const inProject = { faults: options, replicas, ...options.project };
  return faultResult(checkout, fair, inProject, async ({ project, ...at }) => {
    const runs: Run[] = [];
    for (const step of planned) {
      await writeSettings(project, fair.customer, step);
      const run = await runStep({ ...at, project, step }, options);
      runs.push(run);
      if (run.converged === "not") break;
    }
    const { faults } = project.sandbox;
    return {
      name: `seed ${seed}`,
      runs,
      planned: planned.length,
      injected: Object.fromEntries(faults?.counts ?? []),
      seen: Object.fromEntries([...(faults?.seen ?? []), ...project.sandbox.cloud.replicas.seen]),
    };
  });
}

/** What a customer's commands in a sandbox of its own come to. */
async function faultResult(
  checkout: string,
  fair: FairWeather,
  options: Omit<SandboxProjectOptions, "checkout">,
  run: (attempt: Omit<Attempt, "step">) => Promise<Omit<FaultResult, "customer" | "seconds">>,
): Promise<FaultResult> {
  const began = performance.now();
  const { customer } = fair;
  const project = await newProject(checkout, customer, options);
  try {
    // By the tenant's clock, which a seed sets wrong.
    const result = await run({ project, fair, startedAt: project.sandbox.cloud.now() });
    return { customer: customer.name, seconds: (performance.now() - began) / 1000, ...result };
  } finally {
    await project.dispose();
  }
}

/**
 * An `up` whose engine is killed with -9 right after that write (1 is the first): it is done, and the engine doesn't
 * know. Then what it takes to get to the tenant that an undisturbed one leaves.
 */
export async function runKill(
  checkout: string,
  write: number,
  fair: FairWeather,
  options: SeedOptions["project"] = {},
): Promise<FaultResult> {
  let writes = 0;
  let kill = () => {};
  let killedAt = "";
  const log = (line: string) => {
    if (!isWrite(line) || ++writes !== write) return;
    killedAt = line.split(" ").slice(0, 2).join(" ");
    kill();
  };
  return faultResult(checkout, fair, { log, ...options }, async (attempt) => {
    // One at a time: then every kill finds the same, and exactly one write is under way.
    const up = attempt.project.start([...commands.up, "--parallel", "1"]);
    kill = () => up.kill("SIGKILL");
    const killed = await up;
    if (killed.signal !== "SIGKILL") throw new Error(`The up has ended by itself, before write ${write}.`);
    await attempt.project.succeed(["cancel", "--stack", stack, "--yes"]);
    const lostCreates = [killedAt].filter((each) => !isFoundAgain(each));
    const ended = { exitCode: undefined, signal: "SIGKILL", stdout: killed.stdout, stderr: killed.stderr } as const;
    const again = await converge({ ...attempt, step: "up" }, ended);
    // The destroy has no faults, so any further command means that it did not converge.
    const unkilled = { exitCode: undefined, signal: undefined, stdout: "", stderr: "" };
    const gone = await converge({ ...attempt, step: "destroy" }, unkilled);
    const converged = gone.converged === "again" && gone.more === 1 ? "at once" : "not";
    return {
      name: `kill ${write} of ${fair.customer.name}, ${killedAt}`,
      runs: [
        { step: "up", injected: 1, lostCreates, ...again },
        { step: "destroy", injected: 0, lostCreates: [], ...gone, converged },
      ],
      planned: 2,
      injected: { kill: 1 },
      seen: {},
    };
  });
}

/** One step of a customer in one sandbox, and what the tenant is to be after it. */
export interface Attempt {
  readonly project: SandboxProject;
  readonly step: FaultStep;
  readonly fair: FairWeather;
  /** When the sandbox began, by its clock. */
  readonly startedAt: Date;
  /** Whether the first further command is the same one, without a refresh. */
  readonly repeatsFirst?: boolean;
}

/** Differences from the tenants without faults after that step. */
function differencesOf({ fair, step, project, startedAt }: Attempt): string[] {
  const dumps = [
    { text: fair.dumps[step], startedAt: fair.startedAt },
    { text: dump(project.sandbox.cloud), startedAt },
  ] as const;
  const { onlyLeft, onlyRight } = compareDumps(...dumps);
  const [expected] = normalisedFacts(...dumps);
  const added = onlyRight.filter((fact) => !isRepeatedVersion(fact, expected));
  return [...onlyLeft.map((fact) => `missing: ${fact}`), ...added.map((fact) => `more: ${fact}`)];
}

/**
 * Whether it is a second version of a secret in Key Vault with the same content: each PUT makes a
 * version, and azure-native repeats the one whose answer was lost. No call deletes a version.
 */
function isRepeatedVersion(fact: string, expected: readonly string[]): boolean {
  return /\/secrets\/[^/]+\/versions has /.test(fact) && expected.includes(fact);
}

/** A stack in a tenant where nothing is yet, in fair weather. */
export async function newProject(
  checkout: string,
  customer: FaultCustomer,
  { faults, ...options }: Omit<SandboxProjectOptions, "checkout"> = {},
): Promise<SandboxProject> {
  const project = await SandboxProject.create({
    checkout,
    ...options,
    ...(faults === undefined ? {} : { faults: { ...faults, percent: 0 } }),
  });
  prepareTenants(project.sandbox.cloud);
  await writeSettings(project, customer, "up");
  await project.addStack(stack);
  return project;
}

/**
 * Completes what a command that failed, or was killed, has left undone.
 * @param failed how it ended
 */
export async function converge(
  attempt: Attempt,
  failed: Finished,
): Promise<Pick<Run, "converged" | "more" | "differences" | "said">> {
  const { project, step, repeatsFirst = false } = attempt;
  const said: string[] = [];
  let last = failed;
  let isRepaired = false;
  let left: string[] = [];
  const run = async (more: readonly string[]): Promise<boolean> => {
    last = await project.run([...commands[step], ...more]);
    left = differencesOf(attempt);
    said.push(textOf(last), ...left.map((one) => `  ${one}`));
    return last.exitCode === 0 && left.length === 0;
  };
  const ended = () => ({ differences: left, said: said.join("\n") });
  for (let more = 1; more <= mostCommands; more++) {
    // Once, and never as the last command: it alone completes nothing.
    if (!isRepaired && more < mostCommands && asksForRepair(last)) {
      isRepaired = true;
      await repaired(attempt, said);
      continue;
    }
    if (await run(repeatsFirst && more === 1 ? [] : again))
      return { converged: isRepaired ? "repaired" : "again", more, ...ended() };
  }
  await calmWeather(project);
  return { converged: (await run(again)) ? "impatient" : "not", more: mostCommands + 1, ...ended() };
}

/** Ends the faults, and waits until every replica has every write. */
async function calmWeather({ sandbox }: SandboxProject): Promise<void> {
  if (sandbox.faults !== undefined) sandbox.faults.percent = 0;
  while (sandbox.cloud.replicas.isBehind) await setTimeout(settling);
}

/**
 * Whether docs/tenant.md asks for the repair: the engine was killed, or a create was
 * refused because the object exists. What a lost create has left `up` finds by itself.
 */
function asksForRepair({ signal, stdout, stderr }: Finished): boolean {
  const exists = /already exist|prevent_duplicate_names|so none was created/i;
  return signal === "SIGKILL" || exists.test(`${stdout}\n${stderr}`);
}

/** Addresses of writes whose objects the next command finds again. */
const foundAgain = [
  /\/invitations$/,
  /\/users\//,
  /\/detectionRules(\/[^/]+)?$/,
  /\/roleManagement\/defender\//,
  /\/connectedOrganizations/,
  /\/siemAuthorizations\//,
  /\/notificationRules\//,
];

/**
 * Whether a write makes something that the next command finds again by itself: what dynamic
 * resources make carries a mark, and Azure's resources are put by their names.
 */
export function isFoundAgain(write: string): boolean {
  return (
    // A reference is taken away in the middle of a create of azuread's: the caller's ownership.
    (write.startsWith("DELETE ") && !write.endsWith("/$ref")) || foundAgain.some((address) => address.test(write))
  );
}

async function runStep(attempt: Attempt, { percent = 10, percentAgain = 0, replicas }: SeedOptions): Promise<Run> {
  const { project, step } = attempt;
  const { faults } = project.sandbox;
  const [injectedBefore, lostBefore] = [faults?.injected ?? 0, faults?.lostAnswers.length ?? 0];
  if (faults !== undefined) faults.percent = percent;
  const before = step === "refresh" ? await resourcesOf(project) : [];
  const first = await project.run(commands[step]);
  const after = step === "refresh" ? await resourcesOf(project) : [];
  const dropped = before.filter((urn) => !after.includes(urn)).map((urn) => `dropped: ${urn}`);
  if (faults !== undefined) faults.percent = first.exitCode === 0 ? 0 : percentAgain;
  const lostCreates = () => (faults?.lostAnswers ?? []).slice(lostBefore).filter((write) => !isFoundAgain(write));
  const done = () => ({ step, injected: (faults?.injected ?? 0) - injectedBefore, lostCreates: lostCreates() });
  if (first.exitCode === 0) {
    const differences = [...dropped, ...differencesOf(attempt)];
    return { ...done(), converged: "at once", more: 0, differences, said: textOf(first) };
  }
  const ending = await converge({ ...attempt, repeatsFirst: replicas !== undefined }, first);
  if (faults !== undefined) faults.percent = 0;
  return { ...done(), ...ending, said: `${textOf(first)}\n${ending.said}` };
}

/** Of the first `up`, or of the change. */
export async function writeSettings(project: SandboxProject, customer: FaultCustomer, step: FaultStep): Promise<void> {
  const isFirst = step === "up" || step === "refresh";
  await project.writeSettings(stack, isFirst ? customer.settings : customer.changedSettings);
  if (customer.rules === undefined) return;
  const folder = path.join(project.folder, "detections", "base");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(customer.rules[isFirst ? 0 : 1]))
    await writeFile(path.join(folder, `${name}.yaml`), text);
}

/** The names of the stack's resources. */
async function resourcesOf(project: SandboxProject): Promise<string[]> {
  const { stdout } = await project.pulumi(["stack", "export", "--stack", stack]);
  const { deployment } = JSON.parse(stdout) as { deployment: { resources?: readonly { readonly urn: string }[] } };
  return (deployment.resources ?? []).map(({ urn }) => urn);
}

/**
 * What `mssp doctor --repair` does, with the answers of an operator: `delete`, unless the next `up`
 * uses the object.
 */
async function repaired({ project, step }: Attempt, said: string[]): Promise<void> {
  const ask = (question: string) => {
    const isLeft = step !== "destroy" && question.includes("uses it");
    // Another stack's object, or of unknown origin.
    return Promise.resolve(isLeft || /may (belong|be in use)/.test(question) ? "" : "delete");
  };
  const say = (text: string) => void said.push(text);
  const { folder, sandbox } = project;
  const { http } = sandbox.origins;
  const environment = { ...project.environment, MSSP_DEFENDER_ENDPOINT: http };
  // Without TLS: this process does not trust the sandbox's certificate.
  const endpoints: Endpoints = {
    cloud: "public",
    loginEndpoint: http,
    graphEndpoint: http,
    resourceManagerEndpoint: http,
    metadataHost: "the sandbox",
  };
  await repair({ stack, folder, environment, endpoints, yes: false, ask, say }).catch((error: unknown) => {
    said.push(String(error));
  });
}

/**
 * A line of the sandbox's log: `POST /v1.0/applications 201 3 ms`. Asking for a token changes
 * nothing.
 */
function isWrite(line: string): boolean {
  return /^(POST|PATCH|PUT|DELETE) \S+ 2\d\d /.test(line) && !/\/oauth2\//.test(line);
}

function textOf({ exitCode, stdout, stderr }: Finished): string {
  return `[${exitCode}] ${stdout}\n${stderr}`;
}
