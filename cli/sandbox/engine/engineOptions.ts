import type { EngineOptions } from "@defender-mssp/engine";

/** Where a command's environment has the engine, and what builds it. */
export function engineOptions(environment: NodeJS.ProcessEnv): EngineOptions {
  return { home: environment["PULUMI_HOME"] || undefined, environment };
}
