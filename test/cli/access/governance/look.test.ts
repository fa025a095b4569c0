/** What the commands that check a tenant say of the governance relationship, over canned answers. */
import type { LiveFindings } from "../../../../cli/access/report/live";
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { EnvironmentError, ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import {
  beforeDestroyText,
  relationshipLeft,
  type BeforeDestroyReport,
} from "../../../../cli/access/inventory/beforeDestroy";
import { lookAtGovernance, type GovernanceLook } from "../../../../cli/access/governance/look";
import { governance as governanceRule } from "../../../../cli/findings/rules/governance";
import { facts } from "../../findings/facts";
import { governanceFound } from "../../../../cli/access/report/governance";
import { unaskedRelationship } from "../../../../cli/customer/verify/governance";
import { parseSettings, type Settings } from "../../../../settings";
import { requiredSettings } from "../../../settings/required";

const objectId = "0a0b0c0d-0000-4000-8000-000000000001";
const portalAccess = { model: "governance", groups: [{ objectId, name: "SOC", roles: ["Security Reader"] }] };
const governance = parseSettings(
  { ...requiredSettings, analysts: "[]", portalAccess: JSON.stringify(portalAccess) },
  [],
  {},
);
const rbac = parseSettings({ ...requiredSettings, analysts: "[]" }, [], {});

const reader = { id: "5d6b6bb7-de71-4623-b4af-96380a352509", name: "Security Reader" };
const operator = { id: "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f", name: "Security Operator" };
const relationship = (status: string, role = reader) => ({
  id: "1",
  status,
  creationDateTime: "2026-11-01T00:00:00Z",
  policySnapshot: { delegatedAdministrationRoleAssignments: [{ groupId: objectId, roleTemplates: [role] }] },
});
const asked = "terminationRequestedByGoverningTenant";

/** Graph with these relationships, or with an error's status; nothing else may be read. */
function look(answer: readonly object[] | number, settings: Settings = rbac): Promise<GovernanceLook> {
  const call: GraphCall = (path, { method = "GET" } = {}) => {
    assert.equal(method, "GET");
    const url = path.split("?")[0] ?? "";
    assert.match(url, /\/governanceRelationships$/);
    if (typeof answer === "number")
      return Promise.reject(new ServiceError({ status: answer, message: "no", method, url }));
    return Promise.resolve({ status: 200, headers: new Headers(), text: "", body: { value: answer }, tries: 1 });
  };
  return lookAtGovernance(() => Promise.resolve({ settings, call }));
}

describe("a look at the governance relationship", () => {
  it("one that is active or waits for its end grants access, one that has ended does not", async () => {
    assert.equal((await look([relationship("active")])).state, "grants");
    assert.equal((await look([relationship(asked)])).state, "grants");
    assert.equal((await look([relationship("terminated")])).state, "none");
    assert.equal((await look([])).state, "none");
  });

  it("without permission, service or sign-in it is not checked, and names the permission only where that is missing", async () => {
    const permission = "not permitted: requires TenantGovernance-Relationship.Read.All";
    assert.deepEqual(await look(403), { state: "notChecked", reason: permission });
    const reasonOf = (found: GovernanceLook) => (found.state === "notChecked" ? found.reason : "");
    assert.match(reasonOf(await look(404)), /^not checked: GET .*answered 404/);
    const url = "https://login.example/token";
    const refused = new ServiceError({ status: 401, message: "AADSTS7000215", method: "POST", url });
    for (const error of [refused, new EnvironmentError("ARM_TENANT_ID is no tenant")])
      assert.match(reasonOf(await lookAtGovernance(() => Promise.reject(error))), /^not checked: (POST|ARM_)/);
    await assert.rejects(
      lookAtGovernance(() => Promise.reject(new TypeError("a bug"))),
      TypeError,
    );
  });
});

describe("mssp doctor --before-destroy and the governance relationship", () => {
  const text = (found: GovernanceLook, changes: Partial<BeforeDestroyReport> = {}): string =>
    beforeDestroyText({
      ...{ stack: "contoso", state: "passed", hasAccessPackages: false, holders: [], kept: [], stays: [], unknown: [] },
      relationship: relationshipLeft("contoso", found),
      ...changes,
    }).replace(/\s+/g, " ");

  it("names one that grants access, what it grants and the step that ends it", async () => {
    for (const status of ["active", asked]) {
      const shown = text(await look([relationship(status)]));
      assert.match(shown, /does not end the governance relationship/);
      assert.match(shown, /directory role Security Reader/);
      assert.match(
        shown,
        /npx mssp governance terminate --stack contoso --as customer .* Then run `npx pulumi destroy/,
      );
      assert.match(shown, /Terminate governance, or Confirm termination/);
    }
  });

  it("says that it was not checked, and how to look", async () => {
    const shown = text(await look(403));
    assert.match(shown, /not permitted: requires TenantGovernance-Relationship\.Read\.All/);
    assert.match(shown, /npx mssp governance status --stack contoso --as customer/);
    assert.doesNotMatch(shown, /No governance relationship is active/);
  });

  it("says that nothing is in the way only where it has looked", async () => {
    const none =
      /^Stack contoso has no access packages\. No governance relationship is active\. Run `npx pulumi destroy/;
    assert.match(text(await look([])), none);
  });
});

describe("mssp verify with another model, and the governance relationship", () => {
  const check = async (answer: readonly object[] | number) => unaskedRelationship("contoso", rbac, await look(answer));

  it("an existing one is an addition, with the step that ends it", async () => {
    for (const status of ["active", asked]) {
      const { state, additions = [], reason } = await check([relationship(status)]);
      assert.deepEqual([state, additions.length], ["failed", 1]);
      assert.match(additions[0]?.step ?? "", /npx mssp governance terminate --stack contoso/);
      assert.match(reason, /Security Reader/);
    }
  });

  it("none passes, and what can't be read does not fail", async () => {
    const states = [await check([relationship("terminated")]), await check(403), await check(404), await check(503)];
    assertEach(states, ({ state }) => state, ["passed", "notChecked", "notChecked", "notChecked"]);
  });
});

describe("mssp report and the governance relationship", () => {
  const attention = (settings: Settings, found: GovernanceLook | undefined) =>
    governanceRule(facts({ settings, ...(found && { live: { governance: found } as LiveFindings }) })).map(
      ({ urgency, text }) => `${urgency}: ${text}`,
    );

  it("without --live the relationship is not checked; with --live each difference is listed", async () => {
    assert.deepEqual(attention(governance, undefined), [
      "unread: Whether the governance relationship is active is not known: not looked at: use --live",
    ]);
    assert.match(attention(governance, await look(403)).join(), /^unread: .*requires TenantGovernance/);
    assert.match(attention(governance, await look([])).join(), /^now: No governance relationship is active/);
    assert.match(attention(governance, await look([relationship(asked)])).join(), /^soon: The MSSP has asked to end/);
    const differing = attention(governance, await look([relationship("active", operator)]));
    assert.equal(differing.length, 2);
    assert.match(differing.join(), /missing: .*Security Reader.*not in the settings: .*Security Operator/);
  });

  it("an active relationship that matches the settings is listed and needs no attention", async () => {
    const found = await look([relationship("active")]);
    assert.deepEqual(attention(governance, found), []);
    assert.deepEqual(governanceFound(governance, found), {
      state: "active",
      found: "a governance relationship has been active since 2026-11-01",
    });
  });

  it("with another model, only an existing one is said", async () => {
    assert.match(attention(rbac, await look([relationship("active")])).join(), /^now: .*settings ask for none/);
    for (const found of [undefined, await look([]), await look(403)]) {
      assert.equal(governanceFound(rbac, found), undefined);
      assert.deepEqual(attention(rbac, found), []);
    }
  });
});
