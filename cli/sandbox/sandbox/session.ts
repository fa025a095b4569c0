/**
 * A command's use of the sandbox: starts or joins it, runs something in its environment, and stops
 * it.
 */
import type { CommandEnd, JoinedSandbox, OwnSandbox } from "@defender-mssp/sandbox";
import type { Session, Signals } from "@defender-mssp/terminal/session";
import { writeJsonLine } from "@defender-mssp/terminal/jsonDocument";
import { pluginsPackage, sandboxPackage } from "./packages";
import { realStacks, refuseRealStack, restoreRealStacks, type RealStack } from "./realStacks";
import { sandboxTenants } from "./sandboxTenants";
import { shellCommands } from "./shells";
import type { SandboxStartOptions } from "./options";

/**
 * Starts or joins the sandbox, runs `action` with the environment in which commands use it, and
 * leaves the sandbox again.
 */
export async function withSandbox<T>(
  options: SandboxStartOptions,
  session: Session,
  action: (env: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
  return withOpenSandbox(options, session, ({ env }) => action(env));
}

/** A sandbox that was started or joined, and the environment of commands in it. */
export type OpenedSandbox = Awaited<ReturnType<typeof open>>;

/** As `withSandbox`, with the sandbox itself. */
async function withOpenSandbox<T>(
  options: SandboxStartOptions,
  session: Session,
  action: (opened: OpenedSandbox) => Promise<T>,
): Promise<T> {
  const opened = await open(options, session);
  try {
    return await action(opened);
  } finally {
    await close(opened.sandbox, session);
  }
}

/** Runs a command of the user's in the sandbox and ends as the command ended, by a signal as well. */
export async function runInSandbox(
  command: readonly string[],
  options: SandboxStartOptions & { readonly as?: string },
  session: Session,
): Promise<void> {
  const { runCommand } = sandboxPackage();
  const identity = options.as === undefined ? {} : { ARM_CLIENT_ID: options.as };
  const stacks = await realStacks(session.folder);
  refuseRealStack(command, stacks);
  await endAs(session, () =>
    withSandbox(options, session, (env) => runCommand(command, { ...env, ...identity })).finally(() =>
      restore(stacks, session),
    ),
  );
}

/** Runs a command that reaches the sandbox by its proxy, and ends as the command ended. */
export async function runBehindProxy(
  command: readonly string[],
  options: SandboxStartOptions,
  session: Session,
  openProxy: (opened: OpenedSandbox) => Promise<{ readonly env: NodeJS.ProcessEnv; close(): Promise<void> }>,
): Promise<void> {
  const { runCommand } = sandboxPackage();
  await endAs(session, () =>
    withOpenSandbox(options, session, async (opened) => {
      const proxy = await openProxy(opened);
      return runCommand(command, proxy.env).finally(() => proxy.close());
    }),
  );
}

/** Sets the exit code of the session to that of a command, or ends by its signal. */
async function endAs(session: Session, run: () => Promise<CommandEnd>): Promise<void> {
  const { endLike, CommandNotStarted } = sandboxPackage();
  try {
    const ended = await run();
    if ("exitCode" in ended) session.exitCode = ended.exitCode;
    else endLike(ended);
  } catch (error) {
    if (!(error instanceof CommandNotStarted)) throw error;
    session.err.note(error.message);
    session.exitCode = error.exitCode;
  }
}

async function restore(stacks: readonly RealStack[], { err }: Session): Promise<void> {
  for (const file of await restoreRealStacks(stacks)) {
    err.note(`${file} has the key of its stack's secrets again: the command had replaced it by the sandbox's.`);
  }
}

/** Keeps the sandbox up until a signal, or `sandbox stop`. */
export async function serve(options: SandboxStartOptions & { json?: boolean }, session: Session): Promise<void> {
  await keepUp(options, session, ({ sandbox, variables, removed }) => {
    if (options.json === true) writeJsonLine(session.out, "sandbox serve", { variables });
    else session.out.write(shellCommands(variables, removed));
    session.err.note(
      `The sandbox is up at ${sandbox.origins.https}. To stop it: Ctrl-C, or from another shell: kill ${process.pid}`,
    );
    session.err.note(`Its services and tenants, for a browser: ${sandbox.origins.http}/`);
    return Promise.resolve();
  });
}

/** Starts or joins the sandbox, calls `whenUp`, and stops it or leaves it at a signal or its end. */
export async function keepUp(
  options: SandboxStartOptions,
  session: Session,
  whenUp: (opened: OpenedSandbox) => Promise<void>,
): Promise<void> {
  const interrupted = nextInterrupt(session.signals);
  let stop: () => void = () => undefined;
  const stopRequest = new Promise<void>((resolve) => (stop = resolve));
  const opened = await open(options, session, stop);
  const { sandbox } = opened;
  await whenUp(opened);
  if ("cloud" in sandbox) {
    const isInterrupted = await Promise.race([interrupted.then(() => true), stopRequest.then(() => false)]);
    await (isInterrupted ? close(sandbox, session) : end(sandbox, session));
  } else {
    await Promise.race([interrupted, sandbox.ended]);
    await close(sandbox, session);
  }
}

/** Starts or joins the sandbox, and tells the user which of both. */
async function open(options: SandboxStartOptions, session: Session, onStopRequest?: () => void) {
  const server = sandboxPackage();
  const { PluginHost, pulumiEnvironment } = pluginsPackage();
  const home = server.sandboxHome(options.home, session.environment, session.folder);
  const host = PluginHost.of(home);
  const sandbox = await server.openSandbox({
    home,
    companions: { plugin: host },
    tenants: await sandboxTenants(session.folder),
    describeTenants: () => sandboxTenants(session.folder),
    pluginSet: options.plugins,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.alerts === undefined ? {} : { alerts: options.alerts }),
    ...(options.faults === undefined ? {} : { faults: options.faults }),
    ...(options.replicas === undefined ? {} : { replicas: options.replicas }),
    ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
    ...(options.log === true ? { log: (line: string) => session.err.line(line) } : {}),
    ...(onStopRequest === undefined ? {} : { onStopRequest }),
  });
  if (!server.isOwn(sandbox)) {
    session.err.note(`Joined the sandbox in ${home} that process ${sandbox.pid} runs.`);
    if (options.log === true)
      session.err.note("Its requests are not logged here: --log is for the command that starts the sandbox.");
    sayWhenItEnds(sandbox, session);
  }
  if (server.isOwn(sandbox) && options.plugins !== "official") host.start();
  const environment = await sandbox
    .environment({ user: session.environment })
    .then((ofClient) => pulumiEnvironment(home, ofClient, { plugins: options.plugins, user: session.environment }))
    .catch(async (error: unknown) => {
      await close(sandbox, session);
      throw error;
    });
  for (const note of environment.notes) session.err.note(note);
  const { variables, removed } = environment;
  return { sandbox, variables, removed, env: server.commandEnvironment(environment, session.environment) };
}

const closing = new WeakSet<JoinedSandbox>();

function sayWhenItEnds(sandbox: JoinedSandbox, session: Session): void {
  void sandbox.ended.then(() => {
    if (!closing.has(sandbox)) session.err.note(`The sandbox that process ${sandbox.pid} ran has stopped.`);
  });
}

/** Stops the sandbox when no other command needs it. Ctrl-C while waiting stops it at once. */
async function close(sandbox: OwnSandbox | JoinedSandbox, session: Session): Promise<void> {
  if (!("cloud" in sandbox)) closing.add(sandbox);
  else if (sandbox.joined > 0) {
    const others = sandbox.joined === 1 ? "Another command uses" : `${sandbox.joined} other commands use`;
    // Before the message, which asks for it.
    const interrupted = nextInterrupt(session.signals);
    session.err.note(`${others} this sandbox: waiting until that ends. Ctrl-C stops the sandbox now.`);
    await Promise.race([sandbox.closeToOthers(), interrupted]);
  } else await sandbox.closeToOthers();
  await end(sandbox, session);
}

async function end(sandbox: OwnSandbox | JoinedSandbox, session: Session): Promise<void> {
  await sandbox.stop();
  if (!("cloud" in sandbox)) return;
  const counted = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([kind, count]) => `${kind} ${count}`).sort();
  if (sandbox.faults !== undefined) {
    const kinds = counted(sandbox.faults.counts);
    session.err.note(`Faults: ${kinds.length === 0 ? "none" : kinds.join(", ")}.`);
  }
  const lags = counted(sandbox.cloud.replicas.seen);
  if (lags.length > 0) session.err.note(`Replicas: ${lags.join(", ")}.`);
}

function nextInterrupt(signals: Signals): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) signals.once(signal, () => resolve());
  });
}
