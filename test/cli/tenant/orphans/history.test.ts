/** Who made an orphan and when, by the audit log of the sandbox's tenant. */
import assert from "node:assert/strict";
import { dayMs as day } from "@defender-mssp/errors/time";
import { graphCall, microsoftGraph, ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import {
  assignAppRole,
  automationApplicationId,
  setSwitches,
  tenantId,
  testSandbox,
  fixtureOfEach,
} from "@defender-mssp/testkit";
import { withHistory } from "../../../../cli/tenant/orphans/history";
import { deletionOf, undated, type Orphan } from "../../../../cli/tenant/orphans/orphan";

describe("cli/doctor: the audit log's entry about an orphan", () => {
  const test = fixtureOfEach(testSandbox);
  let call: GraphCall;

  beforeEach(async () => {
    call = await graphCall(tenantId, { environment: test.environment, endpoints: test.endpoints });
  });

  function permit(): void {
    const principals = [...test.tenant.objects("servicePrincipals").values()];
    const automation = principals.find(({ appId }) => appId === automationApplicationId)!;
    assignAppRole(test.tenant, automation, microsoftGraph.appId, "AuditLog.Read.All");
  }

  /** A group that the automation has made, as an orphan. */
  async function orphan(): Promise<Orphan> {
    const json = { displayName: "Left", mailEnabled: false, mailNickname: "left", securityEnabled: true };
    const { body } = await call("/v1.0/groups", { method: "POST", json });
    const { id } = body as { readonly id: string };
    const evidence = { owner: "thisStack", text: "its mark" } as const;
    return { ...undated("group", id, evidence, false), removal: deletionOf(`/v1.0/groups/${id}`) };
  }

  it("names the first change, its time and its author", async () => {
    permit();
    const found = await orphan();
    const madeOn = test.sandbox.cloud.now().toISOString().slice(0, 16);
    test.sandbox.cloud.clock.advance(day);
    await call(`/v1.0/groups/${found.id}`, { method: "PATCH", json: { displayName: "Left over" } });
    const { audit = "" } = await withHistory(call, found);
    assert.match(audit, /^Add group on \S+Z by MSSP Onboarding Automation$/);
    assert.ok(audit.includes(`on ${madeOn}`), audit);
  });

  it("names the permission to read the log", async () =>
    assert.equal((await withHistory(call, await orphan())).audit, "not readable: requires AuditLog.Read.All"));

  for (const [licence, days] of [
    ["free", 7],
    ["p1", 30],
  ] as const) {
    it(`reports that the log has no entry for an older change, with the licence ${licence}`, async () => {
      permit();
      setSwitches(test.tenant, { entraLicence: licence });
      const found = await orphan();
      test.sandbox.cloud.clock.advance((days - 1) * day);
      call = await graphCall(tenantId, { environment: test.environment, endpoints: test.endpoints });
      assert.match((await withHistory(call, found)).audit ?? "", /^Add group on /);
      test.sandbox.cloud.clock.advance(2 * day);
      call = await graphCall(tenantId, { environment: test.environment, endpoints: test.endpoints });
      assert.equal((await withHistory(call, found)).audit, "no entry: it keeps 7 days, or 30 with Entra ID P1");
    });
  }

  it("reports a missing licence or another reason why the log can't be read; the repair continues", async () => {
    const found = await orphan();
    const refusing =
      (status: number, serviceCode: string): GraphCall =>
      () =>
        Promise.reject(new ServiceError({ status, serviceCode, message: "No.", method: "GET", url: "https://graph" }));
    const said = async (status: number, code: string) => (await withHistory(refusing(status, code), found)).audit;
    assert.equal(
      await said(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"),
      "not readable: the tenant has no Entra ID P1",
    );
    assert.match((await said(503, "serviceUnavailable")) ?? "", /^not readable: GET https:\/\/graph answered 503: /);
    const bug: GraphCall = () => Promise.reject(new TypeError("a bug"));
    await assert.rejects(withHistory(bug, found), TypeError);
  });

  it("names a person by the principal name, and shows missing parts of the entry", async () => {
    const answering = (value: object[]): GraphCall => {
      return () => Promise.resolve({ status: 200, headers: new Headers(), text: "", body: { value }, tries: 1 });
    };
    const found = await orphan();
    const user = { userPrincipalName: "eve@contoso.com", displayName: "Eve" };
    const byUser = {
      activityDateTime: "2026-11-26T09:00:00Z",
      activityDisplayName: "Add group",
      initiatedBy: { user },
    };
    const audit = async (value: object[]) => (await withHistory(answering(value), found)).audit;
    assert.equal(await audit([byUser]), "Add group on 2026-11-26T09:00:00Z by eve@contoso.com");
    assert.equal(await audit([{ initiatedBy: null }]), "first change on ? by ?");
  });

  it("is not read for objects outside Graph", async () => {
    const found = await orphan();
    const vault = { ...found, removal: { ...found.removal, service: "customerAzure" } } as unknown as Orphan;
    const call: GraphCall = () => assert.fail("the log was asked");
    assert.equal((await withHistory(call, vault)).audit, undefined);
  });
});
