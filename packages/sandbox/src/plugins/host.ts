/**
 * Runs the stand-in plugins for the engine: each of their servers is in one process beside the
 * sandbox's, which has everything loaded already. What the engine starts as a plugin is a launcher
 * (`launcher.ts`) that asks the sandbox for a server of its own. A process for each plugin would
 * load the same files four times in every preview, one after another.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { compiledFile } from "../compiled";
import { standInPlugins } from "./index";

/** A plugin's server. */
export interface HostedPlugin {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Resolves when the process that it runs in has ended. */
  readonly ended: Promise<void>;
  /** Cancels what it does, and takes it down. */
  end(): void;
}

/** To the process: make a plugin's server, or take it down. */
export type HostRequest =
  | { readonly id: number; readonly name: string; readonly version: string; readonly environment: PluginEnvironment }
  | { readonly id: number; readonly end: true };

/** From it: the port. */
export type HostAnswer =
  { readonly id: number; readonly port: number } | { readonly id: number; readonly error: string };

/** The variables that a plugin reads: `ARM_*`. */
export type PluginEnvironment = Readonly<Record<string, string | undefined>>;

export class PluginHost {
  #running: HostProcess | undefined;
  #lastId = 0;

  /**
   * @param trusted file of the certificate that the plugins trust, in PEM.
   * @param environment of their process.
   */
  constructor(
    private readonly trusted: string,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  /**
   * Starts the process, if it doesn't run: it loads what the plugins need while the engine starts.
   */
  start(): HostProcess {
    if (this.#running !== undefined) return this.#running;
    const child = fork(compiledFile("plugins/hostProcess.js"), {
      env: { ...this.environment, NODE_EXTRA_CA_CERTS: this.trusted },
      execArgv: [],
      // stdout belongs to the command.
      stdio: ["ignore", 2, 2, "ipc"],
    });
    const waiting: HostProcess["waiting"] = new Map();
    child.on("message", (answer: HostAnswer) => {
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
    });
    const ended = once(child, "exit").then(() => {
      this.#running = undefined;
    });
    // It ends with this process, and keeps it from no end.
    child.unref();
    child.channel?.unref();
    return (this.#running = { child, ended, waiting });
  }

  /**
   * A fresh server of a plugin.
   * @throws VisibleError for a plugin that there isn't.
   */
  async serve(name: string, environment: PluginEnvironment): Promise<HostedPlugin> {
    const plugin = standInPlugins.find((one) => one.name === name);
    if (plugin === undefined) {
      const names = standInPlugins.map((one) => one.name).join(", ");
      throw new VisibleError(`There is a stand-in for ${names}, not for ${name}.`);
    }
    const { child, ended, waiting } = this.start();
    const id = ++this.#lastId;
    // A process that has just been killed still counts as connected: `ended` says that it is gone.
    const send = (request: HostRequest) => {
      if (child.connected) child.send(request, () => undefined);
    };
    const answered = new Promise<HostAnswer>((resolve) => waiting.set(id, resolve));
    send({ id, ...plugin, environment });
    const answer = await Promise.race([answered, ended]);
    if (answer === undefined) throw new Error("the process of the sandbox's plugins has ended");
    if ("error" in answer) throw new Error(answer.error);
    return { port: answer.port, ended, end: () => send({ id, end: true }) };
  }

  /** Ends the process, and with it every plugin. */
  async stop(): Promise<void> {
    this.#running?.child.kill("SIGKILL");
    await this.#running?.ended;
  }
}

interface HostProcess {
  readonly child: ChildProcess;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Who waits for an answer, by its number. */
  readonly waiting: Map<number, (answer: HostAnswer) => void>;
}
