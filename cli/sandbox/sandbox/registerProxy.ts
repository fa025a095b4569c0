/** `mssp sandbox proxy`: unmodified programs reach the sandbox under Microsoft's own host names. */
import { Option, type Command } from "commander";
import type { OpenProxy } from "@defender-mssp/sandbox";
import { clouds } from "@defender-mssp/microsoft/clouds";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { sandboxOptions, sandboxSettingsNote, tenantIdArgument, type SandboxStartOptions } from "./options";
import { shells, shellCommands, type Shell } from "./shells";

interface ProxyCommandOptions extends SandboxStartOptions {
  readonly tenant?: string;
  readonly printEnv?: boolean;
  readonly shell: Shell;
}

export function registerProxy(sandbox: Command, session: Session): void {
  const command = sandboxOptions(sandbox.command("proxy"))
    .description(
      `Run a program that reaches the sandbox as ${publicHost("loginEndpoint")}, ${publicHost("graphEndpoint")} and so on.`,
    )
    .argument("[command...]", "the program and its arguments, after --")
    .option("--tenant <tenantId>", "set the variables that name the tenant to sign in to", tenantIdArgument)
    .option("--print-env", "print the environment, and keep the proxy up until it is stopped")
    .addOption(new Option("--shell <shell>", "syntax of --print-env").choices(shells).default("sh"))
    .passThroughOptions();
  describeCommand(command, {
    notes: [
      "The proxy listens on 127.0.0.1, answers for Microsoft's sign-in, Graph, Azure Resource Manager, Key Vault and Defender hosts, " +
        "and refuses every other host. It never forwards a request to the internet.",
      "The program trusts the proxy's certificate by environment variables. Nothing is installed, and no setting of the machine changes. " +
        "At the end it lists hosts and requests that the sandbox does not know.",
      "Node.js 20's `fetch` takes no proxy from the environment: use Node.js 24, or a program that has a proxy setting.",
      sandboxSettingsNote,
    ],
    reads: "The stacks' settings in Pulumi.*.yaml, for the tenants that they name.",
    changes: "The sandbox in .sandbox (or --home), and whatever the program changes in it.",
    exitCodes: {
      0: "the program succeeded; with --print-env: stopped",
      1: "the sandbox or the proxy could not be started, or a pipeline has a real tenant's credential",
      126: "the program is not executable",
      127: "the program was not found",
      other: "the exit code of the program",
    },
    examples: [
      "npx mssp sandbox proxy --tenant <tenant> -- python my-audit.py",
      "npx mssp sandbox proxy -- terraform plan",
      "npx mssp sandbox proxy --print-env > proxy.env   # elsewhere: . ./proxy.env",
    ],
  });
  command.action(async (args: string[], options: ProxyCommandOptions) => {
    if (options.printEnv === true) {
      if (args.length > 0) command.error("error: --print-env takes no command");
      return printEnvironment(options, session);
    }
    if (args.length === 0) command.error("error: a command is required: npx mssp sandbox proxy -- <command...>");
    return runProgram(args, options, session);
  });
}

/** A host of the public cloud. */
function publicHost(endpoint: "loginEndpoint" | "graphEndpoint"): string {
  return new URL(clouds.public[endpoint]).hostname;
}

async function printEnvironment(options: ProxyCommandOptions, session: Session): Promise<void> {
  const { keepUp } = await import("./session.js");
  let proxy: OpenProxy | undefined;
  try {
    await keepUp(options, session, async ({ sandbox }) => {
      proxy = await sandbox.proxy(proxyOptions(options, session));
      const { variables, removed } = proxy.environment;
      session.out.write(shellCommands(variables, removed, options.shell));
      session.err.note(`The proxy is up at http://127.0.0.1:${proxy.port}. To stop it: Ctrl-C, or kill ${process.pid}`);
    });
  } finally {
    if (proxy !== undefined) await finish(proxy, session);
  }
}

async function runProgram(program: readonly string[], options: ProxyCommandOptions, session: Session): Promise<void> {
  const { runBehindProxy } = await import("./session.js");
  const { sandboxPackage } = await import("./packages.js");
  const { commandEnvironment } = sandboxPackage();
  await runBehindProxy(program, options, session, async ({ sandbox }) => {
    const proxy = await sandbox.proxy(proxyOptions(options, session));
    return { env: commandEnvironment(proxy.environment, session.environment), close: () => finish(proxy, session) };
  });
}

function proxyOptions({ tenant }: ProxyCommandOptions, { environment }: Session) {
  return { user: environment, ...(tenant === undefined ? {} : { tenantId: tenant }) };
}

/** Stops the proxy, and says what the sandbox could not answer. */
async function finish(proxy: OpenProxy, session: Session): Promise<void> {
  await proxy.stop();
  sayCounts("Hosts that were refused", proxy.refusedHosts, session);
  sayCounts("Requests that the sandbox has no route for", proxy.unknownRequests, session);
}

function sayCounts(title: string, counts: ReadonlyMap<string, number>, session: Session): void {
  if (counts.size === 0) return;
  session.err.note(`${title}:`);
  for (const [name, count] of [...counts].sort(([, one], [, other]) => other - one))
    session.err.line(`  ${count}  ${name}`);
}
