import assert from "node:assert/strict";
import { azureSubscription } from "../../../components/azure/azureSubscription";
import { msspTenantId, only, startMocks } from "../mocks";

const subscriptionId = "5ec0de00-5ab5-4000-8000-000000000001";

describe("components: azureSubscription", () => {
  it("returns a provider for tenant and subscription after it has signed in", async () => {
    await startMocks({ reached: msspTenantId });
    await azureSubscription("handover", { tenantId: msspTenantId, subscriptionId });
    const { inputs } = only("pulumi:providers:azure-native");
    assert.equal(inputs["tenantId"], msspTenantId);
    assert.equal(inputs["subscriptionId"], subscriptionId);
    assert.equal(inputs["environment"], "public");
    assert.equal(inputs["useMsi"], "false");
  });

  it("names the US government cloud", async () => {
    await startMocks({ reached: msspTenantId });
    await azureSubscription("handover", { tenantId: msspTenantId, subscriptionId, cloud: "dod" });
    assert.equal(only("pulumi:providers:azure-native").inputs["environment"], "usgovernment");
  });

  it("refuses credentials of another tenant and missing credentials", async () => {
    await startMocks({ reached: "00000000-0000-4000-8000-00000000beef" });
    const args = { tenantId: msspTenantId, subscriptionId };
    await assert.rejects(
      azureSubscription("handover", args),
      /reach tenant 00000000-.*beef, but .* in tenant 5ec0de00/,
    );
    await startMocks({ reached: new Error("AADSTS7000215: wrong secret") });
    await assert.rejects(azureSubscription("handover", args), /Cannot sign in to tenant 5ec0de00[\s\S]*AADSTS7000215/);
  });
});
