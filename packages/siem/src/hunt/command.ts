/**
 * `mssp hunt`: runs one query of advanced hunting over one or all customers. docs/alerts.md#hunting
 * describes the output.
 */
import { Option, type Command } from "commander";
import type { HuntOptions } from "./run";
import type { Session } from "@defender-mssp/terminal/session";
import { connectionFiles } from "../connector/connectionFiles";
import type { ConnectorSource } from "../connector/connectorSource";
import { upToTwenty } from "../connector/upToTwenty";
import { timespanOf } from "./timespan";
import { describeCommand, type HelpSections } from "@defender-mssp/terminal/help";
import { credentialOptions } from "../connector/credentialOptions";

const huntHelp = ({ program, reads, example }: ConnectorSource): HelpSections => ({
  notes: [
    "Name the query by the argument or --file.",
    "The connector needs the permission ThreatHunting.Read.All, which the setting connector.profile: hunt grants.",
    "Each row has the keys `tenantId` and `stack` before the query's own columns. One customer's failure stops no other.",
  ],
  reads: `${reads} of each customer, and the data of advanced hunting in the customers' tenants.`,
  changes: "Nothing.",
  exitCodes: {
    0: "every customer answered; or the reader of the pipe has closed it",
    1: "a connector or the query can't be used, or the output can't be written; or customers failed for different reasons",
    3: "refused: the credentials, a missing permission or a missing consent",
    4: "the service does not answer, or answers only with errors",
    "130, 143": "ended by Ctrl-C or SIGTERM",
  },
  examples: [
    `${program} hunt ${example} 'AlertInfo | take 10'`,
    `${program} hunt ${example} --format csv \\`,
    "  --file powershell.kql > result.csv",
    `${program} hunt ${example} --since 7d - < query.kql`,
  ],
});

export function define(command: Command, session: Session, source: ConnectorSource = connectionFiles): void {
  source
    .addOptions(command.argument("[query]", "the query; - reads it from standard input"), "many")
    .option("--file <file>", "read the query from this file")
    .option(
      "--since <duration>",
      "how far back: 24h, 7d, PT12H, or <start>/<end> (default: the service's, 30 days)",
      timespanOf,
    )
    .addOption(
      new Option("--format <format>", "json: an object a line; csv: safe for a spreadsheet")
        .choices(["json", "csv"])
        .default("json"),
    )
    .option("--parallel <number>", "customers that are asked at the same time", upToTwenty, 4);
  credentialOptions(command)
    .option("--quiet", "no summary on standard error")
    .action(
      async (
        query: string | undefined,
        { since: timespan, ...others }: Omit<HuntOptions, "timespan"> & { since?: HuntOptions["timespan"] },
      ) => {
        const options: HuntOptions = { ...others, ...(timespan && { timespan }) };
        const problem = usageProblem(query, options);
        if (problem !== undefined) command.error(`error: ${problem}`, { exitCode: 2 });
        const { runHunt } = await import("./run.js");
        await runHunt(query, options, session, source);
      },
    );
  describeCommand(command, huntHelp(source));
}

/** What is wrong with the command line, beyond single options. */
function usageProblem(query: string | undefined, options: HuntOptions): string | undefined {
  const { file } = options;
  if (query === undefined && file === undefined)
    return "the query is missing: give it as an argument, with --file, or - for standard input";
  if (query !== undefined && file !== undefined) return "give the query or --file, not both";
  return undefined;
}
