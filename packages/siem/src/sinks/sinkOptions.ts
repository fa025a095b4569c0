/** The options by which a command's user names the destination. */
import { InvalidArgumentError, type Command } from "commander";

export interface SinkOptions {
  readonly hec?: string;
  readonly index?: string;
  readonly sourcetype?: string;
  readonly acknowledge?: boolean;
  readonly syslog?: string;
  readonly elasticsearch?: string;
  readonly dataStream?: string;
  readonly logAnalytics?: string;
  readonly dcr?: string;
  readonly stream?: string;
  readonly file?: string;
  /** Bytes. */
  readonly fileSize?: number;
  readonly fileCount?: number;
}

/** What a command's help says of defaults that are its own. */
export interface SinkDefaults {
  readonly sourcetypes: string;
  readonly dataStream: string;
}

/** Adds the options to a command. */
export function sinkOptions(command: Command, { sourcetypes, dataStream }: SinkDefaults): Command {
  return command
    .optionsGroup("Destination, one or several:")
    .option("--hec <url>", "send to Splunk's HTTP Event Collector; its token is in MSSP_HEC_TOKEN")
    .option("--index <index>", "with --hec: Splunk's index (default: the token's)")
    .option("--sourcetype <type>", `with --hec: Splunk's source type (default: ${sourcetypes})`)
    .option("--acknowledge", "with --hec: wait until Splunk has indexed the events (indexer acknowledgment)")
    .option(
      "--syslog <address>",
      "send as RFC 5424 messages: tls://host:6514, tcp://host:601 or udp://host:514 (the last two are not encrypted)",
    )
    .option(
      "--elasticsearch <url>",
      "send to Elasticsearch in the Elastic Common Schema; the API key is in MSSP_ELASTICSEARCH_API_KEY",
    )
    .option("--data-stream <name>", `with --elasticsearch: the data stream (default: ${dataStream})`)
    .option(
      "--log-analytics <endpoint>",
      "send to Azure Monitor's logs ingestion endpoint; signs in with ARM_TENANT_ID, ARM_CLIENT_ID and its credential",
    )
    .option("--dcr <id>", "with --log-analytics: immutable ID of the data collection rule")
    .option("--stream <name>", "with --log-analytics: name of the rule's stream, such as Custom-DefenderAlerts_CL")
    .option("--file <file>", "append to this file, and begin a new one when it has reached its size")
    .option("--file-size <size>", "with --file: bytes of a file, such as 500k, 100M, 1G (default: 100M)", bytesOf)
    .option("--file-count <number>", "with --file: how many earlier files are kept (default: 10)", countOf);
}

function bytesOf(text: string): number {
  const [, amount = "", unit = ""] = /^([1-9]\d{0,5})([kMG])$/i.exec(text) ?? [];
  if (amount === "") throw new InvalidArgumentError("A size is a number with k, M or G: 500k, 100M, 1G.");
  return Number(amount) * 1000 ** ("kmg".indexOf(unit.toLowerCase()) + 1);
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("Expected a whole number from 1 to 9999.");
  return Number(text);
}
