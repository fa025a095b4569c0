/** The sandbox that a rehearsal compares with: a tenant of its own with an object of each common kind. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { graphCall, microsoftGraph, type Endpoints, type Environment, type GraphCall } from "@defender-mssp/microsoft";
import { derivedId, msspTenantId } from "../cloud/identity";
import { generateSecret } from "../cloud/secrets";
import { setSwitches } from "../cloud/switches";
import { seedTenants } from "../seed/seedTenants";
import { automationPermissions, startSandbox } from "../server/index";
import { signInToRehearse, type RehearsalSide } from "./rehearseReads";

const domain = "rehearsal.example";
const entitlements = "/v1.0/identityGovernance/entitlementManagement";

/** @param side the tenant: the sandbox's has the same licence, its identity the same permissions */
export async function startRehearsalSandbox(
  side: Pick<RehearsalSide, "permissions" | "licence">,
): Promise<RehearsalSide & { stop(): Promise<void> }> {
  const home = await mkdtemp(path.join(tmpdir(), "mssp-rehearsal-"));
  const tenantId = randomUUID();
  const granted = { [microsoftGraph.appId]: side.permissions };
  const description = { tenantId, displayName: "Rehearsal", domain, permissions: granted };
  const sandbox = await startSandbox({ home, tenants: [description] });
  const { http } = sandbox.origins;
  const stop = async () => {
    await sandbox.stop();
    await rm(home, { recursive: true, force: true });
  };
  try {
    const [loginEndpoint, graphEndpoint, resourceManagerEndpoint] = [http, http, http];
    const origins = { loginEndpoint, graphEndpoint, resourceManagerEndpoint };
    const endpoints: Endpoints = { ...origins, cloud: "public", metadataHost: "the sandbox" };
    seedTenants(sandbox.cloud, { tenants: [{ tenantId, users, groups, applications: [maker] }] });
    const secret = generateSecret();
    const makerId = derivedId(tenantId, `seed/applications/${maker.displayName}`);
    sandbox.cloud.acceptPassingSecret(secret, makerId);
    const environment: Environment = { ARM_CLIENT_ID: makerId, ARM_CLIENT_SECRET: secret };
    await makeObjects(await graphCall(tenantId, { environment, endpoints }), "Rehearsal");
    setSwitches(sandbox.cloud.tenant(tenantId), side.licence === undefined ? {} : { entraLicence: side.licence });
    const { variables } = await sandbox.environment({ user: {} });
    return { ...(await signInToRehearse({ tenantId, environment: variables, endpoints })), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const users = [
  { userPrincipalName: `ana@${domain}`, displayName: "Ana", mail: `ana@${domain}` },
  { userType: "Guest", mail: "ben@mssp.example", displayName: "Ben" },
];
const groups = [
  { displayName: "Analysts", members: ["ben@mssp.example"], owners: [`ana@${domain}`] },
  { displayName: "Readers", members: [`ana@${domain}`, "Analysts"], roles: ["Security Reader"] },
];
const maker = { displayName: "Maker", permissions: { "Microsoft Graph": automationPermissions[microsoftGraph.appId] } };

/** Makes an object of each kind that no seed file has. @param displayName of all of them */
export async function makeObjects(call: GraphCall, displayName: string): Promise<void> {
  const make = async (route: string, json: object) =>
    (await call(route, { method: "POST", json, idempotent: false })).body as { id: string; appId: string };
  const { id, appId } = await make("/v1.0/applications", { displayName });
  await make(`/v1.0/applications/${id}/addPassword`, { passwordCredential: { displayName } });
  await make(`/v1.0/applications/${id}/federatedIdentityCredentials`, {
    audiences: ["api://AzureADTokenExchange"],
    issuer: "https://token.actions.githubusercontent.com",
    name: "deploy",
    subject: "repo:octo-org/octo-repo:ref:refs/heads/main",
  });
  await make("/v1.0/servicePrincipals", { appId });
  const applications = { includeApplications: ["All"] };
  await make("/v1.0/identity/conditionalAccess/policies", {
    displayName,
    state: "disabled",
    conditions: { clientAppTypes: ["all"], applications, users: { includeUsers: ["All"] } },
    grantControls: { operator: "OR", builtInControls: ["mfa"] },
  });
  const country = { "@odata.type": "#microsoft.graph.countryNamedLocation", countriesAndRegions: ["CA"] };
  await make("/v1.0/identity/conditionalAccess/namedLocations", { ...country, displayName });
  await make("/v1.0/policies/crossTenantAccessPolicy/partners", { tenantId: msspTenantId });
  const source = { "@odata.type": "#microsoft.graph.azureActiveDirectoryTenant", tenantId: msspTenantId, displayName };
  const organization = { displayName, identitySources: [source], state: "configured" };
  await make(`${entitlements}/connectedOrganizations`, organization);
  const catalog = await make(`${entitlements}/catalogs`, { displayName });
  await make(`${entitlements}/accessPackages`, { displayName, description: displayName, catalog: { id: catalog.id } });
  const rolePermissions = [{ allowedResourceActions: ["microsoft.xdr/secops/*/read"] }];
  await make("/beta/roleManagement/defender/roleDefinitions", { displayName, rolePermissions });
  const deleted = { displayName, mailEnabled: false, mailNickname: "deleted", securityEnabled: true };
  const group = await make("/v1.0/groups", deleted);
  await call(`/v1.0/groups/${group.id}`, { method: "DELETE" });
}
