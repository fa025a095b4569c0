/** The option `--severity`, which several commands have. */
import { InvalidArgumentError } from "commander";
import type { RecordSeverity } from "@defender-mssp/microsoft";

/** Written out: importing them would load the package at every start of the command. */
export const severities: readonly RecordSeverity[] = ["informational", "low", "medium", "high"];

export function severityList(text: string): RecordSeverity[] {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  const known = names.filter((name): name is RecordSeverity => severities.some((severity) => severity === name));
  if (known.length === names.length) return [...new Set(known)];
  throw new InvalidArgumentError(`Allowed are ${severities.join(", ")}, separated by commas.`);
}
