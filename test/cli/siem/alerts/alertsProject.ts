/** A project in a sandbox, with stacks that have a connector, for tests of `mssp alerts`. */
import { dayMs as day } from "@defender-mssp/errors/time";
import { microsoftGraph } from "@defender-mssp/microsoft";
import { addApplication, addConsentedServicePrincipal, derivedLinkId, detectionsBetween } from "@defender-mssp/testkit";
import { secret, StackProject } from "../../pulumiStack";

export const tenantId = "c0570500-0000-4000-8000-00000000000a";
export const clientId = "c0ffee00-0000-4000-8000-000000000002";
export const clientSecret = "the connector's secret";

/** Alerts of a day of the past: their number doesn't change while they are read. */
export const since = new Date(Date.now() - 20 * day);
export const sinceOption = ["--since", since.toISOString()];

export async function createAlertsProject(): Promise<StackProject> {
  const project = await StackProject.create({
    engine: "stand-in",
    tenants: [{ tenantId, displayName: "Contoso", domain: "contoso.com" }],
  });
  addConnector(project);
  const outputs = { tenantId, clientId, clientSecret: secret(clientSecret) };
  const connector = (...alertApis: string[]) => ({
    connector: { kind: "customerApp", credential: "secret", alertApis },
  });
  await project.addStack("contoso", { ...outputs, ...connector("legacySiem", "graph") });
  await project.addStack("legacy", { ...outputs, ...connector("legacySiem") });
  await project.addStack("certificate", {
    tenantId,
    clientId,
    connector: { ...connector("graph").connector, credential: "certificate" },
  });
  await project.addStack("stranger", {
    ...outputs,
    ...connector("legacySiem", "graph"),
    clientSecret: secret("wrong"),
  });
  return project;
}

function addConnector(project: StackProject): void {
  const { cloud } = project.sandbox;
  const tenant = cloud.tenant(tenantId);
  const description = { applicationId: clientId, displayName: "Connector", signInAudience: "AzureADMyOrg" } as const;
  addApplication(tenant, description);
  const permissions = { [microsoftGraph.appId]: ["SecurityAlert.Read.All"] };
  const { id } = addConsentedServicePrincipal(tenant, { ...description, homeTenantId: tenantId }, permissions);
  cloud.acceptPassingSecret(clientSecret, clientId);
  tenant.objects("siemAuthorizations").set(clientId, { id: clientId });
  const api = [...tenant.objects("servicePrincipals").values()].find(
    ({ displayName }) => displayName === "WindowsDefenderATP",
  );
  const grant = derivedLinkId(tenantId, `grants/${id}`);
  tenant.objects("oauth2PermissionGrants").set(grant, {
    id: grant,
    clientId: id,
    consentType: "AllPrincipals",
    principalId: null,
    resourceId: api?.id ?? "",
    scope: "Alert.Read",
  });
}

/** IDs of what a span of the sandbox's time has. */
export function detected(project: StackProject, from: Date, until: Date): string[] {
  const { cloud } = project.sandbox;
  const all = detectionsBetween(cloud.tenant(tenantId), from, until, cloud.now(), cloud.detectionInterval);
  return [...all].map(({ alertId }) => alertId);
}
