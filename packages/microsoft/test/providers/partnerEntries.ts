/** The partner entries of a sandbox's customer, for the tests of their two providers. */
import { type Json, type StoredObject, testSandbox, fixture } from "@defender-mssp/testkit";

export const partnerTenantId = "5ec0de00-5ea1-4000-8000-000000000001";

/** Gives the tests of a `describe` a sandbox. Each test begins without an entry. */
export function partnerEntries() {
  const test = fixture(testSandbox);
  beforeEach(() => {
    partners().clear();
    test.tenant.objects("sandboxLeavingPartners").clear();
    test.tenant.objects("crossTenantIdentitySynchronizations").clear();
  });

  const partners = (): Map<string, StoredObject> => test.tenant.objects("crossTenantAccessPartners");
  return {
    sandbox: () => test,
    partners,
    /** The MSSP's. */
    entry: () => partners().get(partnerTenantId),
    put: (values: Record<string, Json>) =>
      void partners().set(partnerTenantId, { id: partnerTenantId, tenantId: partnerTenantId, ...values }),
  };
}

export function trustOf(isMfaAccepted: boolean): Json {
  return { isMfaAccepted, isCompliantDeviceAccepted: false, isHybridAzureADJoinedDeviceAccepted: false };
}
