import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import {
  asMoment,
  grantId,
  guestUserPrincipalName,
  roleAssignmentId,
  securityIdentifier,
  sevenDecimals,
} from "../../src/graph/identifiers";

describe("identifiers that the directory computes", () => {
  it("grant ID: as in recorded answers", () => {
    const [client, resource] = ["bbbbbbbb-0000-4000-8000-000000000008", "bbbbbbbb-0000-4000-8000-000000000099"];
    assert.equal(grantId(client, resource, null), "u7u7uwAAAECAAAAAAAAACLu7u7sAAABAgAAAAAAAAJk");
  });

  it("role assignment ID: begins with the role's ID, as in Microsoft's examples", () => {
    const id = roleAssignmentId("62e90394-69f5-4237-9190-012177145e10", "4ab0b290-479b-ffeb-af8f-2c976b3d521a", "/");
    assert.match(id, /^lAPpYvVpN0KRkAEhdxReE[\w-]+-1$/);
  });

  it("security identifier: as in recorded answers", () => {
    assert.equal(
      securityIdentifier("dddddddd-0000-4000-8000-000000000002"),
      "S-1-12-1-3722304989-1073741824-128-33554432",
    );
  });

  it("guest: principal name from the address and the tenant's domain", () => {
    const name = guestUserPrincipalName("guest@example.org", "contoso-example.onmicrosoft.com");
    assert.equal(name, "guest_example.org#EXT#@contoso-example.onmicrosoft.com");
  });

  it("times: UTC without trailing zeros; creation times with seven decimals", () => {
    assert.equal(asMoment("2026-01-02T05:04:05.100+02:00"), "2026-01-02T03:04:05.1Z");
    assert.equal(asMoment("2026-01-02T03:04:00Z"), "2026-01-02T03:04:00Z");
    assert.match(sevenDecimals(new Date("2026-01-02T03:04:05.678Z")), /^2026-01-02T03:04:05\.678\d{4}Z$/);
  });

  it("grant ID: different for different grants", () => {
    assertProperty(100, fc.uuid(), fc.uuid(), fc.option(fc.uuid()), (client, resource, principal) => {
      fc.pre(client !== resource);
      assert.notEqual(grantId(client, resource, principal), grantId(resource, client, principal));
    });
  });
});
