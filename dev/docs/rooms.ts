/** The rooms of the project and which may import which, as `.dependency-cruiser.cjs` has them. */
import path from "node:path";
import { root } from "./files";

interface Rule {
  readonly name: string;
  readonly comment?: string;
  readonly to: { readonly pathNot?: string | readonly string[] };
}

/** Each room with the rooms that it may import. */
export function rooms(): ReadonlyMap<string, readonly string[]> {
  const isRoom = ({ comment = "" }: Rule) =>
    comment.startsWith("Imports only ") || comment === "Imports no other room.";
  return new Map(
    rules()
      .filter(isRoom)
      .map((rule) => [rule.name, below(rule).map((place) => place.slice(1, -1))] as const),
  );
}

/** Of each large room, the rooms inside of it. */
export function innerRooms(): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const houses = new Map<string, Map<string, readonly string[]>>();
  for (const rule of rules().filter(({ comment = "" }) => comment.startsWith("Inside, "))) {
    const [house, room] = [path.dirname(rule.name), path.basename(rule.name)];
    if (!houses.has(house)) houses.set(house, new Map());
    houses.get(house)?.set(
      room,
      below(rule).map((place) => path.basename(place)),
    );
  }
  return houses;
}

function rules(): readonly Rule[] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a configuration without types
  return (require(path.join(root, ".dependency-cruiser.cjs")) as { forbidden: readonly Rule[] }).forbidden;
}

/** The first place is the room's own. */
function below({ to: { pathNot } }: Rule): readonly string[] {
  return Array.isArray(pathNot) ? (pathNot as readonly string[]).slice(1) : [];
}

/** The rooms by floor, the ground first: a room is one floor above the highest that it may import. */
export function floors(all = rooms()): readonly (readonly string[])[] {
  const levels = new Map<string, number>();
  const level = (room: string): number => {
    const known = levels.get(room);
    if (known !== undefined) return known;
    const own = Math.max(-1, ...(all.get(room) ?? []).map(level)) + 1;
    levels.set(room, own);
    return own;
  };
  const result: string[][] = [];
  for (const room of all.keys()) (result[level(room)] ??= []).push(room);
  return result;
}

/** The imports of a room that are not also those of a room that it imports. */
export function nearestImports(room: string, all = rooms()): readonly string[] {
  const reachable = (from: string): ReadonlySet<string> =>
    new Set((all.get(from) ?? []).flatMap((below) => [below, ...reachable(below)]));
  const imports = all.get(room) ?? [];
  return imports.filter((below) => !imports.some((other) => other !== below && reachable(other).has(below)));
}
