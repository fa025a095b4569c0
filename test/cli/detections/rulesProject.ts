/** A repository of customers with detection rules, without an engine and a tenant. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { pulumiEnvironment } from "@defender-mssp/plugins";
import { temporarySandbox, trustCertificates, newFolder } from "@defender-mssp/testkit";
import { inSession } from "../testSession";

export const officeRule = `displayName: Encoded PowerShell from Office
status: enabled
queryText: |
  DeviceProcessEvents
  | where InitiatingProcessFileName in~ ('winword.exe', 'excel.exe')
  | where FileName =~ 'powershell.exe' and ProcessCommandLine has '-enc'
  | project Timestamp, ReportId, DeviceId, DeviceName, AccountSid, ProcessCommandLine
schedule:
  frequency: PT1H
alertTemplate:
  title: Encoded PowerShell on {{DeviceName}}
  severity: high
  tactics:
    - tactic: Execution
      techniques:
        - technique: T1059
          subTechniques: [T1059.001]
  entityMappings:
    hosts:
      - deviceIdColumn: DeviceId
`;

/** Another rule with the same query, by its name and title. */
export function renamedRule(name: string): string {
  return officeRule.replace("displayName: ", `displayName: ${name} `).replace("title: ", `title: ${name} `);
}

/** The day on which the commands run. */
export const today = new Date("2027-03-01T12:00:00Z");

export class RulesProject {
  private constructor(readonly folder: string) {}

  static async create(): Promise<RulesProject> {
    const folder = newFolder();
    const project = new RulesProject(folder);
    await project.write("Pulumi.yaml", "name: customers\nruntime: nodejs\n");
    return project;
  }

  async write(name: string, text: string | Uint8Array): Promise<void> {
    const file = path.join(this.folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  /** Starts a sandbox for the customers, and gives the environment of commands on it. */
  async startSandbox(options: Partial<Parameters<typeof temporarySandbox>[0]> = {}) {
    const home = path.join(this.folder, ".sandbox");
    const sandbox = await temporarySandbox({ home, ...options });
    const { variables, removed } = await pulumiEnvironment(home, await sandbox.environment());
    const unset = removed.map((name) => [name, undefined] as const);
    const environment: Record<string, string | undefined> = { ...Object.fromEntries(unset), ...variables };
    trustCertificates(environment["NODE_EXTRA_CA_CERTS"]);
    return { sandbox, environment };
  }

  /** Writes the settings file of a customer. */
  customer(stack: string, detections: unknown, tenantId = "11111111-2222-3333-4444-555555555555"): Promise<void> {
    const settings = {
      customerName: stack,
      tenantId,
      customerDomain: `${stack}.example`,
      msspName: "Fabrikam Security",
      msspTenantId: "66666666-7777-8888-9999-000000000000",
      analysts: [],
      detections,
    };
    const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`customers:${key}`, value]));
    return this.write(`Pulumi.${stack}.yaml`, stringify({ config }));
  }

  run(...args: readonly string[]) {
    return inSession(args[0] === "check" ? args : ["detections", ...args], { folder: this.folder, now: () => today });
  }

  async json<T>(...args: readonly string[]): Promise<T & { readonly exitCode: number | undefined }> {
    const { stdout, exitCode } = await this.run(...args, "--json");
    return { ...(JSON.parse(stdout) as T), exitCode };
  }
}
