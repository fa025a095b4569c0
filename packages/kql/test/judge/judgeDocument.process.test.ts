import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { judgeDocument } from "../../src/judge/judgeDocument";

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

  it("names a query that passes a bound, and judges the others", async () => {
    const doubled = Array.from({ length: 23 }, (_, level) => `let a${level + 1} = union a${level}, a${level};`);
    const queries = [
      `let a0 = DeviceEvents; ${doubled.join(" ")} a23`,
      `print ${"(".repeat(6000)}1${")".repeat(6000)}`,
      "DeviceEvents | project Nothing",
    ].map((text, index) => ({ id: String(index), text }));
    const { verdicts } = await judgeDocument(JSON.stringify({ queries }), { seconds: 1, megabytes: 512 });
    assert.deepEqual(
      verdicts.map(({ findings }) => findings.map(({ code }) => code)),
      [["KQL006"], ["KQL006"], ["KS142"]],
    );
    assert.match(verdicts[0]?.findings[0]?.message ?? "", /needs more than 1 seconds of processor time/);
  });

  for (const input of ["", "{", "null", "{}", '{"queries":[{"id":"a"}]}']) {
    it(`refuses ${JSON.stringify(input)} with one line`, () => {
      const { status, stdout, stderr } = run(input);
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(stderr, /^Standard input is not [^\n]+\n$/);
    });
  }
});
