import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { parseAsEngine } from "../../../../settings/engineYaml";
import { withAnalyst, withoutAnalyst, type AnalystEntry } from "../../../../cli/fleet/analyst/withAnalyst";

const keys = ["acme:analysts", "analysts"];
const cleo: AnalystEntry = {
  email: "cleo@mssp.example",
  displayName: "Cleo",
  tier: "tier2",
  accessEndsOn: "2027-03-31",
};

const block = `# The customer.
config:
  acme:customerName: Contoso
  acme:analysts:
    # Since 2024.
    - { email: ana@mssp.example, displayName: Ana Silva } # on call
    - email: ben@mssp.example
      displayName: "Ben: Okafor"
  # Which model?
  acme:portalAccess: rbac
encryptionsalt: v1:abc
`;

describe("mssp analyst: the text of a settings file", () => {
  it("gets one line more, and nothing else changes", () => {
    assert.equal(
      withAnalyst(block, keys, cleo),
      block.replace(
        "  # Which model?",
        '    - { email: cleo@mssp.example, displayName: Cleo, tier: tier2, accessEndsOn: "2027-03-31" }\n  # Which model?',
      ),
    );
    const flow = block.replace(/ {4}# Since[\s\S]*Okafor"\n/, "").replace("analysts:", "analysts: []");
    assert.equal(
      withAnalyst(flow, keys, { email: "c@mssp.example", displayName: "Trần, Chloé" }),
      flow.replace("[]", '[{ email: c@mssp.example, displayName: "Trần, Chloé" }]'),
    );
  });

  it("loses the lines of one analyst, with the comment on these lines", () => {
    assert.equal(withoutAnalyst(block, keys, 0), block.replace(/ {4}- \{.*\n/, ""));
    assert.equal(withoutAnalyst(block, keys, 1), block.replace(/ {4}- email[\s\S]*Okafor"\n/, ""));
    const [only] = [withoutAnalyst(block, keys, 1)].map((text) => withoutAnalyst(text ?? "", keys, 0));
    assert.match(only ?? "", /acme:analysts: \[\]\n/);
    const flow =
      "config: { acme:analysts: [{ email: a@x.example, displayName: A }, { email: b@x.example, displayName: B }] }\n";
    assert.equal(withoutAnalyst(flow, keys, 0), flow.replace("{ email: a@x.example, displayName: A }, ", ""));
    assert.equal(withoutAnalyst(flow, keys, 1), flow.replace(", { email: b@x.example, displayName: B }", ""));
  });

  it("of a list that is an alias, has an anchor or is missing, is left alone", () => {
    const anchored = block.replace("analysts:", "analysts: &team");
    const aliased = anchored
      .replace("encryptionsalt", "x: &x [1]\nencryptionsalt")
      .replace("acme:portalAccess: rbac", "acme:other: *team");
    for (const text of [anchored, aliased, "config: {}\n", "config: [\n", ""]) {
      assert.equal(withAnalyst(text, keys, cleo), undefined, text);
      assert.equal(withoutAnalyst(text, keys, 0), undefined, text);
    }
  });

  it("whatever the layout: the result is what was meant, or there is none", () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z:#'"{}, -]{0,12}[A-Za-z]$/);
    const email = fc.constantFrom("a@x.example", "b@x.example", "c@x.example");
    const analyst = fc.record({ email, displayName: name }, { noNullPrototype: true });
    assertProperty(
      100,
      fc.array(analyst, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      fc.record({ indent: fc.constantFrom(2, 4), indentSeq: fc.boolean(), flow: fc.boolean() }),
      (analysts, place, { flow, ...options }) => {
        const value = { config: { "acme:tags": ["a=b"], "acme:analysts": analysts, "acme:msspName": "x" } };
        const text = flow ? `config: ${JSON.stringify(value.config)}\n` : stringify(value, options);
        const index = place % analysts.length;
        const added = withAnalyst(text, keys, cleo);
        const removed = withoutAnalyst(text, keys, index);
        const list = (edited: string | undefined) =>
          (parseAsEngine(edited ?? "") as typeof value).config["acme:analysts"] as readonly unknown[];
        assert.deepEqual(list(added), [...analysts, { ...cleo }]);
        assert.deepEqual(
          list(removed),
          analysts.filter((_, at) => at !== index),
        );
      },
    );
  });
});
