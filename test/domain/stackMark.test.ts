import assert from "node:assert/strict";
import fc from "fast-check";
import { parseStackMark } from "../../domain/stackMark";

const mssp = "5ec0de00-5ea1-4000-8000-000000000001";

describe("stack marks", () => {
  it("are read wherever a component writes them", () => {
    const mark = { stack: "defender-mssp/h4", stackId: "4dcd45bff7d23f52" };
    const described = `Reads alerts. Managed by Pulumi (defender-mssp/h4#4dcd45bff7d23f52, MSSP tenant ${mssp}).`;
    assert.deepEqual(parseStackMark(described), { ...mark, msspTenantId: mssp });
    assert.deepEqual(
      parseStackMark("MSSP analyst, managed by Pulumi (defender-mssp/h4#4dcd45bff7d23f52; d91ad10e)"),
      mark,
    );
    assert.deepEqual(parseStackMark("defender-mssp/h4#4dcd45bff7d23f52/customer-siem-authorization"), mark);
  });

  it("without a stack's ID are none: a name can be anybody's", () => {
    for (const text of ["", "Managed by Pulumi", "Managed by Pulumi (defender-mssp/h4)", "defender-mssp/h4#4dcd45"])
      assert.equal(parseStackMark(text), undefined);
  });

  it("no text makes it throw", () => {
    fc.assert(fc.property(fc.string(), (text) => (parseStackMark(text)?.stackId.length ?? 16) === 16));
  });
});
