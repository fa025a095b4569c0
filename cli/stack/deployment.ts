/** A stack's state: what `pulumi stack export` prints, and its one reader. */
import { z } from "zod";
import { VisibleError } from "@defender-mssp/errors";
import { stateTenants } from "../../domain/stateTenants";
import { runPulumi, type PulumiOptions } from "./pulumi";
import { OtherTenantError, refuseOtherTenant } from "./refuseOtherTenant";

const values = z.record(z.string(), z.unknown());
const resource = z.object({
  urn: z.string(),
  type: z.string(),
  /** The provider's ID; empty for components and for creates that did not finish. */
  id: z.string().default(""),
  custom: z.boolean().default(false),
  /** Reference to its provider, `<URN>::<ID>`. */
  provider: z.string().optional(),
  /** Waits for its deletion. */
  delete: z.boolean().default(false),
  /** The engine only forgets the resource when it is deleted. */
  retainOnDelete: z.boolean().default(false),
  inputs: values.default({}),
  outputs: values.default({}),
  created: z.string().optional(),
  /** When the engine last changed it. */
  modified: z.string().optional(),
});
const exported = z.object({
  deployment: z
    .object({
      manifest: z.object({ time: z.string().optional() }).nullish(),
      resources: z.array(resource).nullish(),
      pending_operations: z.array(z.object({ type: z.string().default(""), resource })).nullish(),
    })
    .nullish(),
});

/** A resource of a state. Secrets are as the engine wrote them: encrypted. */
export type StateResource = Readonly<z.infer<typeof resource>>;

/** An operation that was interrupted: its object may exist. */
export interface PendingOperation {
  /** Such as `creating`. */
  readonly operation: string;
  readonly resource: StateResource;
}

export interface Deployment {
  readonly stack: string;
  readonly resources: readonly StateResource[];
  readonly pending: readonly PendingOperation[];
  /** When the state was last written; absent for a stack without a state. */
  readonly writtenAt?: string;
}

/** Runs `pulumi stack export`. @param run such as `runPulumi` for one stack. */
export function exportState(
  run: (args: readonly string[]) => Promise<string>,
  { showSecrets = false } = {},
): Promise<string> {
  return run(["stack", "export", ...(showSecrets ? ["--show-secrets"] : [])]);
}

/**
 * Reads the state with `pulumi stack export`, which decrypts nothing. A command reads it once and
 * passes it on.
 * @throws OtherTenantError where the settings name another tenant than the state.
 * @throws VisibleError where there is no such stack, or Pulumi can't read it.
 */
export async function readDeployment(stack: string, options: PulumiOptions): Promise<Deployment> {
  const deployment = parseDeployment(
    stack,
    await exportState((args) => runPulumi([...args, "--stack", stack], options)),
  );
  await refuseOtherTenant(stack, stateTenants(allEntries(deployment)), options.folder);
  return deployment;
}

/** Resources, also those that wait for their deletion, and interrupted operations. */
export function allEntries({ resources, pending }: Pick<Deployment, "resources" | "pending">): StateResource[] {
  return [...resources, ...pending.map(({ resource: interrupted }) => interrupted)];
}

/**
 * Reads the state only to compare its tenant with that of the settings: for a command that calls the
 * tenant and needs no state. A state that can't be read, or does not exist yet, is compared with
 * nothing.
 * @throws OtherTenantError
 */
export async function compareTenants(stack: string, options: PulumiOptions): Promise<void> {
  try {
    await readDeployment(stack, options);
  } catch (error) {
    if (error instanceof OtherTenantError || !(error instanceof VisibleError)) throw error;
  }
}

/** Returns a function that reads the state when it is first called, and then returns the same. */
export function deploymentReader(stack: string, options: PulumiOptions): () => Promise<Deployment> {
  let deployment: Promise<Deployment> | undefined;
  return () => (deployment ??= readDeployment(stack, options));
}

/** Parses what `pulumi stack export` prints. @throws VisibleError for another format. */
export function parseDeployment(stack: string, text: string): Deployment {
  const { data } = exported.safeParse(JSON.parse(text));
  if (data === undefined) throw unreadable(stack);
  const { resources, manifest, pending_operations: pending } = data.deployment ?? {};
  return {
    stack,
    resources: resources ?? [],
    pending: (pending ?? []).map(({ type, resource: interrupted }) => ({ operation: type, resource: interrupted })),
    ...(manifest?.time === undefined ? {} : { writtenAt: manifest.time }),
  };
}

const wholeState = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(z.looseObject({ urn: z.string(), type: z.string() })).nullish(),
    secrets_providers: z.unknown().optional(),
  }),
});

/** A state with everything that it has, for a command that writes it back. */
export type WholeState = z.infer<typeof wholeState>;

/** Parses what `pulumi stack export` prints, to write it back. @throws VisibleError for another format. */
export function parseWholeState(stack: string, text: string): WholeState {
  const { data } = wholeState.safeParse(JSON.parse(text));
  if (data === undefined) throw unreadable(stack);
  return data;
}

function unreadable(stack: string): VisibleError {
  return new VisibleError(`The state of stack "${stack}" can't be read: unknown format.`);
}
