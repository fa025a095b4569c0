export interface SandboxEnvironment {
  /** To be set. */
  readonly variables: Readonly<Record<string, string>>;
  /** To be removed from the user's environment, if they are there. */
  readonly removed: readonly string[];
}

/** The user's environment with the sandbox's variables in place of conflicting ones. */
export function commandEnvironment(
  environment: SandboxEnvironment,
  user: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const kept = Object.entries(user).filter(([name]) => !environment.removed.includes(name));
  return { ...Object.fromEntries(kept), ...environment.variables };
}
