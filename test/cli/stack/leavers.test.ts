import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { parseDeployment } from "../../../cli/stack/deployment";
import { leakedSecrets, madeBefore, secretsIn } from "../../../cli/stack/leakedSecrets";
import { guestsIn, joinersIn, leaverSentence, leaversIn } from "../../../cli/stack/leavers";

const urn = (type: string, name: string): string => `urn:pulumi:dev::p::${type}::${name}`;
const guestType = "pulumi-nodejs:dynamic/defender-mssp:Guest";
const secretType = "azuread:index/applicationPassword:ApplicationPassword";

function guest(email: string, displayName: string, more: object = {}): object {
  return { urn: urn(guestType, email), type: guestType, id: email, inputs: { email, displayName }, ...more };
}

function secret(name: string, startDate: string, more: object = {}): object {
  return { urn: urn(secretType, name), type: secretType, id: `a/password/${name}`, outputs: { startDate }, ...more };
}

const { resources } = parseDeployment(
  "dev",
  JSON.stringify({
    deployment: {
      resources: [
        guest("Ana@mssp.example", "Ana Silva"),
        guest("ben@mssp.example", "Ben Okafor"),
        guest("eve@mssp.example", "", { outputs: { email: "eve@mssp.example" } }),
        guest("gone@mssp.example", "Gone", { delete: true }),
        secret("old", "2026-11-01T00:00:00Z"),
        secret("new", "2026-11-30T12:00:00Z"),
        secret("replaced", "2026-10-01T00:00:00Z", { delete: true }),
      ],
    },
  }),
);

describe("a state with people whom the settings no longer name", () => {
  it("has each of them as a leaver, by address whatever its case, and nobody else", () => {
    const analysts = [{ email: "ana@MSSP.example" }] as never;
    assertEach(leaversIn(guestsIn(resources), { analysts }), (leaver) => leaverSentence(leaver, "northwind"), [
      "Ben Okafor still has access at northwind",
      "eve@mssp.example still has access at northwind",
    ]);
  });
});

describe("settings with people whom the state has no guest of", () => {
  it("has them as joiners, by address whatever its case; a guest that is being deleted is none", () => {
    const analysts = [{ email: "ana@MSSP.example" }, { email: "Cleo@mssp.example" }, { email: "gone@mssp.example" }];
    assert.deepEqual(joinersIn(guestsIn(resources), { analysts } as never), ["cleo@mssp.example", "gone@mssp.example"]);
  });
});

describe("a state with secrets from before a rotation", () => {
  it("has those that were made before it, and one without a date", () => {
    const dateless = { keyId: "k", madeOn: "", value: undefined };
    const moment = "2026-11-30T12:00:00Z";
    assertEach(madeBefore([...secretsIn(resources), dateless], moment), ({ keyId }) => keyId, ["old", "k"]);
  });

  it("asks the backend for no tag where no rotation left a secret", async () => {
    const place = { folder: "/nowhere", environment: {} };
    assert.deepEqual(await leakedSecrets("dev", resources, { type: "federated" }, place), []);
    assert.deepEqual(
      await leakedSecrets("dev", resources, { type: "secret", renewMadeBefore: "2026-10-01T00:00:00Z" }, place),
      [],
    );
  });
});
