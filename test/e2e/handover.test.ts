/**
 * The handover of the connector's secret, and the delegation of a customer's Sentinel, on the real
 * engine: programs of their own.
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { azureRoles, keyVaultEndpoint, requestToken, type Endpoints } from "@defender-mssp/microsoft";
import {
  addApplication,
  addConsentedServicePrincipal,
  automationApplicationId,
  azureResources,
  derivedId,
  msspSubscriptionId,
  msspTenantId,
  SandboxProject,
  type StoredObject,
  subscriptionIdOf,
  fixture,
} from "@defender-mssp/testkit";
import { permissionsOf } from "../../cli/access/permissions/needed";
import { parseSettings } from "../../settings";
import { requiredSettings } from "../settings/required";
import { createProject, dumpOfTenant, tenantIdOf } from "./support";

const customerTenantId = tenantIdOf(1);
const customerSubscriptionId = subscriptionIdOf(customerTenantId);
const siemApplicationId = "51e40000-0000-4000-8000-000000000001";

/** A program in the place of the product's: settings from the environment, so that each test can change them. */
const handoverProgram = `
import * as pulumi from "@pulumi/pulumi";
import { azureSubscription, CredentialHandover } from "./components/azure";

export = async () => {
  const args = JSON.parse(process.env.TEST_HANDOVER ?? "{}");
  const provider = await azureSubscription("handover-azure", { tenantId: args.tenantId, subscriptionId: args.subscriptionId });
  const handover = new CredentialHandover("handover", { ...args, secret: pulumi.secret(args.secret) }, { provider });
  const { vaultId, vaultName, secretName, secretUri, secretVersionUri } = handover;
  return { vaultId, vaultName, secretName, secretUri, secretVersionUri };
};
`;

const delegationProgram = `
import { AzureDelegation, azureSubscription } from "./components/azure";

export = async () => {
  const args = JSON.parse(process.env.TEST_DELEGATION ?? "{}");
  const provider = await azureSubscription("delegation-azure", { tenantId: args.customerTenantId, subscriptionId: args.subscriptionId });
  const delegation = new AzureDelegation("delegation", args, { provider });
  return { scope: delegation.scope, roles: delegation.roles, assignment: delegation.registrationAssignmentId };
};
`;

async function projectWith(program: string): Promise<SandboxProject> {
  const project = await createProject();
  await writeFile(path.join(project.folder, "index.ts"), program);
  await project.addStack("test");
  return project;
}

/** The Azure roles that `mssp permissions` asks for, with their scopes. */
function rolesToAskFor(settings: object): { automation: string[]; preview: string[] } {
  const { azureRoles: roles } = permissionsOf([
    { stack: "test", settings: parseSettings({ ...requiredSettings, analysts: [], ...settings }, [], {}) },
  ]);
  const of = (who: string) =>
    roles.filter(({ application }) => application === who).map(({ role, scope }) => `${role} at ${scope}`);
  return { automation: of("automation"), preview: of("preview") };
}

/** The Azure roles in a tenant without which requests of the automation would have been refused. */
function neededAzureRoles({ sandbox }: SandboxProject, tenantId: string): string[] {
  const automation = sandbox.permissionUse
    .of(tenantId)
    .find(({ applicationId }) => applicationId === automationApplicationId);
  const permissions = automation?.permissions ?? [];
  return permissions.filter(({ api, used }) => api === "Azure" && used).map(({ permission }) => permission);
}

describe("the handover on the real engine", function () {
  const project = fixture(() => projectWith(handoverProgram));
  let reader: StoredObject;
  let args: Record<string, unknown>;

  const environment = () => ({ TEST_HANDOVER: JSON.stringify(args) });
  const run = (command: readonly string[]) => project.run([...command, "--stack", "test"], environment());
  const succeed = (command: readonly string[]) => project.succeed([...command, "--stack", "test"], environment());
  const resources = () => [...project.sandbox.cloud.tenant(msspTenantId).objects(azureResources).values()];
  const ofType = (type: string) => resources().filter((resource) => resource["type"] === type);
  const up = ["up", "--yes", "--skip-preview"];

  /** What the SIEM reads: with its own credentials, by the vault's own API. */
  async function readSecret(
    clientId: string,
    clientSecret: string,
    version = "",
  ): Promise<{ status: number; value?: string }> {
    const { origins } = project.sandbox;
    const endpoints: Endpoints = {
      cloud: "public",
      loginEndpoint: origins.http,
      graphEndpoint: origins.http,
      resourceManagerEndpoint: origins.http,
      metadataHost: "the sandbox",
    };
    const { accessToken } = await requestToken({
      tenantId: msspTenantId,
      audience: "https://vault.azure.net",
      environment: { ARM_CLIENT_ID: clientId, ARM_CLIENT_SECRET: clientSecret },
      endpoints,
    });
    const { vaultName, secretName } = await project.outputs("test");
    const vault = keyVaultEndpoint(endpoints, String(vaultName));
    const response = await fetch(`${vault}/secrets/${String(secretName)}/${version}?api-version=7.4`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    const { value } = (await response.json()) as { value?: string };
    return { status: response.status, value };
  }

  before(() => {
    const tenant = project.sandbox.cloud.tenant(msspTenantId);
    const description = {
      applicationId: siemApplicationId,
      displayName: "SIEM",
      signInAudience: "AzureADMyOrg",
    } as const;
    addApplication(tenant, description);
    reader = addConsentedServicePrincipal(tenant, { ...description, homeTenantId: msspTenantId }, {});
    project.sandbox.cloud.acceptPassingSecret("siem-secret-of-the-test", siemApplicationId);
    args = {
      tenantId: msspTenantId,
      subscriptionId: msspSubscriptionId,
      customerTenantId,
      clientId: "c11e0000-0000-4000-8000-000000000001",
      secret: "first-s3cret-value",
      expiresOn: "2027-11-24T15:00:00Z",
      location: "westeurope",
      softDeleteRetentionDays: 7,
      readerObjectId: reader.id,
    };
    // Neither a vault's secrets nor anything else of the automation's is needed for up and destroy
    // but these two.
    const officer = derivedId(
      msspTenantId,
      `/subscriptions/${msspSubscriptionId}/roleAssignments/Key Vault Secrets Officer`,
    );
    for (const [key, resource] of tenant.objects(azureResources)) {
      if (resource["name"] === officer) tenant.objects(azureResources).delete(key);
    }
  });

  it("previews everything and creates nothing", async () => {
    const before = dumpOfTenant(project, msspTenantId);
    const { steps } = JSON.parse(await succeed(["preview", "--json"])) as { steps: { op: string }[] };
    assert.ok(steps.length >= 6);
    assert.equal(dumpOfTenant(project, msspTenantId), before);
  });

  it("`up` creates vault, secret and the reader's access", async () => {
    await succeed(up);
    const [vault] = ofType("Microsoft.KeyVault/vaults");
    const properties = vault?.["properties"] as Record<string, unknown>;
    assert.match(vault?.["name"] as string, /^siem-handover-[0-9a-f]{8}$/);
    assert.equal(properties["enableRbacAuthorization"], true);
    assert.equal(properties["enablePurgeProtection"], true);
    assert.equal(properties["softDeleteRetentionInDays"], 7);
    const [secret] = ofType("Microsoft.KeyVault/vaults/secrets");
    const [version] = secret?.["versions"] as unknown as { expires: number; contentType: string; tags: object }[];
    assert.equal(version?.expires, Date.parse("2027-11-24T15:00:00Z") / 1000);
    assert.equal(version.contentType, "text/plain");
    assert.deepEqual(version.tags, {
      customerTenantId,
      clientId: "c11e0000-0000-4000-8000-000000000001",
      managedBy: "Pulumi",
    });
    const { secretName } = await project.outputs("test");
    assert.equal(secretName, `siem-${customerTenantId}`);
    const readers = ofType("Microsoft.Authorization/roleAssignments").filter(
      ({ properties: grant }) => (grant as { principalId: string }).principalId === reader.id,
    );
    assert.equal(readers.length, 1, "one role assignment of the reader");
  });

  it("lets only the SIEM's identity read the secret", async () => {
    assert.deepEqual(await readSecret(siemApplicationId, "siem-secret-of-the-test"), {
      status: 200,
      value: "first-s3cret-value",
    });
    const { ARM_CLIENT_SECRET = "" } = project.environment;
    assert.equal((await readSecret(automationApplicationId, ARM_CLIENT_SECRET)).status, 403);
  });

  it("the secret's value is not in state, output, tenant file or dump", async () => {
    const exported = await succeed(["stack", "export"]);
    const shown = await succeed(["preview", "--diff"]);
    const file = await readFile(path.join(project.folder, ".sandbox", "cloud", `${msspTenantId}.json`), "utf8");
    for (const text of [exported, shown, file, dumpOfTenant(project, msspTenantId)]) {
      assert.ok(!text.includes("first-s3cret-value"));
    }
    assert.ok(file.includes("sealedValue"));
    assert.match(dumpOfTenant(project, msspTenantId), /"sealedValue": null/);
  });

  it("a second preview has no changes, also with a refresh", async () => {
    await succeed(["preview", "--expect-no-changes"]);
    await succeed(["preview", "--refresh", "--expect-no-changes"]);
  });

  it("the Azure role Reader is enough for a preview", async () => {
    const own = ofType("Microsoft.Authorization/roleAssignments").filter(
      ({ properties }) => (properties as { principalId: string }).principalId !== reader.id,
    );
    const before = own.map(({ properties }) => properties);
    for (const assignment of own) {
      const properties = assignment["properties"] as Record<string, string>;
      const roleDefinitionId = properties["roleDefinitionId"]!.replace(/[^/]+$/, azureRoles.Reader);
      assignment["properties"] = { ...properties, roleDefinitionId };
    }
    try {
      await succeed(["preview", "--refresh", "--expect-no-changes"]);
    } finally {
      own.forEach((assignment, index) => (assignment["properties"] = before[index]!));
    }
  });

  it("rotation: a new version under the same name, the old one is kept", async () => {
    const { secretVersionUri: before, secretUri } = await project.outputs("test");
    args = { ...args, secret: "second-s3cret-value", expiresOn: "2028-05-24T15:00:00Z" };
    const { steps } = JSON.parse(await succeed(["preview", "--json"])) as { steps: { op: string; urn: string }[] };
    assert.deepEqual(
      steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`),
      ["update handover-secret"],
    );
    await succeed(up);
    const now = await project.outputs("test");
    assert.equal(now["secretUri"], secretUri);
    assert.notEqual(now["secretVersionUri"], before);
    const client = [siemApplicationId, "siem-secret-of-the-test"] as const;
    assert.equal((await readSecret(...client)).value, "second-s3cret-value");
    assert.equal((await readSecret(...client, String(before).split("/").at(-1))).value, "first-s3cret-value");
    await succeed(["preview", "--refresh", "--expect-no-changes"]);
  });

  it("finds and restores changed settings of the vault", async () => {
    const [vault] = ofType("Microsoft.KeyVault/vaults");
    const properties = vault!["properties"] as Record<string, unknown>;
    Object.assign(properties, { enableRbacAuthorization: false });
    project.sandbox.cloud.changed();
    await succeed(["up", "--refresh", "--yes", "--skip-preview"]);
    const [mended] = ofType("Microsoft.KeyVault/vaults");
    assert.equal((mended?.["properties"] as Record<string, unknown>)["enableRbacAuthorization"], true);
  });

  it("`destroy` works without a role in the vault; purge protection keeps a soft-deleted vault", async () => {
    const { vaultName } = await project.outputs("test");
    await succeed(["destroy", "--yes", "--skip-preview"]);
    assert.deepEqual(ofType("Microsoft.KeyVault/vaults"), []);
    assert.deepEqual(ofType("Microsoft.KeyVault/vaults/secrets"), []);
    assert.deepEqual(ofType("Microsoft.Resources/resourceGroups"), []);
    assert.equal(ofType("Microsoft.Authorization/roleAssignments").length, 2, "the automation's own");
    const deleted = [...project.sandbox.cloud.tenant(msspTenantId).deleted.values()].map(({ object }) => object);
    assert.deepEqual(deleted.map(({ name }) => name).sort(), [`siem-${customerTenantId}`, vaultName].sort());
    const days = (Date.parse(deleted[0]?.["purgeDateTime"] as string) - Date.now()) / 86_400_000;
    assert.ok(days > 6.9 && days <= 7, `${days} days`);
    const handover = { subscriptionId: msspSubscriptionId, location: "westeurope", readerObjectId: reader.id };
    const { automation, preview } = rolesToAskFor({ handover });
    assert.deepEqual(neededAzureRoles(project, msspTenantId).sort(), [...automation, ...preview].sort());
  });

  it("a new `up` right after `destroy` creates a vault of another name", async () => {
    const deleted = [...project.sandbox.cloud.tenant(msspTenantId).deleted.values()].map(
      ({ object }) => object["name"],
    );
    await succeed(up);
    const { vaultName } = await project.outputs("test");
    assert.ok(!deleted.includes(vaultName as string), `${String(vaultName)} is the deleted vault's name`);
    await succeed(["destroy", "--yes", "--skip-preview"]);
  });

  it("a missing Azure right is named", async () => {
    const objects = project.sandbox.cloud.tenant(msspTenantId).objects(azureResources);
    const before = [...objects];
    for (const [key, resource] of before)
      if (resource["type"] === "Microsoft.Authorization/roleAssignments") objects.delete(key);
    const forbidden = await run(up);
    assert.notEqual(forbidden.exitCode, 0);
    assert.match(
      forbidden.stdout + forbidden.stderr,
      /AuthorizationFailed[\s\S]*perform action 'Microsoft\.Resources\/subscriptions\/resourceGroups\/read'/,
    );
    for (const [key, resource] of before) objects.set(key, resource);
  });
});

describe("a program that uses no Azure", function () {
  it("azure-native is not loaded", async () => {
    const project = await createProject();
    try {
      await project.writeSettings("plain", {
        customerName: "Contoso",
        tenantId: customerTenantId,
        customerDomain: "contoso.example",
        msspName: "Fabrikam Security",
        msspTenantId,
        analysts: [],
      });
      // Said at the end of the program's process: the modules that it has loaded.
      const spy = path.join(project.folder, "spy.cjs");
      await writeFile(
        spy,
        `process.on("exit", () => {
  const loaded = Object.keys(require.cache).filter((file) => file.includes("@pulumi"));
  if (loaded.length > 0) require("fs").appendFileSync(${JSON.stringify(path.join(project.folder, "loaded.txt"))}, loaded.join("\\n") + "\\n");
});`,
      );
      await project.addStack("plain");
      const { exitCode, stderr } = await project.run(["preview", "--stack", "plain"], {
        NODE_OPTIONS: `--require ${spy}`,
      });
      assert.equal(exitCode, 0, stderr);
      const loaded = await readFile(path.join(project.folder, "loaded.txt"), "utf8");
      assert.match(loaded, /@pulumi\/azuread\//);
      assert.doesNotMatch(loaded, /azure-native/);
    } finally {
      await project.dispose();
    }
  });
});

describe("the delegation on the real engine", function () {
  const groupId = "96009600-0000-4000-8000-000000000001";
  const project = fixture(() => projectWith(delegationProgram));
  let args: Record<string, unknown>;
  let asBefore: string;

  const run = async (command: readonly string[], changes: Record<string, unknown> = {}) =>
    project.run([...command, "--stack", "test"], { TEST_DELEGATION: JSON.stringify({ ...args, ...changes }) });
  const succeed = (command: readonly string[]) =>
    project.succeed([...command, "--stack", "test"], { TEST_DELEGATION: JSON.stringify(args) });
  const ofType = (type: string) =>
    [...project.sandbox.cloud.tenant(customerTenantId).objects(azureResources).values()].filter(
      (resource) => resource["type"] === type,
    );

  /** The MSSP's automation as an analyst: a member of the group, with a token of the MSSP's own tenant. */
  async function reachWorkspace(method = "GET"): Promise<number> {
    const { ARM_CLIENT_ID = "", ARM_CLIENT_SECRET = "" } = project.environment;
    const { http } = project.sandbox.origins;
    const { accessToken } = await requestToken({
      tenantId: msspTenantId,
      audience: "https://management.azure.com",
      environment: { ARM_CLIENT_ID, ARM_CLIENT_SECRET },
      endpoints: {
        cloud: "public",
        loginEndpoint: http,
        graphEndpoint: http,
        resourceManagerEndpoint: http,
        metadataHost: "x",
      },
    });
    const workspace = `/subscriptions/${customerSubscriptionId}/resourceGroups/sentinel/providers/Microsoft.OperationalInsights/workspaces/sentinel`;
    const response = await fetch(`${http}${workspace}?api-version=2023-09-01`, {
      method,
      headers: { authorization: `Bearer ${accessToken}` },
    });
    return response.status;
  }

  before(() => {
    const mssp = project.sandbox.cloud.tenant(msspTenantId);
    mssp
      .links("groups.members")
      .set(groupId, [derivedId(msspTenantId, `servicePrincipals/${automationApplicationId}`)]);
    project.sandbox.cloud.tenant(customerTenantId);
    asBefore = dumpOfTenant(project, customerTenantId);
    args = {
      customerTenantId,
      subscriptionId: customerSubscriptionId,
      resourceGroupName: "sentinel",
      msspTenantId,
      msspName: "Fabrikam Security",
      groupObjectId: groupId,
      groupName: "Sentinel Analysts",
      roles: ["Microsoft Sentinel Responder", "reader"],
    };
  });

  it("Owner, roles with DataActions and roles that assign roles are refused before anything is created", async () => {
    const roles = ["Owner", "Log Analytics Contributor", "User Access Administrator"];
    const { exitCode, stdout, stderr } = await run(["up", "--yes", "--skip-preview"], { roles });
    assert.notEqual(exitCode, 0);
    const messages = [
      /doesn't delegate "Owner"/,
      /"Log Analytics Contributor" has DataActions/,
      /needs delegatedRoles/,
    ];
    for (const message of messages) assert.match(stdout + stderr, message);
    assert.doesNotMatch(stdout + stderr, /at .*azureDelegation/, "a stack trace");
    assert.equal(dumpOfTenant(project, customerTenantId), asBefore);
  });

  it("the MSSP's group gets access to the Sentinel workspace", async () => {
    assert.equal(await reachWorkspace(), 401);
    await succeed(["up", "--yes", "--skip-preview"]);
    assert.equal(await reachWorkspace(), 200);
    const [definition] = ofType("Microsoft.ManagedServices/registrationDefinitions");
    const { authorizations } = definition?.["properties"] as { authorizations: { roleDefinitionId: string }[] };
    assert.deepEqual(
      authorizations.map(({ roleDefinitionId }) => roleDefinitionId),
      ["3e150937-b8fe-4cfb-8069-0eaf05ecd056", "acdd72a7-3385-48ef-bd42-f606fba81ae7"],
    );
    const { scope, roles } = await project.outputs("test");
    assert.equal(scope, `/subscriptions/${customerSubscriptionId}/resourceGroups/sentinel`);
    assert.deepEqual(roles, ["Microsoft Sentinel Responder", "Reader"]);
  });

  it("a second preview has no changes, also with the roles in another order", async () => {
    args = { ...args, roles: ["Reader", "3E150937-b8fe-4cfb-8069-0eaf05ecd056"] };
    await succeed(["preview", "--expect-no-changes"]);
    await succeed(["preview", "--refresh", "--expect-no-changes"]);
  });

  it("changes the roles in place", async () => {
    args = { ...args, roles: ["Microsoft Sentinel Reader"] };
    const { steps } = JSON.parse(await succeed(["preview", "--json"])) as { steps: { op: string; urn: string }[] };
    assert.deepEqual(
      steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`),
      ["update delegation-definition"],
    );
    await succeed(["up", "--yes", "--skip-preview"]);
    assert.equal(ofType("Microsoft.ManagedServices/registrationDefinitions").length, 1);
  });

  it("`destroy`: the customer's subscription is as before", async () => {
    await succeed(["destroy", "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, customerTenantId), asBefore);
    assert.equal(await reachWorkspace(), 401);
    const { subscriptionId, groupObjectId, groupName } = args;
    const azureDelegation = { subscriptionId, groupObjectId, groupName, roles: ["Reader"] };
    const { automation } = rolesToAskFor({ azureDelegation });
    assert.deepEqual(neededAzureRoles(project, customerTenantId).sort(), automation.sort());
  });
});
