import assert from "node:assert/strict";
import { stateMsspTenants, stateTenants } from "../../domain/stateTenants";

const urn = (type: string, name: string) => `urn:pulumi:dev::defender-mssp::${type}::${name}`;
const entry = (type: string, name: string, inputs: object = {}, outputs: object = {}) => ({
  urn: urn(type, name),
  type,
  inputs: { ...inputs },
  outputs: { ...outputs },
});
const provider = (tenantId: string, name = "customer") => entry("pulumi:providers:azuread", name, { tenantId });
const group = entry("azuread:index/group:Group", "customer-access-group");
const guest = (tenantId: string) =>
  entry("pulumi-nodejs:dynamic/defender-mssp:Guest", "customer-guest-ana@x.example", {}, { tenantId });

const [a, b] = ["c0570500-0000-4000-8000-00000000000a", "c0570500-0000-4000-8000-00000000000b"];

describe("domain/stateTenants", () => {
  it("is the tenant of azuread's provider, in lower case, where something is deployed", () =>
    assert.deepEqual(stateTenants([provider(a.toUpperCase()), group]), [a]));

  it("is none for a state that has only a provider: its tenant may be corrected", () =>
    assert.deepEqual(stateTenants([provider(a), entry("defender-mssp:index:CustomerOnboarding", "customer")]), []));

  it("names the tenant of each dynamic resource as well, such as one of a restored state", () =>
    assert.deepEqual(stateTenants([provider(b), guest(a)]), [b, a]));

  it("names the MSSP's tenant by the stack's own marks, and by properties of its resources", () => {
    const identity = entry(
      "pulumi-nodejs:dynamic/defender-mssp:StackIdentity",
      "stack",
      {},
      { stackId: "0".repeat(16) },
    );
    const marked = (id: string, tenant: string) =>
      entry("azuread:index/group:Group", "g", {
        description: `Managed by Pulumi (p/dev#${id}, MSSP tenant ${tenant}).`,
      });
    const trust = entry("pulumi-nodejs:dynamic/defender-mssp:CrossTenantPartner", "t", {}, { partnerTenantId: b });
    assert.deepEqual(stateMsspTenants([identity, marked("0".repeat(16), a.toUpperCase())]), [a]);
    assert.deepEqual(stateMsspTenants([identity, marked("1".repeat(16), a), trust]), [b]);
  });

  it("leaves out the provider of another tenant, such as an extension's for the MSSP's own", () =>
    assert.deepEqual(stateTenants([provider(a), provider(b, "mssp"), group]), [a]));
});
