import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { azuread } from "../../../domain/resourceTypes";
import { accessPackages as rule } from "../../../policy/rules/accessPackages";
import { inDays, judge } from "../support";

describe("policy: access-packages", () => {
  const type = azuread("AccessPackageAssignmentPolicy");
  const requestorSettings = { scopeType: "SpecificConnectedOrganizationSubjects" };
  const sample = {
    requestorSettings,
    durationInDays: 365,
    extensionEnabled: true,
    approvalSettings: { approvalRequired: true, approvalRequiredForExtension: true },
    assignmentReviewSettings: { enabled: true },
  };

  it("passes an access package policy with approval, expiry and access reviews", () => {
    assert.deepEqual(judge(rule, type, sample), []);
    const date = { ...sample, durationInDays: undefined, expirationDate: inDays(300) };
    assert.deepEqual(judge(rule, type, date), []);
  });

  it("refuses an access package policy without approval, expiry or access reviews", () => {
    assert.deepEqual(judge(rule, type, { requestorSettings, extensionEnabled: true }), [
      "it gives access without approval",
      "it extends access without approval",
      "access never ends",
      "its access is not reviewed",
    ]);
    assert.deepEqual(judge(rule, type, { ...sample, durationInDays: 0 }), ["access never ends"]);
    assert.deepEqual(judge(rule, type, { ...sample, durationInDays: 366 }), [
      "access lasts 366 days; at most 365 are allowed",
    ]);
    const date = { ...sample, durationInDays: undefined, expirationDate: inDays(400) };
    assert.match(judge(rule, type, date)[0]!, /^access lasts 400 days/);
    assert.equal(judge(rule, type, sample, { parameters: { mostDays: 180 } }).length, 1);
    assert.equal(judge(rule, type, { ...sample, expirationDate: "some day" }).length, 1);
  });

  it("refuses every requestor scope except the connected organizations that the policy names", () => {
    const scopes = [
      ...["AllConfiguredConnectedOrganizationSubjects", "AllExistingConnectedOrganizationSubjects"],
      ...["AllExistingDirectoryMemberUsers", "AllExistingDirectorySubjects", "AllExternalSubjects", "NoSubjects"],
      ...["SpecificDirectorySubjects", "specificConnectedOrganizationSubjects", undefined],
    ];
    assertProperty(100, fc.oneof(fc.constantFrom(...scopes), fc.string({ minLength: 1 })), (scopeType) => {
      fc.pre(scopeType !== "SpecificConnectedOrganizationSubjects");
      const [problem = ""] = judge(rule, type, { ...sample, requestorSettings: { scopeType } });
      assert.equal(problem, `people of the scope ${JSON.stringify(scopeType ?? "(not set)")} can request access`);
    });
  });
});
