/**
 * What a person may do in Defender: by a directory role, or by a role of unified RBAC in a tenant in
 * which it is active. Applications need neither.
 * https://learn.microsoft.com/defender-xdr/manage-rbac
 */
import { directoryRoleTemplates, type DirectoryRoleName } from "@defender-mssp/microsoft";
import type { Cloud, Tenant } from "../cloud/model";
import { isSwitchedOff } from "../cloud/switches";
import { jsonText, objectsIn, textsIn } from "../graph/json";
import { transitiveGroups } from "../graph/memberships";

const readers: readonly DirectoryRoleName[] = ["Global Reader", "Security Reader"];
const changers: readonly DirectoryRoleName[] = ["Global Administrator", "Security Administrator", "Security Operator"];

/** Whether a user may read, or change, what Defender has. Which objects a role reaches is not emulated. */
export function mayUseDefender(cloud: Cloud, tenant: Tenant, userId: string, isChange: boolean): boolean {
  const holders = [userId, ...transitiveGroups(tenant, userId).map(({ id }) => id)];
  const enough: string[] = [...changers, ...(isChange ? [] : readers)].map((name) => directoryRoleTemplates[name]);
  const isHeld = ({ principalId, roleDefinitionId }: Readonly<Record<string, unknown>>) =>
    holders.includes(String(principalId)) && enough.includes(String(roleDefinitionId));
  if ([...tenant.objects("roleAssignments").values()].some(isHeld)) return true;
  if (isSwitchedOff(tenant, "unifiedRbac", cloud.now())) return false;
  const definitions = tenant.objects("defenderRoleDefinitions");
  return [...tenant.objects("defenderRoleAssignments").values()]
    .filter(({ principalIds }) => textsIn(principalIds).some((id) => holders.includes(id)))
    .flatMap(({ roleDefinitionId }) => objectsIn(definitions.get(jsonText(roleDefinitionId))?.["rolePermissions"]))
    .flatMap(({ allowedResourceActions }) => textsIn(allowedResourceActions))
    .some((action) => /^microsoft\.xdr\/(secops|\*)/.test(action) && (!isChange || action.endsWith("/manage")));
}
