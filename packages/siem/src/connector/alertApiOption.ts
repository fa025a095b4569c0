/** The option `--api`, which several commands have. */
import { InvalidArgumentError, Option } from "commander";
import type { AlertApi } from "@defender-mssp/microsoft";
import type { ErrorOutput } from "@defender-mssp/terminal/session";

/** Written out: importing them would load the package at every start of the command. */
const apis = ["graph", "legacySiem"] as const satisfies readonly AlertApi[];

/**
 * `--api` with the values of the setting `connector.alertApis`. The former value `legacy` is
 * accepted with a hint.
 */
export function alertApiOption(description: string, err: ErrorOutput): Option {
  return new Option("--api <api>", description).choices(apis).argParser((text: string) => alertApiOf(text, err));
}

function alertApiOf(text: string, err: ErrorOutput): AlertApi {
  if (text === "legacy") {
    err.note("--api legacy is now called --api legacySiem.");
    return "legacySiem";
  }
  const api = apis.find((one) => one === text);
  if (api === undefined) throw new InvalidArgumentError(`Allowed choices are ${apis.join(", ")}.`);
  return api;
}
