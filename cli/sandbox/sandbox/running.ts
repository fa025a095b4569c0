/** The commands for a sandbox that runs already: `stop`, `env`, `clock`. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { typedDuration } from "@defender-mssp/errors/time";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { ClockChange } from "@defender-mssp/sandbox";
import { describeCommand } from "@defender-mssp/terminal/help";
import { pluginsOption, timeArgument, withHome, type HomeOptions, type SandboxStartOptions } from "./options";
import { shellCommands, shells, type Shell } from "./shells";

export function registerStop(sandbox: Command, session: Session): void {
  const command = withHome(sandbox.command("stop"))
    .description("Stop the sandbox that `serve` runs, in the background or in another shell.")
    .option("--force", "stop it although other commands use it")
    .option("--json", "print the result as one JSON object")
    .action(async (options: HomeOptions & { force?: boolean; json?: boolean }) => {
      const { sandboxHome, stopSandbox } = (await import("./packages.js")).sandboxPackage();
      const home = sandboxHome(options.home, session.environment, session.folder);
      const pid = await stopSandbox(home, { force: options.force === true });
      if (options.json === true)
        writeJson(session.out, "sandbox stop", { stopped: pid !== undefined, pid: pid ?? null });
      session.err.note(
        pid === undefined ? `No sandbox runs in ${home}.` : `The sandbox in ${home} is stopped (process ${pid}).`,
      );
    });
  describeCommand(command, {
    notes: [
      "The server ends itself: it is asked with the key in the sandbox's folder, so no other process can be hit. Tenants and stacks are kept.",
    ],
    reads: "The sandbox in .sandbox (or --home).",
    changes: "Stops the server of that sandbox.",
    exitCodes: {
      0: "stopped, or none ran",
      1: "another command uses the sandbox, or it runs for one command only (`sandbox run`)",
    },
    examples: ["npx mssp sandbox serve --detach", "npx mssp sandbox stop"],
  });
}

export function registerEnv(sandbox: Command, session: Session): void {
  const command = withHome(sandbox.command("env"))
    .description("Print the environment of the sandbox that runs, as commands for a shell.")
    .addOption(pluginsOption(" (default: those of the running sandbox)"))
    .addOption(new Option("--shell <shell>", "syntax of the commands").choices(shells).default("sh"))
    .addOption(new Option("--json", "print the variables as one JSON object").conflicts("shell"))
    .action((options: EnvironmentOptions) => printEnvironment(options, session));
  describeCommand(command, {
    notes: [
      "The only secret in it is the sandbox's own made-up client secret, which is valid until the server stops. It gives access to nothing but this sandbox.",
    ],
    reads:
      "The running sandbox in .sandbox (or --home), and the stacks' settings in Pulumi.*.yaml, for the tenants that they name.",
    changes: "Creates those tenants in the sandbox, and its Pulumi home.",
    exitCodes: { 1: "no sandbox runs in that folder" },
    examples: [
      "npx mssp sandbox serve --detach",
      'eval "$(npx mssp sandbox env)"                 # bash, zsh, sh',
      "npx mssp sandbox env --shell fish | source",
      "npx mssp sandbox env --shell powershell | Out-String | Invoke-Expression",
    ],
  });
}

type EnvironmentOptions = HomeOptions &
  Partial<Pick<SandboxStartOptions, "plugins">> & { shell: Shell; json?: boolean };

async function printEnvironment(options: EnvironmentOptions, session: Session): Promise<void> {
  const { pluginsPackage, sandboxPackage } = await import("./packages.js");
  const { environmentOfRunning, sandboxHome } = sandboxPackage();
  const { sandboxTenants } = await import("./sandboxTenants.js");
  const { plugins, shell, json } = options;
  const tenants = await sandboxTenants(session.folder);
  const home = sandboxHome(options.home, session.environment, session.folder);
  const user = session.environment;
  const { environment, pluginSet } = await environmentOfRunning(home, tenants, { user });
  const { variables, removed, notes } = await pluginsPackage().pulumiEnvironment(home, environment, {
    plugins: plugins ?? (pluginSet === "official" ? "official" : "stand-in"),
    user,
  });
  for (const note of notes) session.err.note(note);
  if (json === true) writeJson(session.out, "sandbox env", { variables });
  else session.out.write(shellCommands(variables, removed, shell));
}

export function registerClock(sandbox: Command, session: Session): void {
  const command = withHome(sandbox.command("clock"))
    .description("Show the clock of the sandbox that runs; move it with a time, a duration or reset.")
    .argument("[change]", "a time, ISO 8601; a duration forward, such as +90d, +12h or +P90D; or reset", clockChange)
    .option("--json", "print the clock as one JSON object")
    .action((change: ClockChange | undefined, options: ClockOptions) => printClock(change, options, session));
  describeCommand(command, {
    notes: [
      "Tokens, secrets, certificates and deleted objects expire by this clock. `sandbox run` and `sandbox env` give it to the commands, which take its time for theirs. It is not stored: a new server has the machine's time again. Your own machine's clock is never changed.",
    ],
    reads: "The running sandbox in .sandbox (or --home).",
    changes:
      "Nothing; with a change, the clock of that sandbox. Deleted objects whose retention has ended are removed.",
    exitCodes: { 1: "no sandbox runs in that folder, or the time is outside the years 2000 to 2099" },
    examples: [
      "# are the connector's secrets still valid in 90 days?",
      "npx mssp sandbox clock +90d",
      "npx mssp sandbox run -- npx mssp status --show secrets --stack dev",
      "npx mssp sandbox clock reset",
    ],
  });
}

type ClockOptions = HomeOptions & { json?: boolean };

async function printClock(change: ClockChange | undefined, options: ClockOptions, session: Session): Promise<void> {
  const { sandboxClock, sandboxHome } = (await import("./packages.js")).sandboxPackage();
  const clock = await sandboxClock(sandboxHome(options.home, session.environment, session.folder), change);
  if (change !== undefined)
    session.err.note('A shell that has the sandbox\'s environment needs the new time: eval "$(npx mssp sandbox env)"');
  if (options.json === true) {
    writeJson(session.out, "sandbox clock", clock);
    return;
  }
  const { now, aheadSeconds } = clock;
  const distance = `${Math.abs(aheadSeconds)} seconds ${aheadSeconds > 0 ? "ahead of" : "behind"}`;
  session.out.write(`${now} (${aheadSeconds === 0 ? "the machine's time" : `${distance} the machine's time`})\n`);
}

function clockChange(text: string): ClockChange {
  if (text === "reset") return { reset: true };
  return text.startsWith("+") ? { advance: durationArgument(text.slice(1)) } : { set: timeArgument(text) };
}

function durationArgument(text: string): number {
  const milliseconds = typedDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new InvalidArgumentError("A duration is of weeks and less: 90d, 12h, 1w, or ISO 8601 (P90D).");
}
