import assert from "node:assert/strict";
import { msspDomains } from "../../../cli/tenant/openTenant";

describe("a tenant that is opened: the MSSP's domains", () => {
  it("are those of the settings, of the identity source and of the analysts, once each", () => {
    const terms = { approvers: ["dana@contoso.example"], expiresAfterDays: 180, reviewEvery: "quarter" } as const;
    const identitySource = { domain: "Fabrikam-Security.example" };
    const domains = msspDomains({
      analysts: [{ email: "ana@soc.example" }, { email: "ben@soc.example" }],
      analystDomains: ["fabrikam.example"],
      portalAccess: { model: "entitlement", tiers: {}, identitySource, ...terms },
    } as never);
    assert.deepEqual(domains, ["fabrikam.example", "fabrikam-security.example", "soc.example"]);
  });
});
