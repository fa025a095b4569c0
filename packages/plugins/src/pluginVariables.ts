import { replicasVariable, timeScaleVariable } from "@defender-mssp/microsoft/sandboxVariables";

const forwarded: readonly string[] = [replicasVariable, timeScaleVariable];

/** The variables of a command that its plugins need. */
export function pluginVariables(command: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const wanted = Object.entries(command).filter(([name]) => name.startsWith("ARM_") || forwarded.includes(name));
  return Object.fromEntries(wanted);
}
