import assert from "node:assert/strict";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { setTenantSwitches, startSandbox } from "../../src/server";
import { switches, switchValues } from "../../src/cloud/switches";

const tenantId = "c0570500-0000-4000-8000-0000000000aa";
const defaults = Object.fromEntries(Object.entries(switches).map(([name, [value]]) => [name, value]));

describe("sandbox/server: a tenant's switches", function () {
  const home = newFolder();

  it("tenant switches: all on in a new tenant; stored on disk while no sandbox runs", async () => {
    assert.deepEqual(await setTenantSwitches({ home }, tenantId, {}), defaults);
    const set = { ENTRALICENCE: "P1", clientSecrets: "90" };
    const changed = { ...defaults, entraLicence: "p1", clientSecrets: "90" };
    assert.deepEqual(await setTenantSwitches({ home }, tenantId, set), changed);
    assert.deepEqual(await setTenantSwitches({ home }, tenantId, {}), changed);
  });

  it("tenant switches: changed in the running sandbox, which also refuses wrong ones", async () => {
    const sandbox = await startSandbox({ home });
    try {
      const changes = { b2bInvitations: "off", clientSecrets: "on", mfa: "off" };
      const values = await setTenantSwitches({ home }, tenantId, changes);
      assert.deepEqual(values, { ...defaults, entraLicence: "p1", ...changes });
      assert.deepEqual(switchValues(sandbox.cloud.tenant(tenantId)), values);
      await assert.rejects(setTenantSwitches({ home }, tenantId, { entraLicence: "free", b2bInvitations: "maybe" }), {
        message: `The switch b2bInvitations can't be "maybe"; it can be on, off.`,
      });
      assert.deepEqual(switchValues(sandbox.cloud.tenant(tenantId)), values, "all or none");
    } finally {
      await sandbox.stop();
    }
  });

  for (const [name, value, message] of [
    ["licence", "p1", /no switch "licence"\. There are entraLicence, b2bInvitations, clientSecrets, mfa, /],
    ["clientSecrets", "0", /can't be "0"; it can be on, off, <days>/],
    ["clientSecrets", "<days>", /can't be "<days>"/],
    ["entraLicence", "90", /can't be "90"; it can be p2, p1, free/],
  ] as const) {
    it(`tenant switches: ${name}=${value} is refused`, () =>
      assert.rejects(setTenantSwitches({ home }, tenantId, { [name]: value }), { name: "VisibleError", message }));
  }
});
