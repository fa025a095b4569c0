import assert from "node:assert/strict";
import { azuread } from "../../../domain/resourceTypes";
import { ownReferences as rule } from "../../../policy/rules/ownReferences";
import { judgeStack, unknownValue, type Sample } from "../support";

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
