/** The state of a stack, as `pulumi stack export` has it: what the engine knows of. */
import path from "node:path";
import { execa } from "execa";
import { VisibleError } from "@defender-mssp/microsoft/errors";

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  /** The provider's ID; none for components, and for what was being made when the engine died. */
  readonly id: string;
  readonly custom: boolean;
  /** The output of that name, of an application. */
  readonly clientId?: string;
}

export interface StackState {
  readonly resources: readonly StateResource[];
  /** URNs of what the engine was making when it died. */
  readonly pending: readonly string[];
}

/**
 * Asks Pulumi for the state.
 * @param folder the project's.
 * @throws VisibleError where there is no such stack, or Pulumi can't say.
 */
export async function readStackState(
  stack: string,
  environment: NodeJS.ProcessEnv,
  folder: string,
): Promise<StackState> {
  const pulumi = path.join(path.dirname(require.resolve("pulumi/package.json")), "run.js");
  const { exitCode, stdout, stderr } = await execa(process.execPath, [pulumi, "stack", "export", "--stack", stack], {
    cwd: folder,
    env: environment,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
  if (exitCode !== 0) throw new VisibleError(`\`pulumi stack export\` failed: ${stderr.trim()}`);
  return parseStackState(stdout);
}

/** Reads what `pulumi stack export` prints. */
export function parseStackState(text: string): StackState {
  const { deployment } = JSON.parse(text) as {
    deployment?: {
      resources?: readonly (Partial<StateResource> & { outputs?: { clientId?: unknown } })[];
      pending_operations?: readonly { type?: string; resource?: { urn?: string } }[];
    } | null;
  };
  const { resources = [], pending_operations: pending = [] } = deployment ?? {};
  return {
    resources: resources.map(({ urn = "", type = "", id = "", custom = false, outputs }) => ({
      urn,
      type,
      id,
      custom,
      ...(typeof outputs?.clientId === "string" ? { clientId: outputs.clientId } : {}),
    })),
    pending: pending.flatMap(({ type, resource }) => (type === "creating" ? (resource?.urn ?? []) : [])),
  };
}
