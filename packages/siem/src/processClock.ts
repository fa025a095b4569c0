/** The clock of a process. */

/** The time now: that of the sandbox, if its clock was moved. The module loads for such a process alone. */
export function processClock(environment: NodeJS.ProcessEnv): Date {
  if (!environment["MSSP_CLOCK"]) return new Date();
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded where it is needed
  const { clockFrom } = require("@defender-mssp/microsoft") as typeof import("@defender-mssp/microsoft");
  return clockFrom(environment)();
}
