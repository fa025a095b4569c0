/** The customers of the runs with faults: settings for `up`, and others for the change. Together they use everything that writes. */

const ana = { email: "ana.silva@fabrikam-security.example", displayName: "Ana Silva" };
const ben = { email: "ben.okafor@fabrikam-security.example", displayName: "Ben Okafor" };
const cleo = { email: "cleo.martin@fabrikam-security.example", displayName: "Cleo Martin" };

export const tenantId = "c0570500-0000-4000-8000-0000000000fa";
export const stack = "contoso";

export type CustomerName = "tiers" | "packages";

export interface Customer {
  readonly name: CustomerName;
  /** At first. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Later. */
  readonly changedSettings: Readonly<Record<string, unknown>>;
}

const everybodys = {
  customerName: "Contoso",
  tenantId,
  customerDomain: "contoso.example",
  msspName: "Fabrikam Security",
  msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
};

const rules = {
  soc: { name: "MSSP SOC", severities: ["High", "Medium"], recipients: ["soc@fabrikam-security.example"] },
  servers: {
    name: "Servers, everything",
    severities: ["Informational", "Low", "Medium", "High"],
    deviceGroups: ["Servers"],
    recipients: ["servers@fabrikam-security.example", "soc@fabrikam-security.example"],
    includeDeviceInformation: false,
  },
  night: { name: "Night shift", severities: ["High"], recipients: ["night@fabrikam-security.example"] },
};

/** Guests in tiers with Defender's roles, rules, and a SIEM with a secret. Later one analyst has come, one has gone, one is in another tier. */
const tiers: Customer = {
  name: "tiers",
  settings: {
    ...everybodys,
    analysts: [ana, { ...ben, tier: "tier2" }],
    notificationRules: [rules.soc, rules.servers],
    connector: { kind: "customerApp", loopbackRedirectPort: 8400 },
  },
  changedSettings: {
    ...everybodys,
    customerName: "Contoso Pharmaceuticals",
    customerDomain: "contoso-pharma.example",
    analysts: [
      { ...ana, displayName: "Ana Silva Costa", tier: "tier2" },
      { ...cleo, tier: "approvers" },
    ],
    portalAccess: {
      model: "rbac",
      tiers: { tier1: { name: "First Line", permissions: ["microsoft.xdr/secops/securitydata/read"] } },
    },
    notificationRules: [{ ...rules.soc, severities: ["High"] }, rules.night],
    connector: { kind: "customerApp", loopbackRedirectPort: 8500 },
  },
};

/** Access packages. Later they are on other terms, and for people of another identity source. */
const packages: Customer = {
  name: "packages",
  settings: {
    ...everybodys,
    analysts: [],
    portalAccess: {
      model: "entitlement",
      approvers: ["security.admin@contoso.example"],
      expiresAfterDays: 180,
      reviewEvery: "quarter",
    },
    notificationRules: [rules.soc],
  },
  changedSettings: {
    ...everybodys,
    analysts: [],
    portalAccess: {
      model: "entitlement",
      approvers: ["security.admin@contoso.example"],
      expiresAfterDays: 365,
      reviewEvery: "year",
      identitySource: { domain: "fabrikam-security.example" },
    },
    notificationRules: [rules.soc, rules.night],
    connector: { kind: "customerApp", alertApis: ["graph"] },
  },
};

export const customers: readonly Customer[] = [tiers, packages];

/** The customer of a seed: they take turns. */
export function customerOf(seed: number): Customer {
  return customers[seed % customers.length] ?? tiers;
}
