import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { leaver } from "../../../cli/findings/rules/leaver";
import { parseDeployment } from "../../../cli/stack/deployment";
import { leakedSecrets, madeBefore, secretsIn } from "../../../cli/stack/leakedSecrets";
import { guestsIn, joinersIn, leaverSentence, leaversIn, waitsForAutomation } from "../../../cli/stack/leavers";
import { parseSettings } from "../../../settings";
import { requiredSettings } from "../../settings/required";

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

describe("a leaver of a stack with a keeper", () => {
  const msspApplications = {
    automation: { id: "5ec0de00-a070-4000-8000-000000000001" },
    keeper: { id: "5ec0de00-a070-4000-8000-000000000002" },
  };

  it("waits for the automation where the keeper sets no members, and is needed now", () => {
    const models = {
      rbac: "rbac",
      "just in time": { model: "rbac", activation: "justInTime" },
      "roles of a group": "basic",
      "roles of guests": { model: "basic", assignTo: "guests" },
    };
    const waits = Object.entries(models).map(([name, portalAccess]) => {
      const settings = parseSettings({ ...requiredSettings, analysts: [], portalAccess, msspApplications }, [], {});
      const [said] = leaver({ stack: "northwind", settings, state: { guests: guestsIn(resources) } });
      assert.equal(said?.urgency, "now");
      assert.equal(
        /the keeper can't end it: disable the person's account/.test(said.next),
        waitsForAutomation(settings),
      );
      return [name, waitsForAutomation(settings)];
    });
    assert.deepEqual(Object.fromEntries(waits), {
      rbac: false,
      "just in time": true,
      "roles of a group": true,
      "roles of guests": true,
    });
    assert.equal(
      waitsForAutomation(parseSettings({ ...requiredSettings, analysts: [], portalAccess: "basic" }, [], {})),
      false,
    );
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
