import assert from "node:assert/strict";
import { windowsDefenderAtp } from "@defender-mssp/microsoft";
import { azuread, dynamic } from "../../../domain/resourceTypes";
import { retiredServices as rule } from "../../../policy/rules/retiredServices";
import { judge, unknownValue } from "../support";

describe("policy: retired-services", () => {
  const hunting = { appRoleId: windowsDefenderAtp.appRoles["AdvancedQuery.Read.All"] };
  const clock = process.env["MSSP_CLOCK"];
  const host = process.env["ARM_METADATA_HOSTNAME"];
  after(() => at(clock, host));

  function at(moment: string | undefined, metadataHost = "127.0.0.1:1"): void {
    if (moment === undefined) delete process.env["MSSP_CLOCK"];
    else process.env["MSSP_CLOCK"] = moment;
    process.env["ARM_METADATA_HOSTNAME"] = metadataHost;
    if (host === undefined && moment === clock) delete process.env["ARM_METADATA_HOSTNAME"];
  }

  it("is advisory, so that --policy-pack-config can make it mandatory", () => assert.equal(rule.level, "advisory"));

  it("passes a permission of advanced hunting to the day before its end, and refuses it from that day on", () => {
    at("2027-01-31T23:00:00Z");
    assert.deepEqual(judge(rule, azuread("AppRoleAssignment"), hunting), []);
    at("2027-02-01T00:00:00Z");
    const [problem, ...others] = judge(rule, azuread("AppRoleAssignment"), hunting);
    assert.deepEqual(others, []);
    assert.match(
      problem ?? "",
      /^The advanced hunting API of Defender for Endpoint ended on 2027-02-01\. .*WindowsDefenderATP\/AdvancedQuery\.Read\.All\. Successor: Microsoft Graph runHuntingQuery/,
    );
  });

  it("refuses a type that has ended, by its token with or without a version", () => {
    assert.equal(judge(rule, "azure-native:securityinsights:TIDataConnector", {}).length, 1);
    assert.equal(judge(rule, "azure-native:securityinsights/v20240301:TIDataConnector", {}).length, 1);
    assert.equal(judge(rule, dynamic("AppRoleGrant"), { appRole: "ThreatIndicators.ReadWrite.OwnedBy" }).length, 1);
  });

  it("passes what may still answer, what has no date, and what a preview does not know", () => {
    const scopeIds = [windowsDefenderAtp.scopes["Alert.Read"]];
    assert.deepEqual(judge(rule, azuread("ApplicationApiAccess"), { scopeIds }), []);
    const roleIds = [windowsDefenderAtp.appRoles["Machine.Isolate"], unknownValue];
    assert.deepEqual(judge(rule, azuread("ApplicationApiAccess"), { roleIds, scopeIds: unknownValue }), []);
  });
});
