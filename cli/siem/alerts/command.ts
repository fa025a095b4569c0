/**
 * `mssp alerts`: pulls a customer's alerts and hands them on. docs/alerts.md describes the output.
 */
import { InvalidArgumentError, Option, type Command } from "commander";
import type { AlertsOptions } from "./setup";

import { alertApiOption } from "../connector/alertApiOption";
import { connectorOptions } from "../connector/connectorOption";
import { describeCommand, type HelpSections } from "@defender-mssp/terminal/help";
import { pullOptions } from "../pull/pullOptions";
import { sinkOptions } from "../sinks/sinkOptions";
import { credentialOptions } from "../tokens/credentialOptions";

const alertsHelp: HelpSections = {
  notes: [
    "With --all, a customer's failure stops no other. It is named on standard error and, with --follow, tried " +
      "again. The exit code is 0 if every customer was read completely.",
    "With --checkpoint, the same command continues where it ended, after any exit code. An alert that comes twice has the same `id`.",
    "The legacy API is read with the refresh token that `npx mssp token` keeps (or MSSP_REFRESH_TOKEN), else as the application.",
  ],
  reads: "The stack's outputs and configuration, or the connection file, and the alerts of the customer's tenant.",
  changes: "Nothing in the tenant. Writes the checkpoint, and sends the alerts to the destination.",
  exitCodes: {
    0: "every alert was delivered; with --follow: ended by Ctrl-C or SIGTERM; or the reader of the pipe has closed it",
    1: "the stack or the checkpoint can't be used",
    3: "refused: the credentials, a missing consent or a missing authorization",
    4: "the service does not answer, or answers only with errors",
    5: "the destination does not accept the alerts",
    "130, 143": "ended by Ctrl-C or SIGTERM before every alert was delivered",
  },
  examples: [
    "npx mssp alerts --stack contoso --since 24h | jq .title",
    "npx mssp alerts --stack contoso --severity high,medium --follow \\",
    "  --checkpoint contoso.json >> contoso.jsonl",
    "npx mssp alerts --stack contoso --format cef \\",
    "  --syslog tls://siem.example.com --follow --checkpoint contoso.json",
    "MSSP_HEC_TOKEN=… npx mssp alerts --stack contoso \\",
    "  --hec https://splunk.example.com:8088 --checkpoint contoso.json",
    "npx mssp alerts --connection contoso.json --follow --checkpoint progress.json",
    "npx mssp alerts --all --follow --checkpoints ./checkpoints \\",
    "  --metrics 127.0.0.1:9464 --health health.json --file alerts.jsonl",
    "npx mssp sandbox run -- npx mssp alerts --stack dev --api legacySiem --raw",
  ],
};

/** Adds arguments, options and action. */
export function define(alerts: Command): void {
  const command = credentialOptions(connectorOptions(alerts)).addOption(
    alertApiOption(
      "graph: Microsoft Graph's alerts_v2; legacySiem: the legacy SIEM API (default: graph, if the connector has it)",
    ),
  );
  pullOptions(command, {
    since:
      "start: a time such as 2026-06-01T12:00:00Z, or how long ago: 24h, 30d, PT12H (default: P180D, all that Defender keeps)",
  });
  sinkOptions(command, {
    sourcetypes: "defender:alert; cef; with --raw the add-on's, ms:defender:atp:alerts",
    dataStream: "logs-defender.alert-default",
  })
    .addOption(
      new Option(
        "--region <region>",
        "legacySiem: where the customer's Defender data is stored (default: whichever answers)",
      ).choices(["eu", "uk", "us"]),
    )
    .option("--all", 'every customer of the folder but "dev" and "sandbox-*"')
    .option(
      "--tag <tag...>",
      "with --all: only stacks with these tags: tier=gold, or tier for any value; all must match",
    )
    .option("--connections <folder>", "with --all: the connection files (*.json) of this folder in place of stacks")
    .option("--checkpoints <folder>", "with --all: store the progress of each customer in a file of this folder")
    .option("--parallel <number>", "with --all: pages that are read at the same time (default: 8)", parallelNumber)
    .option(
      "--passphrase-folder <folder>",
      "with --all: folder with one passphrase file for each stack, named after the stack",
    )
    .option(
      "--metrics <place>",
      "Prometheus metrics: a port of this machine (127.0.0.1:9464), or a file for node_exporter (*.prom)",
    )
    .option("--health <file>", "write the state as JSON to this file every ten seconds, for a container's probes")
    .option("--quiet", "no progress and no summary on standard error")
    .action(async (options: AlertsOptions) => {
      const { runAlerts } = await import("./run.js");
      await runAlerts(options);
    });
  describeCommand(command, alertsHelp);
}

function parallelNumber(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError("Expected a whole number from 1 to 99.");
  return Number(text);
}
