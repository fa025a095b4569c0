/** Relationships of Partner Center, as the certificate of an off-boarding looks for them. */
import assert from "node:assert/strict";
import { type Harness } from "../support/harness";

const path = "/v1.0/tenantRelationships/delegatedAdminRelationships";

export function delegatedAdminSequences(harness: () => Harness): void {
  it("delegated admin relationships: read with their permission, in the partner's tenant", async () => {
    const graph = harness();
    const id = "5e55a3b1-0001-4001-8001-000000000001-5e55a3b1-0002-4002-8002-000000000002";
    graph.tenant.objects("delegatedAdminRelationships").set(id, {
      ...{ id, displayName: "Contoso", duration: "P730D", autoExtendDuration: "PT0S", status: "active" },
      customer: { tenantId: "c0570500-0000-4000-8000-00000000000a", displayName: "Contoso" },
      accessDetails: { unifiedRoles: [{ roleDefinitionId: "5d6b6bb7-de71-4623-b4af-96380a352509" }] },
      ...{ createdDateTime: "2026-01-01T00:00:00Z", lastModifiedDateTime: "2026-01-02T00:00:00Z" },
      ...{ activatedDateTime: "2026-01-02T00:00:00Z", endDateTime: "2028-01-02T00:00:00Z" },
    });
    const as = { roles: ["DelegatedAdminRelationship.Read.All"] };
    const [listed] = await graph.list(path, { as });
    assert.equal(listed?.["status"], "active");
    assert.equal((await graph.get(`${path}/${id}`, { as }))["displayName"], "Contoso");
    await graph.refused(404, "GET", `${path}/another`, undefined, { as });
    await graph.refused(403, "GET", path, undefined, { as: { roles: ["Directory.Read.All"] } });
  });
}
