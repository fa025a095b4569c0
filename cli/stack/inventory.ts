/**
 * The fleet: the customers with settings files. It doesn't ask the backend, which takes minutes on
 * a bucket.
 */
import { VisibleError } from "@defender-mssp/errors";
import { isStackName } from "@defender-mssp/siem/connector/stackName";
import { readStackSettings } from "../../settings/fromFile";
import { shownStackFile, stacksWithSettings, type Project } from "../../settings/project";

/** A customer's stack as its file describes it. */
export interface FleetStack {
  readonly stack: string;
  readonly customerName?: string;
  readonly tenantId?: string;
  readonly tags: readonly string[];
  /** The customer's own resources. */
  readonly extension?: string;
  /** Why the file can't be used; the fields above are absent then. */
  readonly problem?: string;
}

/**
 * Every stack of the project, by name. A file with errors is an entry, too, and does not stop other
 * customers.
 */
export async function readInventory(project: Project, environment: NodeJS.ProcessEnv): Promise<FleetStack[]> {
  const stacks = await stacksWithSettings(project);
  return Promise.all(stacks.map((stack) => readFleetStack(stack, project, environment)));
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
    } = await readStackSettings(stack, { folder: project.folder, environment });
    return { stack, customerName, tenantId, tags, ...(extension === undefined ? {} : { extension }) };
  } catch (error) {
    if (error instanceof VisibleError) return { stack, tags: [], problem: error.message };
    throw error;
  }
}
