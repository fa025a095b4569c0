/** Tells machines and containers of one host name apart. */
import { readFileSync, readlinkSync } from "node:fs";

/**
 * Identifies where this process's ID is valid: the machine, and on Linux the PID namespace of the
 * container. Undefined on other systems.
 */
export function processSpace(): string | undefined {
  try {
    return `${readFileSync("/etc/machine-id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return undefined;
  }
}
