import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { defenderSchema, verdictKey } from "@defender-mssp/kql";

describe("verdictKey", () => {
  it("differs by query and by schema, and is the same for the same", () => {
    const small = { tables: [{ name: "T", columns: [{ name: "A", type: "string" }] }], functions: [] };
    const keys = [verdictKey("T"), verdictKey("T "), verdictKey("T", small)];
    assert.equal(new Set(keys).size, 3);
    assert.equal(verdictKey("T"), verdictKey("T", defenderSchema()));
    assert.equal(verdictKey("T", structuredClone(small)), keys[2]);
  });

  it("the package, its schema and its keys load no parser", () => {
    const script = `const kql = require(${JSON.stringify(path.join(__dirname, "../.."))});
      kql.verdictKey("T"); kql.judgeRuleQuery({ findings: [], columns: [], tables: [], unaltered: [], operators: [], functions: [], lets: [], comments: [], clientStatements: [], lookbacks: [], notStreamed: [], mixedEvents: [] });
      process.stdout.write(String("Kusto" in globalThis || "Bridge" in globalThis));`;
    assert.equal(execFileSync(process.execPath, ["-e", script], { encoding: "utf8", env: {} }), "false");
  });
});
