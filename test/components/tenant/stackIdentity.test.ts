import assert from "node:assert/strict";
import { msspTenantId, only, settled, startMocks, tenantId } from "../mocks";
import { ConnectedOrganization } from "../../../components/portalAccess/connectedOrganization";
import { GuestUser } from "../../../components/guests/guestUser";
import { MsspSecurityGroup } from "../../../components/portalAccess/msspSecurityGroup";
import { StackIdentity } from "../../../components/tenant/stackIdentity";

describe("components: StackIdentity", () => {
  beforeEach(() => startMocks());

  const declare = async () => {
    const people = { email: "ana@mssp.example", displayName: "Ana", redirectUrl: "https://x.example" };
    new GuestUser("ana", { tenantId, ...people });
    new MsspSecurityGroup("tier1", { displayName: "Tier 1", msspName: "Fabrikam" });
    new ConnectedOrganization("org", {
      tenantId,
      displayName: "Fabrikam",
      description: "MSSP",
      identitySource: { domainName: "mssp.example" },
    });
    await settled();
    const inputs = (type: string) => only(type).inputs;
    return {
      guest: inputs("pulumi-nodejs:dynamic/defender-mssp:Guest")["managedBy"],
      organization: inputs("pulumi-nodejs:dynamic/defender-mssp:ConnectedOrganization")["managedBy"],
      group: inputs("azuread:index/group:Group")["description"],
    };
  };

  it("StackIdentity: its ID is in the marks of all resources declared later, the MSSP's tenant in descriptions", async () => {
    new StackIdentity("stack-identity", { msspTenantId });
    const { guest, organization, group } = await declare();
    assert.equal(guest, "defender-mssp/dev#a0b1c2d3e4f5a6b7");
    assert.equal(organization, "defender-mssp/dev#a0b1c2d3e4f5a6b7/org");
    assert.match(
      String(group),
      new RegExp(`Managed by Pulumi \\(defender-mssp/dev#a0b1c2d3e4f5a6b7, MSSP tenant ${msspTenantId}\\): deleting`),
    );
  });

  it("without StackIdentity marks name project and stack", async () => {
    const { guest, organization, group } = await declare();
    assert.equal(guest, "defender-mssp/dev");
    assert.equal(organization, "defender-mssp/dev/org");
    assert.match(String(group), /Managed by Pulumi: deleting/);
  });
});
