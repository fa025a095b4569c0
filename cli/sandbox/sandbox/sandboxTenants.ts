/** The tenants with which a command starts the sandbox. */
import type { TenantDescription } from "@defender-mssp/sandbox";
import { microsoftGraph } from "@defender-mssp/microsoft";
import { gdapRelationship, governanceRelationship } from "../../../domain/kinds/trusts";
import { monthPermissions, permissionsToReadLogs } from "../../../domain/prerequisites";
import { pluginsPackage, sandboxPackage } from "./packages";

/**
 * The tenants that the stacks of the folder name. Each has also consented to the optional
 * permissions of the logs, of the customer's month and of the proof of an off-boarding, so that `mssp evidence` and
 * `mssp report --month` show something and `mssp offboard` looks at every kind. A tenant that the sandbox has already keeps its permissions.
 */
export async function sandboxTenants(folder: string): Promise<readonly TenantDescription[]> {
  const permissions = consentedPermissions();
  return (await pluginsPackage().tenantsOfStacks(folder)).map((tenant) => ({ ...tenant, permissions }));
}

/** What the customers of the sandbox consent to: the automation's permissions, and the optional ones. */
export function consentedPermissions(): Readonly<Record<string, readonly string[]>> {
  const { automationPermissions } = sandboxPackage();
  const proof = [...governanceRelationship.read, ...gdapRelationship.read];
  const asked = [...permissionsToReadLogs, ...Object.values(monthPermissions), ...proof];
  const graph = new Set([...(automationPermissions[microsoftGraph.appId] ?? []), ...asked]);
  return { ...automationPermissions, [microsoftGraph.appId]: [...graph] };
}
