/**
 * The fleet: the customers with settings files. It doesn't ask the backend, which takes minutes on
 * a bucket.
 */
import { VisibleError, withoutUndefined } from "@defender-mssp/errors";
import { isStackName } from "@defender-mssp/siem/connector/stackName";
import type { Offboarded } from "../../domain/offboarded";
import { readStackSettings } from "../../settings/fromFile";
import { sharedTenantText, unnamedSharing } from "../../settings/sharedTenant";
import { shownStackFile, stacksWithSettings, type Project } from "../../settings/project";

/** A customer's stack as its file describes it. */
export interface FleetStack {
  readonly stack: string;
  readonly customerName?: string;
  readonly tenantId?: string;
  readonly tags: readonly string[];
  /** The customer's own resources. */
  readonly extension?: string;
  /** Stacks that have the same tenant on purpose, by this file. */
  readonly sharedTenantWith?: readonly string[];
  /** The customer has left: `up` and `preview` refuse. */
  readonly offboarded?: Offboarded;
  /** A test tenant's. */
  readonly rehearsal?: boolean;
  /** Stacks that have the same tenant, and do not name this one or are not named by it. */
  readonly sharesTenantWith?: readonly string[];
  /** Why the file can't be used; the fields above are absent then. */
  readonly problem?: string;
}

/**
 * Every stack of the project, by name. A file with errors is an entry, too, and does not stop other
 * customers.
 */
export async function readInventory(project: Project, environment: NodeJS.ProcessEnv): Promise<FleetStack[]> {
  const stacks = await stacksWithSettings(project);
  const inventory = await Promise.all(stacks.map((stack) => readFleetStack(stack, project, environment)));
  const sharing = unnamedSharing(inventory);
  if (sharing.length === 0) return inventory;
  return inventory.map((customer) => {
    const others = sharing.find(({ stacks: sharers }) => sharers.includes(customer.stack))?.stacks ?? [];
    return others.length === 0
      ? customer
      : { ...customer, sharesTenantWith: others.filter((stack) => stack !== customer.stack) };
  });
}

/** A sentence for each tenant that stacks share without naming each other. @param stacks only theirs. */
export function sharedTenantNotes(inventory: readonly FleetStack[], stacks?: readonly string[]): readonly string[] {
  return unnamedSharing(inventory)
    .filter((sharing) => stacks === undefined || sharing.stacks.some((stack) => stacks.includes(stack)))
    .map(sharedTenantText);
}

/** The note that off-boarded customers are left out; none without one. */
export function offboardedNotes(customers: readonly FleetStack[]): readonly string[] {
  const left = customers.flatMap(({ stack, offboarded }) =>
    offboarded === undefined ? [] : [`${stack} (${offboarded.on})`],
  );
  return left.length === 0 ? [] : [`Off-boarded, and left out: ${left.join(", ")}.`];
}

/** Of all stacks. @throws VisibleError where stacks share a tenant without naming each other */
export function refuseSharedTenants(inventory: readonly FleetStack[]): void {
  const problems = sharedTenantNotes(inventory);
  if (problems.length > 0) throw new VisibleError(problems.join("\n"));
}

/** @throws VisibleError where a command that deploys customers would deploy to a test tenant */
export function refuseRehearsals(chosen: readonly FleetStack[]): void {
  const [first] = chosen.filter(({ rehearsal }) => rehearsal === true);
  if (first === undefined) return;
  const advice = "Keep its settings file in a project of its own. If the tenant is a customer's, remove the setting.";
  throw new VisibleError(
    `Nothing was run: ${first.stack} is for rehearsals in a test tenant (rehearsal: true). ${advice}`,
  );
}

async function readFleetStack(stack: string, project: Project, environment: NodeJS.ProcessEnv): Promise<FleetStack> {
  if (!isStackName(stack)) {
    return {
      stack,
      tags: [],
      problem: `${shownStackFile(project, stack)}: not a valid stack name. Rename the file.`,
    };
  }
  try {
    const {
      customerName,
      tenantId,
      tags = [],
      extension,
      sharedTenantWith,
      offboarded,
      rehearsal,
    } = await readStackSettings(stack, { folder: project.folder, environment });
    const others = withoutUndefined({ extension, sharedTenantWith, offboarded, rehearsal });
    return { stack, customerName, tenantId, tags, ...others };
  } catch (error) {
    if (error instanceof VisibleError) return { stack, tags: [], problem: error.message };
    throw error;
  }
}
