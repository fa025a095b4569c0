/** The state of a stack, as `pulumi stack export` prints it. */
import { runPulumi, type PulumiOptions } from "./pulumi";

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  /**
   * The provider's ID; empty for components and for resources whose creation the engine did not
   * finish.
   */
  readonly id: string;
  readonly custom: boolean;
  /** The output `clientId` of an application. */
  readonly clientId?: string;
}

export interface Deployment {
  readonly resources: readonly StateResource[];
  /** Interrupted creates: the objects may exist. */
  readonly pending: readonly PendingCreate[];
}

/** A resource that the engine was creating when it was interrupted. */
export interface PendingCreate {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * Reads the state with `pulumi stack export`.
 * @throws VisibleError where there is no such stack, or Pulumi can't read it.
 */
export async function readStackState(stack: string, options: PulumiOptions): Promise<Deployment> {
  return parseStackState(await runPulumi(["stack", "export", "--stack", stack], options));
}

/** Reads what `pulumi stack export` prints. */
export function parseStackState(text: string): Deployment {
  const { deployment } = JSON.parse(text) as {
    deployment?: {
      resources?: readonly (Partial<StateResource> & { outputs?: { clientId?: unknown } })[];
      pending_operations?: readonly { type?: string; resource?: Partial<PendingCreate> }[];
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
    pending: pending.flatMap(({ type, resource: { type: of, inputs = {} } = {} }) =>
      type === "creating" && of !== undefined ? [{ type: of, inputs }] : [],
    ),
  };
}
