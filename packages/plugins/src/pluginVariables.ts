import { replicasVariable, timeScaleVariable } from "@defender-mssp/microsoft/sandboxVariables";

const forwarded: readonly string[] = [replicasVariable, timeScaleVariable];

export function pluginVariables(command: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const wanted = Object.entries(command).filter(([name]) => name.startsWith("ARM_") || forwarded.includes(name));
  return Object.fromEntries(wanted);
}
