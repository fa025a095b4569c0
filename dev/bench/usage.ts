/**
 * Loaded into a measured process with --require: at its end it writes what it has used to the file
 * that MSSP_BENCH_USAGE names.
 */
import { writeFileSync } from "node:fs";

export interface ResourceUsage {
  /** Largest resident set, in KiB. */
  readonly maxRSS: number;
  /** CPU time of the process, in microseconds. */
  readonly userCPUTime: number;
  readonly systemCPUTime: number;
}

const file = process.env.MSSP_BENCH_USAGE;
if (file !== undefined) process.on("exit", () => writeFileSync(file, JSON.stringify(process.resourceUsage())));
