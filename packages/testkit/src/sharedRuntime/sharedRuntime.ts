/**
 * One process in place of those that the engine starts for each command: language host, program,
 * provider of dynamic resources, stand-in plugins. For tests whose subject is not these processes. The
 * next project gets the process of one that is disposed of: to load the SDK takes a second of CPU time.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** To the process: serve a command that runs in `folder` with these variables, or end that. */
export type RuntimeRequest =
  | {
      readonly id: number;
      readonly folder: string;
      readonly environment: NodeJS.ProcessEnv;
      readonly servesPlugins: boolean;
    }
  | { readonly id: number; readonly end: true };

/** From it: the ports to attach to, those of providers by name. */
export type RuntimeAnswer =
  | { readonly id: number; readonly languagePort: number; readonly providerPorts: Readonly<Record<string, number>> }
  | { readonly id: number; readonly error: string };

/** The error of a run that the SDK calls a good one although the program never came to its end here. */
export const lostRun = "The shared runtime has lost this run: the program did not end, and nothing was changed.";

/** What a command needs in order to use the process. `end` tells the process that it has ended. */
export interface Lent {
  readonly variables: Readonly<Record<string, string>>;
  end(): void;
}

/** Commands that run the program or a dynamic resource's code. */
const operations = new Set(["up", "preview", "refresh", "destroy"]);

/** Read by Node when it starts, and by what it loads. */
const readOnce = ["NODE_OPTIONS", "NODE_PATH", "MSSP_SDK_SHORTCUTS"];

/** Those of a project: commands that change one start processes of their own. */
const ofProject = [...readOnce, "NODE_EXTRA_CA_CERTS", "PATH", "PULUMI_HOME"];

/** A process serves so many commands: each leaves some megabytes. */
const mostCommands = 150;

interface RuntimeProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly waiting: Map<number, (answer: RuntimeAnswer) => void>;
  commands: number;
}

/** Processes that no project has, by the variables that they have read. */
const idle = new Map<string, RuntimeProcess[]>();
let lastId = 0;

/** Compiled also where the sources run: the process is plain Node.js. */
const processFile = path.join(__dirname, "..", "..", "dist", "sharedRuntime", "process.js");

export class SharedRuntime {
  #running: RuntimeProcess | undefined;
  /** The variables that the process has, while commands use it. */
  #current: { readonly key: string; users: number } | undefined;

  constructor(
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
    /** Whether it also serves the stand-in plugins. Otherwise the engine starts the plugins. */
    private readonly servesPlugins: boolean,
  ) {}

  /**
   * `undefined` for a command that needs no such process, or must have processes of its own: its
   * variables are not those of a command that still runs.
   */
  async lend(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Lent | undefined> {
    if (!operations.has(args[0] ?? "")) return undefined;
    if (ofProject.some((name) => environment[name] !== this.environment[name])) return undefined;
    const key = JSON.stringify(environment);
    if (this.#current !== undefined && this.#current.key !== key) return undefined;
    const current = (this.#current ??= { key, users: 0 });
    current.users++;
    const id = ++lastId;
    const { child, ended, waiting } = this.#process();
    const answered = new Promise<RuntimeAnswer>((resolve) => waiting.set(id, resolve));
    const { folder, servesPlugins } = this;
    child.send({ id, folder, environment, servesPlugins } satisfies RuntimeRequest);
    const answer = await Promise.race([answered, ended]);
    if (answer === undefined) throw new Error("the shared runtime's process has ended");
    if ("error" in answer) throw new Error(answer.error);
    return {
      variables: {
        PULUMI_DEBUG_LANGUAGES: `nodejs:${answer.languagePort}`,
        PULUMI_DEBUG_PROVIDERS: Object.entries(answer.providerPorts)
          .map(([name, port]) => `${name}:${port}`)
          .join(),
      },
      end: () => {
        if (--current.users === 0) this.#current = undefined;
        if (child.connected) child.send({ id, end: true } satisfies RuntimeRequest, () => undefined);
      },
    };
  }

  /** A process that a command still uses is not for others. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    if (this.#current === undefined && running.child.connected && running.commands < mostCommands) {
      const others = idle.get(this.#key) ?? [];
      idle.set(this.#key, [...others, running]);
      return;
    }
    running.child.kill("SIGKILL");
    await running.ended;
  }

  get #key(): string {
    return JSON.stringify(readOnce.map((name) => this.environment[name]));
  }

  #process(): RuntimeProcess {
    this.#running ??= idle.get(this.#key)?.pop() ?? startProcess(this.environment);
    this.#running.commands++;
    return this.#running;
  }
}

function startProcess(environment: NodeJS.ProcessEnv): RuntimeProcess {
  const child = fork(processFile, {
    // It trusts the sandbox of its command, no other.
    env: { ...environment, NODE_EXTRA_CA_CERTS: undefined },
    // A run's garbage is mostly young: with more room for it, a fifth of the CPU time is saved.
    execArgv: ["--max-semi-space-size=64", "--min-semi-space-size=32"],
    // stdout belongs to the command that runs the tests.
    stdio: ["ignore", 2, 2, "ipc"],
  });
  const waiting: RuntimeProcess["waiting"] = new Map();
  child.on("message", (answer: RuntimeAnswer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const ended = once(child, "exit").then(() => undefined);
  child.unref();
  child.channel?.unref();
  return { child, ended, waiting, commands: 0 };
}
