/** The options by which a command's user names the destination. */
import type { Command } from "commander";

export interface SinkOptions {
  readonly hec?: string;
  readonly index?: string;
  readonly sourcetype?: string;
  readonly acknowledge?: boolean;
  readonly syslog?: string;
}

/** Adds the options to a command. @param sourcetypes says what `--sourcetype` is by default. */
export function sinkOptions(command: Command, { sourcetypes }: { readonly sourcetypes: string }): Command {
  return command
    .option("--hec <url>", "send to Splunk's HTTP Event Collector; its token is in MSSP_HEC_TOKEN")
    .option("--index <index>", "with --hec: Splunk's index (default: the token's)")
    .option("--sourcetype <type>", `with --hec: Splunk's source type (default: ${sourcetypes})`)
    .option("--acknowledge", "with --hec: wait until Splunk has indexed the events (indexer acknowledgment)")
    .option("--syslog <address>", "send as RFC 5424 messages: tls://host:6514, or tcp://host:601 (not encrypted)");
}
