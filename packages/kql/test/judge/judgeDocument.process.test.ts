import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";

const judge = path.join(__dirname, "../../judge.js");

function run(input: string) {
  return spawnSync(process.execPath, [judge], { input, encoding: "utf8" });
}

describe("defender-mssp-kql-judge", () => {
  it("prints a verdict for each query, in their order", () => {
    const queries = [
      { id: "b", text: "DeviceEvents | project Timestamp" },
      { id: "a", text: "DeviceEvents | project Nothing" },
    ];
    const { stdout, status } = run(JSON.stringify({ queries }));
    assert.equal(status, 0);
    const { parser, verdicts } = JSON.parse(stdout) as {
      parser: string;
      verdicts: { id: string; findings: { code: string }[] }[];
    };
    assert.equal(parser, "12.4.1");
    assertEach(verdicts, ({ id, findings }) => [id, ...findings.map(({ code }) => code)], [["b"], ["a", "KS142"]]);
  });

  it("judges against the schema of the document", () => {
    const schema = { tables: [{ name: "Own_CL", columns: [{ name: "A", type: "string" }] }], functions: [] };
    const { stdout } = run(JSON.stringify({ schema, queries: [{ id: "a", text: "Own_CL | project A" }] }));
    assert.match(stdout, /"findings":\[\],"columns":\[\{"name":"A","type":"string"\}\],"tables":\["Own_CL"\]/);
  });

  for (const input of ["", "{", "null", "{}", '{"queries":[{"id":"a"}]}']) {
    it(`refuses ${JSON.stringify(input)} with one line`, () => {
      const { status, stdout, stderr } = run(input);
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(stderr, /^Standard input is not [^\n]+\n$/);
    });
  }
});
