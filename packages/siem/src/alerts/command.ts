/**
 * `mssp alerts`: pulls a customer's alerts and hands them on. docs/alerts.md describes the output.
 */
import { Option, type Command } from "commander";
import type { AlertsOptions } from "./setup";
import { alertApiOption } from "../connector/alertApiOption";
import type { Session } from "@defender-mssp/terminal/session";
import { connectionFiles } from "../connector/connectionFiles";
import type { ConnectorSource } from "../connector/connectorSource";
import { describeCommand, type HelpSections } from "@defender-mssp/terminal/help";
import { pullOptions, runningOptions } from "../pull/pullOptions";
import { sinkNotes, sinkOptions } from "../sinks/destinations";
import { credentialOptions } from "../connector/credentialOptions";

const alertsHelp = ({ program, reads, example }: ConnectorSource): HelpSections => ({
  notes: [
    "Of several customers, the failure of one stops no other. It is named on standard error and, with --follow, tried " +
      "again. The exit code is 0 if every customer was read completely.",
    "With --checkpoint, the same command continues where it ended, after any exit code. An alert that comes twice has the same `id`.",
    `The legacy API is read with the refresh token that \`${program} token\` keeps (or MSSP_REFRESH_TOKEN), else as the application.`,
    sinkNotes("alert"),
  ],
  reads: `${reads}, and the alerts of the customer's tenant.`,
  changes: "Nothing in the tenant. Writes the checkpoint, and sends the alerts to the destination.",
  exitCodes: {
    0: "every alert was delivered; with --follow: ended by Ctrl-C or SIGTERM; or the reader of the pipe has closed it",
    1: "the connector or the checkpoint can't be used",
    3: "refused: the credentials, a missing consent or a missing authorization",
    4: "the service does not answer, or answers only with errors",
    5: "the destination does not accept the alerts",
    "130, 143": "ended by Ctrl-C or SIGTERM before every alert was delivered",
  },
  examples: [
    `${program} alerts ${example} --since 24h | jq .title`,
    `${program} alerts ${example} --severity high,medium --follow \\`,
    "  --checkpoint contoso.checkpoint >> contoso.jsonl",
    `${program} alerts ${example} --format cef \\`,
    "  --syslog tls://siem.example.com --follow --checkpoint contoso.checkpoint",
    `MSSP_HEC_TOKEN=… ${program} alerts ${example} \\`,
    "  --hec https://splunk.example.com:8088 --checkpoint contoso.checkpoint",
    `${program} alerts --connections connections --follow \\`,
    "  --checkpoints checkpoints --metrics 127.0.0.1:9464 --health health.json \\",
    "  --file alerts.jsonl",
  ],
});

export function define(alerts: Command, session: Session, source: ConnectorSource = connectionFiles): void {
  const command = credentialOptions(source.addOptions(alerts.optionsGroup("Customer:"), "many"))
    .optionsGroup("What:")
    .addOption(
      alertApiOption(
        "graph: Microsoft Graph's alerts_v2; legacySiem: the legacy SIEM API (default: graph, if the connector has it)",
      ),
    )
    .addOption(
      new Option(
        "--region <region>",
        "legacySiem: where the customer's Defender data is stored (default: whichever answers)",
      ).choices(["eu", "uk", "us"]),
    );
  pullOptions(command, {
    since:
      "start: a time such as 2026-06-01T12:00:00Z, or how long ago: 24h, 30d, PT12H (default: P180D, all that Defender keeps)",
  });
  sinkOptions(command, "alert");
  runningOptions(command)
    .option(
      "--coverage",
      "with --follow and a checkpoint: once a day, compare what was delivered with hunting's AlertInfo",
    )
    .action(async (options: AlertsOptions) => {
      const { runAlerts } = await import("./run.js");
      await runAlerts(options, session, source);
    });
  describeCommand(command, alertsHelp(source));
}
