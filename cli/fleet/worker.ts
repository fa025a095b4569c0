/**
 * A worker thread of a fleet run: it runs the program of one stack at a time by the Automation API. One at a time, because the SDK takes an
 * unhandled error of any program in a thread for one of every program that runs there.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type * as pulumi from "@pulumi/pulumi";
import type * as automation from "@pulumi/pulumi/automation";
import { messageOf } from "@defender-mssp/errors";
import type { AdditionsPart } from "../stack/additionsPart";
import { secretsOfEnvironment } from "../base/redaction";
import { packageRoot } from "../base/installation";
import { serveDynamicResources, type ServedResources } from "./dynamicProvider";
import { EngineEventLog } from "./engineEventLog";
import { engineCommand, EngineFailed } from "./engineCommand";
import type { FleetCommand, TryResult } from "../stack/outcome";

/** What every job of a worker has in common. */
export interface WorkerSetup {
  /** Folder of the project. */
  readonly folder: string;
  /** The module that Pulumi.yaml names as `main`. */
  readonly main: string;
  readonly engine: string;
  readonly engineVersion: string;
}

export interface Job {
  readonly stack: string;
  readonly command: FleetCommand;
  readonly refresh: boolean;
  /** Look for what somebody added to the stack's objects, too. */
  readonly drift: boolean;
  /** Folders. */
  readonly policyPacks: readonly string[];
  /** Create the stack first where the backend has none of that name. */
  readonly init?: { readonly secretsProvider?: string };
  /** Variables of this stack's engine alone, such as its passphrase. */
  readonly environment: Readonly<Record<string, string>>;
}

export type ToWorker = { readonly job: Job } | { readonly cancel: true };
/** `isUnfinished`: the program may still run in this thread. */
export type FromWorker = { readonly step: string } | { readonly result: TryResult; readonly isUnfinished: boolean };

const setup = workerData as WorkerSetup;
// The program, and the SDK that it resolves: another copy of the SDK would not know the program's resources.
const ofProgram = createRequire(setup.main);

/** What is used of program/sdk/shortcuts.js. */
interface Shortcuts {
  readonly rememberClients: (ofProgram: NodeJS.Require) => () => void;
}

interface Loaded {
  readonly program: automation.PulumiFn;
  readonly sdk: typeof automation;
  /** Whether an error says only that the engine has ended the run: the engine's messages say why. */
  readonly isOfEngine: (error: unknown) => boolean;
  readonly closeClients: () => void;
}

let loaded: Loaded | undefined;
let running: AbortController | undefined;

parentPort?.on("message", (message: ToWorker) => {
  if ("cancel" in message) {
    running?.abort();
    return;
  }
  running = new AbortController();
  void runJob(message.job, running).then(say);
});

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}

async function runJob(job: Job, interruption: AbortController): Promise<FromWorker> {
  const began = performance.now();
  const environment = { ...process.env, ...job.environment };
  const knownSecrets = secretsOfEnvironment(environment);
  const log = new EngineEventLog(job.stack, job.command, knownSecrets, (step) => say({ step }));
  let programError: string | undefined;
  let isUnfinished = false;
  const ended = (ok: boolean, messages: readonly string[], printed = "", additions: readonly AdditionsPart[] = []) => {
    const seconds = (performance.now() - began) / 1000;
    return { result: { ok, seconds, ...log.result({ ok, messages, printed, additions }) }, isUnfinished };
  };
  let served: ServedResources | undefined;
  let forget: (() => void) | undefined;
  try {
    const { program, sdk, isOfEngine } = load();
    forget = onUnhandledError((error) => {
      if (isOfEngine(error)) return;
      programError ??= messageOf(error);
      isUnfinished = true;
      interruption.abort();
    });
    if (mayServeHere(job, environment)) served = await serveDynamicResources(ofProgram);
    const workspace = await sdk.LocalWorkspace.create({
      workDir: setup.folder,
      envVars: { PULUMI_SKIP_UPDATE_CHECK: "true", ...served?.variables, ...job.environment },
      pulumiCommand: engineCommand(setup.engine, setup.engineVersion),
      program: async () => {
        try {
          return (await program()) as Record<string, unknown>;
        } catch (error) {
          programError ??= messageOf(error);
          throw error;
        }
      },
    });
    if (job.init !== undefined) await initStack(workspace, job);
    if (job.refresh || job.command === "refresh" || job.command === "destroy") await refuseForeign(job, environment);
    // Selecting starts the engine, and writes the current stack, which all workers share.
    workspace.selectStack = () => Promise.resolve();
    const stack = await sdk.Stack.select(job.stack, workspace);
    // The events have the outputs; these would start the engine three times more.
    Object.assign(stack, { outputs: () => Promise.resolve({}), info: () => Promise.resolve(undefined) });
    await runCommand(stack, job, interruption.signal, (event) => log.add(event));
    const additions = job.drift ? await additionsOf(job, environment) : [];
    return ended(true, [], "", additions);
  } catch (error) {
    if (error instanceof EngineFailed) {
      const messages = programError === undefined ? withoutStack(job, error) : [programError];
      return ended(false, messages, `${error.stderr}\n${error.stdout}`);
    }
    return ended(false, [messageOf(error)]);
  } finally {
    forget?.();
    served?.end();
    loaded?.closeClients();
  }
}

/**
 * An error that no code handles, such as a failed look-up whose result a resource needs. In a
 * process of its own such a program ends when no work is left. A thread with the engine's
 * connections always has work left, and the SDK waits for the resource.
 * @returns what ends the listening.
 */
function onUnhandledError(listener: (error: unknown) => void): () => void {
  const events = ["unhandledRejection", "uncaughtException"] as const;
  for (const event of events) process.on(event, listener);
  return () => events.forEach((event) => process.off(event, listener));
}

/** With `--refresh` the code of the dynamic resources comes from the stack's state: it gets a process of its own. */
function mayServeHere({ command, refresh, drift }: Job, environment: NodeJS.ProcessEnv): boolean {
  const isOff = environment["MSSP_SDK_SHORTCUTS"] === "off" || environment["PULUMI_DEBUG_PROVIDERS"] !== undefined;
  return command === "preview" && !refresh && !drift && !isOff;
}

/** A customer whose stack nobody has created yet. */
function withoutStack({ stack }: Job, { stderr }: EngineFailed): string[] {
  if (!/no stack named/.test(stderr)) return [];
  return [`The backend has no stack "${stack}". \`npx mssp fleet up --init --stack ${stack}\` creates it.`];
}

function load(): Loaded {
  if (loaded !== undefined) return loaded;
  const shortcuts = ofProgram(path.join(packageRoot(), "program/sdk/shortcuts.js")) as Shortcuts;
  const closeClients = shortcuts.rememberClients(ofProgram);
  const program: unknown = ofProgram(setup.main);
  if (typeof program !== "function") {
    throw new Error(
      `${setup.main} does not export a function. A fleet run requires the program as an exported function, as in launcher.js.`,
    );
  }
  // The SDK's root directory, which the language host sets in a run of its own: extensions of an installed package are there.
  process.env["PULUMI_NODEJS_ROOT_DIRECTORY"] = setup.folder;
  const sdk = ofProgram("@pulumi/pulumi/automation") as typeof automation;
  const { isGrpcError } = ofProgram("@pulumi/pulumi") as typeof pulumi;
  const isOfEngine = (error: unknown) => error instanceof Error && isGrpcError(error);
  loaded = { program: program as automation.PulumiFn, sdk, isOfEngine, closeClients };
  return loaded;
}

async function runCommand(
  stack: automation.Stack,
  { command, refresh, policyPacks }: Job,
  signal: AbortSignal,
  onEvent: (event: automation.EngineEvent) => void,
): Promise<void> {
  const common = { color: "never" as const, signal, onEvent, suppressOutputs: true, suppressProgress: true };
  const checked = { ...common, refresh, ...(policyPacks.length === 0 ? {} : { policyPacks: [...policyPacks] }) };
  switch (command) {
    case "preview":
      await stack.preview(checked);
      return;
    case "up":
      await stack.up(checked);
      return;
    case "refresh":
      await stack.refresh(common);
      return;
    case "destroy":
      await stack.destroy({ ...common, refresh });
  }
}

/** `pulumi stack init` fails where the stack exists, which is as good. */
async function initStack(workspace: automation.LocalWorkspace, { stack, init, environment }: Job): Promise<void> {
  const provider = init?.secretsProvider === undefined ? [] : ["--secrets-provider", init.secretsProvider];
  const args = ["stack", "init", stack, "--no-select", ...provider];
  const command = workspace.pulumiCommand as unknown as {
    run: (args: readonly string[], folder: string, environment: Readonly<Record<string, string>>) => Promise<unknown>;
  };
  await command.run(args, setup.folder, environment).catch((error: unknown) => {
    if (error instanceof EngineFailed && /already exists/.test(error.stderr)) return;
    throw error;
  });
}

async function refuseForeign({ stack }: Job, environment: NodeJS.ProcessEnv): Promise<void> {
  const { refuseForeignState } = await import("../stack/stateCode.js");
  await refuseForeignState(stack, { folder: setup.folder, environment });
}

async function additionsOf({ stack }: Job, environment: NodeJS.ProcessEnv): Promise<readonly AdditionsPart[]> {
  const { findAdditions } = await import("../tenant/additions/find.js");
  return findAdditions({ stack, folder: setup.folder, environment });
}
