import assert from "node:assert/strict";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import type { TenantDescription } from "../../src/cloud/tenantMaker";
import { startSandbox } from "../../src/server";

const tenantId = "c0570500-0000-4000-8000-0000000000ae";

describe("sandbox/server: a stack that is added while the sandbox runs", function () {
  const home = newFolder();

  it("its tenant has the stack's name and domain from the first sign-in on, and the files are read for new tenants alone", async () => {
    const added: TenantDescription[] = [];
    let reads = 0;
    const describeTenants = (): Promise<readonly TenantDescription[]> => {
      reads++;
      return Promise.resolve(added);
    };
    const sandbox = await startSandbox({ home, describeTenants });
    try {
      const signIn = async (tenant: string): Promise<number> =>
        (await fetch(`${sandbox.origins.http}/${tenant}/v2.0/.well-known/openid-configuration`)).status;
      added.push({ tenantId, displayName: "Woodgrove", domain: "woodgrove.example" });
      assert.equal(await signIn(tenantId.toUpperCase()), 200);
      assert.equal(await signIn(tenantId), 200);
      assert.equal(reads, 1);
      const tenant = sandbox.cloud.tenant(tenantId);
      assert.ok(tenant.objects("domains").has("woodgrove.example"));
      assert.equal(tenant.objects("organization").get(tenantId)?.["displayName"], "Woodgrove");
      assert.equal(await signIn(tenantId.replace(/e$/, "f")), 200, "a tenant that no stack names is made, too");
    } finally {
      await sandbox.stop();
    }
  });
});
