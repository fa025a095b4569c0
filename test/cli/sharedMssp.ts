/**
 * The `mssp` command without a process for each command line: most of a short command's time is
 * Node.js loading its modules. For tests whose subject is what a command reads and says. Not for
 * signals, terminals, or what a command's own child processes print.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import path from "node:path";
import { checkout, environmentOf, mssp, type Ended, type MsspOptions } from "./mssp";

interface CommandProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  /** The variables that Node.js reads only when it starts. */
  readonly readAtStart: string;
}

let running: CommandProcess | undefined;
let isBusy = false;
let isCompiled = false;

/**
 * As `mssp`, in one process for one command after another. A command that runs at the same time as
 * another gets its own process, and each does with TEST_PROCESSES=own. So does the first one, which
 * compiles the sources that have changed.
 */
export async function sharedMssp(args: readonly string[], options: MsspOptions = {}): Promise<Ended> {
  if (!isCompiled || isBusy || process.env["TEST_PROCESSES"] === "own") {
    const ended = await mssp(args, options);
    isCompiled = true;
    return ended;
  }
  isBusy = true;
  try {
    const environment = environmentOf(options);
    const { child, ended } = processFor(environment);
    const answered = once(child, "message") as Promise<[Ended]>;
    child.send({ args, folder: options.folder ?? checkout, environment });
    const answer = await Promise.race([answered, ended.then(() => undefined)]);
    if (answer === undefined) throw new Error(`The process of the commands has ended: mssp ${args.join(" ")}`);
    const [{ exitCode, stdout, stderr }] = answer;
    // Without the last line's end, as execa returns what a command has written.
    return { exitCode, stdout: stdout.replace(/\n$/, ""), stderr: stderr.replace(/\n$/, "") };
  } finally {
    isBusy = false;
  }
}

function processFor(environment: NodeJS.ProcessEnv): CommandProcess {
  const readAtStart = JSON.stringify([environment["NODE_EXTRA_CA_CERTS"], environment["NODE_OPTIONS"]]);
  if (running?.readAtStart === readAtStart && running.child.connected) return running;
  running?.child.disconnect();
  const child = fork(path.join(__dirname, "commandProcess.js"), {
    env: environment,
    execArgv: [],
    // A command writes to a pipe otherwise than to a file.
    stdio: ["ignore", "pipe", 2, "ipc"],
  });
  child.unref();
  child.channel?.unref();
  (child.stdout as Socket | null)?.unref();
  return (running = { child, ended: once(child, "exit"), readAtStart });
}
