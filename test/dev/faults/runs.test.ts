import assert from "node:assert/strict";
import { isFoundAgain } from "../../../dev/faults/runs";

describe("dev/faults/runs: writes that the next command finds again", () => {
  for (const write of [
    "POST /beta/security/rules/detectionRules",
    // It enables the rule that the POST has created disabled.
    "PATCH /beta/security/rules/detectionRules/fabrikam-security-office",
    "POST /v1.0/invitations",
    "DELETE /v1.0/applications/8a1f",
  ])
    it(`has ${write}`, () => assert.ok(isFoundAgain(write)));

  for (const write of [
    "POST /v1.0/applications",
    // The last call of azuread's create of an application.
    "PATCH /v1.0/applications/8a1f",
    "DELETE /v1.0/applications/8a1f/owners/77c2/$ref",
  ])
    it(`has not ${write}`, () => assert.ok(!isFoundAgain(write)));
});
