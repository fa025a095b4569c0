import assert from "node:assert/strict";
import { retirement } from "@defender-mssp/microsoft";
import { lighthouseAloneText, multitenantSteps, sentinelSteps } from "../../domain/sentinelSteps";

const azureDelegation = {};
const rbac = { portalAccess: { model: "rbac" } };
const sentinelAccess = {
  ...{ resourceGroup: "sentinel", workspaceName: "soc" },
  roles: { tier1: ["Microsoft Sentinel Reader" as const] },
};

describe("domain: steps for Microsoft Sentinel", () => {
  it("says what analysts with Azure Lighthouse alone lose, before and after the day", () => {
    const { endsOn } = retirement("sentinel-azure-portal");
    assert.equal(endsOn, "2027-03-31");
    const text = (today: string) => lighthouseAloneText({ ...rbac, azureDelegation }, today) ?? "";
    assert.match(
      text(endsOn),
      /^On 2027-03-31 Microsoft Sentinel leaves .* then lose the incidents.*Set sentinelAccess/,
    );
    assert.match(text("2027-04-01"), /^Since 2027-03-31 .* have lost the incidents/);
    assert.equal(lighthouseAloneText(rbac, endsOn), undefined);
    assert.equal(lighthouseAloneText({ ...rbac, azureDelegation, sentinelAccess }, endsOn), undefined);
  });

  it("names the multitenant portal wherever people get access", () => {
    const portal = /https:\/\/mto\.security\.microsoft\.com, which shows at most 100 tenants/;
    assert.match(multitenantSteps({ ...rbac, analysts: [{}] }).join(), portal);
    assert.match(multitenantSteps({ portalAccess: { model: "entitlement" }, analysts: [] }).join(), portal);
    assert.deepEqual(multitenantSteps({ ...rbac, analysts: [] }), []);
  });

  it("names the portal's steps, and the clicks where the groups are in the MSSP's tenant", () => {
    assert.deepEqual(sentinelSteps(rbac), []);
    assert.match(sentinelSteps({ ...rbac, azureDelegation }).join("\n"), /^Set sentinelAccess/);
    const steps = sentinelSteps({ ...rbac, sentinelAccess }).join("\n");
    assert.match(steps, /Connect the workspace soc to the Defender portal/);
    assert.doesNotMatch(steps, /Remote tenant group|Directory Readers/);
    const governance = { portalAccess: { model: "governance" }, sentinelAccess: { ...sentinelAccess, roles: {} } };
    assert.match(sentinelSteps(governance).join("\n"), /resource group sentinel in the Azure portal > Access control/);
    const remote = { ...sentinelAccess, roles: { "remote-1": ["Microsoft Sentinel Reader" as const] } };
    const unverified = sentinelSteps({ ...governance, sentinelAccess: remote }).join("\n");
    assert.match(unverified, /Look in the Azure portal .* never tried on a tenant/);
    assert.doesNotMatch(unverified, /Remote tenant group/);
    const responder = { ...sentinelAccess, roles: { tier2: ["Microsoft Sentinel Responder" as const] } };
    assert.match(sentinelSteps({ ...rbac, sentinelAccess: responder }).join("\n"), /Directory Readers/);
  });
});
