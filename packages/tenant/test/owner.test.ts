/** Whose a node is: IDs before claims, and never a display name. */
import assert from "node:assert/strict";
import { chain, chains, owner, type Whose } from "@defender-mssp/tenant";

const whose: Whose = {
  ...{ stack: "contoso", stackId: "0123456789abcdef", tenantId: "c0570500-0000-4000-8000-00000000000a" },
  ...{ msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001", domains: ["fabrikam.example"], automation: undefined },
};
const mark = (id: string, tenant: string) => `Managed by Pulumi (customers/contoso#${id}, MSSP tenant ${tenant}).`;
const [own, other] = [whose.stackId ?? "", "fedcba9876543210"];
const byTenant = { id: whose.msspTenantId.toUpperCase(), evidence: "its application is of the MSSP's tenant" };
const claim = "its address eve@fabrikam.example is of the MSSP's domain";

describe("the owner of a node", () => {
  it("is the stack by its random ID alone, before its tenant and every claim", () => {
    const facts = { marks: ["", mark(own, whose.msspTenantId)], tenant: byTenant, claim };
    assert.equal(owner(whose, facts)?.whose, "stack");
    assert.equal(owner({ ...whose, stackId: undefined }, facts)?.whose, "claimed");
    assert.equal(owner({ ...whose, stackId: other }, { marks: facts.marks })?.whose, "claimed");
  });

  it("is the MSSP by its tenant ID, whatever it claims", () =>
    assert.deepEqual(owner(whose, { marks: [null], tenant: byTenant, claim }), {
      whose: "mssp",
      evidence: byTenant.evidence,
    }));

  it("is claimed by another stack's mark, an address or a domain, and says by what", () => {
    const marked = owner(whose, { marks: [mark(other, whose.msspTenantId)] });
    assert.deepEqual([marked?.whose, marked?.mark?.stackId], ["claimed", other]);
    assert.match(marked?.evidence ?? "", /customers\/contoso/);
    assert.deepEqual(owner(whose, { marks: [], claim }), { whose: "claimed", evidence: claim });
  });

  it("is nobody for another MSSP's mark, a mark without an ID, another tenant, and a name alone", () => {
    const elsewhere = "07e20000-0000-4000-8000-000000000002";
    assert.equal(owner(whose, { marks: [mark(other, elsewhere)] }), undefined);
    assert.equal(owner(whose, { marks: ["Managed by Pulumi (customers/contoso)."] }), undefined);
    assert.equal(owner(whose, { marks: ["Fabrikam"], tenant: { ...byTenant, id: elsewhere } }), undefined);
  });
});

describe("a chain", () => {
  const parts = { kind: "ownership", principal: "Eve", object: "Payroll" } as const;

  it("has the same key in each look, whatever the case of its IDs, and another for another way", () => {
    assert.equal(chain(parts).key, chain({ ...parts, principal: "eve", object: "PAYROLL" }).key);
    assert.notEqual(chain(parts).key, chain({ ...parts, way: "applicationOwner" }).key);
    assert.equal(chain({ ...parts, kind: "guest" }).way, "guest");
  });

  it("is listed once for a graph", () => {
    const [one, two] = [chain(parts), chain({ ...parts, object: "Other" })];
    assert.deepEqual(chains({ nodes: [{ chains: [one, two] }, { chains: [one] }] }), [one, two]);
  });
});
