/**
 * A copy of this project in a temporary folder, with a sandbox of its own: for tests and
 * measurements on the real engine that may change anything. Nothing outside that folder is written.
 */
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { engineVersion } from "@defender-mssp/engine";
import { lostRun, SharedRuntime } from "./sharedRuntime/sharedRuntime";
import { StateFile } from "./sharedRuntime/stateFile";
import { Vault } from "./sharedRuntime/vault";
import { PluginHost, pulumiEnvironment, tenantsOfStacks, type PluginSet } from "@defender-mssp/plugins";
import {
  commandEnvironment,
  startSandbox,
  type Exchange,
  type FaultOptions,
  type OwnSandbox,
  type ReplicaOptions,
} from "@defender-mssp/sandbox";
import { verifyDomain } from "@defender-mssp/sandbox/internals";

/** The end of one command. */
export interface Finished {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** One operation of a preview, as `pulumi preview --json` lists it. */
export interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly diffReasons?: readonly string[];
}

export interface SandboxProjectOptions {
  /** The checkout whose program is copied. */
  readonly checkout: string;
  /**
   * Folder of a program that is copied in place of the checkout's own, and that imports the
   * checkout as a package by its name.
   */
  readonly program?: string;
  /** The project's name in Pulumi.yaml. @default that of the copied program */
  readonly name?: string | undefined;
  /** A sandbox's folder with tenants, which is copied. */
  readonly sandboxFolder?: string;
  /** Extra variables for every command. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Gets a line for each request that the sandbox has answered, such as `POST /beta/groups 201 3
   * ms`.
   */
  readonly log?: (line: string) => void;
  /** Receives each request with its answer, including secrets. */
  readonly observe?: (exchange: Exchange) => void;
  /** How many alerts each tenant's Defender has. */
  readonly alerts?: number;
  /** Injected faults of the sandbox. */
  readonly faults?: FaultOptions;
  /** How long its writes take until each replica has them. @default no time */
  readonly replicas?: ReplicaOptions;
  /**
   * Whether each tenant has the `customerDomain` of the stacks' files verified before a command, as a
   * customer's tenant has. @default true
   */
  readonly verifiesDomains?: boolean;
  /** @default "stand-in" */
  readonly plugins?: PluginSet;
  /** The user's environment, where official plugins are looked for. @default this process's */
  readonly user?: NodeJS.ProcessEnv;
  /**
   * `run` and what builds on it use one process for the programs and dynamic resources of all
   * commands, in place of four processes for each. `addStack` and `outputs` do without the engine.
   * @default false
   */
  readonly sharedRuntime?: boolean;
}

export class SandboxProject {
  private constructor(
    /** The copy: `Pulumi.<stack>.yaml` files go here. */
    readonly folder: string,
    readonly sandbox: OwnSandbox,
    /** The environment of every command on this sandbox. */
    readonly environment: NodeJS.ProcessEnv,
    private readonly sharedRuntime: SharedRuntime | undefined,
    private readonly vault: Vault | undefined,
    private readonly verifiesDomains: boolean,
  ) {}

  static async create(options: SandboxProjectOptions): Promise<SandboxProject> {
    const folder = await mkdtemp(path.join(tmpdir(), "defender-mssp-"));
    const { checkout, program } = options;
    if (program === undefined) {
      for (const file of ["package.json", ...(await shippedFiles(checkout))]) {
        await cp(path.join(checkout, file), path.join(folder, file), { recursive: true });
      }
      // What is built of it: the host of dynamic resources.
      for (const name of ["dist", "node_modules"]) await symlink(path.join(checkout, name), path.join(folder, name));
    } else {
      await cp(program, folder, { recursive: true });
      await linkPackages(checkout, path.join(folder, "node_modules"));
    }
    if (options.name !== undefined) {
      const file = path.join(folder, "Pulumi.yaml");
      await writeFile(file, (await readFile(file, "utf8")).replace(/^name: .*$/m, `name: ${options.name}`));
    }
    const { sandboxFolder, log, observe, alerts, faults, replicas, plugins, user, verifiesDomains = true } = options;
    const home = path.join(folder, ".sandbox");
    if (sandboxFolder !== undefined) await cp(sandboxFolder, home, { recursive: true });
    const host = PluginHost.of(home);
    const sandbox = await startSandbox({
      home,
      companions: { plugin: host },
      sharesSigningKey: true,
      log,
      observe,
      alerts,
      faults,
      replicas,
    });
    if (plugins !== "official" && options.sharedRuntime !== true) host.start();
    const environment = commandEnvironment(
      await pulumiEnvironment(home, await sandbox.environment({ user }), { plugins, user }),
      user,
    );
    const vault = options.sharedRuntime === true ? await Vault.start() : undefined;
    // Where every write is seen at once, no command waits for a second look of minutes.
    const isCalm = faults === undefined && replicas === undefined;
    const ofCommands = {
      ...environment,
      ...(isCalm ? { MSSP_SANDBOX_TIME_SCALE: "0.01" } : {}),
      ...vault?.variables,
      ...options.environment,
    };
    const sharedRuntime =
      options.sharedRuntime === true ? new SharedRuntime(folder, ofCommands, plugins !== "official") : undefined;
    return new SandboxProject(folder, sandbox, ofCommands, sharedRuntime, vault, verifiesDomains);
  }

  /**
   * Writes a stack's settings: keys without the project's name in front. What else the stack's file
   * has is kept, such as the salt of its secrets.
   */
  async writeSettings(stack: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
    const name = await this.#projectName();
    const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${name}:${key}`, value]));
    await this.#addToStackFile(stack, { config });
  }

  /**
   * Creates a stack of which nothing is deployed: `pulumi stack init`. With a shared runtime its
   * secrets have a key that needs no passphrase.
   */
  async addStack(stack: string): Promise<void> {
    await this.verifyDomains();
    if (this.vault === undefined) {
      await this.succeed(["stack", "init", stack]);
      return;
    }
    const { url, encryptedkey } = this.vault.key;
    await this.#addToStackFile(stack, { secretsprovider: url, encryptedkey });
    await (await this.#stateFile(stack, this.vault)).create();
  }

  /**
   * Gives each tenant of the stacks' files the verified domain that they name. `addStack` and `pulumi`
   * do so; a command that deploys by itself, such as `mssp fleet up`, needs it first.
   */
  async verifyDomains(): Promise<void> {
    if (!this.verifiesDomains) return;
    for (const { tenantId, domain } of await tenantsOfStacks(this.folder)) {
      if (domain !== undefined) verifyDomain(this.sandbox.cloud.tenant(tenantId), domain);
    }
  }

  /**
   * Starts a Pulumi command without waiting for it: to watch it, or to kill it. The process is the
   * engine itself, found as `npx pulumi` finds it.
   */
  start(args: readonly string[], environment: Readonly<Record<string, string | undefined>> = {}) {
    const { PULUMI_HOME = "", PATH = "" } = this.environment;
    const folder = path.join(PULUMI_HOME, "versions", engineVersion(), "bin");
    return execa(path.join(folder, "pulumi"), [...args, "--non-interactive"], {
      cwd: this.folder,
      env: { ...this.environment, PATH: `${folder}${path.delimiter}${PATH}`, ...environment },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
  }

  /** Runs a Pulumi command to its end, with any exit code and processes of its own. */
  async pulumi(
    args: readonly string[],
    environment: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Finished> {
    await this.verifyDomains();
    const { exitCode, signal, stdout, stderr } = await this.start(args, environment);
    return { exitCode, signal, stdout, stderr };
  }

  /**
   * Runs a Pulumi command to its end, with any exit code, in the shared runtime if there is one. A run
   * that this has lost says nothing of the program: it is repeated once.
   */
  async run(
    args: readonly string[],
    environment: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Finished> {
    const finished = await this.#runOnce(args, environment);
    if (!finished.stdout.includes(lostRun)) return finished;
    console.error(`${args.join(" ")}: ${lostRun} It is repeated.`);
    return this.#runOnce(args, environment);
  }

  async #runOnce(
    args: readonly string[],
    environment: Readonly<Record<string, string | undefined>>,
  ): Promise<Finished> {
    const lent = await this.sharedRuntime?.lend(args, { ...this.environment, ...environment });
    try {
      return await this.pulumi(args, { ...environment, ...lent?.variables });
    } finally {
      lent?.end();
    }
  }

  /**
   * Runs `action`, which starts the engine itself, with the variables of a command: those by which the
   * engine uses the shared runtime are among them, if there is one.
   */
  async lending<T>(
    action: (environment: NodeJS.ProcessEnv) => Promise<T>,
    more: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const environment = { ...this.environment, ...more };
    const lent = await this.sharedRuntime?.lend(["up"], environment);
    try {
      return await action({ ...environment, ...lent?.variables });
    } finally {
      lent?.end();
    }
  }

  /** `run` for a command that must succeed; its output is in the error if it doesn't. */
  async succeed(
    args: readonly string[],
    environment: Readonly<Record<string, string | undefined>> = {},
  ): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(args, environment);
    if (exitCode === 0) return stdout;
    throw new Error(`pulumi ${args.join(" ")} ended with ${exitCode}:\n${stdout}\n${stderr}`);
  }

  async changes(stack: string, ...flags: readonly string[]): Promise<PreviewStep[]> {
    const { steps } = JSON.parse(await this.succeed(["preview", "--stack", stack, "--json", ...flags])) as {
      steps?: PreviewStep[];
    };
    return (steps ?? []).filter(({ op }) => op !== "same" && op !== "read");
  }

  /** A stack's outputs, with decrypted secrets. */
  async outputs(stack: string): Promise<Record<string, unknown>> {
    const read = this.vault && (await (await this.#stateFile(stack, this.vault)).outputs());
    if (read !== undefined) return read;
    const text = await this.succeed(["stack", "output", "--stack", stack, "--json", "--show-secrets"]);
    return JSON.parse(text) as Record<string, unknown>;
  }

  async dispose(): Promise<void> {
    await this.sharedRuntime?.stop();
    await this.sandbox.stop();
    await this.vault?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #projectName(): Promise<string> {
    return (parse(await readFile(path.join(this.folder, "Pulumi.yaml"), "utf8")) as { name: string }).name;
  }

  /** Keeps what else the file has. */
  async #addToStackFile(stack: string, entries: Readonly<Record<string, unknown>>): Promise<void> {
    const file = path.join(this.folder, `Pulumi.${stack}.yaml`);
    const before = existsSync(file) ? (parse(await readFile(file, "utf8")) as object) : {};
    await writeFile(file, stringify({ ...before, ...entries }));
  }

  async #stateFile(stack: string, vault: Vault): Promise<StateFile> {
    return new StateFile(this.environment["PULUMI_BACKEND_URL"] ?? "", await this.#projectName(), stack, vault);
  }
}

/** The files that `npm pack` takes, without the compiled ones. */
async function shippedFiles(checkout: string): Promise<string[]> {
  const { files = [] } = JSON.parse(await readFile(path.join(checkout, "package.json"), "utf8")) as {
    files?: string[];
  };
  return files.filter((file) => file !== "dist");
}

/**
 * Links everything that is installed in a checkout, and the checkout itself by its package's name,
 * into another `node_modules`.
 */
async function linkPackages(checkout: string, nodeModules: string): Promise<void> {
  const installed = path.join(checkout, "node_modules");
  const { name } = JSON.parse(await readFile(path.join(checkout, "package.json"), "utf8")) as { name: string };
  await mkdir(nodeModules);
  await symlink(checkout, path.join(nodeModules, name));
  for (const entry of await readdir(installed))
    await symlink(path.join(installed, entry), path.join(nodeModules, entry));
}
