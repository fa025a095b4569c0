/**
 * A command's use of the sandbox: starts or joins it, runs something in its environment, and stops
 * it.
 */
import type { JoinedSandbox, OwnSandbox } from "@defender-mssp/sandbox";
import { say, written } from "./output";
import { sandboxPackage } from "./packages";
import { shellCommands } from "./shells";
import type { StartOptions } from "./options";

/**
 * Starts or joins the sandbox, runs `action` with the environment in which commands use it, and
 * leaves the sandbox again.
 */
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

/** Runs a command of the user's in the sandbox and ends this process as the command ended. */
export async function runInSandbox(command: readonly string[], options: StartOptions): Promise<void> {
  const { runCommand, endLike, CommandNotStarted } = sandboxPackage();
  try {
    endLike(await withSandbox(options, (env) => runCommand(command, env)));
  } catch (error) {
    if (!(error instanceof CommandNotStarted)) throw error;
    say(error.message);
    process.exitCode = error.exitCode;
  }
}

/** Keeps the sandbox up until a signal, or `sandbox stop`. */
export async function serve(options: StartOptions & { json?: boolean }): Promise<void> {
  await keepUp(options, async ({ sandbox, variables, removed }) => {
    await written(options.json === true ? `${JSON.stringify(variables)}\n` : shellCommands(variables, removed));
    say(
      `The sandbox is up at ${sandbox.origins.https}. To stop it: Ctrl-C, or from another shell: kill ${process.pid}`,
    );
    say(`Its services and tenants, for a browser: ${sandbox.origins.http}/`);
  });
}

/** Starts or joins the sandbox, calls `whenUp`, and stops it or leaves it at a signal or its end. */
export async function keepUp(
  options: StartOptions,
  whenUp: (opened: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const interrupted = nextInterrupt();
  let stop: () => void = () => undefined;
  const stopRequest = new Promise<void>((resolve) => (stop = resolve));
  const opened = await open(options, stop);
  const { sandbox } = opened;
  await whenUp(opened);
  if ("cloud" in sandbox) {
    const isInterrupted = await Promise.race([interrupted.then(() => true), stopRequest.then(() => false)]);
    await (isInterrupted ? close(sandbox) : end(sandbox));
  } else {
    await Promise.race([interrupted, sandbox.ended]);
    await close(sandbox);
  }
}

/** Starts or joins the sandbox, and tells the user which of both. */
async function open(options: StartOptions, onStopRequest?: () => void) {
  const server = sandboxPackage();
  const home = server.sandboxHome(options.home);
  const sandbox = await server.openSandbox({
    home,
    tenants: await server.tenantsOfStacks(process.cwd()),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.alerts === undefined ? {} : { alerts: options.alerts }),
    ...(options.faults === undefined ? {} : { faults: options.faults }),
    ...(options.log === true ? { log: (line: string) => process.stderr.write(`${line}\n`) } : {}),
    ...(onStopRequest === undefined ? {} : { onStopRequest }),
  });
  if (!server.isOwn(sandbox)) {
    say(`Joined the sandbox in ${home} that process ${sandbox.pid} runs.`);
    if (options.log === true)
      say("Its requests are not logged here: --log is for the command that starts the sandbox.");
    sayWhenItEnds(sandbox);
  }
  if (server.isOwn(sandbox) && options.plugins !== "official") sandbox.startPlugins();
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
    if (!closing.has(sandbox)) say(`The sandbox that process ${sandbox.pid} ran has stopped.`);
  });
}

/** Stops the sandbox when no other command needs it. Ctrl-C while waiting stops it at once. */
async function close(sandbox: OwnSandbox | JoinedSandbox): Promise<void> {
  if (!("cloud" in sandbox)) closing.add(sandbox);
  else if (sandbox.joined > 0) {
    const others = sandbox.joined === 1 ? "Another command uses" : `${sandbox.joined} other commands use`;
    // Before the message, which asks for it.
    const interrupted = nextInterrupt();
    say(`${others} this sandbox: waiting until that ends. Ctrl-C stops the sandbox now.`);
    await Promise.race([sandbox.closeToOthers(), interrupted]);
  } else await sandbox.closeToOthers();
  await end(sandbox);
}

async function end(sandbox: OwnSandbox | JoinedSandbox): Promise<void> {
  await sandbox.stop();
  if ("cloud" in sandbox && sandbox.faults !== undefined) {
    const kinds = [...sandbox.faults.counts].map(([kind, count]) => `${kind} ${count}`).sort();
    say(`Faults: ${kinds.length === 0 ? "none" : kinds.join(", ")}.`);
  }
}

function nextInterrupt(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}
