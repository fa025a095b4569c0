import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { countedRules, declaredNames, repeatedTypes, sourceNames, type NamePlace } from "../../../dev/names/names";

const checkout = path.join(__dirname, "../../..");
const ratchet = "dev/names/ratchet.json";

describe("dev/names: the names of this project", () => {
  const sources = sourceNames(checkout);
  const limits = JSON.parse(readFileSync(path.join(checkout, ratchet), "utf8")) as Record<string, number>;

  it("an exported type's name is declared by one file", () => {
    const repeated = [...repeatedTypes(sources)].map(([name, files]) => `${name}: ${files.join(", ")}`);
    assert.deepEqual(repeated, [], "Give each type a name of its own, or import the type that exists.");
  });

  for (const [rule, exceptions] of Object.entries(countedRules)) {
    it(`${rule}: the number of exceptions does not rise`, () => {
      const exceptionsNow = exceptions(sources);
      const limit = limits[rule] ?? 0;
      assert.ok(
        exceptionsNow.length <= limit,
        `${exceptionsNow.length} instead of ${limit} in ${ratchet}. Give a new name its noun:\n${newest(exceptionsNow)}`,
      );
    });
  }
});

describe("dev/names: reading names", () => {
  const source = (file: string, text: string) => ({ file, names: declaredNames(file, text) });

  it("finds a type that two files declare, and no type that one file exports again", () => {
    const sources = [
      source("a.ts", "export interface Row { a: string }\nexport class Cell {}\ninterface Local {}"),
      source("b.ts", "export type Row = string;\nexport { Cell } from './a';\ninterface Local {}"),
    ];
    assert.deepEqual([...repeatedTypes(sources)], [["Row", ["a.ts", "b.ts"]]]);
  });

  it("counts functions that end in Of, wherever they are declared", () => {
    const text =
      "function rowOf() {}\nconst cellOf = () => 1;\nclass A { nameOf() {} }\nconst kindOf = 1;\nfunction of() {}\n";
    const places = countedRules.functionsNamedOf([source("a.ts", text)]);
    assert.deepEqual(
      places.map(({ name, line }) => [name, line]),
      [
        ["rowOf", 1],
        ["cellOf", 2],
        ["nameOf", 3],
      ],
    );
  });

  it("counts vague variables, parameters and destructured names", () => {
    const text =
      "const one = 1;\nlist.filter((found) => found);\nconst { there: kept, named } = x;\nconst oneRow = 2;\n";
    const places = countedRules.vagueVariables([source("a.ts", text)]);
    assert.deepEqual(
      places.map(({ name }) => name),
      ["one", "found", "kept"],
    );
  });

  it("counts files none of whose exports has the file's name", () => {
    const sources = [
      source("rows.ts", "export const rows = [];\nexport function cells() {}"),
      source("build.ts", "export function report() {}"),
      source("index.ts", "export function start() {}"),
      source("local.ts", "const x = 1;"),
    ];
    assert.deepEqual(countedRules.filesNamedOtherwise(sources), [{ file: "build.ts", line: 1, name: "build" }]);
  });
});

/** The exceptions on lines that were added since the ratchet was last written; without git's history, all files. */
function newest(places: readonly NamePlace[]): string {
  const shown = ({ file, line, name }: NamePlace) => `  ${file}:${line} ${name}`;
  try {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: checkout, encoding: "utf8", stdio: "pipe" });
    const written = git("log", "-1", "--format=%H", "--", ratchet).trim();
    const added = addedLines(git("diff", "--unified=0", "--no-color", written, "--", "*.ts", "*.tsx"));
    const fresh = places.filter(({ file, line }) => added.has(`${file}:${line}`));
    if (fresh.length > 0) return fresh.map(shown).join("\n");
  } catch {
    // Not a checkout with history.
  }
  return places.map(shown).join("\n");
}

/** `<file>:<line>` of each line that a diff without context adds. */
function addedLines(diff: string): Set<string> {
  const added = new Set<string>();
  let file = "";
  for (const text of diff.split("\n")) {
    file = /^\+\+\+ b\/(.*)$/.exec(text)?.[1] ?? file;
    const [, start, count = "1"] = /^@@ .* \+(\d+)(?:,(\d+))? @@/.exec(text) ?? [];
    if (start === undefined) continue;
    for (let line = Number(start); line < Number(start) + Number(count); line++) added.add(`${file}:${line}`);
  }
  return added;
}
