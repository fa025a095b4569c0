import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { markedStack, parseStackMark } from "@defender-mssp/microsoft";

const stackId = "0123456789abcdef";
const msspTenantId = "5ec0de00-5ea1-4000-8000-0000000000aa";
const stack = "defender-mssp/other";

describe("packages/microsoft/stackMark", () => {
  const marks: readonly (readonly [string, string, ReturnType<typeof parseStackMark>])[] = [
    [
      "an application's or a group's description",
      `It reads alerts. Managed by Pulumi (${stack}#${stackId}, MSSP tenant ${msspTenantId.toUpperCase()}).`,
      { stack, stackId, msspTenantId },
    ],
    [
      "a guest's employeeType",
      `MSSP analyst, managed by Pulumi (${stack}#${stackId}; d91ad10e+e91ad10e)`,
      { stack, stackId, msspTenantId: "" },
    ],
    [
      "a Defender role's description",
      `May see. (managed by ${stack}#${stackId}/customer-access-tier2-role)`,
      { stack, stackId, msspTenantId: "" },
    ],
    [
      "a service principal's notes",
      `Managed by Pulumi: ${stack}#${stackId}/customer-siem-mssp-service-principal`,
      { stack, stackId, msspTenantId: "" },
    ],
    ["an invited guest's display name", `Olga (${stack}#${stackId})`, { stack, stackId, msspTenantId: "" }],
    ["a mark in the state", `${stack}#${stackId}/customer-siem-authorization`, { stack, stackId, msspTenantId: "" }],
    ["a mark without an ID", `Managed by Pulumi (${stack}).`, { stack, stackId: "", msspTenantId: "" }],
    ["a mark that names no stack", "Managed by Pulumi.", { stack: "", stackId: "", msspTenantId: "" }],
    ["a description of a person's", "Managed by the service desk (team a/b)", undefined],
    ["an ID that is too short", "defender-mssp/h4#4dcd45", undefined],
    ["no text", "", undefined],
  ];
  for (const [title, text, expected] of marks) {
    it(`reads ${title}`, () => assert.deepEqual(parseStackMark(text), expected));
  }

  it("throws for no text, and an ID is 16 digits or absent", () =>
    assertProperty(100, fc.string(), (text) => [0, 16].includes(parseStackMark(text)?.stackId.length ?? 0)));

  it("names a stack as its objects are marked", () =>
    assert.equal(markedStack({ stack, stackId, msspTenantId }), `${stack}#${stackId}`));
});
