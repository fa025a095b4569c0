import assert from "node:assert/strict";
import { ConnectedOrganization } from "../../../components/portalAccess/connectedOrganization";
import { only, resolved, settled, startMocks } from "../mocks";

const type = "pulumi-nodejs:dynamic/defender-mssp:ConnectedOrganization";
const args = {
  tenantId: "c0570500-0000-4000-8000-00000000000a",
  displayName: "Fabrikam Security",
  description: "The MSSP.",
  identitySource: { tenantId: "5ec0de00-5ea1-4000-8000-000000000001" },
};

/** What the engine would be asked for; what the provider's methods do is tested beside this. */
describe("ConnectedOrganization", () => {
  it("declares one resource of its own type", async () => {
    const { resources } = await startMocks();
    const organization = new ConnectedOrganization("mssp-organization", args);
    await settled();
    assert.equal(resources.length, 1);
    const { __provider: code, ...inputs } = only(type).inputs;
    // What isn't decided yet stands as null in a request.
    const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null));
    assert.deepEqual(given, { ...args, managedBy: "defender-mssp/dev/mssp-organization" });
    assert.equal(only(type).deleteBeforeReplace, false);
    assert.deepEqual(await resolved(organization.displayName), { value: "Fabrikam Security", secret: false });
    assert.match(String(code), /\.connectedOrganizationResource\[method\]/);
  });

  it("leaves the service's values unknown in a preview", async () => {
    await startMocks({ preview: true });
    const organization = new ConnectedOrganization("mssp-organization", args);
    assert.equal((await resolved(organization.adopted)).value, undefined);
  });
});
