/** A stack's settings beside what its state says. */
import { VisibleError } from "@defender-mssp/errors";
import type { RestsOn } from "@defender-mssp/microsoft";
import type { Settings } from "../../settings";
import { stateRestsOn } from "../../domain/resourcesRestOn";
import { isDeployedType } from "../../domain/stateTenants";
import type { Deployment } from "./deployment";
import { OtherTenantError } from "./refuseOtherTenant";
import { unknownResources, unknownResourcesNote } from "./unknownResources";

export interface SettingsAsDeployed {
  readonly settings: Settings;
  /** Resources of the state whose type is unknown. */
  readonly unknown?: readonly string[];
  /** Whether the state has objects; undefined where it was not read. */
  readonly isDeployed?: boolean;
  /** What the resources of the state rest on; undefined where it was not read. */
  readonly restsOn?: RestsOn;
}

/**
 * Reads the state, without a passphrase: its reader also compares the tenants.
 * @throws OtherTenantError
 */
export async function settingsAsDeployed(
  settings: Settings,
  read: () => Promise<Deployment>,
): Promise<SettingsAsDeployed> {
  try {
    const deployment = await read();
    return {
      settings,
      unknown: unknownResources(deployment),
      isDeployed: deployment.resources.some(({ type }) => isDeployedType(type)),
      restsOn: deploymentRestsOn(deployment),
    };
  } catch (error) {
    if (error instanceof OtherTenantError || !(error instanceof VisibleError)) throw error;
    return { settings };
  }
}

/** What the resources of a state rest on. */
export function deploymentRestsOn({ resources }: Pick<Deployment, "resources">): RestsOn {
  return stateRestsOn(resources.filter((resource) => !resource.delete));
}

/** What people should know of a state; empty where the settings say everything. */
export function stateNotes(stack: string, { unknown = [] }: SettingsAsDeployed): string[] {
  const note = unknownResourcesNote(unknown);
  return note === undefined ? [] : [`Stack ${stack}: ${note}`];
}
