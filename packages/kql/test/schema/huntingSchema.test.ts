import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { defenderSchema, judgeQueries, schemaOfTenant } from "@defender-mssp/kql";

describe("defenderSchema", () => {
  const { tables } = defenderSchema();

  it("holds 131 tables with columns of Kusto's types", () => {
    assert.equal(tables.length, 131);
    const types = new Set(tables.flatMap(({ columns }) => columns.map(({ type }) => type)));
    assert.deepEqual([...types].sort(), ["bool", "datetime", "dynamic", "guid", "int", "long", "real", "string"]);
  });

  it("names of columns are unique in their table, and time and event's columns exist", () => {
    for (const { name, columns, timestamp, eventId = [] } of tables) {
      const names = columns.map((column) => column.name);
      assert.equal(new Set(names).size, names.length, name);
      for (const needed of [...eventId, ...(timestamp == null ? [] : [timestamp])])
        assert.ok(names.includes(needed), `${name}.${needed}`);
    }
  });

  it("tables that a workspace receives have the workspace's columns, too", () => {
    const table = tables.find(({ name }) => name === "DeviceEvents");
    assertEach(table?.columns.slice(-4), ({ name }) => name, ["TimeGenerated", "TenantId", "Type", "SourceSystem"]);
  });
});

describe("schemaOfTenant", () => {
  const answer = {
    tables: [
      {
        name: "DeviceEvents",
        columns: [
          { name: "Timestamp", dataType: "System.DateTime" },
          { name: "New", dataType: "long" },
        ],
      },
      {
        name: "Own_CL",
        columns: [
          { name: "A", dataType: "SByte" },
          { name: "B", dataType: "unheard" },
        ],
      },
      { name: "Empty", columns: [] },
      null,
    ],
    functions: {
      builtInFunctions: [
        {
          name: "NewFunction",
          inputParameters: [{ name: "x", cslType: "string" }],
          outputColumns: [{ name: "Y", dataType: "string" }],
        },
        { name: "Odd", inputParameters: [{ name: "x" }], outputColumns: [{ name: "Y", dataType: "string" }] },
      ],
    },
  };

  it("reads tables, types in both spellings, and functions, and keeps what Microsoft documents of a table", () => {
    const schema = schemaOfTenant(answer);
    assertEach(schema.tables, ({ name, nrt, columns }) => [name, nrt, ...columns.map(({ type }) => type)], [
      ["DeviceEvents", true, "datetime", "long"],
      ["Own_CL", undefined, "bool", "dynamic"],
    ]);
    assert.ok(schema.functions.some(({ name }) => name === "NewFunction"));
    assert.ok(!schema.functions.some(({ name }) => name === "Odd"));
    const verdicts = judgeQueries(
      ["DeviceEvents | where New == 1", "Own_CL | where A", "NewFunction('a') | project Y", "DeviceInfo"],
      schema,
    );
    assertEach(verdicts, ({ findings }) => findings.length, [0, 0, 0, 1]);
  });

  it("takes the answer inside of value, too, and refuses one without tables", () => {
    assert.deepEqual(schemaOfTenant({ value: answer }), schemaOfTenant(answer));
    for (const empty of [undefined, null, {}, { tables: [] }, { tables: "x" }]) {
      assert.throws(() => schemaOfTenant(empty), /holds no table with columns/);
    }
  });
});
