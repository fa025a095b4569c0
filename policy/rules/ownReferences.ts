import { azureScope, delegationDefinitionsPath } from "@defender-mssp/microsoft";
import { azuread, dynamic, registrationAssignment, registrationDefinition } from "../../domain/resourceTypes";
import type { PolicySettings } from "../policySettings";
import { isMissing, knownItems, knownText, stackRule, valueAt, type StackResource, type StackViolation } from "../rule";

/** Where a type refers to another resource: path of the property, type of that resource, its ID. */
interface Reference {
  readonly path: readonly [property: string, ...rest: string[]];
  readonly type: string;
  /** Output of that resource with the value. */
  readonly output: string;
}

const catalog = { type: azuread("AccessPackageCatalog"), output: "id" };
const accessPackage = { type: azuread("AccessPackage"), output: "id" };
const catalogResource = azuread("AccessPackageResourceCatalogAssociation");
const packageResource = azuread("AccessPackageResourcePackageAssociation");

const references: Readonly<Record<string, readonly Reference[]>> = {
  [azuread("AccessPackage")]: [{ path: ["catalogId"], ...catalog }],
  [azuread("AccessPackageAssignmentPolicy")]: [{ path: ["accessPackageId"], ...accessPackage }],
  [catalogResource]: [{ path: ["catalogId"], ...catalog }],
  [packageResource]: [
    { path: ["accessPackageId"], ...accessPackage },
    { path: ["catalogResourceAssociationId"], type: catalogResource, output: "id" },
  ],
  [registrationAssignment]: [
    { path: ["properties", "registrationDefinitionId"], type: registrationDefinition, output: "name" },
  ],
  [dynamic("DefenderRoleAssignment")]: [
    { path: ["roleDefinitionId"], type: dynamic("DefenderRoleDefinition"), output: "id" },
  ],
  [dynamic("CrossTenantPartner")]: [{ path: ["found"], type: dynamic("CrossTenantPartnerEntry"), output: "found" }],
};

export const ownReferences = stackRule<object>({
  name: "own-references",
  severity: "critical",
  level: "mandatory",
  why:
    "Catalogs, access packages, Defender roles and delegations are those of the stack, which the other rules judge: an " +
    "existing one of another party may give more. An access package gives one group, and a group is in one package.",
  remedy: "Pass the output of the stack's own resource, or remove the resource.",
  link: "https://learn.microsoft.com/entra/id-governance/entitlement-management-overview",
  parameters: {},
  checkStack: (resources, { settings }) => {
    const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    const foreign = resources.flatMap((resource) =>
      (references[resource.type] ?? []).flatMap((reference): readonly StackViolation[] => {
        const problem = referenceProblem(resource, reference, byUrn, settings);
        return problem === undefined ? [] : [{ problem, resource }];
      }),
    );
    return [...foreign, ...sharedPackages(resources)];
  },
});

/**
 * A value is the stack's own if it comes from a resource of the right type, and is its ID. Where no output shows that,
 * whatever comes from the resource must be the same.
 */
function referenceProblem(
  resource: StackResource,
  { path, type, output }: Reference,
  byUrn: ReadonlyMap<string, StackResource>,
  settings: PolicySettings | undefined,
): string | undefined {
  const value = valueAt(resource.properties, ...path);
  if (isMissing(value)) return undefined;
  const sources = ({ sources: { [path[0]]: urns = [] } }: StackResource) => urns;
  const id = knownText(value);
  const isOwn = sources(resource)
    .flatMap((urn) => byUrn.get(urn) ?? [])
    .filter((target) => target.type === type)
    .some((target) => {
      const own = shownId(target, output, settings);
      // What comes from an output that a preview does not know, it does not know either.
      if (id === undefined || !isMissing(own)) return id === undefined || isSameId(own, id);
      const others = [...byUrn.values()].filter((other) => other.type === resource.type);
      return others.every((other) => !sources(other).includes(target.urn) || valueAt(other.properties, ...path) === id);
    });
  if (isOwn) return undefined;
  const name = path.at(-1) ?? "";
  return `its ${name}${id === undefined ? "" : ` ${id}`} is not of a resource of this stack (${type.split(":").at(-1) ?? ""})`;
}

/** A definition's output has its name, of which its ID consists; a preview may not know the name and know the ID. */
function shownId({ type, properties }: StackResource, output: string, settings: PolicySettings | undefined): unknown {
  if (type !== registrationDefinition) return properties[output];
  const [name, delegation] = [knownText(properties[output]), settings?.azureDelegation];
  if (name === undefined || delegation === undefined) return undefined;
  const { subscriptionId } = delegation;
  return `${delegationDefinitionsPath(azureScope({ subscriptionId }))}/${name}`;
}

/** Azure writes an ID in another case now and then. */
function isSameId(own: unknown, id: string): boolean {
  return knownText(own)?.toLowerCase() === id.toLowerCase();
}

/** Further groups in a package, and packages of the same group. */
function sharedPackages(resources: readonly StackResource[]): readonly StackViolation[] {
  const roles = resources.filter(({ type }) => type === packageResource);
  const ends = [
    ["accessPackageId", "its access package gives another group, too"],
    ["catalogResourceAssociationId", "another access package gives its group, too"],
  ] as const;
  return ends.flatMap(([property, problem]) =>
    roles
      .filter((role) => roles.some((other) => other !== role && isSame(role, other, property)))
      .map((resource) => ({ problem, resource })),
  );
}

function isSame(role: StackResource, other: StackResource, property: string): boolean {
  const [id, otherId] = [knownText(role.properties[property]), knownText(other.properties[property])];
  if (id !== undefined && otherId !== undefined) return id === otherId;
  return knownItems(role.sources[property]).some((urn) => (other.sources[property] ?? []).includes(String(urn)));
}
