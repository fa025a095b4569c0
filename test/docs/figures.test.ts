import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import type { DrawnFigure } from "../../dev/docs/figures/drawing";
import { figures } from "../../dev/docs/figures/all";
import { root } from "../../dev/docs/files";
import { floors, nearestImports, rooms } from "../../dev/docs/rooms";

/** Folder that a module's import leads to, from the top of the checkout. */
function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith(".")) return path.relative(root, path.resolve(path.dirname(file), specifier));
  return specifier.replace(/^@defender-mssp\//, "packages/");
}

/** Whether a module of a folder imports one of another. */
function isImported(from: string, to: string): boolean {
  return sources(path.join(root, from)).some((file) =>
    [...readFileSync(file, "utf8").matchAll(/(?:from|import\(|require\() ?"([^"]+)"/g)].some(([, specifier = ""]) =>
      `${targetOf(file, specifier)}/`.startsWith(`${to}/`),
    ),
  );
}

function sources(place: string): readonly string[] {
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !/(^|\/)(dist|node_modules)\//.test(file))
    .map((file) => path.join(place, file));
}

function importsOf({ boxes, arrows }: DrawnFigure): readonly { readonly from: string; readonly to: string }[] {
  const place = (title: string) => boxes.find((box) => box.title === title)?.place ?? title;
  return arrows.filter(({ kind }) => kind === "import").map(({ from, to }) => ({ from: place(from), to: place(to) }));
}

describe("the figures of docs/architecture.md", () => {
  for (const figure of figures()) {
    describe(figure.name, () => {
      it("each box that stands for a file or folder has one", () => {
        const places = figure.boxes.flatMap(({ place }) => place ?? []);
        assert.ok(places.length > 5, `${places.length}`);
        assertNone(places, (place) => !existsSync(path.join(root, place)));
      });

      it("each dotted arrow is an import that the boundaries allow and the sources have", () => {
        const all = rooms();
        const arrows = importsOf(figure);
        assert.ok(arrows.length >= 2, `${arrows.length}`);
        for (const { from, to } of arrows) {
          if (all.has(from)) assert.ok(all.get(from)?.includes(to), `${from} must not import ${to}`);
          assert.ok(isImported(from, to), `${from} does not import ${to}`);
        }
      });

      it("each text fits into its box", () => {
        for (const { title, lines, width } of figure.boxes) {
          assert.ok(title.length * 9 + 14 <= width, title);
          for (const line of lines) assert.ok(line.length * 6.75 + 14 <= width, line);
        }
      });
    });
  }

  it("the figure of the commands has every room of cli/", () => {
    const own = [...rooms().keys()].filter((room) => room.startsWith("cli/"));
    const shown =
      figures()
        .find(({ name }) => name === "commands")
        ?.boxes.map(({ place }) => place) ?? [];
    assert.ok(own.length > 5, `${own.length}`);
    assertNone(own, (room) => !shown.includes(room));
  });

  it("the page shows each figure in both colour schemes", () => {
    const page = readFileSync(path.join(root, "docs/architecture.md"), "utf8");
    for (const { name } of figures()) {
      for (const scheme of ["light", "dark"]) assert.ok(page.includes(`images/${name}-${scheme}.svg`), name);
    }
  });
});

describe("the floors of docs/architecture.md", () => {
  const all = new Map([
    ["ground", []],
    ["middle", ["ground"]],
    ["top", ["middle", "ground"]],
  ]);

  it("a room is above each room that it may import", () => {
    assert.deepEqual(floors(all), [["ground"], ["middle"], ["top"]]);
    assert.deepEqual(nearestImports("top", all), ["middle"]);
  });

  it("the rooms are those of the boundaries, without their other rules", () => {
    const names = [...rooms().keys()];
    assert.ok(names.includes("packages/errors") && names.includes("cli/customer"), names.join(", "));
    for (const name of names) assert.ok(existsSync(path.join(root, name)), name);
  });
});
