/**
 * Several customers in one stack. Each has a provider of its own, so that nothing of one is
 * declared in another's tenant.
 */
import * as pulumi from "@pulumi/pulumi";
import {
  connectorSecrets,
  CustomerOnboarding,
  customerTenant,
  deployedResources,
  StackIdentity,
  type OnboardedAnalyst,
} from "defender-mssp";

interface Customer {
  /** Resource name. It stays: another name replaces everything of the customer. */
  readonly name: string;
  readonly displayName: string;
  readonly tenantId: string;
  readonly domain: string;
}

export = async () => {
  const config = new pulumi.Config();
  const msspName = config.require("msspName");
  const msspTenantId = config.require("msspTenantId");
  const analysts = config.requireObject<OnboardedAnalyst[]>("analysts");
  const customers = config.requireObject<Customer[]>("customers");

  const deployed = await deployedResources();
  // All sign in before the first declaration: a tenant that cannot be reached stops the run before
  // a change.
  const signedIn = await Promise.all(
    customers.map(async (customer) => ({
      ...customer,
      provider: await customerTenant(customer.name, customer.tenantId),
    })),
  );

  new StackIdentity("stack-identity", { msspTenantId });
  const onboarded = signedIn.map(({ name, displayName, tenantId, domain, provider }) => {
    const customer = new CustomerOnboarding(
      name,
      {
        customerName: displayName,
        tenantId,
        customerDomain: domain,
        msspName,
        msspTenantId,
        analysts,
        connectorSecrets: connectorSecrets(name, deployed),
      },
      { provider },
    );
    return [name, customer.outputs] as const;
  });
  return Object.fromEntries(onboarded);
};
