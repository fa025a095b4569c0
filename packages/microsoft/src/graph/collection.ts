import type { microsoftGraph } from "../identifiers";

export type GraphPermission = keyof typeof microsoftGraph.appRoles;

/** A collection of Microsoft Graph that has an object at `<collection>/<ID>`. */
export interface GraphCollection {
  /** With the version of Graph, such as `/v1.0/users`. */
  readonly path: string;
  readonly read: readonly GraphPermission[];
  /** The least privileged permissions that create, change and delete them; empty if this program doesn't. */
  readonly write: readonly GraphPermission[];
  /** The path of an object. */
  readonly item: (id: string) => string;
}

export function graphCollection(
  path: string,
  { read, write = [] }: { readonly read: readonly GraphPermission[]; readonly write?: readonly GraphPermission[] },
): GraphCollection {
  return { path, read, write, item: (id) => `${path}/${encodeURIComponent(id)}` };
}

/** Splits a path such as `/v1.0/users` into the version and the rest, which the IDs of azuread begin with. */
export function graphRoute(path: string): { readonly version: string; readonly route: string } {
  const [, version = "", ...segments] = path.split("/");
  return { version, route: `/${segments.join("/")}` };
}
