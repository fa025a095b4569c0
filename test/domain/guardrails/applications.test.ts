import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import { publishedApplications } from "@defender-mssp/microsoft";
import * as fc from "fast-check";
import {
  permissionProblem,
  permissionWrites,
  redirectUriProblem,
  credentialLifetimeProblem,
} from "../../../domain/guardrails/applications";

describe("guardrails: applications", () => {
  it("redirect URI: only https on an allowed host is accepted, for any input", () => {
    const part = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        "https://",
        "http://",
        "contoso.com",
        "localhost:8400",
        "@",
        "/",
        "\\",
        "#",
        "?",
        "*",
        ".",
        "%2f",
        "\u0000",
      ),
    );
    const uris = fc.oneof(
      fc.webUrl(),
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join("")),
    );
    assertProperty(2000, uris, (uri) => {
      if (redirectUriProblem(uri, { hosts: ["contoso.com"] }) !== undefined) return;
      const { protocol, hostname, username, hash } = new URL(uri);
      assert.deepEqual([protocol, hostname, username, hash], ["https:", "contoso.com", "", ""]);
    });
  });

  it("permission: a writing one is recognized by its name", () => {
    const names = publishedApplications.flatMap(({ appRoles, scopes }) => [
      ...Object.keys(appRoles),
      ...Object.keys(scopes),
    ]);
    const reads = names.filter((name) => !permissionWrites(name));
    assert.deepEqual(
      reads.filter((name) => !/\.Read(Basic)?(\.|$)/.test(name)),
      ["email", "offline_access", "openid", "profile"],
    );
    for (const name of ["Group.Create", "User.Invite.All", "User.EnableDisableAccount.All", "User.DeleteRestore.All"]) {
      assert.ok(permissionWrites(name), name);
    }
  });

  it("permission: an empty list of allowed ones refuses all", () => {
    for (const { appRoles, scopes } of publishedApplications) {
      for (const permission of [...Object.values(appRoles), ...Object.values(scopes)]) {
        assert.notEqual(permissionProblem(permission, []), undefined);
      }
    }
  });

  it("secret lifetime: counted in days from now, with a minute's tolerance for other clocks", () => {
    const now = new Date("2027-01-01T00:00:00Z");
    const says = (endDate: string) => credentialLifetimeProblem({ endDate, now, mostDays: 365 });
    assert.equal(says("2028-01-01T00:00:00Z"), undefined);
    assert.equal(says("2028-01-01T00:01:00Z"), undefined);
    assert.match(says("2028-01-01T00:01:01Z") ?? "", /366 days from now; at most 365/);
    assert.equal(says("2020-01-01T00:00:00Z"), undefined, "one that has ended is no danger");
  });
});
