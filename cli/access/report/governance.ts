/**
 * What a governance relationship grants, by the settings: `up` creates none of it, so that the state
 * has none of it. Only the tenant says whether the relationship is active (`--live`).
 */
import { directoryRoleTemplates } from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import { relationshipText, type GovernanceLook } from "../governance/look";
import type { CustomerAccess } from "./model";
import type { ObjectsAndPaths } from "../objects/objects";

export function governanceObjects({ portalAccess }: Pick<Settings, "portalAccess">): ObjectsAndPaths {
  if (portalAccess.model !== "governance") return { objects: [], paths: [] };
  const { groups } = portalAccess;
  const roleKey = (objectId: string, role: keyof typeof directoryRoleTemplates) =>
    `governance-role-${objectId}-${directoryRoleTemplates[role]}`;
  const groupKey = (objectId: string) => `governance-group-${objectId}`;
  return {
    objects: [
      ...groups.map(({ objectId, name, roles }) => ({
        key: groupKey(objectId),
        kind: "governanceGroup" as const,
        name,
        detail: roles.join(", "),
        // It is an object of the MSSP's tenant.
        objectId: "",
        adopted: false,
      })),
      ...groups.flatMap(({ objectId, name, roles }) =>
        roles.map((role) => ({
          key: roleKey(objectId, role),
          kind: "governanceRole" as const,
          name: role,
          detail: name,
          objectId: "",
          adopted: false,
        })),
      ),
    ],
    paths: groups.flatMap(({ objectId, roles }) =>
      roles.map((role) => ({
        from: groupKey(objectId),
        to: roleKey(objectId, role),
        by: "by the governance relationship",
      })),
    ),
  };
}

/**
 * What the report says of the relationship.
 * @param look undefined without `--live`.
 * @returns undefined where the settings ask for no relationship, and none is known.
 */
export function governanceFound(
  { portalAccess }: Pick<Settings, "portalAccess">,
  look: GovernanceLook | undefined,
): CustomerAccess["governance"] | undefined {
  const isWanted = portalAccess.model === "governance";
  if (look?.state === "grants") {
    return { state: look.relationship.status, found: relationshipText(look.relationship) };
  }
  if (!isWanted) return undefined;
  if (look === undefined) return { state: "notChecked", found: "not looked at: use --live" };
  if (look.state === "none") return { state: "none", found: "no governance relationship is active" };
  return { state: look.state, found: look.reason };
}
