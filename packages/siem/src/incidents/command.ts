/**
 * `mssp incidents`: pulls a customer's incidents with their alerts, or changes one.
 * docs/alerts.md describes the output.
 */
import { Option, type Command } from "commander";
import {
  incidentClassifications,
  incidentDeterminations,
} from "@defender-mssp/microsoft/defender/incidentClassifications";
import type { IncidentsOptions } from "./run";
import { pullOptions, runningOptions } from "../pull/pullOptions";
import { describeCommand, type HelpSections } from "@defender-mssp/terminal/help";
import { sinkNotes, sinkOptions } from "../sinks/destinations";
import type { Settable } from "@defender-mssp/terminal/setOption";
import type { Session } from "@defender-mssp/terminal/session";
import { connectionFiles } from "../connector/connectionFiles";
import type { ConnectorSource } from "../connector/connectorSource";
import { credentialOptions } from "../connector/credentialOptions";

/** What `--set` changes of one incident. */
const incidentSettings: readonly Settable[] = [
  ["status", new Option("--close <status>").choices(["resolved"])],
  ["assignedTo", new Option("--assign <user>")],
  ["comment", new Option("--comment <text>")],
  ["classification", new Option("--classify <value>").choices(incidentClassifications)],
  ["determination", new Option("--determination <value>").choices(incidentDeterminations)],
];

const incidentsHelp = ({ program, reads, example }: ConnectorSource): HelpSections => ({
  notes: [
    "Of several customers, the failure of one stops no other. It is named on standard error and, with --follow, tried " +
      "again.",
    "On a terminal, without a destination, --format, --follow or a checkpoint, the open incidents are a table.",
    "An incident comes again after each change. A delivery that is repeated has the same `id` and `updatedAt`.",
    "Reading needs SecurityIncident.Read.All (connector.incidents: true, or connector.profile: hunt); --id with --set needs " +
      "connector.profile: triage.",
    `--set takes with --id status=resolved, assignedTo=<user principal name>, comment=<text>, classification=${incidentClassifications.join(" or ")}, and ` +
      `with it determination=${incidentDeterminations.join(", ")}.`,
    "With --tickets a first run begins now, unless --since names a time. The folder of the checkpoint keeps which " +
      "incident has which ticket. docs/tickets.md describes the file.",
    sinkNotes("incident"),
  ],
  reads: `${reads}, and the incidents of the customer's tenant.`,
  changes:
    "Without --id nothing in the tenant: it writes the checkpoint, and sends the incidents to the destination. " +
    "With --id and --set that incident.",
  exitCodes: {
    0: "every incident was delivered, or the incident was changed; with --follow: ended by Ctrl-C or SIGTERM; or the reader of the pipe has closed it",
    1: "the connector, the incident or the checkpoint can't be used",
    3: "refused: the credentials, a missing permission or a missing consent",
    4: "the service does not answer, or answers only with errors",
    5: "the destination does not accept the incidents",
    "130, 143": "ended by Ctrl-C or SIGTERM before every incident was delivered",
  },
  examples: [
    `${program} incidents ${example} --since 24h | jq .title`,
    `${program} incidents ${example} --severity high,medium --follow \\`,
    "  --checkpoint contoso-incidents.json >> contoso-incidents.jsonl",
    `${program} incidents --connections connections --follow \\`,
    "  --checkpoints checkpoints --file incidents.jsonl",
    `${program} incidents ${example} --id 4711 \\`,
    "  --set assignedTo=ana@mssp.example",
    `${program} incidents ${example} --id 4711 \\`,
    "  --set status=resolved classification=truePositive determination=phishing \\",
    "  comment='Mailbox cleaned.'",
  ],
});

export function define(command: Command, session: Session, source: ConnectorSource = connectionFiles): void {
  credentialOptions(source.addOptions(command.optionsGroup("Customer:"), "many"));
  pullOptions(command, {
    since:
      "incidents that were changed since then: a time such as 2026-06-01T12:00:00Z, or how long ago: 24h, 30d, PT12H (default: P180D)",
  });
  sinkOptions(command, "incident", incidentSettings)
    .optionsGroup("One incident:")
    .option("--id <id>", "this incident only: print it, or change it by --set")
    .option("--json", "with --id: what was changed, and the incident, as JSON")
    .optionsGroup("Tickets:")
    .option(
      "--tickets-check",
      "with --tickets: make, note and close a test ticket by each route, and say what was done",
    )
    .option("--tickets-status", "with --tickets: say what the folder and the trackers have, and what needs somebody")
    .option("--tickets-repeat", "with --tickets: try again what a tracker or Defender has refused");
  runningOptions(command).action(async (options: IncidentsOptions) => {
    const { runIncidents } = await import("./run.js");
    await runIncidents(options, session, source);
  });
  describeCommand(command, incidentsHelp(source));
}
