/** `mssp sandbox events`: puts events into an emulated tenant, on which its detection rules run. */
import type { Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import type { EventsAnswer, Json } from "@defender-mssp/sandbox";
import { givenFile } from "../../base/givenFile";
import { counted } from "../../base/counted";
import { tenantIdArgument, withHome, type HomeOptions } from "./options";

type EventsOptions = HomeOptions & { tenant?: string; stack?: string; classify?: string; json?: boolean };

export function registerEvents(sandbox: Command, session: Session): void {
  const command = withHome(sandbox.command("events"))
    .description("Put events into an emulated tenant and run its custom detection rules that are due.")
    .argument("<file>", "JSON or NDJSON: rows of advanced hunting, by the table's name")
    .option("--tenant <tenantId>", "the tenant, a UUID (default: the stacks' only customer)", tenantIdArgument)
    .option("--stack <stack>", "the tenant of a stack's customer")
    .option("--classify <as>", "resolve the new alerts as truePositive, falsePositive, informationalExpectedActivity")
    .option("--json", "print the runs as one JSON object")
    .action((file: string, options: EventsOptions) => putEvents(file, options, session));
  describeCommand(command, {
    notes: [
      'A file is {"DeviceProcessEvents": [{"Timestamp": "2026-11-28T10:00:00Z", …}]}, or such an object on each line. ' +
        "A rule that is due makes an alert and an incident with its entities; alerts and incidents show them.",
      "A rule runs once it is enabled, then by its frequency: move the sandbox's clock to make it due again.",
      "Queries run by the package @defender-mssp/kql. Without it the command names what to install.",
    ],
    reads: "The file, the stacks' settings in Pulumi.*.yaml, and the sandbox in .sandbox (or --home).",
    changes: "Adds the events, and what the rules make of them, to that tenant.",
    exitCodes: {
      0: "the events are added and all due rules ran",
      1: "the file can't be read, or a due rule did not run",
    },
    examples: [
      "npx mssp sandbox events events.json",
      "npx mssp sandbox events events.ndjson --stack contoso --classify falsePositive",
    ],
  });
}

async function putEvents(file: string, options: EventsOptions, session: Session): Promise<void> {
  const { sandboxPackage } = await import("./packages.js");
  const { sandboxTenants } = await import("./sandboxTenants.js");
  const { eventTables } = await import("./eventTables.js");
  const text = await givenFile(file, session.folder);
  const tables = eventTables(text, file);
  const { putTenantEvents, sandboxHome } = sandboxPackage();
  const tenants = await sandboxTenants(session.folder);
  const own = tenants.filter(({ isMssp }) => isMssp !== true).map((tenant) => tenant.tenantId);
  const tenantId = options.tenant ?? (await tenantOfStack(options, session)) ?? onlyTenant(own);
  const home = sandboxHome(options.home, session.environment, session.folder);
  const answer = await putTenantEvents(
    { home, tenants },
    tenantId,
    JSON.parse(JSON.stringify(tables)) as Json,
    options.classify,
  );
  if (options.json === true) writeJson(session.out, "sandbox events", { tenantId, ...answer });
  else session.out.write(eventsText(tenantId, answer));
  if (answer.runs.some(({ problem }) => problem !== undefined)) session.exitCode = exitCodes.failed;
}

async function tenantOfStack({ stack }: EventsOptions, { folder }: Session): Promise<string | undefined> {
  if (stack === undefined) return undefined;
  const { readStackSettingsOffline } = await import("../../../settings/fromFile.js");
  return (await readStackSettingsOffline(stack, folder)).tenantId;
}

function onlyTenant(tenantIds: readonly string[]): string {
  const [tenantId, second] = [...new Set(tenantIds)];
  if (tenantId !== undefined && second === undefined) return tenantId;
  throw new VisibleError(
    tenantId === undefined
      ? "No stack of this folder names a customer's tenant. Pass --tenant <tenantId>."
      : `The stacks of this folder are of several customers. Pass --stack <stack>, or --tenant with one of ${tenantIds.join(", ")}.`,
  );
}

function eventsText(tenantId: string, { events, runs }: EventsAnswer): string {
  const lines = runs.map(({ ruleId, alerts, problem }) =>
    problem === undefined ? `${ruleId}: ${counted(alerts, "new alert")}` : `${ruleId}: did not run. ${problem}`,
  );
  const summary = runs.length === 0 ? "No rule is due." : `${counted(runs.length, "rule")} ran:`;
  return `${[`${counted(events, "event")} added to ${tenantId}. ${summary}`, ...lines].join("\n")}\n`;
}
