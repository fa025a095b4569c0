import assert from "node:assert/strict";
import type { PortalAccessRole } from "@defender-mssp/microsoft";
import { DirectoryRoleAccess } from "../../../components/portalAccess/directoryRoleAccess";
import { PortalAccessModel } from "../../../components/portalAccess/portalAccessModel";
import { only, resolved, settled, startMocks, type Recording } from "../mocks";

const assignmentType = "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment";

/** What the engine would be asked for; that grants go before they come is proven in test/e2e/portalAccess.test.ts. */
describe("components/portalAccess: DirectoryRoleAccess", () => {
  let recorded: Recording;
  beforeEach(async () => (recorded = await startMocks()));

  it("assigns the least role to the group, in the scope of the model", async () => {
    const model = new PortalAccessModel("model", { model: "basic" });
    const access = new DirectoryRoleAccess("access", {
      principals: { group: "group-object" },
      directoryScope: model.directoryScope,
    });
    assert.equal((await resolved(access.role)).value, "Security Reader");
    assert.deepEqual((await resolved(access.principals)).value, { group: "group-object" });
    await settled();
    const assignment = only(assignmentType);
    assert.equal(assignment.name, "access-group");
    assert.deepEqual(assignment.inputs, {
      roleId: "5d6b6bb7-de71-4623-b4af-96380a352509",
      principalObjectId: "group-object",
      directoryScopeId: "/",
    });
    assert.equal(assignment.parent, "defender-mssp:index:DirectoryRoleAccess::access");
    assert.equal(assignment.deleteBeforeReplace, true);
    assert.deepEqual(assignment.dependsOn, ["model"]);
    const pivot = only("pulumi-nodejs:dynamic/defender-mssp:PortalAccessModel");
    assert.equal(pivot.deleteBeforeReplace, true);
    assert.equal(pivot.inputs["model"], "basic");
  });

  const ids: [PortalAccessRole, string][] = [
    ["Security Operator", "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f"],
    ["Security Administrator", "194ae4cb-b126-40b2-bd5b-6091b380977d"],
  ];
  for (const [role, id] of ids) {
    it(`assigns ${role} to each guest if the settings ask for it`, async () => {
      const principals = { "ana@f.example": "ana-object", "ben@f.example": "ben-object" };
      new DirectoryRoleAccess("access", { role, principals, directoryScope: "/" });
      await settled();
      const assigned = recorded.resources.filter(({ custom }) => custom);
      assert.deepEqual(
        assigned.map(({ name, inputs }) => [name, inputs["principalObjectId"], inputs["roleId"]]).sort(),
        [
          ["access-ana@f.example", "ana-object", id],
          ["access-ben@f.example", "ben-object", id],
        ],
      );
    });
  }

  it("assigns no other role", () => {
    const role = "Global Administrator" as PortalAccessRole;
    assert.throws(() => new DirectoryRoleAccess("access", { role, principals: {}, directoryScope: "/" }), {
      message:
        'role "Global Administrator" is not allowed; allowed are Security Reader, Security Operator, Security Administrator.',
    });
  });
});
