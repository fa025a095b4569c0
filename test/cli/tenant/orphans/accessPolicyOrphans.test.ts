import assert from "node:assert/strict";
import { accessPolicyOrphans } from "../../../../cli/tenant/orphans/accessPolicyOrphans";
import { Deployed } from "../../../../cli/tenant/deployed";

describe("accessPolicyOrphans", () => {
  it("lists policies of the stack's name for guests of the MSSP that the state lacks, as of an unknown owner", async () => {
    const policy = (id: string, displayName = "MSSP access: Fabrikam", tenant = "MSSP") => ({
      id,
      displayName,
      createdDateTime: "2026-11-29T00:00:00Z",
      conditions: { users: { includeGuestsOrExternalUsers: { externalTenants: { members: [tenant] } } } },
    });
    const value = [policy("known"), policy("lost"), policy("named", "Ours"), policy("people", undefined, "x")];
    const answer = { status: 200, headers: new Headers(), text: "", body: { value }, tries: 1 };
    const id = "/identity/conditionalAccess/policies/known";
    const deployed = new Deployed([{ type: "", id, objectId: "known", inputs: {}, outputs: {} }]);
    const found = await accessPolicyOrphans(
      { graph: () => Promise.resolve(answer) },
      { msspName: "Fabrikam", msspTenantId: "mssp" },
      deployed,
    );
    assert.deepEqual(
      found.map((one) => [one.id, one.evidence.owner, one.createdOn, one.removal.path]),
      [["lost", "unknown", "2026-11-29T00:00:00Z", "/v1.0/identity/conditionalAccess/policies/lost"]],
    );
  });
});
