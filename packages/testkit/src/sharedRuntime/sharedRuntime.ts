/**
 * One process in place of those that the engine starts for each command: language host, program,
 * provider of dynamic resources. The stand-in plugins have theirs already: here the engine attaches
 * to them too, without launchers. For tests whose subject is not these processes.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { AttachablePlugins } from "@defender-mssp/plugins";

/** To the process: serve a command that runs in `folder` with these variables, or end that. */
export type RuntimeRequest =
  | { readonly id: number; readonly folder: string; readonly environment: NodeJS.ProcessEnv }
  | { readonly id: number; readonly end: true };

/** From it: the ports to attach to. */
export type RuntimeAnswer =
  | { readonly id: number; readonly languagePort: number; readonly providerPort: number }
  | { readonly id: number; readonly error: string };

/** What a command needs in order to use the process. `end` tells the process that it has ended. */
export interface Lent {
  readonly variables: Readonly<Record<string, string>>;
  end(): void;
}

/** Commands that run the program or a dynamic resource's code. */
const operations = new Set(["up", "preview", "refresh", "destroy"]);

/** Read by Node and the language host when they start: commands that change one start their own. */
const readAtStart = ["NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "NODE_PATH", "MSSP_SDK_SHORTCUTS", "PATH", "PULUMI_HOME"];

/** Compiled also where the sources run: the process is plain Node.js. */
const processFile = path.join(__dirname, "..", "..", "dist", "sharedRuntime", "process.js");

export class SharedRuntime {
  #running: { readonly child: ChildProcess; readonly ended: Promise<void> } | undefined;
  #lastId = 0;
  /** The variables that the process has, while commands use it. */
  #current: { readonly key: string; users: number } | undefined;
  readonly #waiting = new Map<number, (answer: RuntimeAnswer) => void>();

  constructor(
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
    /** Serves the stand-in plugins to a command; `undefined`: the engine starts the plugins. */
    private readonly attachPlugins?: (environment: NodeJS.ProcessEnv) => Promise<AttachablePlugins>,
  ) {}

  /**
   * `undefined` for a command that needs no such process, or must have processes of its own: its
   * variables are not those of a command that still runs.
   */
  async lend(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Lent | undefined> {
    if (!operations.has(args[0] ?? "")) return undefined;
    if (readAtStart.some((name) => environment[name] !== this.environment[name])) return undefined;
    const key = JSON.stringify(environment);
    if (this.#current !== undefined && this.#current.key !== key) return undefined;
    const current = (this.#current ??= { key, users: 0 });
    current.users++;
    const id = ++this.#lastId;
    const answered = new Promise<RuntimeAnswer>((resolve) => this.#waiting.set(id, resolve));
    const { child, ended } = this.#start();
    child.send({ id, folder: this.folder, environment } satisfies RuntimeRequest);
    const plugins = await this.attachPlugins?.(environment);
    const answer = await Promise.race([answered, ended]);
    if (answer === undefined) throw new Error("the shared runtime's process has ended");
    if ("error" in answer) throw new Error(answer.error);
    return {
      variables: {
        PULUMI_DEBUG_LANGUAGES: `nodejs:${answer.languagePort}`,
        PULUMI_DEBUG_PROVIDERS: Object.entries({ "pulumi-nodejs": answer.providerPort, ...plugins?.ports })
          .map(([name, port]) => `${name}:${port}`)
          .join(),
      },
      end: () => {
        plugins?.end();
        if (--current.users === 0) this.#current = undefined;
        if (child.connected) child.send({ id, end: true } satisfies RuntimeRequest, () => undefined);
      },
    };
  }

  async stop(): Promise<void> {
    this.#running?.child.kill("SIGKILL");
    await this.#running?.ended;
  }

  #start(): { readonly child: ChildProcess; readonly ended: Promise<void> } {
    if (this.#running !== undefined) return this.#running;
    const child = fork(processFile, {
      cwd: this.folder,
      env: this.environment,
      // A run's garbage is mostly young: with more room for it, a fifth of the CPU time is saved.
      execArgv: ["--max-semi-space-size=64", "--min-semi-space-size=32"],
      // stdout belongs to the command that runs the tests.
      stdio: ["ignore", 2, 2, "ipc"],
    });
    child.on("message", (answer: RuntimeAnswer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    const ended = once(child, "exit").then(() => undefined);
    child.unref();
    child.channel?.unref();
    return (this.#running = { child, ended });
  }
}
