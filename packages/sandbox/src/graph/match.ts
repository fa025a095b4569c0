/** Finds the route of a path: the most specific template matches. */
import type { Method, Route } from "./route";
import { entitySets, type EntitySetName, type GraphVersion } from "./entities";

export interface Match {
  route: Route;
  parameters: Record<string, string>;
  /** The type at the end of the path. */
  cast?: EntitySetName;
  /** Whether the path ends in `/$count`: the number of items of the route's list. */
  counts?: true;
}

interface Template {
  route: Route;
  segments: readonly string[];
}

/** The entity sets of directory objects, by a type cast's segment. */
const directoryTypes: ReadonlyMap<string, EntitySetName> = new Map(
  (Object.keys(entitySets) as EntitySetName[])
    .filter((name) => entitySets[name].directoryObject)
    .map((name) => [`microsoft.graph.${entitySets[name].type}`, name]),
);

export class RouteTable {
  readonly #templates: readonly Template[];

  constructor(readonly routes: readonly Route[]) {
    this.#templates = routes
      .map((route) => ({ route, segments: templateSegments(route.path) }))
      .sort((left, right) => specificity(right.segments).localeCompare(specificity(left.segments)));
  }

  find(method: string, version: GraphVersion, path: string): Match | undefined {
    const segments = splitPath(path);
    return (
      this.#find(method, version, segments) ??
      this.#findCast(method, version, segments) ??
      this.#findCount(method, version, segments)
    );
  }

  #findCount(method: string, version: GraphVersion, segments: readonly string[]): Match | undefined {
    if (segments.at(-1)?.toLowerCase() !== "$count") return undefined;
    const list = segments.slice(0, -1);
    const match = this.#find(method, version, list) ?? this.#findCast(method, version, list);
    return match?.route.method === "GET" && match.route.searchable === true ? { ...match, counts: true } : undefined;
  }

  #findCast(method: string, version: GraphVersion, segments: readonly string[]): Match | undefined {
    const cast = directoryTypes.get(segments.at(-1) ?? "");
    if (cast === undefined) return undefined;
    const match = this.#find(method, version, segments.slice(0, -1));
    return match?.route.castable === undefined ? undefined : { ...match, cast };
  }

  #find(method: string, version: GraphVersion, segments: readonly string[]): Match | undefined {
    for (const { route, segments: template } of this.#templates) {
      if (route.method !== (method as Method) || !route.versions.includes(version)) continue;
      const parameters = matchSegments(template, segments);
      if (parameters !== undefined) return { route, parameters };
    }
    return undefined;
  }
}

/** Segments of a route's path; the argument of a function is a segment of its own, as in `splitPath`. */
function templateSegments(path: string): string[] {
  return path
    .slice(1)
    .split("/")
    .flatMap((segment) => {
      const [, name, argument] = /^(\w+)(\(.+\))$/.exec(segment) ?? [];
      return name === undefined || argument === undefined ? [segment] : [name, argument];
    });
}

/**
 * Decoded segments; a key in parentheses becomes its own segment: `applications(appId='x')` is
 * `applications`, `(appId='x')`, and `applications('x')` is `applications`, `x`.
 */
function splitPath(path: string): string[] {
  return path
    .split("/")
    .filter((segment) => segment !== "")
    .flatMap((encoded) => {
      // A function's call without arguments: `delta()`.
      const segment = decodeSegment(encoded).replace(/\(\)$/, "");
      const keyed = /^([A-Za-z]\w*)\((.+)\)$/s.exec(segment);
      if (keyed === null) return [withoutNamespace(segment)];
      const [, name = "", key = ""] = keyed;
      const plain = /^'(.*)'$/s.exec(key);
      return [name, plain === null ? `(${key})` : (plain[1] ?? "").replaceAll("''", "'")];
    });
}

/**
 * The namespace has a short form: `graph.user` is `microsoft.graph.user`. Actions also have a
 * qualified name: `microsoft.graph.addPassword` is `addPassword`. Only type casts need the
 * namespace.
 */
function withoutNamespace(segment: string): string {
  const [, name = ""] = /^(?:microsoft\.)?graph\.(\w+)$/.exec(segment) ?? [];
  if (name === "") return segment;
  return actions.has(name.toLowerCase()) ? name : `microsoft.graph.${name}`;
}

const actions: ReadonlySet<string> = new Set([
  "addpassword",
  "removepassword",
  "addkey",
  "removekey",
  "restore",
  "delta",
]);

/** A decoded segment; unchanged if the encoding is invalid. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function matchSegments(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? "";
    const [, argument, argumentName] = /^\((\w+)='\{(\w+)\}'\)$/.exec(part) ?? [];
    if (argument !== undefined && argumentName !== undefined) {
      const [, argumentGiven, value] = /^\((\w+)='(.*)'\)$/s.exec(segment) ?? [];
      if (argumentGiven !== argument || value === undefined) return undefined;
      parameters[argumentName] = value.replaceAll("''", "'");
      continue;
    }
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name !== undefined) {
      if (isReserved(segment)) return undefined;
      parameters[name] = segment;
    } else if (part.toLowerCase() !== segment.toLowerCase()) return undefined;
  }
  return parameters;
}

/**
 * Segments that are never an ID: `$count` and others, type casts, and the function `delta`, which
 * has its own routes.
 */
function isReserved(segment: string): boolean {
  return /^(\$\w+|microsoft\.graph\.\w+|delta)$/.test(segment);
}

/** Sorts fixed segments before parameters, from the left. */
function specificity(segments: readonly string[]): string {
  return segments.map((segment) => (segment.startsWith("{") ? "0" : "1")).join("");
}
