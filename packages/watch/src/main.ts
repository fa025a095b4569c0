/** Starts the customer's own look. */
import { runProcess } from "@defender-mssp/terminal/runProgram";
import { run } from "./run";

runProcess(run, (environment) => {
  if (!environment["MSSP_CLOCK"]) return new Date();
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded where the sandbox sets a clock
  const { clockFrom } = require("@defender-mssp/microsoft") as typeof import("@defender-mssp/microsoft");
  return clockFrom(environment)();
});
