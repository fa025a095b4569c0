/** The options of the commands that need the sandbox. */
import { InvalidArgumentError, Option, type Command } from "commander";
import type { PluginSet } from "@defender-mssp/plugins";
import type { FaultOptions, ReplicaOptions, ReplicaProfile } from "@defender-mssp/sandbox";
import { uuidArgument } from "../../base/commandArguments";
import { setOption, type Settable } from "@defender-mssp/terminal/setOption";
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";

export interface HomeOptions {
  /** Folder of the sandbox. */
  readonly home?: string;
}

/** A command's options for the sandbox. */
export interface SandboxStartOptions extends HomeOptions {
  readonly plugins: PluginSet;
  readonly port?: number;
  readonly log?: boolean;
  readonly alerts?: number;
  readonly faults?: FaultOptions;
  readonly replicas?: ReplicaOptions;
  readonly asOf?: string;
}

/** Adds `--home`. */
export function withHome(command: Command): Command {
  return command.option("--home <folder>", "folder of the sandbox (default: MSSP_SANDBOX_HOME, else .sandbox)");
}

export function pluginsOption(otherwise = ""): Option {
  return new Option(
    "--plugins <set>",
    `provider plugins: this project's stand-ins, or the official ones from your Pulumi home or PATH${otherwise}`,
  ).choices(["stand-in", "official"]);
}

/** Adds the options of a command that needs the sandbox. */
export function sandboxOptions(command: Command): Command {
  const started = withHome(command)
    .addOption(pluginsOption().default("stand-in"))
    .option("--port <port>", "HTTPS port on 127.0.0.1 (default: the folder's usual one)", wholeNumber({ most: 65_535 }))
    .option("--log", "print a line for each request to stderr");
  return setOption(started, "of the sandbox", sandboxSettings);
}

/** What `--set` takes. */
const sandboxSettings: readonly Settable[] = [
  ["alerts", new Option("--alerts <number>").argParser(wholeNumber({ most: 100_000_000 }))],
  ["faults", new Option("--faults <seed[:percent]>").argParser(faultOptions)],
  ["replicas", new Option("--replicas <profile[:seed][@scale]>").argParser(replicaOptions)],
  ["asOf", new Option("--asOf <time>").argParser(timeArgument)],
];

/** What the settings of `--set` are, for the notes of a command's help. */
export const sandboxSettingsNote =
  "--set alerts=<number>: alerts in each tenant's Defender (default: 2160). faults=<seed[:percent]>: make requests fail by throttling, errors, cut " +
  "connections, late answers and delayed replication (default: 10 percent). replicas=<profile[:seed][@scale]>: let writes take their time until each " +
  "replica has them, as in the real cloud: usual, november2025 (default: calm, no time); scale is a factor of all times, such as usual:7@0.02. " +
  "asOf=<time>: what the sandbox's clock shows at its start, ISO 8601, such as 2027-02-01 (default: today).";

/** ISO 8601. */
export function timeArgument(text: string): string {
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new InvalidArgumentError("A time is ISO 8601: 2027-01-31T12:00:00Z, or 2027-01-31.");
}

function replicaOptions(text: string): ReplicaOptions {
  const [, name, seed = "1", scale = "1"] = /^(\w+)(?::(\d{1,9}))?(?:@(1|0?\.\d{1,6}))?$/.exec(text) ?? [];
  const profile = (["calm", "usual", "november2025"] satisfies ReplicaProfile[]).find((one) => one === name);
  if (profile === undefined || !(Number(scale) > 0)) {
    throw new InvalidArgumentError(
      "Replicas are <profile>, such as usual, with a seed and a scale above 0 and up to 1 where wanted: usual:7@0.02. " +
        "The profiles are calm, usual and november2025.",
    );
  }
  return { profile, seed: Number(seed), scale: Number(scale) };
}

function faultOptions(text: string): FaultOptions {
  const [, seed, percent = "10"] = /^(\d{1,9})(?::(\d{1,3}))?$/.exec(text) ?? [];
  if (seed === undefined || Number(percent) > 100) {
    throw new InvalidArgumentError("Faults are <seed> or <seed>:<percent>, whole numbers, such as 7:10.");
  }
  return { seed: Number(seed), percent: Number(percent) };
}

export const tenantIdArgument = uuidArgument("A tenant ID");
