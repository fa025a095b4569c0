import assert from "node:assert/strict";
import { defaultConnectorAccess, microsoftGraph } from "@defender-mssp/microsoft";
import { tenantId, testSandbox, fixture } from "@defender-mssp/testkit";
import { connectorFeatures } from "../../../../cli/access/examination/connectorFeatures";

describe("mssp doctor: the connector's profile", () => {
  const test = fixture(testSandbox);

  const triage = { profile: "triage", approvedBy: "Dana Reyes", writesEndOn: "2027-03-31" } as const;
  const features = (contract: object, day = "2027-03-31") =>
    connectorFeatures(
      { tenantId, connector: { ...defaultConnectorAccess, ...contract } },
      new Date(`${day}T23:59:59Z`),
      test.context,
    );

  it("asks nothing for a connector that only reads alerts", async () => assert.deepEqual(await features({}), []));

  it("passes if the tenant publishes every role, and names those that it does not", async () => {
    assert.deepEqual(await features(triage), [{ feature: "connectorRoles", state: "passed" }]);
    const graph = [...test.tenant.objects("servicePrincipals").values()].find(
      ({ appId }) => appId === microsoftGraph.appId,
    )!;
    const before = graph["appRoles"];
    graph["appRoles"] = (before as { value: string }[]).filter(({ value }) => value !== "ThreatHunting.Read.All");
    try {
      const [found] = await features({ profile: "hunt" });
      assert.equal(found?.state, "failed");
      assert.match(found.reason ?? "", /does not publish Microsoft Graph ThreatHunting\.Read\.All:/);
    } finally {
      graph["appRoles"] = before!;
    }
  });

  it("says after the last day what the next `up` removes", async () => {
    const [, profile] = await features(triage, "2027-04-01");
    assert.deepEqual([profile?.feature, profile?.state], ["connectorProfile", "passed"]);
    assert.match(profile?.reason ?? "", /^triage ended on 2027-03-31: the next npx pulumi up removes/);
  });
});
