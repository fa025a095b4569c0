/** Many customers of a sandbox, each with a connector and a connection file, without engine and state. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { dayMs } from "@defender-mssp/errors/time";
import { microsoftGraph } from "@defender-mssp/microsoft";
import { commandEnvironment, startSandbox, type OwnSandbox, type SandboxOptions } from "@defender-mssp/sandbox";
import {
  addApplication,
  addConsentedServicePrincipal,
  detectionIntervalFor,
  detectionsBetween,
  Incidents,
} from "@defender-mssp/testkit";
import { connectionText } from "@defender-mssp/siem/connector/connectionFile";

const clientSecret = "the connectors' secret";

interface Customer {
  readonly tenantId: string;
  readonly clientId: string;
}

export interface ManyCustomersOptions extends Pick<SandboxOptions, "faults"> {
  readonly permissions?: readonly string[];
}

export class ManyCustomers {
  /** What is expected of a pull was there since then. */
  readonly since = new Date(Date.now() - 179 * dayMs);

  private constructor(
    /** A folder of its own, deleted at the end. */
    readonly folder: string,
    readonly sandbox: OwnSandbox,
    readonly customers: readonly Customer[],
  ) {}

  /** @param permissions what the connectors may do, application permissions of Microsoft Graph. */
  static async start(
    count: number,
    { permissions = ["SecurityAlert.Read.All"], ...options }: ManyCustomersOptions = {},
  ): Promise<ManyCustomers> {
    const folder = await mkdtemp(path.join(tmpdir(), "mssp-many-"));
    const customers = Array.from({ length: count }, (_, index) => ({
      tenantId: `c0570500-0000-4000-8000-${String(index).padStart(12, "0")}`,
      clientId: `c0ffee00-0000-4000-8000-${String(index).padStart(12, "0")}`,
    }));
    const tenants = customers.map(({ tenantId }, index) => ({
      tenantId,
      displayName: `Customer ${index}`,
      domain: `customer${index}.example`,
    }));
    const sandbox = await startSandbox({ ...options, tenants, home: path.join(folder, "sandbox") });
    const many = new ManyCustomers(folder, sandbox, customers);
    for (const customer of customers) many.#addConnector(customer, permissions);
    await many.#writeConnections();
    return many;
  }

  /** The folder with the connection files of all customers. */
  get connections(): string {
    return path.join(this.folder, "connections");
  }

  /** The connection file of one customer. */
  connection(index: number): string {
    return path.join(this.connections, `customer${index}.json`);
  }

  /** Each customer has its share of so many alerts. */
  hold(alerts: number, { customers = this.customers.length } = {}): void {
    this.sandbox.cloud.detectionInterval = detectionIntervalFor(Math.ceil(alerts / customers));
  }

  async environment(): Promise<NodeJS.ProcessEnv> {
    return commandEnvironment(await this.sandbox.environment({ user: process.env }));
  }

  async dispose(): Promise<void> {
    await this.sandbox.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #addConnector({ tenantId, clientId }: Customer, granted: readonly string[]): void {
    const { cloud } = this.sandbox;
    const tenant = cloud.tenant(tenantId);
    const description = { applicationId: clientId, displayName: "Connector", signInAudience: "AzureADMyOrg" } as const;
    addApplication(tenant, description);
    const permissions = { [microsoftGraph.appId]: granted };
    addConsentedServicePrincipal(tenant, { ...description, homeTenantId: tenantId }, permissions);
    cloud.acceptPassingSecret(clientSecret, clientId);
  }

  async #writeConnections(): Promise<void> {
    const environment = await this.environment();
    await mkdir(this.connections);
    for (const [index, { tenantId, clientId }] of this.customers.entries()) {
      // One file for all of them is refused: a secret could go to another tenant.
      const secret = path.join(this.folder, `customer${index}.secret`);
      await writeFile(secret, clientSecret, { mode: 0o600 });
      const text = connectionText({
        msspConnection: 1,
        stack: `customer${index}`,
        tenantId,
        clientId,
        cloud: "public",
        credentialPlace: { file: secret },
        endpoints: { metadataHost: environment["ARM_METADATA_HOSTNAME"] ?? "" },
        connector: { kind: "customerApp", alertApis: ["graph"], credential: "secret" },
      });
      await writeFile(this.connection(index), text, { mode: 0o600 });
    }
  }
}

/** The alerts of 179 days that the sandbox has now, as tenant/ID. */
export function heldAlerts({ sandbox: { cloud }, customers, since }: ManyCustomers): Set<string> {
  const until = new Date();
  return new Set(
    customers.flatMap(({ tenantId }) =>
      [...detectionsBetween(cloud.tenant(tenantId), since, until, cloud.now(), cloud.detectionInterval)].map(
        ({ alertId }) => `${tenantId}/${alertId}`,
      ),
    ),
  );
}

/** The incidents that the sandbox has now, as tenant/ID@last change, without those that change or end meanwhile. */
export function heldIncidents({ sandbox: { cloud }, customers }: ManyCustomers): Set<string> {
  const always = { since: new Date(0), until: new Date(8.64e15) };
  return new Set(
    customers.flatMap(({ tenantId }) => {
      const incidents = new Incidents(cloud.tenant(tenantId), cloud.detectionInterval, cloud.now());
      return [...incidents.within({ created: always, updated: always })].flatMap(({ number, updated }) => {
        const age = Date.now() - updated.getTime();
        return age > dayMs / 4 && age < 29 * dayMs ? [`${tenantId}/${number}@${updated.toISOString()}`] : [];
      });
    }),
  );
}
