/** `mssp permissions`: the permissions to request from a customer's administrator. */
import { Option, type Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { jsonDocument } from "@defender-mssp/terminal/jsonDocument";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { VisibleError } from "@defender-mssp/errors";
import { placeOf } from "../../base/place";
import { uuidArgument, repositoryArgument } from "../../base/commandArguments";
import { stackArguments } from "../../stack/stackName";
import { allCustomers } from "../../stack/stackNames";
import type { Customer } from "../../stack/customers";
import { missingAutomation, type ApplicationIds } from "../../access/permissions/knownApplications";
import type { Permissions } from "../../access/permissions/needed";

const formats = ["text", "json", "markdown", "manifest", "az"] as const;

interface PermissionsOptions {
  readonly stack?: readonly string[];
  readonly format: (typeof formats)[number];
  readonly json?: boolean;
  readonly clientId?: string;
  readonly previewClientId?: string;
  readonly repository?: string;
}

export function define(command: Command, session: Session): void {
  command
    .option("--stack <stack...>", `only these stacks (default: ${allCustomers})`, stackArguments)
    .addOption(
      new Option(
        "--format <format>",
        "text; json; markdown, to send to the customer; manifest, the app registration's requiredResourceAccess; az, a script that makes both applications",
      )
        .choices(formats)
        .default("text"),
    )
    .option("--client-id <id>", "application ID of the automation, for the consent URL", applicationId)
    .option("--preview-client-id <id>", "application ID of the preview application", applicationId)
    .option(
      "--repository <owner/name>",
      "with --format az: the GitHub repository whose workflows sign in",
      repositoryArgument,
    )
    .option("--json", "the same as --format json")
    .action(async (options: PermissionsOptions) => {
      const permissions = await permissionsOfStacks(options, session);
      session.out.write(await formatted(permissions, options, session));
    });
  describeCommand(command, {
    notes: [
      "The command makes no requests to a tenant, so it works before any consent. `npx mssp doctor` compares the list with the permissions of an identity.",
      "The IDs are those of the public cloud. The US government's cloud has other IDs for some of them.",
    ],
    reads:
      "Pulumi.yaml and the stacks' settings files; with --stack, where it is readable, each stack's state, whose tenant must be " +
      "that of the settings.",
    exitCodes: {
      1: "a stack has no settings, they are wrong, two share a tenant without naming each other, or a state is of another tenant",
    },
    examples: [
      "npx mssp permissions --stack contoso",
      "npx mssp permissions --stack contoso --format markdown --client-id <ID>",
      "npx mssp permissions --format az --repository acme/customers > applications.sh",
    ],
  });
}

async function permissionsOfStacks(options: PermissionsOptions, session: Session): Promise<Permissions> {
  const { permissionsOf } = await import("../../access/permissions/needed.js");
  const { customersOf } = await import("../../stack/customers.js");
  const ids: ApplicationIds = { automation: options.clientId, preview: options.previewClientId };
  const customers = await customersOf(session.folder, options.stack);
  await refuseSharedTenants(customers, session.folder);
  if (options.stack !== undefined) await showStateNotes(customers, session);
  return permissionsOf(customers, ids, session.now());
}

/** Engine processes at a time. */
const engines = 4;

/** Notes go to stderr, beside every format. The states of a whole fleet are not read: they take minutes. */
async function showStateNotes(customers: readonly Customer[], session: Session): Promise<void> {
  const { stateNotes, settingsAsDeployed } = await import("../../stack/settingsAsDeployed.js");
  const { readDeployment } = await import("../../stack/deployment.js");
  const notes = await atOnce(engines, customers, async ({ stack, settings }) =>
    stateNotes(stack, await settingsAsDeployed(settings, () => readDeployment(stack, placeOf(session)))),
  );
  for (const note of notes.flat()) session.err.note(note);
}

/** Compares with all stacks of the project, also with those that are not asked for. */
async function refuseSharedTenants(customers: readonly Customer[], folder: string): Promise<void> {
  const { readSharing } = await import("../../../settings/readSharing.js");
  const { sharedTenantText } = await import("../../../settings/sharedTenant.js");
  const sharing = await Promise.all(
    customers.map(({ stack, settings }) => readSharing({ ...settings, stack }, folder)),
  );
  const problems = new Set(sharing.flatMap((shared) => (shared === undefined ? [] : sharedTenantText(shared))));
  if (problems.size > 0) throw new VisibleError([...problems].join("\n"));
}

async function formatted(
  permissions: Permissions,
  { format, json, repository }: PermissionsOptions,
  session: Session,
): Promise<string> {
  const chosen = json === true ? "json" : format;
  if (chosen === "json") {
    const { requiredResourceAccess } = await import("./manifest.js");
    const access = requiredResourceAccess(permissions.automation);
    return jsonDocument("permissions", { ...permissions, requiredResourceAccess: access }, 2);
  }
  if (chosen === "manifest") {
    const { requiredResourceAccess } = await import("./manifest.js");
    return `${visibleJson({ requiredResourceAccess: requiredResourceAccess(permissions.automation) }, 2)}\n`;
  }
  if (chosen === "az") return (await import("./azScript.js")).azScript(permissions, repository);
  const texts = await import("./text.js");
  if (chosen === "text") return texts.permissionsText(permissions);
  for (const { stack, consentUrls } of permissions.customers) {
    if (consentUrls.automation === undefined) throw missingAutomation(stack);
  }
  const { plannedObjects } = await import("./plannedObjects.js");
  return texts.permissionsMarkdown(permissions, await plannedObjects(permissions, session));
}

const applicationId = uuidArgument("An application ID");
