/** By which the sandbox's clients scale their waits for its replicas; not set where it has none. */
export const timeScaleVariable = "MSSP_SANDBOX_TIME_SCALE";

/** The variables of a command that its plugins need. */
export function pluginVariables(command: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const wanted = Object.entries(command).filter(([name]) => name.startsWith("ARM_") || name === timeScaleVariable);
  return Object.fromEntries(wanted);
}
