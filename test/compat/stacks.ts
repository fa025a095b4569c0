/**
 * The stacks whose states are kept: one for each model of portal access, each kind of connector and
 * each kind of credential. A state that was recorded once stays as it is; a new release adds a
 * folder.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { makeMsspApplication, startConnectorProject, type ConnectorProject } from "../e2e/connectorClients";
import { checkout, customer } from "../e2e/support";

export interface RecordedStack {
  readonly name: string;
  /** Settings, without the project's name in front of each key. */
  settings(project: ConnectorProject): Promise<Record<string, unknown>>;
}

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
