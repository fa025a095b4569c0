/** The table of floors in docs/architecture.md, between two comments. */
import { betweenComments } from "./betweenComments";
import { floors, parts, rooms } from "./rooms";

/** The page as it is, with the table as the boundaries are. */
export function architecturePage(): string {
  return betweenComments("docs/architecture.md", "floors", `${floorsTable()}\n\n${partsTable()}`);
}

function floorsTable(): string {
  const all = rooms();
  const rows = floors(all)
    .map((floor, level) =>
      floor.map((room) => {
        const below = all.get(room) ?? [];
        const inside = (folder: string) => {
          const names = (paths: readonly string[]) => paths.flatMap((name) => name.split(`${folder}/`)[1] ?? []);
          return cellsOf(names(below), names([...all.keys()].filter((name) => name !== room)));
        };
        const top = cells(below.filter((name) => !/^(cli|packages)\//.test(name)));
        return [`${level}`, `\`${room}/\``, top, inside("cli"), inside("packages")];
      }),
    )
    .reverse()
    .flat();
  const heading = ["| floor | room | imports | of `cli/` | of `packages/` |", "|---|---|---|---|---|"];
  return [...heading, ...rows.map((row) => `| ${row.join(" | ")} |`)].join("\n");
}

function cells(names: readonly string[]): string {
  return names.map((room) => `\`${room}\``).join(", ");
}

/** Names the rooms that are imported, or those of `all` that are not, if these are fewer. */
function cellsOf(names: readonly string[], all: readonly string[]): string {
  const others = all.filter((name) => !names.includes(name));
  if (names.length === 0 || others.length >= names.length / 2) return cells(names);
  return others.length === 0 ? "all others" : `all others but ${cells(others)}`;
}

/** The floors inside of large rooms. */
function partsTable(): string {
  const rows = [...parts()].flatMap(([room, ofRoom]) =>
    floors(ofRoom)
      .map((floor, level) =>
        floor.map((part) => {
          const below = ofRoom.get(part) ?? [];
          const imports = below.length === ofRoom.size - 1 ? "all others" : cells(below);
          return `| \`${room}/\` | ${level} | \`${part}\` | ${imports} |`;
        }),
      )
      .reverse()
      .flat(),
  );
  return ["| inside of | floor | part | imports |", "|---|---|---|---|", ...rows].join("\n");
}
