import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { parseAsEngine } from "../../../../settings/engineYaml";
import { withRenewal } from "../../../../cli/siem/secrets/withRenewal";

const keys = ["acme:connector", "connector"] as const;
const moment = "2026-11-28T10:00:00Z";

describe("mssp secrets rotate: the text of a settings file", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", `  acme:connector: { credential: { type: secret, renewMadeBefore: "${moment}" } }\n`],
    [
      "  acme:connector: customerApp # ours\n",
      `  acme:connector: { kind: customerApp, credential: { type: secret, renewMadeBefore: "${moment}" } } # ours\n`,
    ],
    [
      "  connector:\n    # Both.\n    alertApis: [graph]\n",
      `  connector:\n    # Both.\n    alertApis: [graph]\n    credential: { type: secret, renewMadeBefore: "${moment}" }\n`,
    ],
    [
      "  acme:connector:\n    credential: secret # default\n    profile: read\n",
      `  acme:connector:\n    credential: { type: secret, renewMadeBefore: "${moment}" } # default\n    profile: read\n`,
    ],
    [
      '  acme:connector: { credential: { type: secret, days: 90, renewMadeBefore: "2026-01-01" } }\n',
      `  acme:connector: { credential: { type: secret, days: 90, renewMadeBefore: "${moment}" } }\n`,
    ],
    [
      "  acme:connector:\n    credential:\n      type: secret\n      days: 90 # a quarter\n",
      `  acme:connector:\n    credential:\n      type: secret\n      days: 90 # a quarter\n      renewMadeBefore: "${moment}"\n`,
    ],
  ];
  for (const [before, after] of cases) {
    it(`gets the moment, and nothing else changes: ${JSON.stringify(before.trim())}`, () => {
      const [head, tail] = ["# Contoso\nconfig:\n  acme:customerName: Contoso\n", "encryptionsalt: v1:abc\n"];
      assert.equal(withRenewal(`${head}${before}${tail}`, keys, moment), `${head}${after}${tail}`);
    });
  }

  it("that is no map, or has aliases, is left alone", () => {
    const aliased = "config:\n  acme:connector: &c { credential: { type: secret } }\n  acme:other: *c\n";
    for (const text of ["", "config: {\n", "config: []\n", aliased])
      assert.equal(withRenewal(text, keys, moment), undefined, text);
  });

  it("whatever the layout: what was meant, or nothing", () => {
    const credential = fc.option(
      fc.oneof(
        fc.constant("secret"),
        fc.record({ type: fc.constant("secret"), days: fc.integer({ min: 1, max: 365 }) }),
      ),
      { nil: undefined },
    );
    const layout = fc.record({ indent: fc.constantFrom(2, 4), isFlow: fc.boolean() });
    assertProperty(100, credential, layout, (given, { isFlow, indent }) => {
      const connector = given === undefined ? { profile: "read" } : { credential: given, profile: "read" };
      const config = { "acme:connector": connector, "acme:msspName": "x" };
      const text = isFlow ? `config: ${JSON.stringify(config)}\n` : stringify({ config }, { indent });
      const { config: edited } = parseAsEngine(withRenewal(text, keys, moment) ?? "") as {
        config: { "acme:connector": { credential: object } };
      };
      const before = given === undefined || typeof given === "string" ? { type: "secret" } : { ...given };
      assert.deepEqual(edited["acme:connector"].credential, { ...before, renewMadeBefore: moment });
    });
  });
});
