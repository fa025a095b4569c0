/** The table of floors in docs/architecture.md, between two comments. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./files";
import { floors, innerRooms, rooms } from "./rooms";

const [begin, end] = ["<!-- floors: written by `npm run docs` -->", "<!-- end of floors -->"];

/** The page as it is, with the table as the boundaries are. */
export function architecturePage(): string {
  const page = readFileSync(path.join(root, "docs/architecture.md"), "utf8");
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/architecture.md lacks ${begin} or ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${floorsTable()}\n\nInside of the large rooms:\n\n${innerTable()}\n\n${page.slice(to)}`;
}

function floorsTable(): string {
  const all = rooms();
  const isPackage = (room: string) => room.startsWith("packages/");
  const rows = floors(all)
    .map((floor, level) =>
      floor.map((room) => {
        const below = all.get(room) ?? [];
        const packages = below.filter(isPackage).map((name) => name.slice("packages/".length));
        return [`${level}`, `\`${room}/\``, cells(below.filter((name) => !isPackage(name))), cells(packages)];
      }),
    )
    .reverse()
    .flat();
  return table(["floor", "room", "imports", "imports of `packages/`"], rows);
}

function innerTable(): string {
  const rows = [...innerRooms()].flatMap(([house, all]) =>
    floors(all)
      .map((floor, level) =>
        floor.map((room) => [`\`${house}/\``, `${level}`, `\`${room}/\``, cells(all.get(room) ?? [])]),
      )
      .reverse()
      .flat(),
  );
  return table(["inside of", "floor", "room", "imports"], rows);
}

function cells(names: readonly string[]): string {
  return names.map((room) => `\`${room}\``).join(", ");
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [titles, titles.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
