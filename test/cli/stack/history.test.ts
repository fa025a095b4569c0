/** The stack's history as evidence: who ran what, without the values of the configuration. */
import assert from "node:assert/strict";
import { parseConfigurations, parseHistory } from "../../../cli/stack/history";
import { domainsIn } from "../../../cli/tenant/deployedWhose";

const printed = JSON.stringify([
  {
    version: 2,
    kind: "update",
    startTime: "2026-11-26T08:58:25.000Z",
    endTime: "2026-11-26T08:58:34.000Z",
    message: "Add Ana; password=hunter2hunter2",
    environment: {
      "git.author": "Ben",
      "git.head": "2f5c52b4e648e1ba9bf547b03428bc082f4f07d1",
      "pulumi.env.PULUMI_CONFIG_PASSPHRASE": "set",
      "some.other": "variable-of-the-ci",
    },
    config: {
      "defender-mssp:customerName": { value: "Contoso", secret: false },
      "mssp:refreshToken": { value: "v1:cipher", secret: true },
    },
    result: "succeeded",
    resourceChanges: { create: 50 },
  },
  { kind: "destroy", startTime: "2026-11-26T09:58:25.000Z", result: "in-progress", message: "", config: null },
]);

describe("a stack's history", () => {
  it("has who ran it, what changed and when", () => {
    const [first, second] = parseHistory(printed);
    assert.equal(first?.startedOn, "2026-11-26T08:58:25.000Z");
    assert.deepEqual(first.changes, { create: 50 });
    assert.deepEqual(first.ranBy, { "git.author": "Ben", "git.head": "2f5c52b4e648e1ba9bf547b03428bc082f4f07d1" });
    assert.equal(second?.endedOn, "");
  });

  it("has the names of settings and no value, no other variable and nothing secret", () => {
    const text = JSON.stringify(parseHistory(printed, ["hunter2hunter2"]));
    assert.ok(text.includes("mssp:refreshToken"));
    for (const secret of ["Contoso", "v1:cipher", "variable-of-the-ci", "hunter2hunter2"])
      assert.ok(!text.includes(secret), secret);
  });

  it("has the settings of each update, without secrets and what a preview or a destroy was given", () => {
    const value = (text: string, secret = false) => ({ value: text, secret });
    const config = { "p:analysts": value('[{"email":"a@b.example"}]'), "p:token": value('"x"', true) };
    const entry = { startTime: "", result: "succeeded", config };
    const configurations = parseConfigurations(
      JSON.stringify([
        { ...entry, kind: "update" },
        { ...entry, kind: "destroy" },
      ]),
    );
    assert.deepEqual(configurations, [{ analysts: [{ email: "a@b.example" }], token: undefined }]);
    assert.deepEqual(configurations.flatMap(domainsIn), ["b.example"]);
    const named = {
      analystDomains: ["C.example", 1],
      identitySource: { domain: "d.example" },
      analysts: [{ email: 1 }],
    };
    assert.deepEqual(domainsIn(named), ["c.example", "d.example"]);
  });

  it("a stack without updates has an empty history", () => assert.deepEqual(parseHistory(""), []));

  it("an unknown format is an error", () => assert.throws(() => parseHistory('[{"kind":1}]'), /unknown format/));
});
