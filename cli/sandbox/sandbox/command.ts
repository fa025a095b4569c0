/** `mssp sandbox`: runs commands against an emulated Microsoft cloud on this machine. */
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { uuidArgument } from "../../base/commandArguments";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { describeCommand } from "@defender-mssp/terminal/help";
import {
  sandboxOptions,
  sandboxSettingsNote,
  tenantIdArgument,
  withHome,
  type HomeOptions,
  type SandboxStartOptions,
} from "./options";
import { registerConsent } from "./registerConsent";
import { registerEvents } from "./registerEvents";
import { registerSeed } from "./registerSeed";
import { registerProxy } from "./registerProxy";
import { permissionsNote, printPermissions, resetPermissions } from "./permissions";
import { registerClock, registerEnv, registerStop } from "./running";

export function define(sandbox: Command, session: Session): void {
  sandbox.enablePositionalOptions();
  registerRun(sandbox, session);
  registerServe(sandbox, session);
  registerProxy(sandbox, session);
  registerStop(sandbox, session);
  registerEnv(sandbox, session);
  registerClock(sandbox, session);
  registerDump(sandbox, session);
  registerTenant(sandbox, session);
  registerConsent(sandbox, session);
  registerSeed(sandbox, session);
  registerEvents(sandbox, session);
  registerReset(sandbox, session);
}

function registerRun(sandbox: Command, session: Session): void {
  const run = sandboxOptions(sandbox.command("run"))
    .description("Run a command with the sandbox and exit as it does. Joins a sandbox that already runs.")
    .option("--as <id>", "sign in as another application of the MSSP's, such as the keeper", uuidArgument("It"))
    .argument("[command...]", "the command and its arguments, after --")
    .passThroughOptions();
  describeCommand(run, {
    notes: [
      "The command gets the sandbox's endpoints, credentials, provider plugins and state in environment variables. Your Pulumi login and home are not used.",
      sandboxSettingsNote,
    ],
    reads: "The stacks' settings in Pulumi.*.yaml, for the tenants that they name.",
    changes: "The sandbox in .sandbox (or --home), and whatever the command changes.",
    exitCodes: {
      0: "the command succeeded",
      1: "the sandbox could not be started",
      126: "the command is not executable",
      127: "the command was not found",
      other: "the exit code of the command",
    },
    examples: [
      "npx mssp sandbox run -- npx pulumi up --stack dev",
      "npx mssp sandbox run -- npx pulumi preview --stack dev --expect-no-changes",
      "npx mssp sandbox run -- npx mssp verify --stack dev",
      "npx mssp sandbox run --plugins official -- npx pulumi preview --stack dev",
      "# every tenth request fails:",
      "npx mssp sandbox run --set faults=7:10 -- npx pulumi up --stack dev",
    ],
  });
  run.action(async (command: string[], options: SandboxStartOptions & { readonly as?: string }) => {
    if (command.length === 0) run.error("error: a command is required: npx mssp sandbox run -- <command...>");
    const { runInSandbox } = await import("./session.js");
    await runInSandbox(command, options, session);
  });
}

function registerServe(sandbox: Command, session: Session): void {
  const command = sandboxOptions(sandbox.command("serve"))
    .description("Start the sandbox, print the environment to use it with, and keep it up until it is stopped.")
    .option("--detach", "keep it up in the background, and return when it answers; print no environment")
    .option("--json", "print the environment as one JSON object; with --detach, where the server is")
    .action(async (options: SandboxStartOptions & { json?: boolean; detach?: boolean }) => {
      if (options.detach === true) return (await import("./detached.js")).serveDetached(options, session);
      const { serve } = await import("./session.js");
      return serve(options, session);
    });
  describeCommand(command, {
    notes: [
      "To stop it, press Ctrl-C, or run `npx mssp sandbox stop`. The printed environment holds a secret of the sandbox: keep its file out of git.",
      "With --detach the server writes to serve.log in the sandbox's folder. A server that is up already is left as it is.",
      sandboxSettingsNote,
    ],
    reads: "The stacks' settings in Pulumi.*.yaml, for the tenants that they name.",
    changes: "The sandbox in .sandbox (or --home).",
    exitCodes: {
      0: "stopped; with --detach, the server is up",
      1: "the sandbox could not be started",
    },
    examples: [
      "npx mssp sandbox serve --detach",
      'eval "$(npx mssp sandbox env)"          # in any shell',
      "npx mssp sandbox stop",
      "npx mssp sandbox serve > sandbox.env    # in one shell",
      ". ./sandbox.env                         # in any other",
      "npx mssp sandbox serve --json --port 8443",
    ],
  });
}

type DumpCommandOptions = HomeOptions & { tenant?: string; permissions?: boolean; deleted?: boolean; json?: boolean };

function registerDump(sandbox: Command, session: Session): void {
  const command = withHome(sandbox.command("dump"))
    .description(
      "Print every object of every emulated tenant as JSON with sorted keys, whether the sandbox runs or not.",
    )
    .option("--tenant <tenantId>", "only that tenant, a UUID", tenantIdArgument)
    .option("--permissions", "list instead which of the granted permissions requests have needed")
    .addOption(
      new Option(
        "--deleted",
        "include soft-deleted applications, groups and users, which are kept for 30 days",
      ).conflicts("permissions"),
    )
    .option("--json", "print one object with the tenants in it, as other commands do; the default is the tenants alone")
    .action(async (options: DumpCommandOptions) => {
      if (options.permissions === true) return printPermissions(options, session);
      const { home, tenant, deleted = false, json } = options;
      const { sandboxPackage } = await import("./packages.js");
      const { sandboxTenants } = await import("./sandboxTenants.js");
      const { dump, readCloud, sandboxHome } = sandboxPackage();
      const cloud = await readCloud(
        sandboxHome(home, session.environment, session.folder),
        await sandboxTenants(session.folder),
      );
      const text = dump(cloud, { deleted, ...(tenant === undefined ? {} : { tenant }) });
      if (json === true) writeJson(session.out, "sandbox dump", { tenants: JSON.parse(text) as object });
      else session.out.write(text);
    });
  describeCommand(command, {
    notes: [permissionsNote],
    reads: "The sandbox in .sandbox (or --home).",
    exitCodes: { 1: "the sandbox has no such tenant, or its files can't be read" },
    examples: [
      "npx mssp sandbox dump --tenant c0570500-0000-4000-8000-00000000000a",
      "# show that destroy leaves nothing behind:",
      "npx mssp sandbox dump > before.json",
      "npx mssp sandbox run -- npx pulumi up --yes --stack dev",
      "npx mssp sandbox run -- npx pulumi destroy --refresh --yes --stack dev",
      "npx mssp sandbox dump | diff before.json -",
      "# which permissions does the life of a customer need?",
      "npx mssp sandbox reset --permissions",
      "npx mssp sandbox run -- npx pulumi up --yes --stack dev",
      "npx mssp sandbox dump --permissions",
    ],
  });
}

function registerTenant(sandbox: Command, session: Session): void {
  const command = withHome(sandbox.command("tenant"))
    .description("Show the licences and policies of an emulated tenant; change them with --set.")
    .argument("<tenantId>", "the tenant, a UUID", tenantIdArgument)
    .option(
      "--set <switch=value...>",
      "entraLicence=p2|p1|free|governance, b2bInvitations=on|off, clientSecrets=on|off|<days>, mfa=on|sms|off, " +
        "unifiedRbac=on|off|<day>, guestBilling=linked|unlinked, alertSources=endpoint|mixed|lossy, " +
        "legacyAlertApi=on|off|<day>, runDetails=on|off|<day>, detectionRuns=complete|fail, " +
        "detectionQuotas=off|on, replicas=calm|usual|november2025",
      switchAssignment,
    )
    .option("--json", "print the switches as one JSON object")
    .action((tenantId: string, options: TenantOptions) => printTenant(tenantId, options, session));
  describeCommand(command, {
    reads: "The sandbox in .sandbox (or --home).",
    changes: "Nothing; with --set, the switches of that tenant.",
    exitCodes: { 1: "there is no such tenant or switch, or the value is not allowed" },
    examples: [
      "# no invitations, and client secrets of at most 90 days:",
      "npx mssp sandbox tenant c0570500-0000-4000-8000-00000000000a \\",
      "  --set b2bInvitations=off clientSecrets=90",
    ],
  });
}

type TenantOptions = HomeOptions & { set?: Record<string, string>; json?: boolean };

async function printTenant(tenantId: string, options: TenantOptions, session: Session): Promise<void> {
  const { sandboxHome, setTenantSwitches } = (await import("./packages.js")).sandboxPackage();
  const { sandboxTenants } = await import("./sandboxTenants.js");
  const home = sandboxHome(options.home, session.environment, session.folder);
  const tenants = await sandboxTenants(session.folder);
  const switches = await setTenantSwitches({ home, tenants }, tenantId, options.set ?? {});
  const lines = Object.entries(switches).map(([name, value]) => `${name}=${value}\n`);
  if (options.json === true) writeJson(session.out, "sandbox tenant", { tenantId, switches });
  else session.out.write(lines.join(""));
}

function switchAssignment(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("A switch is set as <switch>=<value>.");
  return { ...before, [name]: value };
}

function registerReset(sandbox: Command, session: Session): void {
  const command = withHome(sandbox.command("reset"))
    .description("Delete the sandbox: its tenants, keys, and the state of its stacks.")
    .option("--permissions", "delete only the record of the permissions that requests have needed")
    .action(async (options: HomeOptions & { permissions?: boolean }) => {
      if (options.permissions === true) return resetPermissions(options, session);
      const { pluginsPackage, sandboxPackage } = await import("./packages.js");
      const { resetSandbox, sandboxHome } = sandboxPackage();
      const home = sandboxHome(options.home, session.environment, session.folder);
      const result = await resetSandbox(home, Object.values(pluginsPackage().pulumiFolders(home)));
      session.err.note(result === "reset" ? `The sandbox in ${home} is deleted.` : `There is no sandbox in ${home}.`);
    });
  describeCommand(command, {
    reads: "The sandbox in .sandbox (or --home).",
    changes:
      "Deletes that sandbox, or with --permissions the record. It asks no question. It refuses while the sandbox runs.",
    exitCodes: { 0: "deleted, or there was none", 1: "the sandbox is in use or can't be deleted" },
  });
}
