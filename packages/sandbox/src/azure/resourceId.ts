/** Azure's resource IDs: case-insensitive paths, each of a type under a scope. */

/** The parts of a resource manager path. */
export interface ResourcePath {
  /** The original path without a trailing slash. */
  readonly id: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string | undefined;
  /**
   * The parent scope: a subscription, a resource group, or any other resource (`roleAssignments`).
   */
  readonly scope: string;
  /**
   * In lower case: `microsoft.keyvault/vaults/secrets`; `resourcegroups` and `subscriptions` have
   * no provider.
   */
  readonly type: string;
  /** One for each part of the type; one fewer for a collection. */
  readonly names: readonly string[];
  /** Whether it names a list: the last part of the type has no name. */
  readonly isCollection: boolean;
}

/** Parses a path; undefined if it is not one of the resource manager's. */
export function resourcePath(path: string): ResourcePath | undefined {
  const segments = path
    .split("/")
    .filter((segment) => segment !== "")
    .map(decodeURIComponent);
  const [first = "", subscriptionId = "", second = "", resourceGroup] = segments;
  if (first.toLowerCase() !== "subscriptions") return undefined;
  const id = `/${segments.join("/")}`;
  const isGroup = second.toLowerCase() === "resourcegroups";
  const group = isGroup ? resourceGroup : undefined;
  const common = { id, subscriptionId: subscriptionId.toLowerCase(), resourceGroup: group };
  const provider = segments.findLastIndex((segment) => segment.toLowerCase() === "providers");
  if (provider < 0) {
    const names = segments.filter((_, index) => index % 2 === 1);
    const type = isGroup ? "resourcegroups" : "subscriptions";
    const known = segments.length <= (isGroup ? 4 : 2);
    const isCollection = segments.length % 2 === 1;
    return known
      ? {
          ...common,
          scope: `/${segments.slice(0, isGroup ? 2 : 0).join("/")}`,
          type,
          names: names.slice(-1),
          isCollection,
        }
      : {
          ...common,
          scope: id,
          type: segments
            .filter((_, index) => index % 2 === 0)
            .join("/")
            .toLowerCase(),
          names,
          isCollection,
        };
  }
  const [namespace = "", ...rest] = segments.slice(provider + 1);
  const types = rest.filter((_, index) => index % 2 === 0);
  return {
    ...common,
    scope: `/${segments.slice(0, provider).join("/")}`,
    type: [namespace, ...types].join("/").toLowerCase(),
    names: rest.filter((_, index) => index % 2 === 1),
    isCollection: rest.length % 2 === 1,
  };
}

/** The canonical form of an ID. */
export function keyOf(id: string): string {
  return id.toLowerCase();
}

/** Whether a scope equals another one or is inside it. */
export function isWithin(scope: string, other: string): boolean {
  const [inner, outer] = [keyOf(scope), keyOf(other)];
  return inner === outer || inner.startsWith(`${outer}/`);
}
