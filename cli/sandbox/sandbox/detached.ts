/** `mssp sandbox serve --detach`: starts the server as a process of its own and returns. */
import { fork, type ChildProcess } from "node:child_process";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import type { SandboxStatus } from "@defender-mssp/sandbox";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { shellQuoted } from "../../base/shellWord";
import { sandboxPackage } from "./packages";
import type { SandboxStartOptions } from "./options";

/** What the server's process gets: the options, with the folder as an absolute path. */
export interface DetachedServer extends SandboxStartOptions {
  readonly home: string;
}

/** What the server's process answers once. */
export type DetachedAnswer = { readonly status: SandboxStatus } | { readonly error: string };

/**
 * Starts the server and waits until it answers. A server that already stays up is left as it is.
 * @throws VisibleError if it can't be started, or runs for another command.
 */
export async function serveDetached(
  options: SandboxStartOptions & { json?: boolean },
  session: Session,
): Promise<void> {
  const server = sandboxPackage();
  const home = server.sandboxHome(options.home, session.environment, session.folder);
  const running = await server.runningSandbox(home);
  if (running !== undefined) refuse(running, home, options);
  const { status, isStarted } =
    running === undefined
      ? await started({ ...options, home }, session.environment)
      : { status: running, isStarted: false };
  const { pid, httpsPort, httpPort } = status;
  const origins = { https: `https://127.0.0.1:${httpsPort}`, http: `http://127.0.0.1:${httpPort}` };
  if (options.json === true) {
    writeJson(session.out, "sandbox serve", { started: isStarted, pid, home, ...origins });
  }
  const what = isStarted ? "is up" : "is up already";
  session.err.note(`The sandbox in ${home} ${what} at ${origins.https} (process ${pid}). Its page: ${origins.http}/`);
  const place = options.home === undefined ? "" : ` --home ${shellQuoted(home)}`;
  session.err.note(`To use it: eval "$(npx mssp sandbox env${place})". To stop it: npx mssp sandbox stop${place}`);
}

/** Options of the start have no effect on a running server, and a `run` ends with its command. */
function refuse(running: SandboxStatus, home: string, options: SandboxStartOptions): void {
  const { pid, staysUp, httpsPort } = running;
  if (!staysUp) {
    throw new VisibleError(
      `The sandbox in ${home} is run by process ${pid} for its own command, and ends with that. ` +
        "Wait until it has ended, or choose another folder with --home.",
    );
  }
  const late = [
    ...(options.alerts === undefined ? [] : ["--set alerts"]),
    ...(options.faults === undefined ? [] : ["--set faults"]),
    ...(options.replicas === undefined ? [] : ["--set replicas"]),
    ...(options.asOf === undefined ? [] : ["--set asOf"]),
    ...(options.log === true ? ["--log"] : []),
    ...(options.port === undefined || options.port === httpsPort ? [] : ["--port"]),
  ];
  if (late.length === 0) return;
  throw new VisibleError(
    `The sandbox in ${home} is run by process ${pid} already: ${late.join(" and ")} can only be given at its start. ` +
      "Stop it first: npx mssp sandbox stop",
  );
}

async function started(
  options: DetachedServer,
  environment: NodeJS.ProcessEnv,
): Promise<{ status: SandboxStatus; isStarted: boolean }> {
  const log = await sandboxPackage().openServerLog(options.home);
  try {
    const child = fork(path.join(__dirname, "detachedServer.js"), [JSON.stringify(options)], {
      detached: true,
      env: withoutLogins(environment),
      execArgv: [],
      stdio: ["ignore", log.fd, log.fd, "ipc"],
    });
    const answer = await firstAnswer(child);
    child.disconnect();
    child.unref();
    // Another command may have been faster.
    if ("status" in answer) return { status: answer.status, isStarted: answer.status.pid === child.pid };
    throw new VisibleError(answer.error);
  } finally {
    await log.close();
  }
}

/** A process that ends without an answer has written why to its log. */
async function firstAnswer(child: ChildProcess): Promise<DetachedAnswer> {
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as DetachedAnswer));
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new VisibleError(`The sandbox's process ended (${signal ?? `exit code ${code}`}) before it was up.`)),
    );
  });
}

/** A process that outlives its command keeps no login of the user's. */
function withoutLogins(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !/^(ARM_|AZURE_)|^PULUMI_ACCESS_TOKEN$/.test(name));
  return Object.fromEntries(kept);
}
