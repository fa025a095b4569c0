/** One job of a worker: the program of one stack, run by the Automation API. */
import { readFile } from "node:fs/promises";
import type * as automation from "@pulumi/pulumi/automation";
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { keepVariable } from "../../domain/naming";
import { hasKeeper } from "../../domain/prerequisiteSettings";
import { needsAutomation } from "../../domain/prerequisites";
import { urnName } from "../../domain/urn";
import { automationStack } from "../../program/sdk/automationStack";
import { readStackSettingsOffline } from "../../settings/fromFile";
import { readProject, stackFile } from "../../settings/project";
import { disableStep, guestsIn, leaversIn, leaverSentence, waitsForAutomation } from "../stack/leavers";
import { serveDynamicHost, type DynamicHost } from "../../program/dynamicHost/serve";
import { engineCommand, EngineFailed, workspaceWith, type EngineCommand } from "../../program/sdk/engineCommand";
import { secretsOfEnvironment } from "../base/redaction";
import type { AdditionsPart } from "../stack/additionsPart";
import { loadProgram, type CustomerProgram } from "./customerProgram";
import { EngineEventLog, type JobEnd, type JobProgress } from "./engineEventLog";
import type { FromWorker, Job, WorkerSetup } from "./job";
import { createTemporaryStack } from "../stack/createTemporaryStack";
import { readDeployment, type Deployment } from "../stack/deployment";
import { leftToAutomationStep, missingStackText } from "../stack/outcome";
import { StackNotFoundError } from "../stack/pulumi";
import { isDefaultProvider } from "../stack/stackPreview";
import { withEncryptionPlace } from "./withEncryptionPlace";

export class JobRun {
  readonly #began = performance.now();
  readonly #interruption = new AbortController();
  readonly #environment: NodeJS.ProcessEnv;
  readonly #log: EngineEventLog;
  #served: DynamicHost | undefined;
  #programError: string | undefined;
  #deployment: Deployment | undefined;
  /** The backend has no such stack. */
  #isNew = false;
  /** What `--keep` leaves out. */
  #left: readonly LeftOut[] = [];
  /** Whether the program may still run in this thread. */
  #isUnfinished = false;

  constructor(
    private readonly job: Job,
    private readonly setup: WorkerSetup,
    progress: JobProgress,
  ) {
    this.#environment = { ...process.env, ...job.environment };
    this.#log = new EngineEventLog(job.stack, job.command, secretsOfEnvironment(this.#environment), {
      ...progress,
      onResources: (done) => progress.onResources(done, this.#total),
    });
  }

  /** Interrupts the engine, which finishes its current operations. */
  cancel(): void {
    this.#interruption.abort();
  }

  /** Runs the job to its end. Never throws: a failure is a result. */
  async result(): Promise<FromWorker> {
    let customer: CustomerProgram | undefined;
    let forget: (() => void) | undefined;
    try {
      customer = loadProgram(this.setup);
      const { isOfEngine } = customer;
      forget = onUnhandledError((error) => {
        if (!isOfEngine(error)) this.#abandon(error);
      });
      await this.#start(customer);
      const ended = this.#ended({ ok: true, messages: [], printed: "", additions: await this.#additions() });
      return this.job.command === "preview" ? await this.#withLeavers(ended, this.#deployment) : ended;
    } catch (error) {
      return await this.#withLeavers(this.#fail(error), undefined);
    } finally {
      forget?.();
      await this.#served?.end();
      customer?.closeClients();
    }
  }

  async #start({ program, sdk }: CustomerProgram): Promise<void> {
    const { job, setup } = this;
    const attached = await this.#serveHere();
    const engine = engineCommand(setup.engine, setup.engineVersion);
    const workspace = await workspaceWith(engine, (pulumiCommand) =>
      sdk.LocalWorkspace.create({
        workDir: setup.folder,
        envVars: { PULUMI_SKIP_UPDATE_CHECK: "true", ...attached, ...job.environment },
        pulumiCommand,
        program: async () => {
          try {
            return (await program()) as Record<string, unknown>;
          } catch (error) {
            this.#programError ??= messageOf(error);
            throw error;
          }
        },
      }),
    );
    if (job.init !== undefined && job.command !== "preview") await initStack(engine, job, setup.folder);
    const stack = await automationStack(sdk, job.stack, workspace);
    const run = (configFile?: string) =>
      runCommand(stack, job, {
        signal: this.#interruption.signal,
        configFile,
        exclude: this.#left.map(({ urn }) => urn),
        onEvent: (event) => this.#log.add(event),
      });
    try {
      await this.#refuseForeignState();
      if (job.keep === true) this.#left = await leftToAutomation(stack, job, setup.folder);
      await run();
    } catch (error) {
      if (job.command !== "preview" || !isMissingStack(error)) throw error;
      this.#isNew = true;
      if (job.init === undefined) throw error;
      const temporary = await temporaryStack(engine, job, setup.folder);
      try {
        Object.assign(workspace.envVars, temporary.variables);
        await run(temporary.configFile);
      } finally {
        await temporary.dispose();
      }
    }
  }

  /**
   * Serves a preview's dynamic resources in this thread, which has their logic loaded. The engine
   * would start a process for them, a fifth of what a preview takes.
   * @returns with these variables the engine attaches to this thread.
   */
  async #serveHere(): Promise<Readonly<Record<string, string>>> {
    if (!mayServeHere(this.job, this.#environment)) return {};
    const print = () => undefined;
    this.#served = await serveDynamicHost({ folder: this.setup.folder, environment: this.#environment, print });
    return { PULUMI_DEBUG_PROVIDERS: `pulumi-nodejs:${this.#served.port}` };
  }

  /** An unhandled error ends the engine; the program itself can't be stopped. */
  #abandon(error: unknown): void {
    this.#programError ??= messageOf(error);
    this.#isUnfinished = true;
    this.cancel();
  }

  #fail(error: unknown): FromWorker {
    if (this.#isNew && isMissingStack(error)) return this.#unseen();
    if (!(error instanceof EngineFailed))
      return this.#ended({ ok: false, messages: [messageOf(error)], printed: "", additions: [] });
    const missing = isMissingStack(error) ? [missingStackText(this.job.stack)] : [];
    const messages = this.#programError === undefined ? missing : [this.#programError];
    return this.#ended({ ok: false, messages, printed: `${error.stderr}\n${error.stdout}`, additions: [] });
  }

  #ended(end: JobEnd): FromWorker {
    const read = this.#log.result({ ...end, deployment: this.#refreshes ? this.#deployment : undefined });
    const nextSteps = [...read.nextSteps, ...this.#left.map(({ step }) => step)];
    const result = { ok: end.ok, seconds: this.#seconds, isNew: this.#isNew, ...read, nextSteps };
    return { result, isUnfinished: this.#isUnfinished };
  }

  /** @param deployment the state; undefined where a failed run may have changed it */
  async #withLeavers(ended: FromWorker, deployment: Deployment | undefined): Promise<FromWorker> {
    if (this.#isNew || !("result" in ended)) return ended;
    const { stack } = this.job;
    const place = { folder: this.setup.folder, environment: this.#environment };
    try {
      const { resources } = deployment ?? (await readDeployment(stack, place));
      const settings = await readStackSettingsOffline(stack, place.folder);
      const leavers = leaversIn(guestsIn(resources), settings);
      if (leavers.length === 0) return ended;
      const end = waitsForAutomation(settings) ? `, which the keeper can't end: ${disableStep}` : "";
      return {
        ...ended,
        result: { ...ended.result, leavers: leavers.map((leaver) => `${leaverSentence(leaver, stack)}${end}`) },
      };
    } catch {
      // The run's own failure says why the state or the settings can't be read.
      return ended;
    }
  }

  /** A new stack without `--init`. */
  #unseen(): FromWorker {
    const messages = ["not in the backend; pass --init"];
    const result = { ok: true, isNew: true, seconds: this.#seconds, messages, nextSteps: [], printed: "" };
    return { result, isUnfinished: this.#isUnfinished };
  }

  /** How many resources the state has, for the commands that go through these alone. */
  get #total(): number | undefined {
    if (this.job.command !== "refresh" && this.job.command !== "destroy") return undefined;
    const counted = this.#deployment?.resources.filter(({ custom, urn }) => custom && !isDefaultProvider(urn));
    return counted && new Set(counted.map(({ urn }) => urn)).size;
  }

  get #refreshes(): boolean {
    return this.job.refresh || this.job.command === "refresh" || this.job.command === "destroy";
  }

  get #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  async #refuseForeignState(): Promise<void> {
    const { requireOwnState } = await import("../stack/stateCode.js");
    const place = { folder: this.setup.folder, environment: this.#environment };
    this.#deployment = await requireOwnState(this.job.stack, place);
  }

  async #additions(): Promise<readonly AdditionsPart[]> {
    if (!this.job.drift || this.#isNew) return [];
    const { findAdditions } = await import("../tenant/additions/find.js");
    const place = { folder: this.setup.folder, environment: this.#environment };
    // A preview, the only command with --drift, has not written the state since.
    return findAdditions({ stack: this.job.stack, ...place, deployment: this.#deployment });
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

/** Commands that call the tenant have a process for their dynamic resources, which ends with them. */
function mayServeHere({ command, refresh, drift }: Job, environment: NodeJS.ProcessEnv): boolean {
  const isOff = environment["MSSP_SDK_SHORTCUTS"] === "off" || environment["PULUMI_DEBUG_PROVIDERS"] !== undefined;
  return command === "preview" && !refresh && !drift && !isOff;
}

/** A customer whose stack nobody has created yet. */
function isMissingStack(error: unknown): boolean {
  return error instanceof StackNotFoundError || (error instanceof EngineFailed && /no stack named/.test(error.stderr));
}

async function temporaryStack(engine: EngineCommand, { stack, environment }: Job, folder: string) {
  const project = await readProject(folder);
  const settings = await readFile(stackFile(project, stack), "utf8");
  return createTemporaryStack({
    stack,
    project: project.name,
    settings,
    run: (args, place, variables) => engine.run(args, place, { ...environment, ...variables }),
  });
}

interface LeftOut {
  readonly urn: string;
  /** For people. */
  readonly step: string;
}

/** Previews the stack for the steps that only the automation may do. */
async function leftToAutomation(stack: automation.Stack, { stack: name, refresh }: Job, folder: string) {
  const settings = await readStackSettingsOffline(name, folder);
  if (!hasKeeper(settings)) throw new VisibleError(`--keep: the settings of ${name} name no msspApplications.keeper.`);
  const left: LeftOut[] = [];
  process.env[keepVariable] = "on";
  await stack.preview({
    refresh,
    suppressOutputs: true,
    onEvent: ({ resourcePreEvent: { metadata } = {} }) => {
      const [operation] = /create|update|delete/.exec(metadata?.op ?? "") ?? [];
      if (metadata === undefined || operation === undefined) return;
      if (!needsAutomation(metadata, operation as "create" | "update" | "delete", settings)) return;
      left.push({ urn: metadata.urn, step: `${leftToAutomationStep} ${operation} ${urnName(metadata.urn)}.` });
    },
  });
  return left;
}

interface CommandOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: automation.EngineEvent) => void;
  /** URNs of resources that stay as they are. */
  readonly exclude: string[];
  /** Of a preview, in place of the stack's settings file. */
  readonly configFile?: string | undefined;
}

async function runCommand(
  stack: automation.Stack,
  { command, refresh, policyPacks }: Job,
  { signal, onEvent, configFile, exclude }: CommandOptions,
): Promise<void> {
  const common = { color: "never" as const, signal, onEvent, suppressOutputs: true, suppressProgress: true };
  const checked = { ...common, exclude, refresh, policyPacks: policyPacks.length === 0 ? undefined : [...policyPacks] };
  switch (command) {
    case "preview":
      await stack.preview({ ...checked, ...(configFile === undefined ? {} : { configFile }) });
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
async function initStack(engine: EngineCommand, { stack, init, environment }: Job, folder: string): Promise<void> {
  const provider = init?.secretsProvider === undefined ? [] : ["--secrets-provider", init.secretsProvider];
  const args = ["stack", "init", stack, "--no-select", ...provider];
  const file = stackFile(await readProject(folder), stack);
  const run = async () => {
    await engine.run(args, folder, environment);
  };
  await withEncryptionPlace(file, init?.secretsProvider, run).catch((error: unknown) => {
    if (error instanceof EngineFailed && /already exists/.test(error.stderr)) return;
    throw error;
  });
}
