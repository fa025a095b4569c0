import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { commentText } from "../../../cli/ci/comment/comment";
import { redactedText, redactedValue, secretsOfEnvironment } from "../../../cli/base/redaction";
import { reducePreview } from "../../../cli/stack/stackPreview";
import { sample } from "../ci/samples";

/** Made up here, in the forms that real ones have: no scanner of this repository's files finds one. */
const secrets: Readonly<Record<string, string>> = {
  // Known by its form alone: its characters are not like random ones.
  "a client secret of Entra's": ["Ab18Q", "abcdefghijklmnopqrstuvwxyzABCDEFGH"].join("~"),
  "a JSON Web Token": ["eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiJ4In0", "c2lnbmF0dXJl"].join("."),
  "a private key": ["-----BEGIN PRIVATE", "KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----"].join(" "),
  "an invitation's address": "https://login.microsoftonline.com/redeem?rd=https%3a%2f%2finvitations.microsoft.com%2f",
  "a password in an address": "hunter2-and-more",
  "random Base64": randomBytes(30).toString("base64"),
  "random hexadecimal": "3f9a0c7be2d14856a1b0c9d8e7f60514",
  "a GitHub token": `ghp_${"x".repeat(36)}`,
  "a Pulumi token": `pul-${"0123456789abcdef".repeat(2)}12345678`,
};
const inText = (secret: string) =>
  secret === secrets["a password in an address"] ? `https://user:${secret}@host.example/` : `said: ${secret}.`;

describe("what leaves CI", () => {
  for (const [what, secret] of Object.entries(secrets)) {
    it(`${what} is removed from values, keys, names and messages`, () => {
      const text = inText(secret);
      assertGone(redactedText(text), secret);
      const urn = `urn:pulumi:contoso::defender-mssp::azuread:index/group:Group::${text}`;
      const state = { type: "azuread:index/group:Group", custom: true };
      const preview = reducePreview("contoso", {
        steps: [
          {
            op: "update",
            urn,
            oldState: { ...state, inputs: { description: text, list: [text, { deep: text }], map: { [text]: 1 } } },
            newState: { ...state, inputs: { description: "x", list: [], map: {} } },
          },
        ],
        diagnostics: [{ severity: "error", message: text }],
      });
      for (const shown of [JSON.stringify(preview), commentText([preview])]) assertGone(shown, secret);
    });
  }

  it("the value of a property with a secret's name is removed, in any form", () => {
    for (const name of [
      "clientSecret",
      "password",
      "refreshToken",
      "privateKey",
      "inviteRedeemUrl",
      "apiKey",
      "connectionString",
    ]) {
      assert.deepEqual(redactedValue("x", { [name]: "short", other: "kept" }), { [name]: "[secret]", other: "kept" });
      assert.equal(redactedValue(name, 12345), "[secret]");
      assert.equal(redactedValue(name, ["a"]), "[secret]");
    }
    assert.equal(redactedValue("clientSecretExpiresOn", "2027-11-24T18:09:53Z"), "2027-11-24T18:09:53Z");
  });

  it("secret outputs and values that the engine marks as secret are removed", () => {
    const state = { type: "a:b:C", custom: true, additionalSecretOutputs: ["value"] };
    const preview = reducePreview("contoso", {
      steps: [
        {
          op: "update",
          urn: "urn:pulumi:contoso::p::a:b:C::n",
          oldState: { ...state, inputs: { value: "plain one" } },
          newState: {
            ...state,
            inputs: {
              value: "plain two",
              wrapped: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"three"' },
            },
          },
        },
      ],
    });
    assert.deepEqual(preview.changes[0]?.properties, [
      { name: "value", before: "[secret]", after: "[secret]" },
      { name: "wrapped", after: "[secret]" },
    ]);
  });

  it("secrets of the environment are removed, also short ones", () => {
    const environment = {
      ARM_CLIENT_SECRET: "letmein",
      PULUMI_CONFIG_PASSPHRASE: "open sesame",
      PULUMI_CONFIG_PASSPHRASE_FILE: "/etc/passphrase",
      AZURE_FEDERATED_TOKEN_FILE: "/tmp/token",
      SOME_TOKEN: "true",
      HOME: "/home/someone",
    };
    const known = secretsOfEnvironment(environment);
    assert.deepEqual([...known].sort(), ["letmein", "open sesame"]);
    const preview = reducePreview(
      "contoso",
      {},
      { messages: ["error: letmein, open sesame, /etc/passphrase"], knownSecrets: known },
    );
    assert.deepEqual(preview.messages, ["error: [secret], [secret], /etc/passphrase"]);
  });

  it("names, addresses, hosts, identifiers and dates are kept", () => {
    for (const text of [
      "/applications/79de6145-d13a-4c2c-8984-ffacde9d9803/redirectUris/Web",
      "https://securitycenter.windows.com?tid=c0570500-0000-4000-8000-00000000000a",
      "ServicePrincipalDelegatedPermissionGrant",
      "customer-guest-ana.silva@fabrikam-security.example-invitation",
      "https://contoso2.example/SiemMsspConnector",
      "People of Fabrikam Security who watch this tenant's Microsoft Defender. Managed by Pulumi: members added by hand are removed",
      "2027-11-24T18:10:09Z",
      "SecurityAlert.Read.All",
      "DelegatedPermissionGrant.ReadWrite.All",
    ])
      assert.equal(redactedText(text), text);
    assert.doesNotMatch(
      JSON.stringify(["create", "change", "drift"].map((name) => sample(name).changes)),
      /\[secret\]/,
    );
  });

  it("property: a random secret is removed in any context", () => {
    const secret = fc
      .tuple(
        fc.constantFrom("Ab1", "xYz", "q.~"),
        fc.integer({ min: 0, max: 9 }),
        fc.string({
          unit: fc.constantFrom(..."abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789_-".split("")),
          minLength: 31,
          maxLength: 34,
        }),
      )
      .map(([first, digit, rest]) => `${first}${digit}Q~${rest}`);
    assertProperty(500, secret, fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (hidden, before, after) => {
      const text = `${before} ${hidden} ${after}`;
      assertGone(redactedText(text), hidden);
      assertGone(JSON.stringify(redactedValue("description", [{ a: text }])), hidden);
    });
  });

  it("keeps the hash of refused code, which the operator needs, and no other word of that form", () => {
    const hash = "e3d2d1d3d56a7122b7883458c54c7e1790ffbdee3b2491d2e4293106b18a90ac";
    const message = `Guest::ana carries code that this release has not written (SHA-256 ${hash}).`;
    assert.equal(redactedText(message), message);
    assertGone(redactedText(`the key ${hash}`), hash);
    assertGone(redactedText(message, [hash]), hash);
  });
});

function assertGone(shown: string, secret: string): void {
  // A part of it would be as bad.
  const pieces = secret.split("\n").flatMap((line) => [line, line.slice(0, 16), line.slice(-16)]);
  for (const piece of pieces.filter(({ length }) => length >= 16)) {
    if (/BEGIN|END/.test(piece)) continue;
    assert.ok(!shown.includes(piece), `${piece} is in ${shown}`);
  }
}
