import assert from "node:assert/strict";
import { ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import { gdapExclusion } from "../../../../cli/customer/verify/gdapExclusion";

const tenantId = "c0570500-0000-4000-8000-00000000000a";
const owner = { stack: "contoso", stackId: undefined, tenantId, msspTenantId: "m", domains: [], automation: undefined };

function check(...relationships: readonly object[]) {
  const call = () => Promise.resolve({ status: 200, headers: new Headers(), body: { value: relationships } });
  return gdapExclusion({ msspGraph: () => Promise.resolve(call as unknown as GraphCall), owner });
}

describe("mssp verify: GDAP beside a governance relationship", () => {
  const relationship = {
    id: "1",
    displayName: "Contoso GDAP",
    customer: { tenantId },
    accessDetails: { unifiedRoles: [{}] },
  };

  it("fails for one that is active between the same tenants, and says how to end it", async () => {
    const { state, reason } = await check({ ...relationship, status: "active" });
    assert.equal(state, "failed");
    assert.match(reason, /"Contoso GDAP" exists \(it is active, with 1 roles\), and excludes .* Partner relationships/);
  });

  it("passes for another customer's, and for one that has ended", async () => {
    const other = { ...relationship, status: "active", customer: { tenantId: "another" } };
    assert.equal((await check(other, { ...relationship, status: "terminated" })).state, "passed");
  });

  it("is not checked where the identity may not read the MSSP's tenant", async () => {
    const refused = new ServiceError({
      status: 403,
      message: "no",
      method: "GET",
      url: "https://graph.microsoft.com/x",
    });
    const { state, reason } = await gdapExclusion({ msspGraph: () => Promise.reject(refused), owner });
    assert.equal(state, "notChecked");
    assert.match(reason, /DelegatedAdminRelationship\.Read\.All in the MSSP's tenant/);
  });
});
