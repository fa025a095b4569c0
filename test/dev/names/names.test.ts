import assert from "node:assert/strict";
import { countedRules, declaredNames, repeatedTypes } from "../../../dev/names/names";

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
