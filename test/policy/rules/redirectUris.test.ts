import assert from "node:assert/strict";
import { defaultConnectorAccess } from "@defender-mssp/microsoft";
import { azuread } from "../../../domain/resourceTypes";
import { redirectUris as rule } from "../../../policy/rules/redirectUris";
import { contoso, judge, unknownValue, type Given } from "../support";

describe("policy: redirect-uris", () => {
  const type = azuread("ApplicationRedirectUris");
  const say = (uri: string, given?: Given) => judge(rule, type, { type: "Web", redirectUris: [uri] }, given);
  const withPort: Given = {
    settings: { ...contoso, connector: { ...defaultConnectorAccess, loopbackRedirectPort: 8400 } },
  };

  it("passes https on the customer's domain, on an allowed host, and the loopback port that the settings ask for", () => {
    assert.deepEqual(say("https://contoso.com/SiemMsspConnector"), []);
    assert.deepEqual(
      say("https://SIEM.fabrikam.example/callback", { parameters: { hosts: ["siem.fabrikam.example"] } }),
      [],
    );
    assert.deepEqual(say("http://localhost:8400/SiemMsspConnector", withPort), []);
  });

  for (const [what, uri, given] of [
    ["http", "http://contoso.com/SiemMsspConnector", {}],
    ["a wildcard", "https://*.contoso.com/SiemMsspConnector", {}],
    ["a wildcard in the path", "https://contoso.com/*", {}],
    ["another host", "https://contoso.com.attacker.example/", {}],
    ["a user in front of the host", "https://contoso.com@attacker.example/", {}],
    ["a fragment", "https://contoso.com/#a", {}],
    ["loopback that nobody asks for", "http://localhost:8400/SiemMsspConnector", {}],
    ["another port on loopback", "http://127.0.0.1:8401/", withPort],
    [
      "loopback, where the parameter forbids it",
      "http://localhost:8400/",
      { ...withPort, parameters: { loopback: false } },
    ],
    ["no URL", "contoso.com", {}],
    ["a script", "javascript:alert(1)", {}],
    ["the customer's domain, where the settings can't be read", "https://contoso.com/", { settings: "wrong" }],
  ] as const satisfies readonly (readonly [string, string, Given])[]) {
    it(`refuses ${what}`, () => assert.equal(say(uri, given).length, 1));
  }

  it("shows neither the credentials nor the query of a redirect URI", () =>
    assert.doesNotMatch(say("http://user:hunter2@contoso.com/?code=hunter3").join(""), /hunter/));

  it("judges what is known beside what a preview does not know", () =>
    assert.equal(judge(rule, type, { redirectUris: [unknownValue, "http://contoso.com/"] }).length, 1));
});
