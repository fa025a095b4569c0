/** A project of two customers with incidents in a sandbox, for tests of `mssp incidents`. */
import { microsoftGraph, type IncidentRecord } from "@defender-mssp/microsoft";
import { addApplication, addConsentedServicePrincipal, detectionIntervalFor, Incidents } from "@defender-mssp/testkit";
import { secret, StackProject } from "../../pulumiStack";

export const tenants = {
  contoso: "c0570500-0000-4000-8000-00000000000a",
  fabrikam: "c0570500-0000-4000-8000-00000000000b",
} as const;
export const clientSecret = "the connector's secret";
const reader = "c0ffee00-0000-4000-8000-000000000003";
const triager = "c0ffee00-0000-4000-8000-000000000004";

export const always = { since: new Date(0), until: new Date(8.64e15) };

export async function createIncidentsProject(): Promise<StackProject> {
  const project = await StackProject.create({
    engine: "stand-in",
    tenants: [
      { tenantId: tenants.contoso, displayName: "Contoso", domain: "contoso.com" },
      { tenantId: tenants.fabrikam, displayName: "Fabrikam", domain: "fabrikam.com" },
    ],
  });
  project.sandbox.cloud.detectionInterval = detectionIntervalFor(6000);
  addConnector(project, tenants.contoso, reader, ["SecurityIncident.Read.All"]);
  addConnector(project, tenants.contoso, triager, ["SecurityIncident.ReadWrite.All"]);
  addConnector(project, tenants.fabrikam, reader, ["ThreatHunting.Read.All"]);
  const connector = { kind: "customerApp", credential: "secret", alertApis: ["graph"] };
  const outputs = { clientSecret: secret(clientSecret), connector };
  const triage = (writesEndOn: string) => ({
    connector: { ...connector, profile: "triage", approvedBy: "Megan Bowen", writesEndOn },
  });
  await project.addStack("contoso", { ...outputs, tenantId: tenants.contoso, clientId: reader });
  const writer = { ...outputs, tenantId: tenants.contoso, clientId: triager };
  await project.addStack("triage", { ...writer, ...triage("2099-12-31") });
  await project.addStack("ended", { ...writer, ...triage("2026-01-31") });
  await project.addStack("stale", { ...writer, ...triage("2099-12-31"), clientId: reader });
  await project.addStack("fabrikam", { ...outputs, tenantId: tenants.fabrikam, clientId: reader });
  return project;
}

function addConnector(project: StackProject, tenantId: string, applicationId: string, roles: readonly string[]): void {
  const { cloud } = project.sandbox;
  const tenant = cloud.tenant(tenantId);
  const description = { applicationId, displayName: "Connector", signInAudience: "AzureADMyOrg" } as const;
  addApplication(tenant, description);
  addConsentedServicePrincipal(tenant, { ...description, homeTenantId: tenantId }, { [microsoftGraph.appId]: roles });
  cloud.acceptPassingSecret(clientSecret, applicationId);
}

export type IncidentChange = Pick<IncidentRecord, "id" | "updatedAt">;

/** The last change of each of contoso's incidents that changed at `since` or later. */
export function changedSince(project: StackProject, since: Date): IncidentChange[] {
  const { cloud } = project.sandbox;
  const bounds = { created: always, updated: { since, until: always.until } };
  const incidents = new Incidents(cloud.tenant(tenants.contoso), cloud.detectionInterval, cloud.now());
  return [...incidents.within(bounds)].map(({ number, updated }) => ({
    id: String(number),
    updatedAt: updated.toISOString(),
  }));
}

/**
 * The changes that no record shows. An incident that changes again before it is read is delivered
 * with its later change alone.
 */
export function lostChanges(
  changes: readonly IncidentChange[],
  records: readonly IncidentRecord[],
): readonly IncidentChange[] {
  const latest = new Map<string, string>();
  for (const { id, updatedAt } of records) if ((latest.get(id) ?? "") < updatedAt) latest.set(id, updatedAt);
  return changes.filter(({ id, updatedAt }) => (latest.get(id) ?? "") < updatedAt);
}

export function incidentRecords(text: string): IncidentRecord[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as IncidentRecord);
}
