import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { Linter } from "eslint";

const { names: plugin } = createRequire(__filename)("../../../dev/lint/names.js") as {
  readonly names: NonNullable<Linter.Config["plugins"]>[string];
};

describe("dev/lint: the names of CONTRIBUTING.md", () => {
  const names = (filename: string, text: string) =>
    new Linter()
      .verify(text, [{ plugins: { names: plugin }, rules: { "names/nouns": "error" } }], { filename })
      .map(({ message }) => /^(?:None of .*)?"(\w+)"/.exec(message)?.[1]);

  it("functions that end in Of, wherever they are declared", () => {
    const text =
      "function rowOf() {}\nconst cellOf = () => 1;\nclass A { nameOf() {} }\nconst kindOf = 1;\nfunction of() {}\n";
    assert.deepEqual(names("a.js", text), ["rowOf", "cellOf", "nameOf"]);
  });

  it("vague variables, parameters and destructured names", () => {
    const text =
      "const one = 1;\nlist.filter((found) => found);\nconst { there: kept, named } = x;\nconst oneRow = 2;\n";
    assert.deepEqual(names("a.js", text), ["one", "found", "kept"]);
  });

  it("a file none of whose exports has its name", () => {
    const files = {
      "rows.js": "export const rows = [];\nexport function cells() {}",
      "build.js": "export function report() {}",
      "index.js": "export function start() {}",
      "local.js": "const x = 1;",
    };
    assertEach(Object.entries(files), ([file, text]) => names(file, text), [[], ["build"], [], []]);
  });
});
