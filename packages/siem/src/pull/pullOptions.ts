/** The options of a pull, which `mssp alerts` and `mssp incidents` have. */
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { RecordSeverity } from "@defender-mssp/microsoft";
import type { FormatOptions } from "../sinks/destinations";
import { UsageError } from "@defender-mssp/terminal/usageError";

export interface PullCommandOptions extends FormatOptions {
  readonly since?: string;
  readonly severity?: readonly RecordSeverity[];
  readonly follow?: boolean;
  readonly interval?: string;
  readonly checkpoint?: string;
  readonly quiet?: boolean;
  /** Folder of the checkpoints of several customers. */
  readonly checkpoints?: string;
  readonly parallel?: number;
  readonly metrics?: string;
  readonly health?: string;
}

/** Written out: importing them would load the package at every start of the command. */
const severities: readonly RecordSeverity[] = ["informational", "low", "medium", "high"];

/** @param since what `--since` means, and its default. */
export function pullOptions(command: Command, { since }: { readonly since: string }): Command {
  return command
    .optionsGroup("What:")
    .option("--since <time>", since)
    .option("--severity <list>", `only these severities, separated by commas: ${severities.join(", ")}`, severityList)
    .addOption(
      new Option(
        "--format <format>",
        "json: one object; ocsf: Open Cybersecurity Schema Framework; cef: ArcSight's format (default: json)",
      ).choices(["json", "ocsf", "cef"]),
    )
    .option("--raw", "the service's own object instead of this command's schema (JSON only)")
    .optionsGroup("Running:")
    .option("--follow", "keep pulling until Ctrl-C, and wait for a service or a destination that is down")
    .option("--interval <duration>", "pause between two pulls of --follow: 30s, 5m, PT5M (default: 1m)")
    .option(
      "--checkpoint <file>",
      "store the progress in this file and continue from it; --since then applies to the first run only",
    );
}

/** The options of how a pull runs. */
export function runningOptions(command: Command): Command {
  return command
    .optionsGroup("Running:")
    .option("--checkpoints <folder>", "of several customers: store the progress of each in a file of this folder")
    .option(
      "--parallel <number>",
      "of several customers: pages that are read at the same time (default: 8)",
      wholeNumber({ most: 99 }),
    )
    .option(
      "--metrics <place>",
      "Prometheus metrics: a port of this machine (127.0.0.1:9464), or a file for node_exporter (*.prom)",
    )
    .option("--health <file>", "write the state as JSON to this file every ten seconds, for a container's probes")
    .option("--quiet", "no progress and no summary on standard error");
}

function severityList(text: string): RecordSeverity[] {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  const known = names.filter((name): name is RecordSeverity => severities.some((severity) => severity === name));
  if (known.length === names.length) return [...new Set(known)];
  throw new InvalidArgumentError(`Allowed are ${severities.join(", ")}, separated by commas.`);
}

/** @throws UsageError for options of a pull that exclude or need each other. */
export function checkPullOptions({ raw, format, interval, follow }: PullCommandOptions): void {
  if (raw === true && format !== undefined && format !== "json")
    throw new UsageError(`--raw is the service's own JSON: it can't be used with --format ${format}.`);
  if (interval !== undefined && follow !== true) throw new UsageError("--interval goes with --follow.");
}

/** The severities to keep; undefined for all. */
export function chosenSeverities({ severity }: PullCommandOptions): readonly RecordSeverity[] | undefined {
  return severity?.length === severities.length ? undefined : severity;
}
