/**
 * What a governance relationship grants, by the settings: `up` creates none of it, so that the state
 * has none of it. `mssp governance status` and `mssp verify` say whether the relationship is active.
 */
import { directoryRoleTemplates } from "@defender-mssp/microsoft";
import type { Settings } from "../../settings";
import type { ObjectsAndPaths } from "./objects";

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
