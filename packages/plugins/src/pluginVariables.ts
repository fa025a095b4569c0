/** Set where the sandbox's writes take time. */
export const replicasVariable = "MSSP_SANDBOX_REPLICAS";
/** By which the sandbox's clients scale their waits. */
export const timeScaleVariable = "MSSP_SANDBOX_TIME_SCALE";

const forwarded: readonly string[] = [replicasVariable, timeScaleVariable];

/** The variables of a command that its plugins need. */
export function pluginVariables(command: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const wanted = Object.entries(command).filter(([name]) => name.startsWith("ARM_") || forwarded.includes(name));
  return Object.fromEntries(wanted);
}
