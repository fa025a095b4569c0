/** The example in the package's README. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";
import ts from "typescript";

const readme = path.resolve(__dirname, "../README.md");

describe("the README of the sandbox package", () => {
  it("README example: runs and prints the output that the text states", async () => {
    const text = readFileSync(readme, "utf8");
    const [, example = ""] = /```ts\n([\s\S]+?)```/.exec(text) ?? [];
    const [, expected = ""] = /It prints `(.+)`\./.exec(text) ?? [];
    const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
    const { outputText } = ts.transpileModule(example.replace("void main();", "main()"), { compilerOptions: options });
    const printed: string[] = [];
    const context = {
      ...{ exports: {}, require: createRequire(readme), fetch, URLSearchParams },
      console: { log: (line: string) => printed.push(line) },
    };
    await (vm.runInNewContext(outputText, context) as Promise<void>);
    assert.notEqual(expected, "");
    assert.deepEqual(printed, [expected]);
  });
});
