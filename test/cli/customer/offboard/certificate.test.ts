/** The inventory, the certificate and its page, without an engine and a tenant. */
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { Deployed } from "../../../../cli/tenant/additions/deployed";
import type { GovernanceLook } from "../../../../cli/customer/governance/look";
import { certificateOf } from "../../../../cli/customer/offboard/certificate";
import { inventoryOf, joined, type Item } from "../../../../cli/customer/offboard/inventory";
import type { OffboardingJournal } from "../../../../cli/customer/offboard/journal";
import { certificatePage } from "../../../../cli/customer/offboard/page";
import { isProved, type Proved, type ProvedItem } from "../../../../cli/customer/offboard/proof";
import { certificateText } from "../../../../cli/customer/offboard/text";

const hostile = `<script>alert(1)</script>\u001b[2J\u202e`;
const guest: Item = { proof: "user", kind: "guest", name: hostile, id: "a1", adopted: false, byHand: false };
const journal: OffboardingJournal = {
  format: 1,
  stack: "contoso",
  customerName: hostile,
  msspName: "Fabrikam Security",
  tenantId: "c0570500-0000-4000-8000-00000000000a",
  beganOn: "2026-11-26T09:00:00.000Z",
  items: [guest],
  parts: { ApplicationPassword: 2 },
  identity: [],
  evidence: {
    folder: "evidence",
    manifestSha256: "f".repeat(64),
    gaps: [hostile],
    from: "2026-10-27T09:00:00.000Z",
    until: "2026-11-26T09:00:00.000Z",
  },
  destroyedOn: "2026-11-26T09:05:00.000Z",
};

function proved(changes: Partial<ProvedItem> = {}, others: Partial<Proved> = {}): Proved {
  return {
    checkedOn: "2026-11-26T09:06:00.000Z",
    items: [{ ...guest, state: "gone", ...changes }],
    found: [],
    governance: { look: { state: "none" }, isRequired: false },
    notes: [],
    ...others,
  };
}

function certificate(of: Proved) {
  return certificateOf({
    journal,
    proved: of,
    history: [],
    graph: "https://graph.microsoft.com",
    automation: "5ec0de00-a070-4000-8000-000000000001",
  });
}

describe("the inventory of a stack", () => {
  const resource = (type: string, id: string, outputs: object = {}, inputs: object = {}) => ({
    type,
    id,
    objectId: (id.split("/").at(-1) ?? "").toLowerCase(),
    inputs: inputs as Record<string, unknown>,
    outputs: outputs as Record<string, unknown>,
  });
  const deployed = new Deployed([
    resource("pulumi:providers:azuread", "p"),
    resource("random:index/randomId:RandomId", "r"),
    resource("pulumi-nodejs:dynamic/defender-mssp:StackIdentity", "51e9"),
    resource("pulumi-nodejs:dynamic/defender-mssp:Guest", "A1", { adopted: true }, { email: "ana@fabrikam.example" }),
    resource("pulumi-nodejs:dynamic/defender-mssp:AlertNotificationRule", "tenant/SOC / servers", { mode: "manual" }),
    resource("azuread:index/group:Group", "/groups/G1", { displayName: "Tier 1" }),
    resource("azuread:index/applicationPassword:ApplicationPassword", "x/password/y"),
    resource("azure-native:keyvault:Vault", "/subscriptions/s/vaults/v"),
  ]);

  it("has objects with what they are called in the tenant, and counts their parts", () => {
    const { items, parts } = inventoryOf(deployed);
    assert.deepEqual(
      items.map(({ proof, name, id }) => [proof, name, id]),
      [
        ["user", "ana@fabrikam.example", "a1"],
        ["notificationRule", "SOC / servers", "SOC / servers"],
        ["group", "Tier 1", "g1"],
        ["azure", "v", "/subscriptions/s/vaults/v"],
      ],
    );
    assert.deepEqual(
      items.map(({ adopted, byHand }) => adopted || byHand),
      [true, true, false, false],
    );
    assert.deepEqual(parts, { ApplicationPassword: 1 });
  });

  it("keeps what an interrupted destroy has taken out of the state", () => {
    const whole = inventoryOf(deployed);
    const rest = { items: whole.items.slice(2), parts: {} };
    assert.deepEqual(joined(whole, rest), whole);
    assert.equal(joined(rest, whole).items.length, whole.items.length);
  });
});

describe("the certificate", () => {
  it("is complete only if everything was looked at and is gone", () => {
    const found = { what: "group", id: "g", evidence: "its description" };
    for (const state of ["gone", "softDeleted", "adopted"] as const) assert.ok(isProved(proved({ state })), state);
    for (const state of ["left", "notChecked", "byHand"] as const) assert.ok(!isProved(proved({ state })), state);
    assert.ok(!isProved(proved({}, { found: [{ ...found, isOurs: true }] })));
    assert.ok(isProved(proved({}, { found: [{ ...found, isOurs: false }] })));
    assert.ok(!isProved(proved({}, { notes: ["Azure was not searched"] })));
  });

  it("is incomplete while a governance relationship grants access, or was not looked at with that model", () => {
    const relationship = {
      id: "1",
      creationDateTime: "2026-11-01T00:00:00Z",
      policy: { groups: [], applications: [] },
    };
    const active: GovernanceLook = { state: "grants", relationship: { ...relationship, status: "active" } };
    const asked: GovernanceLook = {
      state: "grants",
      relationship: { ...relationship, status: "terminationRequestedByGoverningTenant" },
    };
    const unread: GovernanceLook = { state: "notChecked", reason: "not permitted: requires X" };
    const of = (look: GovernanceLook, isRequired: boolean) =>
      certificate(proved({}, { governance: { look, isRequired } }));
    for (const isRequired of [true, false]) {
      for (const look of [active, asked]) {
        const { state, left } = of(look, isRequired);
        assert.deepEqual([state, left.length], ["incomplete", 1]);
        assert.match(left[0]?.step ?? "", /npx mssp governance terminate --stack contoso --as customer/);
      }
      assert.equal(of({ state: "none" }, isRequired).state, "complete");
    }
    const required = of(unread, true);
    assert.deepEqual([required.state, required.left.length], ["incomplete", 1]);
    assert.match(required.left[0]?.step ?? "", /npx mssp governance status --stack contoso/);
    const optional = of(unread, false);
    assert.deepEqual([optional.state, optional.left], ["complete", []]);
    for (const text of [certificatePage(optional), certificateText(optional, "offboard-contoso")])
      assert.match(text.replace(/\s+/g, " "), /not permitted: requires X/);
  });

  it("an incomplete one lists each reason, with what to do", () => {
    for (const state of ["left", "notChecked", "byHand"] as const) {
      const { state: whole, left, removed } = certificate(proved({ state }));
      assert.deepEqual([whole, left.length, removed.length], ["incomplete", 1, 0]);
      assert.notEqual(left[0]?.step, "");
    }
  });

  it("names what stays, and until when", () => {
    const { stays, checks } = certificate(proved({ state: "softDeleted", until: "2026-12-26T09:05:00.000Z" }));
    assert.match(stays[0]?.why ?? "", /30 days.*2026-12-26/);
    assert.match(stays[0]?.step ?? "", /deletedItems\/a1'$/);
    assert.ok(stays.some(({ what }) => what.includes("5ec0de00-a070-4000-8000-000000000001")));
    assert.equal(checks[0]?.command, "az rest --method GET --url 'https://graph.microsoft.com/v1.0/users/a1'");
  });

  it("hostile names act neither on the page nor on a terminal, and lines fit 80 columns", () => {
    const page = certificatePage(certificate(proved({ state: "left" })));
    assert.ok(!page.includes("<script>alert") && !page.includes("\u001b") && !page.includes("\u202e"));
    const text = stripVTControlCharacters(
      certificateText(certificate(proved({ state: "left" })), "offboard-contoso", 80),
    );
    assert.ok(!text.includes("\u001b") && !text.includes("\u202e"));
    for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  });
});
