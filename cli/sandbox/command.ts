/** `mssp sandbox`: runs commands against an emulated customer's tenant on this machine. */
import { InvalidArgumentError, Option, type Command } from "commander";
import type { FaultOptions, JoinedSandbox, OwnSandbox, PluginSet } from "@defender-mssp/sandbox";

/** Adds the subcommands to `program`. */
export function registerSandbox(program: Command): void {
  const sandbox = program
    .command("sandbox")
    .description("Use an emulated Microsoft cloud on this machine instead of a real customer's tenant.")
    .enablePositionalOptions();
  registerRun(sandbox);
  registerServe(sandbox);
  registerDump(sandbox);
  registerTenant(sandbox);
  registerReset(sandbox);
}

interface HomeOptions {
  /** Its folder. */
  readonly home?: string;
}

/** How a command wants the sandbox. */
export interface StartOptions extends HomeOptions {
  readonly plugins: PluginSet;
  readonly port?: number;
  readonly log?: boolean;
  readonly alerts?: number;
  readonly faults?: FaultOptions;
}

function registerRun(sandbox: Command): void {
  const run = sandboxOptions(sandbox.command("run"))
    .description("Run a command with the sandbox, and pass on its exit code. Joins the sandbox if it runs already.")
    .argument("[command...]", "the command and its arguments, after --")
    .passThroughOptions()
    .addHelpText(
      "after",
      `
Examples:
  mssp sandbox run -- npx pulumi up --stack dev
  mssp sandbox run -- npx pulumi preview --stack dev --expect-no-changes
  mssp sandbox run --home /srv/sandbox -- npm run my-script
  mssp sandbox run --plugins official -- npx pulumi preview --stack dev
  mssp sandbox run --faults 7:10 -- npx pulumi up --stack dev      every tenth request goes wrong`,
    );
  run.action(async (command: string[], options: StartOptions) => {
    if (command.length === 0)
      run.error("error: a command is needed: mssp sandbox run -- <command...>", { exitCode: 2 });
    await runInSandbox(command, options);
  });
}

function registerServe(sandbox: Command): void {
  sandboxOptions(sandbox.command("serve"))
    .description("Start the sandbox, print the environment to use it with, and stay up until Ctrl-C.")
    .option("--json", "print the environment as one JSON object instead of shell commands")
    .addHelpText(
      "after",
      `
Examples:
  mssp sandbox serve > sandbox.env &      then, in any shell: . ./sandbox.env
  mssp sandbox serve --json --port 8443`,
    )
    .action(serve);
}

function registerDump(sandbox: Command): void {
  withHome(sandbox.command("dump"))
    .description("Print every object of every tenant as JSON with sorted keys. Works whether the sandbox runs or not.")
    .option("--deleted", "print what is soft-deleted as well: applications, groups and users are kept for 30 days")
    .addHelpText(
      "after",
      `
Example: nothing is left after a destroy
  mssp sandbox dump > before.json
  mssp sandbox run -- npx pulumi up --yes --stack dev
  mssp sandbox run -- npx pulumi destroy --yes --stack dev
  mssp sandbox dump | diff before.json -`,
    )
    .action(async (options: HomeOptions & { deleted?: boolean }) => {
      const { dump, readCloud, sandboxHome, tenantsOfStacks } = await import("@defender-mssp/sandbox");
      const cloud = await readCloud(sandboxHome(options.home), await tenantsOfStacks(process.cwd()));
      await written(dump(cloud, { deleted: options.deleted === true }));
    });
}

function registerTenant(sandbox: Command): void {
  withHome(sandbox.command("tenant"))
    .description("Say what a tenant of the sandbox has licences for and what it allows; change that with --set.")
    .argument("<tenantId>", "the tenant, a UUID", tenantIdArgument)
    .option(
      "--set <switch=value...>",
      "entraLicence=p2|p1|free, b2bInvitations=on|off, clientSecrets=on|off|<longest life in days>",
      switchAssignment,
    )
    .option("--json", "print the switches as one JSON object")
    .addHelpText(
      "after",
      `
Examples: a tenant without guests from outside, and with secrets of 90 days at most
  mssp sandbox tenant c0570500-0000-4000-8000-00000000000a --set b2bInvitations=off clientSecrets=90
  mssp sandbox tenant c0570500-0000-4000-8000-00000000000a --json`,
    )
    .action(async (tenantId: string, options: HomeOptions & { set?: Record<string, string>; json?: boolean }) => {
      const { sandboxHome, setTenantSwitches, tenantsOfStacks } = await import("@defender-mssp/sandbox");
      const home = sandboxHome(options.home);
      const tenants = await tenantsOfStacks(process.cwd());
      const switches = await setTenantSwitches({ home, tenants }, tenantId, options.set ?? {});
      const lines = Object.entries(switches).map(([name, value]) => `${name}=${value}\n`);
      await written(options.json === true ? `${JSON.stringify(switches)}\n` : lines.join(""));
    });
}

function tenantIdArgument(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError("A tenant ID is a UUID.");
}

function switchAssignment(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("It is written as <switch>=<value>.");
  return { ...before, [name]: value };
}

function registerReset(sandbox: Command): void {
  withHome(sandbox.command("reset"))
    .description("Forget everything: the sandbox's tenants, keys, and the state of its stacks.")
    .action(async (options: HomeOptions) => {
      const { resetSandbox, sandboxHome } = await import("@defender-mssp/sandbox");
      const home = sandboxHome(options.home);
      const result = await resetSandbox(home);
      say(result === "reset" ? `The sandbox in ${home} is as new.` : `There is no sandbox in ${home}.`);
    });
}

function withHome(command: Command): Command {
  return command.option("--home <folder>", "folder of the sandbox (default: MSSP_SANDBOX_HOME, else .sandbox)");
}

/** Adds the options of a command that needs the sandbox. */
export function sandboxOptions(command: Command): Command {
  return withHome(command)
    .addOption(
      new Option(
        "--plugins <set>",
        "provider plugins: this project's stand-ins, or the official ones of your Pulumi home or PATH",
      )
        .choices(["stand-in", "official"])
        .default("stand-in"),
    )
    .option("--port <port>", "HTTPS port on 127.0.0.1 (default: a free one)", portNumber)
    .option("--alerts <number>", "alerts that each tenant's Defender has (default: 2160)", numberOfAlerts)
    .option("--log", "print a line for each request to stderr")
    .option(
      "--faults <seed[:percent]>",
      "let requests go wrong: throttling, errors, cut connections, late answers, new objects unseen (10 percent by default)",
      faultOptions,
    );
}

/** Starts or joins the sandbox, runs `action` with the environment in which commands use it, and leaves the sandbox again. */
export async function withSandbox<T>(
  options: StartOptions,
  action: (env: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
  const { sandbox, env } = await open(options);
  try {
    return await action(env);
  } finally {
    await close(sandbox);
  }
}

async function runInSandbox(command: readonly string[], options: StartOptions): Promise<void> {
  const { runCommand, endLike, CommandNotStarted } = await import("@defender-mssp/sandbox");
  try {
    endLike(await withSandbox(options, (env) => runCommand(command, env)));
  } catch (error) {
    if (!(error instanceof CommandNotStarted)) throw error;
    say(error.message);
    process.exitCode = error.exitCode;
  }
}

async function serve(options: StartOptions & { json?: boolean }): Promise<void> {
  const { isOwn } = await import("@defender-mssp/sandbox");
  const interrupted = nextInterrupt();
  const { sandbox, variables, removed } = await open(options);
  await written(options.json === true ? `${JSON.stringify(variables)}\n` : shellCommands(variables, removed));
  say(`The sandbox is up at ${sandbox.origins.https}. Ctrl-C stops it.`);
  await (isOwn(sandbox) ? interrupted : Promise.race([interrupted, sandbox.ended]));
  await close(sandbox);
}

/** Starts or joins the sandbox; says what the user should know. */
async function open(options: StartOptions) {
  const server = await import("@defender-mssp/sandbox");
  const home = server.sandboxHome(options.home);
  const sandbox = await server.openSandbox({
    home,
    tenants: await server.tenantsOfStacks(process.cwd()),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.alerts === undefined ? {} : { alerts: options.alerts }),
    ...(options.faults === undefined ? {} : { faults: options.faults }),
    ...(options.log === true ? { log: (line: string) => process.stderr.write(`${line}\n`) } : {}),
  });
  if (!server.isOwn(sandbox)) {
    say(`Joined the sandbox in ${home} that process ${sandbox.pid} runs.`);
    if (options.log === true)
      say("Its requests are not logged here: --log is for the command that starts the sandbox.");
    sayWhenItEnds(sandbox);
  }
  const environment = await sandbox.environment({ plugins: options.plugins }).catch(async (error: unknown) => {
    await close(sandbox);
    throw error;
  });
  for (const note of environment.notes) say(note);
  const { variables, removed } = environment;
  return { sandbox, variables, removed, env: server.commandEnvironment(environment) };
}

const closing = new WeakSet<JoinedSandbox>();

function sayWhenItEnds(sandbox: JoinedSandbox): void {
  void sandbox.ended.then(() => {
    if (!closing.has(sandbox)) say(`The sandbox that process ${sandbox.pid} ran has ended: nothing answers any more.`);
  });
}

/** Stops the sandbox when no other command needs it. Ctrl-C while waiting stops it at once. */
async function close(sandbox: OwnSandbox | JoinedSandbox): Promise<void> {
  if (!("cloud" in sandbox)) closing.add(sandbox);
  else if (sandbox.joined > 0) {
    const others = sandbox.joined === 1 ? "Another command uses" : `${sandbox.joined} other commands use`;
    say(`${others} this sandbox: waiting for the end of that. Ctrl-C stops the sandbox now.`);
    await Promise.race([sandbox.closeToOthers(), nextInterrupt()]);
  } else await sandbox.closeToOthers();
  await sandbox.stop();
  if ("cloud" in sandbox && sandbox.faults !== undefined) {
    const kinds = [...sandbox.faults.counts].map(([kind, count]) => `${kind} ${count}`).sort();
    say(`Faults: ${kinds.length === 0 ? "none happened" : kinds.join(", ")}.`);
  }
}

function nextInterrupt(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}

function shellCommands(variables: Readonly<Record<string, string>>, removed: readonly string[]): string {
  const unset = removed.filter((name) => variables[name] === undefined).map((name) => `unset ${name}\n`);
  const set = Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
  return [...unset, ...set].join("");
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw new InvalidArgumentError("A port is a whole number from 1 to 65535.");
  }
  return port;
}

function numberOfAlerts(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 100_000_000) {
    throw new InvalidArgumentError("A whole number from 1 to 100000000 is needed.");
  }
  return number;
}

function faultOptions(text: string): FaultOptions {
  const [, seed, percent = "10"] = /^(\d{1,9})(?::(\d{1,3}))?$/.exec(text) ?? [];
  if (seed === undefined || Number(percent) > 100) {
    throw new InvalidArgumentError("It is written as <seed> or <seed>:<percent>, whole numbers, such as 7:10.");
  }
  return { seed: Number(seed), percent: Number(percent) };
}

function say(text: string): void {
  process.stderr.write(`mssp: ${text}\n`);
}

/** Writes all of it to stdout, also where that is a slow pipe. */
function written(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}
