import assert from "node:assert/strict";
import { azuread, dynamic, registrationAssignment, registrationDefinition } from "../../../domain/resourceTypes";
import { ownReferences as rule } from "../../../policy/rules/ownReferences";
import { contoso, judgeStack, unknownValue, type Sample } from "../support";

describe("policy: own-references", () => {
  const packages = (id: (name: string) => unknown): Sample[] => [
    { type: azuread("AccessPackageCatalog"), name: "catalog", properties: { id: id("catalog") } },
    {
      type: azuread("AccessPackageResourceCatalogAssociation"),
      name: "resource",
      properties: { id: id("resource"), catalogId: id("catalog") },
      sources: { catalogId: ["catalog"] },
    },
    {
      type: azuread("AccessPackage"),
      name: "package",
      properties: { id: id("package"), catalogId: id("catalog") },
      sources: { catalogId: ["catalog"] },
    },
    role("role", id),
  ];
  const role = (name: string, id: (name: string) => unknown, from = ["package", "resource"] as const): Sample => ({
    type: azuread("AccessPackageResourcePackageAssociation"),
    name,
    properties: { accessPackageId: id(from[0]), catalogResourceAssociationId: id(from[1]) },
    sources: { accessPackageId: [from[0]], catalogResourceAssociationId: [from[1]] },
  });
  const known = (name: string) => `id-of-${name}`;

  it("passes the stack's own packages, by their IDs or by their sources", () => {
    assert.deepEqual(judgeStack(rule, packages(known)), []);
    assert.deepEqual(
      judgeStack(
        rule,
        packages(() => unknownValue),
      ),
      [],
    );
  });

  it("refuses an ID that comes from no resource of the stack", () => {
    const type = azuread("AccessPackageAssignmentPolicy");
    const policy: Sample = { type, name: "policy", properties: { accessPackageId: "customers" } };
    assert.deepEqual(judgeStack(rule, [...packages(known), policy]), [
      "its accessPackageId customers is not of a resource of this stack (AccessPackage)",
    ]);
    const fromCatalog = { ...policy, sources: { accessPackageId: ["catalog"] } };
    assert.equal(judgeStack(rule, [...packages(known), fromCatalog]).length, 1);
  });

  it("refuses an ID that differs from the resource that it comes from", () => {
    const policy: Sample = {
      type: azuread("AccessPackageAssignmentPolicy"),
      properties: { accessPackageId: "customers" },
      sources: { accessPackageId: ["package"] },
    };
    assert.equal(judgeStack(rule, [...packages(known), policy]).length, 1);
  });

  const assignment = (roleDefinitionId: unknown, name: string): Sample => ({
    type: dynamic("DefenderRoleAssignment"),
    name,
    properties: { roleDefinitionId },
    sources: { roleDefinitionId: ["role"] },
  });

  it("refuses another role's ID, also where no output shows the ID of the stack's role", () => {
    for (const properties of [{ id: "role-id" }, {}]) {
      const role = { type: dynamic("DefenderRoleDefinition"), name: "role", properties };
      const own = assignment("role-id", "own");
      assert.deepEqual(judgeStack(rule, [role, own]), []);
      const said = judgeStack(rule, [role, own, assignment("other-id", "other")]);
      assert.ok(
        said.includes("its roleDefinitionId other-id is not of a resource of this stack (DefenderRoleDefinition)"),
      );
      const hidden = { ...role, properties: {} };
      assert.deepEqual(judgeStack(rule, [hidden, assignment(unknownValue, "own")]), []);
      assert.equal(judgeStack(rule, [hidden, assignment(unknownValue, "own"), assignment("other", "other")]).length, 1);
    }
  });

  it("knows a delegation's definition by its name and subscription, also while a preview knows the ID alone", () => {
    const subscriptionId = "c0570500-5ab5-4000-8000-000000000001";
    const azureDelegation = { subscriptionId, groupObjectId: "", groupName: "", roles: [] };
    const say = (subscription: string, name: unknown) =>
      judgeStack(
        rule,
        [
          { type: registrationDefinition, name: "definition", properties: { name } },
          {
            type: registrationAssignment,
            properties: {
              properties: {
                registrationDefinitionId: `/Subscriptions/${subscription}/providers/Microsoft.ManagedServices/registrationDefinitions/uuid`,
              },
            },
            sources: { properties: ["definition"] },
          },
        ],
        { settings: { ...contoso, azureDelegation } },
      ).length;
    assert.equal(say(subscriptionId, "uuid"), 0);
    assert.equal(say(subscriptionId, unknownValue), 0);
    assert.equal(say(subscriptionId, "another"), 1);
    assert.equal(say("c0570500-5ab5-4000-8000-000000000002", "uuid"), 1);
  });

  it("refuses a package with two groups, and a group in two packages", () => {
    for (const id of [known, () => unknownValue]) {
      assert.deepEqual(judgeStack(rule, [...packages(id), role("again", id)]), [
        "its access package gives another group, too",
        "its access package gives another group, too",
        "another access package gives its group, too",
        "another access package gives its group, too",
      ]);
    }
  });
});
