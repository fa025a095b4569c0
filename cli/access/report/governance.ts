/**
 * What a governance relationship grants, by the settings: `up` creates none of it, so that the state
 * has none of it. Only the tenant says whether the relationship is active (`--live`).
 */
import { directoryRoleTemplates, policyDifferences } from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import { governancePolicy } from "../../../settings/governance";
import { endStep, relationshipText, type GovernanceLook } from "../governance/look";
import type { AccessReport, Attention } from "./model";
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
): AccessReport["governance"] | undefined {
  const isWanted = portalAccess.model === "governance";
  if (look?.state === "grants") {
    return { state: look.relationship.status, found: relationshipText(look.relationship) };
  }
  if (!isWanted) return undefined;
  if (look === undefined) return { state: "notChecked", found: "not looked at: use --live" };
  if (look.state === "none") return { state: "none", found: "no governance relationship is active" };
  return { state: "notChecked", found: look.reason };
}

/** What of the relationship needs attention. */
export function governanceAttention(
  stack: string,
  settings: Pick<Settings, "portalAccess" | "connector">,
  look: GovernanceLook | undefined,
): Attention[] {
  const found = governanceFound(settings, look);
  if (found === undefined) return [];
  const status = `npx mssp governance status --stack ${stack}`;
  if (look?.state === "grants") return relationshipAttention(stack, settings, look);
  if (found.state === "notChecked") {
    const title = `Whether the governance relationship is active is not known: ${found.found}`;
    return [{ state: "notChecked", topic: "notChecked", title, remedy: status }];
  }
  const title = "No governance relationship is active: the groups of portalAccess have no roles in the tenant";
  return [{ state: "failed", topic: "drift", title, remedy: `${status} names the next step` }];
}

function relationshipAttention(
  stack: string,
  settings: Pick<Settings, "portalAccess" | "connector">,
  { relationship }: Extract<GovernanceLook, { readonly state: "grants" }>,
): Attention[] {
  const sentence = relationshipText(relationship);
  const title = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
  const wanted = governancePolicy(settings);
  if (wanted === undefined) {
    const unasked = `${title}, and the settings ask for none`;
    return [{ state: "failed", topic: "drift", title: unasked, remedy: endStep(stack) }];
  }
  if (relationship.status !== "active") {
    return [{ state: "warning", topic: "ends", title, remedy: endStep(stack) }];
  }
  return policyDifferences(wanted, relationship.policy).map((difference) => ({
    state: "failed",
    topic: "drift",
    title: `The governance relationship differs from the settings: ${difference}`,
    remedy: `npx mssp governance request --stack ${stack}`,
  }));
}
