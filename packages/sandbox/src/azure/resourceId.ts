/** Azure's resource IDs: paths that ignore case, each a type under a scope. */

/** A path of the resource manager's, taken apart. */
export interface ResourcePath {
  /** As it came, without a slash at the end. */
  readonly id: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string | undefined;
  /** What the resource is under: a subscription, a resource group, or any other resource (`roleAssignments`). */
  readonly scope: string;
  /** In lower case: `microsoft.keyvault/vaults/secrets`; `resourcegroups` and `subscriptions` for what has no provider. */
  readonly type: string;
  /** One for each part of the type; one fewer for a collection. */
  readonly names: readonly string[];
  /** Whether it names a list: the last part of the type has no name. */
  readonly isCollection: boolean;
}

/** Takes a path apart; undefined where it is none of the resource manager's. */
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

/** The same for every spelling of an ID. */
export function keyOf(id: string): string {
  return id.toLowerCase();
}

/** Whether a scope is another one or lies in it. */
export function isWithin(scope: string, other: string): boolean {
  const [inner, outer] = [keyOf(scope), keyOf(other)];
  return inner === outer || inner.startsWith(`${outer}/`);
}
