import assert from "node:assert/strict";
import { askForSettings } from "../../../cli/newCustomer/askForSettings";
import type { TenantLookup } from "../../../cli/newCustomer/tenantLookup";
import { TestSession } from "../testSession";

const tenantId = "c0570500-0000-4000-8000-00000000000a";
const otherTenantId = "c0570500-0000-4000-8000-00000000000b";
const others = ["Fabrikam Security", "f0570500-0000-4000-8000-00000000000f", "", "rbac", "", "", "write"];

describe("the questions about a customer's cloud", () => {
  /** @param lookups what Entra says, by the cloud whose endpoint is asked, or by the domain */
  async function settingsOf(lookups: Readonly<Record<string, TenantLookup>>, answers: readonly unknown[]) {
    const { ask } = new TestSession({ answers });
    const asked = await askForSettings(
      {
        command: "new",
        stack: "contoso",
        file: "Pulumi.contoso.yaml",
        given: {},
        fallback: {},
        look: (domain, cloud) => Promise.resolve(lookups[domain] ?? lookups[cloud]!),
      },
      { ask },
    );
    return asked!.settings;
  }

  it("none where the domain's tenant names it", async () => {
    const settings = await settingsOf({ public: { state: "found", tenantId, cloud: "gccHigh" } }, [
      "Contoso",
      "contoso.us",
      ...others,
    ]);
    assert.deepEqual([settings.cloud, settings.tenantId], ["gccHigh", tenantId]);
  });

  it("one where the public cloud knows no such tenant; then that cloud is asked", async () => {
    const settings = await settingsOf(
      {
        public: { state: "unknown", because: "Entra knows no tenant" },
        dod: { state: "found", tenantId, cloud: "dod" },
      },
      ["Contoso", "contoso.mil", "dod", ...others],
    );
    assert.deepEqual([settings.cloud, settings.tenantId], ["dod", tenantId]);
  });

  it("none where another domain is given later: its tenant names the cloud", async () => {
    const settings = await settingsOf(
      {
        "contoso.us": { state: "found", tenantId: otherTenantId, cloud: "gcc" },
        "contoso.com": { state: "found", tenantId, cloud: "public" },
      },
      ["Contoso", "contoso.us", ...others.slice(0, -1), "customerDomain", "contoso.com", "write"],
    );
    assert.deepEqual([settings.cloud, settings.tenantId], ["public", tenantId]);
  });

  it("one where the tenant does not name it", async () => {
    const settings = await settingsOf({ public: { state: "found", tenantId } }, [
      "Contoso",
      "contoso.com",
      "gcc",
      ...others,
    ]);
    assert.deepEqual([settings.cloud, settings.tenantId], ["gcc", tenantId]);
  });
});
