/** `mssp sandbox consent`: be the customer, who consents to an application, disables it and deletes it. */
import { Argument, type Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import type { ConsentAct } from "@defender-mssp/sandbox";
import { microsoftGraph, windowsDefenderAtp } from "@defender-mssp/microsoft";
import { uuidArgument } from "../../base/commandArguments";
import { counted } from "../../base/counted";
import { tenantIdArgument, withHome, type HomeOptions } from "./options";

const acts = ["give", "remove", "enable", "disable"] as const satisfies readonly ConsentAct[];
type ConsentOptions = HomeOptions & { clientId?: string; json?: boolean };

export function registerConsent(sandbox: Command, session: Session): void {
  const command = withHome(sandbox.command("consent"))
    .description("Be the customer: consent to the MSSP's automation, disable it, or delete it.")
    .argument("<tenantId>", "the customer's tenant, a UUID", tenantIdArgument)
    .addArgument(new Argument("[act]", "what the administrator does").choices(acts).default("give"))
    .option(
      "--client-id <id>",
      "another application, such as the settings' keeper (default: the automation)",
      uuidArgument("It"),
    )
    .option("--json", "print the application as one JSON object")
    .action((tenantId: string, act: (typeof acts)[number], options: ConsentOptions) =>
      change(tenantId, act, options, session),
    );
  describeCommand(command, {
    notes: [
      "give: the automation gets the permissions that the sandbox's customers consent to, those of the logs, of the customer's month and of the proof of an off-boarding included.",
      "remove: as Enterprise applications > the application > Properties > Delete, the customer's last step of an off-boarding. " +
        "disable: as Enabled for users to sign in? > No: it gets no new token.",
    ],
    reads: "The stacks' settings in Pulumi.*.yaml, and the sandbox in .sandbox (or --home).",
    changes: "The application of that tenant.",
    exitCodes: { 1: "the tenant does not have the application" },
    examples: [
      "npx mssp sandbox consent c0570500-0000-4000-8000-00000000000a",
      "npx mssp sandbox consent c0570500-0000-4000-8000-00000000000a remove",
    ],
  });
}

async function change(
  tenantId: string,
  act: (typeof acts)[number],
  { home, clientId, json }: ConsentOptions,
  session: Session,
): Promise<void> {
  const { sandboxPackage } = await import("./packages.js");
  const { consentedPermissions, sandboxTenants } = await import("./sandboxTenants.js");
  const { changeTenantConsent, sandboxHome } = sandboxPackage();
  const options = {
    home: sandboxHome(home, session.environment, session.folder),
    tenants: await sandboxTenants(session.folder),
  };
  const keeper = clientId === undefined ? undefined : await keeperOf(tenantId, clientId, session.folder);
  const asked = keeper ?? { permissions: consentedPermissions() };
  const changed = await changeTenantConsent(options, { tenantId, applicationId: clientId, act, ...asked });
  const held = changed.state === "removed" ? "" : `, ${counted(changed.permissions.length, "permission")}`;
  if (json === true) writeJson(session.out, "sandbox consent", changed);
  else session.out.write(`${changed.displayName} (${changed.applicationId}) in ${tenantId}: ${changed.state}${held}\n`);
}

/** What a customer is asked for the keeper that a stack's settings name. */
async function keeperOf(tenantId: string, clientId: string, folder: string) {
  const { readProject, stacksWithSettings } = await import("../../../settings/project.js");
  const { readStackSettingsOffline } = await import("../../../settings/fromFile.js");
  const { permissionsToKeep } = await import("../../../domain/prerequisites.js");
  for (const stack of await stacksWithSettings(await readProject(folder))) {
    const settings = await readStackSettingsOffline(stack, folder).catch(() => undefined);
    const { id, name = "MSSP Keeper" } = settings?.msspApplications?.keeper ?? {};
    if (settings?.tenantId !== tenantId || id !== clientId.toLowerCase()) continue;
    const graph = permissionsToKeep(settings).map(({ permission }) => permission);
    // What the sandbox's own gateway asks for reading notification rules.
    const gateway = ["IntegrationConfiguration.ReadWrite"];
    return { displayName: name, permissions: { [microsoftGraph.appId]: graph, [windowsDefenderAtp.appId]: gateway } };
  }
  return undefined;
}
