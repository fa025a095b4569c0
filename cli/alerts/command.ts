/** `mssp alerts`: pulls a customer's alerts and hands them on. docs/alerts.md describes the output. */
import { InvalidArgumentError, Option, type Command } from "commander";
import type { RecordSeverity } from "@defender-mssp/microsoft";
import type { AlertsOptions } from "./run";
import { alertApiOption } from "../connector/alertApiOption";
import { stackArgument } from "../stack/stackName";
import { credentialOptions } from "../tokens/credentialOptions";

const severities: readonly RecordSeverity[] = ["informational", "low", "medium", "high"];

/** Adds the subcommand to `program`. */
export function registerAlerts(program: Command): void {
  credentialOptions(
    program
      .command("alerts")
      .description(
        "Pull the customer's Defender alerts, as the stack's SIEM connector, and write them to standard output, Splunk or syslog.",
      )
      .requiredOption("--stack <stack>", "the customer's stack", stackArgument),
  )
    .addOption(
      alertApiOption(
        "graph: Microsoft Graph's alerts_v2; legacySiem: the legacy SIEM API (default: graph, where the connector has it)",
      ),
    )
    .option(
      "--since <time>",
      "first moment, or how long ago: ISO 8601 such as 2026-06-01T12:00:00Z, PT12H, P30D (default: P180D, all that Defender keeps)",
    )
    .option("--severity <list>", `only these, separated by commas: ${severities.join(", ")}`, severityList)
    .option("--follow", "go on after the end, until Ctrl-C")
    .option("--interval <duration>", "pause between two pulls of --follow, ISO 8601 (default: PT1M)")
    .option(
      "--checkpoint <file>",
      "remember there how far it is, and go on from there: then --since is for the first time only",
    )
    .addOption(
      new Option("--format <format>", "json: one object; cef: ArcSight's format")
        .choices(["json", "cef"])
        .default("json"),
    )
    .option("--raw", "as the service wrote it, not in this command's schema (JSON only)")
    .option("--hec <url>", "send to Splunk's HTTP Event Collector; its token is in MSSP_HEC_TOKEN")
    .option("--syslog <address>", "send as RFC 5424 messages: tls://host:6514, or tcp://host:601 in the clear")
    .addOption(
      new Option(
        "--region <region>",
        "legacySiem: where the customer's Defender data is stored (default: whichever answers)",
      ).choices(["eu", "uk", "us"]),
    )
    .option("--quiet", "no progress and no summary on standard error")
    .addHelpText(
      "after",
      `
Exit codes:
  0  everything there was has been delivered; with --follow: ended by Ctrl-C or SIGTERM; or the reader of the pipe had enough
  1  an option, the stack or the checkpoint can't be used
  2  typed wrongly
  3  refused: the credentials, a missing consent or authorization
  4  the service doesn't answer, or only with errors
  5  the destination doesn't take the alerts
  130, 143  ended by Ctrl-C, SIGTERM before it was through
With --checkpoint, after any of them the same command goes on where it was. What may come twice has the same "id".

The legacy API is read with the refresh token that \`mssp token\` keeps (or MSSP_REFRESH_TOKEN), else as the application.

Examples:
  mssp alerts --stack contoso --since P1D | jq .title
  mssp alerts --stack contoso --severity high,medium --follow --checkpoint contoso.json >> contoso.jsonl
  mssp alerts --stack contoso --format cef --syslog tls://siem.example.com --follow --checkpoint contoso.json
  MSSP_HEC_TOKEN=… mssp alerts --stack contoso --hec https://splunk.example.com:8088 --checkpoint contoso.json
  mssp sandbox run -- npx mssp alerts --stack dev --api legacySiem --raw`,
    )
    .action(async (options: AlertsOptions) => {
      const { runAlerts } = await import("./run.js");
      await runAlerts(options);
    });
}

function severityList(text: string): RecordSeverity[] {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  const known = names.filter((name): name is RecordSeverity => severities.some((severity) => severity === name));
  if (known.length === names.length) return [...new Set(known)];
  throw new InvalidArgumentError(`Allowed are ${severities.join(", ")}, separated by commas.`);
}
