/**
 * The engine's environment on a sandbox: a Pulumi home, a backend and a passphrase of the
 * sandbox's own, without access to those of the user.
 */
import { mkdir } from "node:fs/promises";
import { guarded, type SandboxEnvironment } from "@defender-mssp/sandbox";
import { preparePulumiHome, pulumiFolders, type PluginSet } from "./pulumiHome";

export interface PulumiEnvironmentOptions {
  /** Stand-in by default. */
  readonly plugins?: PluginSet;
  /** The user's environment; this process's by default. */
  readonly user?: NodeJS.ProcessEnv;
}

export interface PulumiEnvironment extends SandboxEnvironment {
  /** Messages for the user, one line each: the official plugins in use. */
  readonly notes: readonly string[];
}

/**
 * Creates the Pulumi home of a set of plugins.
 * @param environment of a client of the sandbox in `home`.
 */
export async function pulumiEnvironment(
  home: string,
  environment: SandboxEnvironment,
  { plugins = "stand-in", user = process.env }: PulumiEnvironmentOptions = {},
): Promise<PulumiEnvironment> {
  const { state } = pulumiFolders(home);
  await guarded(state, () => mkdir(state, { recursive: true }));
  const { home: pulumiHome, notes } = await preparePulumiHome(home, plugins, user);
  const hasPassphrase = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"].some(
    (name) => user[name] !== undefined,
  );
  return {
    variables: {
      PULUMI_HOME: pulumiHome,
      // Without metadata files, which are not written atomically: a reader of an incomplete one
      // gets "EOF".
      PULUMI_BACKEND_URL: `file://${state}?metadata=skip`,
      // Not a secret: it protects the sandbox's data only. A user's passphrase is kept.
      ...(hasPassphrase ? {} : { PULUMI_CONFIG_PASSPHRASE: "sandbox" }),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...(plugins === "stand-in" ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
      ...environment.variables,
    },
    removed: [...environment.removed, ...("PULUMI_ACCESS_TOKEN" in user ? ["PULUMI_ACCESS_TOKEN"] : [])],
    notes,
  };
}
