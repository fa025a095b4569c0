/**
 * The stacks whose states are kept: one for each model of portal access, each kind of connector and
 * of credential, each part that a setting adds, an extension, and a customer that was adopted. A
 * recorded state never changes; a new release adds a folder.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { subscriptionIdOf } from "@defender-mssp/testkit";
import { parse } from "yaml";
import { makeMsspApplication, startConnectorProject, type ConnectorProject } from "../e2e/connectorClients";
import { ana, ben, checkout, customer, TenantHands, tenantIdOf } from "../e2e/support";

export interface RecordedStack {
  readonly name: string;
  /** Settings, without the project's name in front of each key. */
  settings(project: ConnectorProject): Promise<Record<string, unknown>>;
  /** Files of the project that the program reads, by path; recorded beside the state. */
  readonly files?: Readonly<Record<string, string>>;
  /** Makes the stack and its settings in place of `stack init`. */
  create?(project: ConnectorProject): Promise<void>;
}

const detectionRule = `displayName: Tool
description: The tool was started.
status: enabled
queryText: |
  DeviceProcessEvents
  | where ProcessCommandLine has "tool"
  | project Timestamp, ReportId, DeviceId, DeviceName, SHA1
schedule: { frequency: PT1H }
alertTemplate:
  title: Tool was started
  severity: medium
  tactics: [{ tactic: Execution, techniques: [{ technique: T1059, subTechniques: [T1059.001] }] }]
  entityMappings: { hosts: [{ deviceIdColumn: DeviceId }] }
`;

const extension = `import * as azuread from "@pulumi/azuread";
import type { Extension } from "./index";

export const extend: Extension = ({ settings, provider }) => {
  const displayName = "On call for " + settings.customerName;
  new azuread.Group("on-call", { displayName, securityEnabled: true }, { provider });
};
`;

export const recordedStacks: readonly RecordedStack[] = [
  { name: "dev", settings: () => settingsOf("dev") },
  { name: "basic", settings: () => settingsOf("sandbox-basic") },
  {
    name: "entitlement",
    settings: async () => {
      const { portalAccess, ...others } = await settingsOf("sandbox-entitlement");
      // The administrator that the sandbox gives to a tenant of which it knows the ID only.
      const approvers = ["security.admin@tenant-c0570500.example"];
      return { ...others, analysts: [], portalAccess: { ...(portalAccess as object), approvers } };
    },
  },
  {
    name: "certificate",
    settings: ({ certificate }) =>
      Promise.resolve(
        customer(0x60, {
          portalAccess: "rbac",
          connector: { credential: { type: "certificate", certificate: certificate.certificatePem } },
        }),
      ),
  },
  {
    name: "federated",
    settings: () =>
      Promise.resolve(
        customer(0x61, {
          connector: {
            alertApis: ["graph"],
            credential: {
              type: "federated",
              issuer: "https://token.actions.githubusercontent.com",
              subject: "repo:fabrikam/siem:ref:refs/heads/main",
            },
          },
        }),
      ),
  },
  {
    name: "sentinel-access",
    settings: () =>
      Promise.resolve(
        customer(0x63, {
          analysts: [ana, { ...ben, tier: "tier2" }],
          portalAccess: "rbac",
          sentinelAccess: {
            subscriptionId: subscriptionIdOf(tenantIdOf(0x63)),
            resourceGroup: "sentinel",
            workspaceName: "sentinel",
          },
        }),
      ),
  },
  {
    name: "azure-delegation",
    settings: () =>
      Promise.resolve(
        customer(0x64, {
          azureDelegation: {
            subscriptionId: subscriptionIdOf(tenantIdOf(0x64)),
            resourceGroupName: "sentinel",
            groupObjectId: "5ec0de00-67f0-4000-8000-000000000001",
            groupName: "Fabrikam Security Sentinel Analysts",
            roles: ["Microsoft Sentinel Reader"],
          },
        }),
      ),
  },
  {
    name: "detections",
    settings: () => Promise.resolve(customer(0x65, { detections: { sets: ["recorded"] } })),
    files: { "detections/recorded/tool.yaml": detectionRule },
  },
  {
    name: "conditional-access",
    settings: () =>
      Promise.resolve(
        customer(0x66, {
          crossTenantTrust: { mfa: true, compliantDevice: true },
          conditionalAccess: { mode: "report", compliantDevice: true, signInFrequencyHours: 8 },
        }),
      ),
  },
  {
    name: "extension",
    settings: () => Promise.resolve(customer(0x67, { extension: "recorded" })),
    files: { "extensions/recorded.ts": extension },
  },
  { name: "adopted", settings: () => Promise.resolve({}), create: adoptCustomer },
  {
    name: "mssp-application",
    settings: async ({ project, certificate, provider }) => {
      const { applicationId } = await makeMsspApplication(project, certificate, provider);
      return customer(0x62, { connector: { kind: "msspApp", applicationId } });
    },
  },
];

/** A project on a sandbox of its own, with what the settings of the stacks need. */
export const startProject = startConnectorProject;

async function settingsOf(stack: string): Promise<Record<string, unknown>> {
  const { config } = parse(await readFile(path.join(checkout, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("defender-mssp:", ""), value]));
}

/** A guest with a directory role and an application, made by hand and taken by `mssp adopt`. */
async function adoptCustomer({ project }: ConnectorProject): Promise<void> {
  const tenantId = tenantIdOf(0x68);
  const domain = "contoso104.example";
  project.sandbox.cloud.describedTenant({ tenantId, domain });
  const hands = new TenantHands(project, tenantId);
  const post = (route: string, body: unknown) => hands.graph<{ id: string; appId: string }>("POST", route, body);
  const { invitedUser } = await hands.graph<{ invitedUser: { id: string } }>("POST", "/v1.0/invitations", {
    invitedUserEmailAddress: ana.email,
    invitedUserDisplayName: ana.displayName,
    inviteRedirectUrl: "https://portal.azure.com",
  });
  await post("/v1.0/roleManagement/directory/roleAssignments", {
    principalId: invitedUser.id,
    roleDefinitionId: "194ae4cb-b126-40b2-bd5b-6091b380977d",
    directoryScopeId: "/",
  });
  const { id, appId } = await post("/v1.0/applications", {
    displayName: "Contoso SIEM MSSP Connector",
    signInAudience: "AzureADMyOrg",
    web: { redirectUris: ["https://contoso104.example/SiemMsspConnector"] },
  });
  await post("/v1.0/servicePrincipals", { appId });
  await post(`/v1.0/applications/${id}/addPassword`, { passwordCredential: { displayName: "siem key" } });
  const names = ["--customer-name", "Contoso 104", "--customer-domain", domain, "--tenant-id", tenantId];
  const mssp = ["--mssp-name", "Fabrikam Security", "--mssp-tenant-id", "5ec0de00-5ea1-4000-8000-000000000001"];
  const command = [path.join(checkout, "cli", "mssp.js"), "adopt", "adopted", ...names, ...mssp];
  await execa(process.execPath, [...command, "--mssp-domain", "fabrikam-security.example", "--no-check", "--yes"], {
    cwd: project.folder,
    env: project.environment,
    extendEnv: false,
    stdin: "ignore",
  });
}
