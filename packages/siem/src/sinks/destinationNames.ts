import { flag } from "@defender-mssp/terminal/usageError";

/** The destinations, as the options parse them. */
export const destinationOptions = ["hec", "syslog", "elasticsearch", "logAnalytics", "file"] as const;

/** Name of a destination in checkpoints: its option without the dashes. */
export function destinationName(option: (typeof destinationOptions)[number]): string {
  return flag(option).slice(2);
}

export const destinationNames: readonly string[] = destinationOptions.map(destinationName);
