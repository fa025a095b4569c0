import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import type { Json } from "../../../src/cloud/model";
import { entitySets, type EntitySetName } from "../../../src/graph/entities";
import { compileFilter } from "../../../src/graph/odata/filterMatch";
import { parseFilter, quoted } from "../../../src/graph/odata/filterSyntax";

function matches(filter: string, object: Json, entitySet: EntitySetName = "users", advanced = true): boolean {
  const { type, properties } = entitySets[entitySet];
  return compileFilter(parseFilter(filter), { name: `microsoft.graph.${type}`, properties }, advanced)(object);
}

describe("compileFilter", () => {
  const user = {
    accountEnabled: true,
    createdDateTime: "2024-01-15T09:00:00Z",
    displayName: "Ana Lyst",
    mail: null,
    otherMails: ["ana@fabrikam.example", "lyst@fabrikam.example"],
    userPrincipalName: "ana_fabrikam.example#EXT#@contoso.onmicrosoft.com",
  };

  for (const [filter, expected] of [
    ["displayName eq 'ANA lyst'", true],
    ["DISPLAYNAME eq 'Ana Lyst'", true],
    ["displayName eq 'Ana'", false],
    ["displayName ne 'Ana'", true],
    ["startswith(displayName,'ana')", true],
    ["startsWith(displayName,'lyst')", false],
    ["endsWith(userPrincipalName,'@CONTOSO.onmicrosoft.com')", true],
    ["mail eq null", true],
    ["mail ne null", false],
    ["not startswith(mail,'x')", true],
    ["accountEnabled eq true and displayName eq 'Ana Lyst'", true],
    ["accountEnabled eq false or startswith(displayName,'A')", true],
    ["not (accountEnabled eq true)", false],
    ["otherMails/any(m:m eq 'LYST@fabrikam.example')", true],
    ["otherMails/any(m:startswith(m,'nobody'))", false],
    ["otherMails/any()", true],
    ["displayName in ('x','Ana Lyst')", true],
    ["createdDateTime ge 2024-01-01T00:00:00Z", true],
    ["createdDateTime lt 2024-01-01T00:00:00Z", false],
  ] as const) {
    it(`filter: ${filter} is ${expected}`, () => assert.equal(matches(filter, user), expected));
  }

  it("filter: reads properties of collection items", () => {
    const application = { requiredResourceAccess: [{ resourceAppId: "00000003-0000-0000-c000-000000000000" }] };
    const filter = "requiredResourceAccess/any(r:r/resourceAppId eq '00000003-0000-0000-c000-000000000000')";
    assert.equal(matches(filter, application, "applications"), true);
    assert.equal(matches(filter, { requiredResourceAccess: [] }, "applications"), false);
  });

  it("filter: eq finds an object by any value", () => {
    assertProperty(100, fc.string({ unit: "binary" }), (displayName) => {
      assert.equal(matches(`displayName eq ${quoted(displayName)}`, { displayName }), true);
      assert.equal(matches(`displayName eq ${quoted(`${displayName}x`)}`, { displayName }), false);
    });
  });

  it("filter: `not` inverts each result", () => {
    const filters = fc.constantFrom("displayName eq 'a'", "startswith(displayName,'a')", "mail eq null");
    assertProperty(
      100,
      filters,
      fc.record({ displayName: fc.string(), mail: fc.option(fc.string()) }),
      (filter, object) => assert.equal(matches(`not (${filter})`, object), !matches(filter, object)),
    );
  });

  for (const [filter, message] of [
    [
      "nothing eq 'x'",
      /Invalid filter clause: Could not find a property named 'nothing' on type 'microsoft\.graph\.user'\.$/,
    ],
    ["accountEnabled eq 'true'", /incompatible types .* 'Edm\.Boolean' and 'Edm\.String'/],
    ["displayName eq true", /incompatible types/],
    ["displayName/any(d:d eq 'x')", /Any\/All may only be used following a collection/],
    ["passwordProfile eq 'x'", /incompatible types/],
  ] as const) {
    it(`filter: ${filter} is refused`, () => assert.throws(() => matches(filter, user), message));
  }

  it("filter: a GUID property takes unquoted values only", () => {
    const id = "00000003-0000-0000-c000-000000000000";
    assert.equal(matches(`resourceId eq ${id}`, { resourceId: id }, "appRoleAssignments"), true);
    assert.throws(
      () => matches(`resourceId eq '${id}'`, { resourceId: id }, "appRoleAssignments"),
      /incompatible types/,
    );
  });

  for (const [filter, message] of [
    ["displayName ne 'x'", /Unsupported property filter clause operator 'NotEqualsMatch'\.$/],
    ["not (displayName eq 'x')", /Unsupported Query\.$/],
    ["startswith(displayName,'a') and endsWith(mail,'x')", /Unsupported Query\.$/],
  ] as const) {
    it(`filter: ${filter} requires an advanced query`, () =>
      assert.throws(() => matches(filter, user, "users", false), message));
  }
});
