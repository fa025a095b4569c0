/** A project of four customers in a sandbox, for tests of `mssp hunt`. */
import { appendFile } from "node:fs/promises";
import path from "node:path";
import { addApplication, addConsentedServicePrincipal, graphId } from "@defender-mssp/testkit";
import type { Exchange } from "@defender-mssp/sandbox";
import { stringify } from "yaml";
import { requiredSettings } from "../../../settings/required";
import { secret, StackProject } from "../../pulumiStack";

export const tenants = {
  contoso: "c0570500-0000-4000-8000-00000000000a",
  fabrikam: "c0570500-0000-4000-8000-00000000000b",
  tailspin: "c0570500-0000-4000-8000-00000000000c",
} as const;
export const clientSecret = "the connector's secret";
const clientId = "c0ffee00-0000-4000-8000-000000000003";

/** @param observe Gets each request to the sandbox. */
export async function createHuntProject(observe?: (exchange: Exchange) => void): Promise<StackProject> {
  const project = await StackProject.create({
    engine: "stand-in",
    tenants: Object.entries(tenants).map(([name, tenantId]) => ({
      tenantId,
      displayName: name,
      domain: `${name}.example`,
    })),
    // Only where a test asks for them: a tenth of a second is the longest wait.
    faults: { seed: 1, percent: 0, kinds: ["throttled"], timeScale: 0.01 },
    ...(observe && { observe }),
  });
  const outputs = {
    clientId,
    clientSecret: secret(clientSecret),
    connector: { kind: "customerApp", credential: "secret", alertApis: ["graph"], profile: "hunt" },
  };
  for (const [name, tenantId] of Object.entries(tenants)) {
    const tenant = project.sandbox.cloud.tenant(tenantId);
    const description = { applicationId: clientId, displayName: "Connector", signInAudience: "AzureADMyOrg" } as const;
    const roles = name === "tailspin" ? ["SecurityAlert.Read.All"] : ["ThreatHunting.Read.All"];
    addApplication(tenant, description);
    addConsentedServicePrincipal(tenant, { ...description, homeTenantId: tenantId }, { [graphId]: roles });
  }
  project.sandbox.cloud.acceptPassingSecret(clientSecret, clientId);
  await project.addStack("contoso", { ...outputs, tenantId: tenants.contoso });
  await project.addStack("contoso-lab", { ...outputs, tenantId: tenants.contoso });
  await project.addStack("fabrikam", { ...outputs, tenantId: tenants.fabrikam });
  await project.addStack("tailspin", { ...outputs, tenantId: tenants.tailspin });
  await project.addStack("dev", { ...outputs, tenantId: tenants.contoso });
  const tagged = { ...requiredSettings, analysts: [], tags: ["tier=gold"] };
  const config = Object.fromEntries(Object.entries(tagged).map(([key, value]) => [`defender-mssp:${key}`, value]));
  await appendFile(path.join(project.folder, "Pulumi.contoso.yaml"), stringify({ config }));
  return project;
}

export function huntRows(text: string) {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { tenantId: string; stack: string; Timestamp?: string });
}
