/** The customers of the demonstration: a quarter of each model, each in a tenant of its own. */
import path from "node:path";
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { OwnSandbox } from "@defender-mssp/sandbox";
import { addApplication, msspTenantId, subscriptionIdOf } from "@defender-mssp/testkit";

export const models = ["dev", "basic", "entitlement", "msspApp"] as const;
export type Model = (typeof models)[number];

export interface DemoCustomer {
  readonly stack: string;
  readonly tenantId: string;
  readonly domain: string;
  readonly model: Model;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The MSSP's own application, for connectors of the kind `msspApp`. */
const siemApplicationId = "51e40000-0000-4000-8000-0000000000fa";

/** @param checkout whose Pulumi.dev.yaml the model `dev` takes its settings from: `rbac` with every other feature. */
export async function demoCustomers(checkout: string, count: number): Promise<DemoCustomer[]> {
  const { config } = parse(await readFile(path.join(checkout, "Pulumi.dev.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const dev = Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/^[^:]*:/, ""), value]));
  return Array.from({ length: count }, (_, index) => customerOf(index + 1, dev));
}

/** The customers' tenants before the first command, and the MSSP's application in its own. */
export function prepareTenants(cloud: OwnSandbox["cloud"], customers: readonly DemoCustomer[]): void {
  addApplication(cloud.tenant(msspTenantId), {
    applicationId: siemApplicationId,
    displayName: "Fabrikam SIEM",
    signInAudience: "AzureADMultipleOrgs",
  });
  for (const { tenantId, stack, domain } of customers) {
    cloud.describedTenant({ tenantId, displayName: stack, domain });
  }
}

function customerOf(number: number, dev: Readonly<Record<string, unknown>>): DemoCustomer {
  const model = models[(number - 1) % models.length] ?? "basic";
  const stack = `customer-${String(number).padStart(4, "0")}`;
  const tenantId = `c0570500-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const domain = `contoso${number}.example`;
  const common = {
    customerName: `Contoso ${number}`,
    tenantId,
    customerDomain: domain,
    msspName: "Fabrikam Security",
    msspTenantId,
    analysts: ["ana.silva", "ben.okafor", "cleo.martin"].map((name) => ({
      email: `${name}@fabrikam-security.example`,
      displayName: name,
    })),
    tags: [`model=${model}`],
  };
  return { stack, tenantId, domain, model, settings: { ...common, ...ofModel(model, { tenantId, domain, dev }) } };
}

function ofModel(
  model: Model,
  {
    tenantId,
    domain,
    dev,
  }: Pick<DemoCustomer, "tenantId" | "domain"> & { readonly dev: Readonly<Record<string, unknown>> },
): Readonly<Record<string, unknown>> {
  switch (model) {
    case "dev": {
      const { analysts, analystDomains, portalAccess, notificationRules, connector, handover } = dev;
      const azureDelegation = { ...(dev["azureDelegation"] as object), subscriptionId: subscriptionIdOf(tenantId) };
      return { analysts, analystDomains, portalAccess, notificationRules, connector, handover, azureDelegation };
    }
    case "basic":
      return { portalAccess: "basic" };
    case "entitlement":
      return {
        analysts: [],
        portalAccess: {
          model,
          approvers: [`security.admin@${domain}`],
          expiresAfterDays: 180,
          reviewEvery: "quarter",
          identitySource: { domain: "fabrikam-security.example" },
        },
      };
    case "msspApp":
      return { portalAccess: "basic", connector: { kind: "msspApp", applicationId: siemApplicationId } };
  }
}
