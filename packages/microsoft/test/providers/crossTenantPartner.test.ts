import assert from "node:assert/strict";
import { crossTenantPartnerResource as resource, type CrossTenantPartnerState } from "@defender-mssp/microsoft";
import { tenantId } from "@defender-mssp/testkit";
import { partnerEntries, partnerTenantId, trustOf } from "./partnerEntries";

const own = "defender-mssp/dev#0123456789abcdef";
const inputs = { tenantId, partnerTenantId, managedBy: `${own}/customer-trust-partner`, isMfaAccepted: true };

/** The dynamic provider's methods, called as Pulumi calls them, against the sandbox's own server. */
describe("packages/microsoft/providers/crossTenantPartner: the provider", () => {
  const { sandbox, partners, entry, put } = partnerEntries();
  const made = async (news: object = inputs): Promise<CrossTenantPartnerState> =>
    (await resource.create({ ...news }, sandbox().context)).outs;

  it("check: refuses what is no UUID and no switch, and the tenant as its own partner", () => {
    const wrong = {
      ...inputs,
      partnerTenantId: tenantId.toUpperCase(),
      limitToGroup: "analysts",
      isMfaAccepted: "yes",
    };
    const { failures } = resource.check({}, wrong);
    assert.deepEqual(failures.map(({ property }) => property).sort(), [
      "isMfaAccepted",
      "limitToGroup",
      "partnerTenantId",
    ]);
    assert.deepEqual(resource.check({}, inputs).failures, []);
  });

  it("create: makes an entry; delete removes it and returns only when it has gone", async () => {
    const state = await made();
    assert.equal(state.adopted, false);
    assert.deepEqual(entry()?.["inboundTrust"], trustOf(true));
    await resource.delete(partnerTenantId, state, sandbox().context);
    assert.equal(entry(), undefined);
    assert.equal(sandbox().tenant.objects("sandboxLeavingPartners").size, 0);
  });

  it("create: waits for a deleted entry that is still returned", async () => {
    sandbox()
      .tenant.objects("sandboxLeavingPartners")
      .set(partnerTenantId, { id: partnerTenantId, tenantId: partnerTenantId, readsLeft: 2 });
    const state = await made();
    assert.equal(state.adopted, false);
    assert.deepEqual(entry()?.["inboundTrust"], trustOf(true));
  });

  it("an existing entry keeps its values, and delete puts back what was changed", async () => {
    put({ inboundTrust: trustOf(false), isServiceProvider: true });
    const before = structuredClone(entry());
    const state = await made();
    assert.equal(state.adopted, true);
    await resource.delete(partnerTenantId, state, sandbox().context);
    assert.deepEqual(entry()?.["inboundTrust"], before?.["inboundTrust"]);
    assert.equal(entry()?.["isServiceProvider"], true);
  });

  it("delete: keeps an own entry with identity synchronization, without the trust", async () => {
    const state = await made();
    sandbox()
      .tenant.objects("crossTenantIdentitySynchronizations")
      .set(partnerTenantId, { id: partnerTenantId, tenantId: partnerTenantId });
    await resource.delete(partnerTenantId, state, sandbox().context);
    assert.equal(entry()?.["inboundTrust"], null);
  });

  it("read: shows drift of the stack's values only; a missing entry has no ID", async () => {
    const state = await made();
    put({ inboundTrust: { isMfaAccepted: false, isCompliantDeviceAccepted: true } });
    const found = await resource.read(partnerTenantId, state, sandbox().context);
    assert.deepEqual(found.inputs, { ...inputs, isMfaAccepted: false });
    assert.equal(resource.diff("", { ...found.props }, inputs).changes, true);
    partners().clear();
    assert.equal((await resource.read(partnerTenantId, state, sandbox().context)).id, "");
  });

  it("update: makes an entry anew that somebody has deleted", async () => {
    put({ inboundTrust: trustOf(false) });
    const state = await made();
    partners().clear();
    const { outs } = await resource.update(
      partnerTenantId,
      state,
      { ...inputs, inboundConsentAllowed: true },
      sandbox().context,
    );
    assert.equal(outs.adopted, false);
    assert.deepEqual(entry()?.["automaticUserConsentSettings"], { inboundAllowed: true, outboundAllowed: false });
  });

  describe("with another stack of the same MSSP in the tenant", () => {
    const mark = (stack: string) => `Managed by Pulumi (${stack}, MSSP tenant ${partnerTenantId})`;
    const markGroup = (stack: string) =>
      sandbox()
        .tenant.objects("groups")
        .set("g", { id: "g", description: mark(stack) });
    const refused = (...settings: readonly string[]) =>
      new RegExp(
        `has ${settings.map((name) => `crossTenantTrust\\.${name}`).join(" and ")} already, and the stack ` +
          "defender-mssp/other#fedcba9876543210 of the same MSSP works in it",
      );
    beforeEach(() => void markGroup("defender-mssp/other#fedcba9876543210"));
    afterEach(() => void sandbox().tenant.objects("groups").delete("g"));

    it("create: refuses each key that the entry has, whatever else the stack asks for", async () => {
      put({ inboundTrust: trustOf(true) });
      const before = structuredClone(entry());
      await assert.rejects(made(), refused("mfa"));
      await assert.rejects(made({ ...inputs, inboundConsentAllowed: true }), refused("mfa"));
      await assert.rejects(made({ ...inputs, isMfaAccepted: false }), refused("mfa"));
      const both = { ...inputs, isCompliantDeviceAccepted: false };
      await assert.rejects(made(both), refused("mfa", "compliantDevice"));
      assert.deepEqual(entry(), before);
    });

    it("create and update: take keys that the entry does not have, and update refuses one that it has", async () => {
      put({ inboundTrust: trustOf(true) });
      const consent = { tenantId, partnerTenantId, managedBy: inputs.managedBy, inboundConsentAllowed: true };
      const state = await made(consent);
      const update = (news: object) => resource.update(partnerTenantId, state, { ...news }, sandbox().context);
      const before = structuredClone(entry());
      await assert.rejects(update({ ...consent, isMfaAccepted: true }), refused("mfa"));
      assert.deepEqual(entry(), before);
      await update({ ...consent, isCompliantDeviceAccepted: true });
      assert.deepEqual(entry()?.["inboundTrust"], { ...(trustOf(true) as object), isCompliantDeviceAccepted: true });
    });

    it("create: takes a stack of the same random ID for itself, as after a new name of the stack", async () => {
      put({ inboundTrust: trustOf(true) });
      markGroup("defender-mssp/former#0123456789abcdef");
      await made();
    });

    it("create: believes no mark without an ID: it names no other stack", async () => {
      put({ inboundTrust: trustOf(true) });
      markGroup("defender-mssp/other");
      await made();
    });
  });

  it("create: takes a trust that the customer set, with no other stack in the tenant", async () => {
    put({ inboundTrust: trustOf(true) });
    assert.equal((await made()).adopted, true);
  });
});
