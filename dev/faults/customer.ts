/**
 * The customers of the runs with faults: settings for `up`, and others for the change. Together
 * they use everything that writes.
 */
import type { OwnSandbox } from "@defender-mssp/sandbox";
import {
  addApplication,
  inDays,
  makeTestCertificate,
  msspSubscriptionId,
  msspTenantId,
  subscriptionIdOf,
  verifyDomain,
} from "@defender-mssp/testkit";

const ana = { email: "ana.silva@fabrikam-security.example", displayName: "Ana Silva" };
const ben = { email: "ben.okafor@fabrikam-security.example", displayName: "Ben Okafor" };
const cleo = { email: "cleo.martin@fabrikam-security.example", displayName: "Cleo Martin" };

export const tenantId = "c0570500-0000-4000-8000-0000000000fa";
export const stack = "contoso";

type ModelName = "basic" | "rbac" | "entitlement";
type ConnectorName = "secret" | "certificate" | "federated" | "msspApp";

export type CustomerName = "tiers" | "packages" | "azure" | "detections" | `${ModelName}-${ConnectorName}`;

export interface FaultCustomer {
  readonly name: CustomerName;
  /** At first. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Later. */
  readonly changedSettings: Readonly<Record<string, unknown>>;
  /** Texts of the detection rules by the file's name: at first, and later. */
  readonly rules?: readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>];
}

const everybodys = {
  customerName: "Contoso",
  tenantId,
  customerDomain: "contoso.example",
  msspName: "Fabrikam Security",
  msspTenantId,
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

/** The workspace that each tenant of the sandbox has. */
const sentinelWorkspace = {
  subscriptionId: subscriptionIdOf(tenantId),
  resourceGroup: "sentinel",
  workspaceName: "sentinel",
};

/**
 * Guests in tiers with Defender's roles and roles on the workspace, trust, a policy for them, rules, and
 * a SIEM with a secret. Later one analyst has come, one has gone, one is in another tier.
 */
const tiers: FaultCustomer = {
  name: "tiers",
  settings: {
    ...everybodys,
    analysts: [ana, { ...ben, tier: "tier2" }],
    crossTenantTrust: { mfa: true, compliantDevice: true },
    conditionalAccess: { mode: "report", signInFrequencyHours: 8 },
    sentinelAccess: sentinelWorkspace,
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
    crossTenantTrust: { mfa: true, automaticConsent: true },
    conditionalAccess: "enforce",
    notificationRules: [{ ...rules.soc, severities: ["High"] }, rules.night],
    connector: { kind: "customerApp", loopbackRedirectPort: 8500 },
  },
};

/** The MSSP's own application, for connectors of the kind `msspApp`. */
const siemApplicationId = "51e40000-0000-4000-8000-0000000000fa";

/**
 * Access packages, whose groups have roles on Microsoft Sentinel, and the MSSP's application. Later
 * all are on other terms, and the SIEM has an application of its own.
 */
const packages: FaultCustomer = {
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
    connector: { kind: "msspApp", applicationId: siemApplicationId },
    sentinelAccess: sentinelWorkspace,
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
    sentinelAccess: { ...sentinelWorkspace, roles: { tier1: ["Microsoft Sentinel Responder"], tier2: [] } },
  },
};

/**
 * A directory role, a policy that goes, a certificate, the secret in the MSSP's Key
 * Vault later, and a delegation that changes.
 */
function azure(certificate: string): FaultCustomer {
  const delegation = {
    subscriptionId: subscriptionIdOf(tenantId),
    resourceGroupName: "sentinel",
    groupObjectId: "5ec0de00-67f0-4000-8000-000000000001",
    groupName: "Fabrikam Security Sentinel Analysts",
  };
  const common = { ...everybodys, portalAccess: "basic", notificationRules: [rules.soc] };
  return {
    name: "azure",
    settings: {
      ...common,
      conditionalAccess: "enforce",
      analysts: [ana],
      connector: { kind: "customerApp", alertApis: ["graph"], credential: { type: "certificate", certificate } },
      azureDelegation: { ...delegation, roles: ["Microsoft Sentinel Responder"] },
    },
    changedSettings: {
      ...common,
      analysts: [ana, ben],
      connector: { kind: "customerApp", alertApis: ["graph"], credential: "secret" },
      azureDelegation: { ...delegation, roles: ["Microsoft Sentinel Reader", "Microsoft Sentinel Responder"] },
      handover: {
        subscriptionId: msspSubscriptionId,
        location: "westeurope",
        readerObjectId: "5ec0de00-51e4-4000-8000-000000000001",
      },
    },
  };
}

/**
 * Detection rules: one is created enabled, one acts by itself. Later a query and a filter change, an action ends, a
 * custom detail goes, which replaces its rule, and one rule has gone and another has come.
 */
function detections(): FaultCustomer {
  const common = { ...everybodys, analysts: [ana], portalAccess: "basic", connector: { alertApis: ["graph"] } };
  const approval = { actions: ["isolateDevices"], approvedBy: "Dana Reyes", until: "2999-12-31" };
  const except = [
    ...[{ rule: "plain", reason: "Packaging", owner: "Ana", until: "2999-12-31", filter: 'DeviceName != "build"' }],
    ...[{ rule: "second", reason: "Too many", owner: "Ana", until: "2999-12-31", off: true }],
  ];
  const isolating = "automatedActions: { isolateDevices: [{ deviceIdColumn: DeviceId, isolationType: full }] }";
  const rule = (name: string, top = "", details = "SHA1") => `displayName: Rule ${name}
status: enabled
queryText: |
  DeviceProcessEvents
  | where ProcessCommandLine has "${name}"
  | project Timestamp, ReportId, DeviceId, DeviceName, SHA1, SHA256
schedule: { frequency: PT1H }
alertTemplate:
  title: Title ${name}
  severity: medium
  tactics: [{ tactic: Execution, techniques: [{ technique: T1059 }] }]
  customDetails: { ${details.replaceAll(/\w+/g, "Detail$&: $&")} }
  entityMappings: { hosts: [{ deviceIdColumn: DeviceId }] }
${top}
`;
  const unchanged = { second: rule("second"), backfill: rule("backfill", "firstRun: backfill") };
  return {
    name: "detections",
    settings: { ...common, detections: { sets: ["base"], ...approval } },
    changedSettings: { ...common, detections: { sets: ["base"], except } },
    rules: [
      {
        ...unchanged,
        plain: rule("plain"),
        isolating: rule("isolating", isolating),
        details: rule("details", "", "SHA1, SHA256"),
        leaving: rule("leaving"),
      },
      {
        ...unchanged,
        plain: rule("plain").replace("has", "contains"),
        isolating: rule("isolating", isolating),
        details: rule("details"),
        coming: rule("coming"),
      },
    ],
  };
}

/** One customer for each model and connector; later an analyst has come, and a rule has changed. */
export async function customersByModel(): Promise<readonly FaultCustomer[]> {
  const { certificatePem: certificate } = await makeTestCertificate(inDays(300));
  const models: Readonly<Record<ModelName, unknown>> = {
    basic: "basic",
    rbac: { model: "rbac" },
    entitlement: { model: "entitlement", approvers: ["security.admin@contoso.example"] },
  };
  const connectors: Readonly<Record<ConnectorName, object>> = {
    secret: { kind: "customerApp", loopbackRedirectPort: 8400 },
    certificate: { kind: "customerApp", alertApis: ["graph"], credential: { type: "certificate", certificate } },
    federated: {
      kind: "customerApp",
      alertApis: ["graph"],
      credential: { type: "federated", issuer: "https://token.fabrikam-security.example", subject: "siem:contoso" },
    },
    msspApp: { kind: "msspApp", applicationId: siemApplicationId },
  };
  const names = Object.keys(models) as ModelName[];
  return names.flatMap((model) =>
    (Object.keys(connectors) as ConnectorName[]).map((kind): FaultCustomer => {
      const settings = (analysts: readonly object[], notificationRules: readonly object[]) => ({
        ...everybodys,
        portalAccess: models[model],
        connector: connectors[kind],
        analysts: model === "entitlement" ? [] : analysts,
        notificationRules,
      });
      return {
        name: `${model}-${kind}`,
        settings: settings([ana], [rules.soc]),
        changedSettings: settings([ana, ben], [{ ...rules.soc, severities: ["High"] }]),
      };
    }),
  );
}

let made: Promise<readonly FaultCustomer[]> | undefined;

/**
 * All of them. The certificate is the same for all runs of a process, so that their tenants can be
 * compared.
 */
export function allCustomers(): Promise<readonly FaultCustomer[]> {
  return (made ??= makeTestCertificate(inDays(300)).then(({ certificatePem }) => [
    tiers,
    packages,
    azure(certificatePem),
    detections(),
  ]));
}

/**
 * The objects before the first command: the customer's tenant, and the MSSP's application in its
 * own.
 */
export function prepareTenants(cloud: OwnSandbox["cloud"]): void {
  const tenant = cloud.describedTenant({ tenantId, displayName: "Contoso", domain: "contoso.example" });
  verifyDomain(tenant, "contoso-pharma.example");
  addApplication(cloud.tenant(msspTenantId), {
    applicationId: siemApplicationId,
    displayName: "Fabrikam SIEM",
    signInAudience: "AzureADMultipleOrgs",
  });
  cloud.changed(true);
}
