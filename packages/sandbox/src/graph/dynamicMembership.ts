/**
 * Groups whose rule takes the members of other groups, in the one form that Microsoft documents, until Microsoft
 * freezes them. Every other rule takes nobody here.
 * https://learn.microsoft.com/entra/identity/users/groups-dynamic-rule-member-of
 */
import { hasBegun } from "@defender-mssp/microsoft";
import { linked } from "./directory";
import { textIn } from "./json";
import type { Call } from "./route";

const memberOf = /^\s*user\.memberof\s+-any\s+\(\s*group\.objectId\s+-in\s+\[([^\]]*)\]\s*\)\s*$/i;

/** After each change of a group, of its rule or of its members. Entra does it later, in minutes or hours. */
export function followMemberOf({ tenant, cloud }: Pick<Call, "tenant" | "cloud">): void {
  if (hasBegun("member-of-frozen", cloud.now())) return;
  for (const { id, membershipRule, membershipRuleProcessingState: state } of tenant.objects("groups").values()) {
    const ids = memberOf.exec(textIn(membershipRule) ?? "")?.[1];
    if (ids === undefined || state !== "On") continue;
    const members = [...ids.matchAll(/['"]([^'"]+)['"]/g)].flatMap(([, source = ""]) =>
      linked(tenant, "groups.members", source.toLowerCase()),
    );
    tenant.links("groups.members").set(
      id,
      [...new Set(members)].filter((member) => tenant.objects("users").has(member)),
    );
  }
}
