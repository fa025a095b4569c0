/** The option `--api`, which several commands have. */
import { InvalidArgumentError, Option } from "commander";
import type { AlertApi } from "@defender-mssp/microsoft";

/** Written out: importing them would load the package at every start of the command. */
const apis = ["graph", "legacySiem"] as const satisfies readonly AlertApi[];

/**
 * `--api` with the values of the setting `connector.alertApis`. The former value `legacy` is
 * accepted with a hint.
 */
export function alertApiOption(description: string): Option {
  return new Option("--api <api>", description).choices(apis).argParser(alertApiOf);
}

function alertApiOf(text: string): AlertApi {
  if (text === "legacy") {
    process.stderr.write("mssp: --api legacy is now called --api legacySiem.\n");
    return "legacySiem";
  }
  const api = apis.find((one) => one === text);
  if (api === undefined) throw new InvalidArgumentError(`Allowed choices are ${apis.join(", ")}.`);
  return api;
}
