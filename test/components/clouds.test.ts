import assert from "node:assert/strict";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import * as azuread from "@pulumi/azuread";
import { adminConsentUrl, clouds, tierNames, type CloudName } from "@defender-mssp/microsoft";
import { CustomerOnboarding, type CustomerOnboardingArgs } from "../../components/customerOnboarding";
import { msspTenantId, resolved, settled, startMocks, tenantId, type Recording } from "./mocks";

const rule = {
  name: "SOC",
  severities: ["High"],
  recipients: ["soc@mssp.example"],
  includeOrganizationName: true,
  includeTenantPortalLink: true,
  includeDeviceInformation: true,
} as const;
const tiers = {
  tier1: { name: tierNames.tier1 },
  tier2: { name: tierNames.tier2 },
  approvers: { name: tierNames.approvers },
};
const access: Record<string, Pick<CustomerOnboardingArgs, "portalAccess" | "approverObjectIds">> = {
  guests: { portalAccess: { model: "rbac", tiers } },
  "access packages": {
    portalAccess: {
      model: "entitlement",
      tiers,
      approvers: ["security.admin@customer.example"],
      expiresAfterDays: 365,
      reviewEvery: "year",
      identitySource: { tenantId: msspTenantId },
    },
    approverObjectIds: ["contact"],
  },
};

/** Every address that a stack gives out or sends, for a customer in each of Microsoft's clouds. */
describe("components: a customer's cloud", function () {
  for (const cloud of Object.keys(clouds) as CloudName[]) {
    for (const [how, given] of Object.entries(access)) {
      it(`${cloud}, with ${how}: outputs and resources name that cloud's hosts only`, async () => {
        const recorded = await startMocks();
        const onboarding = await onboard(cloud, given);
        const outputs = await Promise.all(
          outputNames.map(async (name) => (await resolved<unknown>(onboarding[name])).value),
        );
        const named = hostsIn(JSON.stringify([outputs, inputsOf(recorded), adminConsentUrl(cloud, tenantId, "app")]));
        const known = hostsIn(JSON.stringify(clouds[cloud]));
        assertNone([...named], (host) => !known.has(host) && !host.endsWith(".example"));
        for (const url of [clouds[cloud].portal, clouds[cloud].legacyPortal, clouds[cloud].loginEndpoint]) {
          assert.ok(named.has(new URL(url).host), `${url} is nowhere`);
        }
      });
    }
  }
});

const outputNames = [
  "portalUrl",
  "legacyPortalUrl",
  "redirectUri",
  "tokenEndpoint",
  "accessPackages",
  "inviteRedeemUrls",
  "nextSteps",
] as const;

async function onboard(cloud: CloudName, given: Partial<CustomerOnboardingArgs>): Promise<CustomerOnboarding> {
  const provider = new azuread.Provider("customer", { tenantId });
  const onboarding = new CustomerOnboarding(
    "customer",
    {
      customerName: "Customer",
      tenantId,
      customerDomain: "customer.example",
      msspName: "MSSP",
      msspTenantId,
      analysts: given.portalAccess?.model === "entitlement" ? [] : [{ email: "ana@mssp.example", displayName: "Ana" }],
      notificationRules: [rule],
      cloud,
      ...given,
    },
    { provider },
  );
  await settled();
  return onboarding;
}

function inputsOf({ resources }: Recording): unknown[] {
  return resources.map(({ inputs: { __provider, ...inputs } }) => inputs);
}

function hostsIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/https?:\/\/([^/?#:"\s\\]+)/g)].map(([, host = ""]) => host));
}
