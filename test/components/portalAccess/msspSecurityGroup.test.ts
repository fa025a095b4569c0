import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { MsspSecurityGroup } from "../../../components/portalAccess/msspSecurityGroup";
import { only, resolved, settled, startMocks, type Recording } from "../mocks";

const groupType = "azuread:index/group:Group";
const args = { displayName: "Fabrikam MSSP Analysts", msspName: "Fabrikam", members: ["u1", "u2"] };

describe("components: MsspSecurityGroup", () => {
  let recorded: Recording;
  beforeEach(async () => (recorded = await startMocks()));

  it("is one security group that has exactly the given members", async () => {
    const group = new MsspSecurityGroup("analysts", args);
    await settled();
    assertEach(recorded.resources, ({ type, name }) => ({ type, name }), [
      { type: "defender-mssp:index:MsspSecurityGroup", name: "analysts" },
      { type: groupType, name: "analysts-group" },
    ]);
    assert.deepEqual(only(groupType).inputs, {
      displayName: "Fabrikam MSSP Analysts",
      description:
        "People of Fabrikam who watch this tenant's Microsoft Defender. Managed by Pulumi: members added by hand are removed, " +
        "and deleting the group ends the access.",
      securityEnabled: true,
      preventDuplicateNames: true,
      members: ["u1", "u2"],
    });
    assert.equal(only(groupType).parent, "defender-mssp:index:MsspSecurityGroup::analysts");
    assert.deepEqual(await resolved(group.objectId), { value: "analysts-group-object", secret: false });
    assert.deepEqual(await resolved(group.displayName), { value: "Fabrikam MSSP Analysts", secret: false });
  });

  it("has the name that was asked for, also where the plugin has read back its temporary one", async () => {
    await startMocks({ outputs: { [groupType]: { displayName: "TERRAFORM_UPDATE" } } });
    const group = new MsspSecurityGroup("analysts", args);
    assert.deepEqual(await resolved(group.displayName), { value: args.displayName, secret: false });
  });

  it("replaces apostrophes, which the provider's filter for duplicate names does not escape", async () => {
    new MsspSecurityGroup("analysts", { ...args, displayName: "O'Neill' or displayName ne '" });
    await settled();
    assert.equal(only(groupType).inputs["displayName"], "O’Neill’ or displayName ne ’");
  });

  it("can be role-assignable; a replacement deletes the group first", async () => {
    new MsspSecurityGroup("analysts", { ...args, assignableToRole: true });
    await settled();
    assert.equal(only(groupType).inputs["assignableToRole"], true);
    assert.equal(only(groupType).deleteBeforeReplace, true);
  });

  it("has an unknown object ID in a preview", async () => {
    await startMocks({ preview: true });
    const group = new MsspSecurityGroup("analysts", args);
    assert.deepEqual(await resolved(group.objectId), { value: undefined, secret: false });
  });
});
