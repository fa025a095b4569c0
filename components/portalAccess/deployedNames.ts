import { tiers } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { groupNameInDirectory, securityGroupName } from "../../domain/naming";
import type { DeployedResources } from "../tenant/deployedResources";
import type { PortalAccessChoice } from "./portalAccessArgs";

/** A group or a role of the stack, and the setting that names it. */
interface NamedObject {
  readonly kind: "group" | "Defender role";
  /** Last part of the resource's URN. */
  readonly resourceName: string;
  readonly setting: string;
  readonly displayName: string;
}

/**
 * Refuses a group or role name that another group or role of this stack still has in the tenant:
 * names that are swapped, or passed on. Names are unique, and the engine renames in any order, so
 * it would fail after the first change.
 *
 * @param name resource name of the `PortalAccess`.
 * @param deployed the stack's resources: `await deployedResources()`.
 * @throws VisibleError that names each such setting.
 */
export function refuseMovedNames(
  name: string,
  settings: { readonly msspName: string; readonly portalAccess: PortalAccessChoice },
  deployed: DeployedResources,
): void {
  const wanted = namedObjects(name, settings);
  const moved = wanted.flatMap((one) => {
    if (deployedName(one, deployed) === comparable(one)) return [];
    const holder = wanted.find(
      (other) => other.kind === one.kind && other !== one && deployedName(other, deployed) === comparable(one),
    );
    return holder === undefined ? [] : [{ ...one, holder: holder.setting }];
  });
  if (moved.length === 0) return;
  const lines = [
    ...new Set(
      moved.map(({ displayName, setting, holder }) => `- ${setting}: "${displayName}" is still the name of ${holder}`),
    ),
  ];
  const [first] = moved;
  throw new VisibleError(
    `A name cannot move from one group or role of this stack to another in one step. Nothing was changed.\n${lines.join("\n")}\n` +
      `First set ${first?.holder ?? ""} to a name that nothing has and run \`npx pulumi up\`, then set ${first?.setting ?? ""}.`,
  );
}

/**
 * The groups and roles that can exist, also those of another model, which the engine deletes last.
 */
function namedObjects(
  name: string,
  { msspName, portalAccess }: Parameters<typeof refuseMovedNames>[1],
): readonly NamedObject[] {
  const analysts = {
    kind: "group",
    resourceName: `${name}-analysts-group`,
    setting: "msspName (group of all analysts)",
    displayName: securityGroupName(msspName),
  } as const;
  if (!("tiers" in portalAccess)) return [analysts];
  const ofTiers = tiers.flatMap((tier) => {
    const { name: displayName } = portalAccess.tiers[tier];
    const setting = `portalAccess.tiers.${tier}.name`;
    return [
      { kind: "group", resourceName: `${name}-${tier}-group`, setting, displayName },
      { kind: "Defender role", resourceName: `${name}-${tier}-role`, setting, displayName },
    ] as const;
  });
  return [analysts, ...ofTiers];
}

const typeOf = { group: ":Group", "Defender role": ":DefenderRoleDefinition" } as const;

/** The name that the tenant has for it; undefined if the stack does not have it. */
function deployedName({ kind, resourceName }: NamedObject, deployed: DeployedResources): string | undefined {
  const found = Object.entries(deployed).find(
    ([urn, { type }]) => type.endsWith(typeOf[kind]) && urn.endsWith(`::${resourceName}`),
  );
  const displayName = found?.[1].outputs["displayName"];
  return typeof displayName === "string" ? comparable({ kind, displayName }) : undefined;
}

/** Entra ID and Defender compare names without case. */
function comparable({ kind, displayName }: Pick<NamedObject, "kind" | "displayName">): string {
  return (kind === "group" ? groupNameInDirectory(displayName) : displayName).toLowerCase();
}
