/**
 * Runs the stand-in plugins for the engine: their servers share one process beside the sandbox's,
 * with all files loaded. The engine starts a launcher (`launcher.ts`) that requests a server from
 * the sandbox. A process for each plugin would load the same files four times in each preview.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { VisibleError } from "@defender-mssp/errors";
import { certificateFile, type Companion, type CompanionServer } from "@defender-mssp/sandbox";
import { compiledFile } from "./compiled";
import { standInPlugins } from "./standInPlugins";

/** A plugin's server. */
export interface HostedPlugin {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Resolves when the process that it runs in has ended. */
  readonly ended: Promise<void>;
  /** Cancels its operations and stops it. */
  end(): void;
}

/** Message to the process: start or stop a plugin's server. */
export type HostRequest =
  | {
      readonly id: number;
      readonly name: string;
      readonly version: string;
      readonly environment: PluginEnvironment;
    }
  | { readonly id: number; readonly end: true };

/** Message from the process: the port. */
export type HostAnswer =
  { readonly id: number; readonly port: number } | { readonly id: number; readonly error: string };

/** The environment variables of a plugin: `pluginVariables`. */
export type PluginEnvironment = Readonly<Record<string, string | undefined>>;

export class PluginHost implements Companion {
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

  /** The plugins of the sandbox in a home. */
  static of(home: string): PluginHost {
    return new PluginHost(certificateFile(home));
  }

  /**
   * Starts the process, if it doesn't run: it loads what the plugins need while the engine starts.
   */
  start(): HostProcess {
    if (this.#running !== undefined) return this.#running;
    const child = fork(compiledFile("hostProcess.js"), {
      // They reach the sandbox alone, which no proxy can.
      env: { ...this.environment, NODE_EXTRA_CA_CERTS: this.trusted, NO_PROXY: "*", no_proxy: "*" },
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
    // It ends with this process and does not keep it alive.
    child.unref();
    child.channel?.unref();
    return (this.#running = { child, ended, waiting });
  }

  /**
   * A fresh server of a plugin.
   * @throws VisibleError for an unknown plugin.
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

  /** A plugin's server, for a launcher. */
  async open(question: unknown): Promise<CompanionServer> {
    const { plugin, environment } = question as { plugin: string; environment: PluginEnvironment };
    const server = await this.serve(plugin, environment);
    return { answer: { port: server.port }, ended: server.ended, end: () => server.end() };
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
  /** The pending requests, by number. */
  readonly waiting: Map<number, (answer: HostAnswer) => void>;
}
