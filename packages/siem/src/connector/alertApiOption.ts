/** The option `--api`, which several commands have. */
import { Option } from "commander";
import type { AlertApi } from "@defender-mssp/microsoft";

/** Written out: importing them would load the package at every start of the command. */
const apis = ["graph", "legacySiem"] as const satisfies readonly AlertApi[];

/** `--api` with the values of the setting `connector.alertApis`. */
export function alertApiOption(description: string): Option {
  return new Option("--api <api>", description).choices(apis);
}
