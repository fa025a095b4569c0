import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import {
  crossTenantPartnerEntryResource as entryResource,
  crossTenantPartnerResource as partnerResource,
} from "@defender-mssp/microsoft";
import { tenantId } from "@defender-mssp/testkit";
import { partnerEntries, partnerTenantId, trustOf } from "./partnerEntries";

const inputs = { tenantId, partnerTenantId };
const managedBy = "defender-mssp/dev#0123456789abcdef/customer-trust-partner";

/** The dynamic providers' methods, called as Pulumi calls them, against the sandbox's own server. */
describe("packages/microsoft/providers/crossTenantPartnerEntry: the provider", () => {
  const { sandbox, partners, entry, put } = partnerEntries();
  const made = async () => (await entryResource.create(inputs, sandbox().context)).outs;
  const trusted = async (found: string) =>
    (await partnerResource.create({ ...inputs, managedBy, isMfaAccepted: true, found }, sandbox().context)).outs;

  it("create: makes an entry without any effect; delete removes it", async () => {
    const state = await made();
    assert.equal(state.isOwn, true);
    assert.deepEqual(entry()?.["inboundTrust"], null);
    await entryResource.delete(partnerTenantId, { ...state }, sandbox().context);
    assert.equal(entry(), undefined);
  });

  it("delete: keeps another party's entry, also one that says nothing, and an own one with additions", async () => {
    put({});
    const foreign = await made();
    assert.equal(foreign.isOwn, false);
    await entryResource.delete(partnerTenantId, { ...foreign }, sandbox().context);
    assert.ok(entry());
    partners().clear();
    const own = await made();
    put({ isServiceProvider: true });
    await entryResource.delete(partnerTenantId, { ...own }, sandbox().context);
    assert.ok(entry());
    put({});
    sandbox()
      .tenant.objects("crossTenantIdentitySynchronizations")
      .set(partnerTenantId, { id: partnerTenantId, tenantId: partnerTenantId });
    await entryResource.delete(partnerTenantId, { ...own }, sandbox().context);
    assert.ok(entry());
  });

  it("a trust whose state was lost is taken back: from an own entry, and from one that said no", async () => {
    for (const before of [undefined, { inboundTrust: trustOf(false) }]) {
      partners().clear();
      if (before !== undefined) put(before);
      const state = await made();
      await trusted(state.found);
      // The engine was killed here, and makes the resource again.
      const again = await trusted(state.found);
      assert.deepEqual(entry()?.["inboundTrust"], trustOf(true));
      await partnerResource.delete(partnerTenantId, { ...again }, sandbox().context);
      await entryResource.delete(partnerTenantId, { ...state }, sandbox().context);
      assert.deepEqual(entry()?.["inboundTrust"], before?.inboundTrust);
    }
  });

  it("a trust that the customer had given before stays", async () => {
    put({ inboundTrust: trustOf(true) });
    const state = await made();
    const trust = await trusted(state.found);
    await partnerResource.delete(partnerTenantId, { ...trust }, sandbox().context);
    await entryResource.delete(partnerTenantId, { ...state }, sandbox().context);
    assert.deepEqual(entry()?.["inboundTrust"], trustOf(true));
  });

  it("read: keeps what was recorded; an entry that has gone has no ID", async () => {
    const state = await made();
    put({ inboundTrust: trustOf(true) });
    const { props } = await entryResource.read(partnerTenantId, { ...state }, sandbox().context);
    assert.deepEqual(props, state);
    partners().clear();
    assert.equal((await entryResource.read(partnerTenantId, { ...state }, sandbox().context)).id, "");
  });

  it("check: refuses what is no UUID", () => {
    const { failures } = entryResource.check({}, { tenantId, partnerTenantId: "fabrikam" });
    assertEach(failures, ({ property }) => property, ["partnerTenantId"]);
  });
});
