import { publishedPermissions, type RestsOn } from "@defender-mssp/microsoft";

/** A resource of a state, or one that the engine declares. */
export interface RestingResource {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export function stateRestsOn(
  resources: readonly { readonly type: string; readonly inputs: object; readonly outputs: object }[],
): RestsOn {
  return resourcesRestOn(
    resources.map(({ type, inputs, outputs }) => ({ type, properties: { ...inputs, ...outputs } })),
  );
}

/** Where a resource names a permission, by ID or by name. */
const permissionProperties = ["roleIds", "scopeIds", "claimValues", "appRoleId", "appRole"] as const;

/** What resources rest on: their types, and the permissions that they name. */
export function resourcesRestOn(resources: readonly RestingResource[]): RestsOn {
  const names = resources.flatMap(({ properties }) =>
    permissionProperties
      .flatMap((property) => [properties[property]].flat())
      .filter((name) => typeof name === "string"),
  );
  return {
    types: [...new Set(resources.map(({ type }) => type))],
    permissions: [...new Set(names)].flatMap(permissionsNamed),
  };
}

/** Of an unknown name no API is known: it is compared by itself. */
function permissionsNamed(name: string): readonly string[] {
  const published = publishedPermissions(name);
  return published.length === 0 ? [name] : published;
}
