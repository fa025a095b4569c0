/**
 * Run as a process of its own, so that Node trusts the sandbox's certificate: Microsoft's
 * credential and Graph client, unmodified, on a round trip. Settings in the environment as a
 * command in the sandbox has them, and TENANT_ID. Ends with exit code 0 when everything was as a
 * caller of the real service expects it.
 */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { ClientSecretCredential } from "@azure/identity";
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  GraphError,
  PageIterator,
  type BatchResponseBody,
  type PageCollection,
} from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials";

type Entity = Record<string, unknown> & { id: string };

void main();

async function main(): Promise<void> {
  const origin = `https://${setting("ARM_METADATA_HOSTNAME")}`;
  const credential = new ClientSecretCredential(
    setting("TENANT_ID"),
    setting("ARM_CLIENT_ID"),
    setting("ARM_CLIENT_SECRET"),
    { authorityHost: origin, disableInstanceDiscovery: true },
  );
  const graph = Client.initWithMiddleware({
    authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes: [`${origin}/.default`] }),
    baseUrl: origin,
    customHosts: new Set(["127.0.0.1"]),
  });
  for (const version of ["v1.0", "beta"]) await roundTrip(graph, version);
}

async function roundTrip(graph: Client, version: string): Promise<void> {
  const at = (path: string) => graph.api(path).version(version);
  const application = (await at("/applications").post({ displayName: "By the Graph client" })) as Entity;
  await at(`/applications/${application.id}`).update({
    web: { redirectUris: ["https://contoso.com/SiemMsspConnector"] },
  });
  const selected = (await at(`/applications/${application.id}`).select(["id", "web"]).get()) as Entity;
  assert.deepEqual((selected["web"] as { redirectUris: string[] }).redirectUris, [
    "https://contoso.com/SiemMsspConnector",
  ]);
  const password = (await at(`/applications/${application.id}/addPassword`).post({
    passwordCredential: { displayName: "SIEM" },
  })) as Record<string, string>;
  assert.equal(password["secretText"]?.length, 40);
  await at(`/applications/${application.id}/removePassword`).post({ keyId: password["keyId"] });
  const servicePrincipal = (await at("/servicePrincipals").post({ appId: application["appId"] })) as Entity;
  const found = (await at("/servicePrincipals").filter("displayName eq 'Microsoft Graph'").get()) as {
    value: Entity[];
  };
  const resource = found.value[0];
  assert.ok(resource);
  const role = (resource["appRoles"] as { id: string; value: string }[]).find(
    ({ value }) => value === "SecurityAlert.Read.All",
  );
  const assignment = (await at(`/servicePrincipals/${resource.id}/appRoleAssignedTo`).post({
    appRoleId: role?.id,
    principalId: servicePrincipal.id,
    resourceId: resource.id,
  })) as Entity;
  await at(`/servicePrincipals/${resource.id}/appRoleAssignedTo/${assignment.id}`).delete();
  const grant = (await at("/oauth2PermissionGrants").post({
    clientId: servicePrincipal.id,
    consentType: "AllPrincipals",
    resourceId: resource.id,
    scope: "User.Read",
  })) as Entity;
  await at(`/oauth2PermissionGrants/${grant.id}`).delete();
  await membership(graph, version);
  await pages(graph, version);
  await batch(graph, version);
  await at(`/applications/${application.id}`).delete();
  await assert.rejects(at(`/applications/${application.id}`).get(), (error: GraphError) => {
    assert.deepEqual([error.statusCode, error.code], [404, "Request_ResourceNotFound"]);
    return true;
  });
}

async function membership(graph: Client, version: string): Promise<void> {
  const at = (path: string) => graph.api(path).version(version);
  const invitation = (await at("/invitations").post({
    invitedUserEmailAddress: "client@fabrikam.example",
    inviteRedirectUrl: "https://security.microsoft.com",
  })) as { invitedUser: Entity };
  const group = (await at("/groups").post({
    displayName: "By the Graph client",
    mailEnabled: false,
    mailNickname: "client",
    securityEnabled: true,
  })) as Entity;
  const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${invitation.invitedUser.id}` };
  await at(`/groups/${group.id}/members/$ref`).post(reference);
  const members = (await at(`/groups/${group.id}/members`).get()) as { value: Entity[] };
  assertEach(members.value, ({ id }) => id, [invitation.invitedUser.id]);
  await at(`/groups/${group.id}/members/${invitation.invitedUser.id}/$ref`).delete();
  await at(`/groups/${group.id}`).delete();
  const user = (await at(`/users/${invitation.invitedUser.id}`).get()) as Entity;
  await at(`/users/${encodeURIComponent(String(user["userPrincipalName"]))}`).delete();
}

/** The client's own builder of batches and reader of their answers; the group is found by `$search`. */
async function batch(graph: Client, version: string): Promise<void> {
  // The client strips the origin, and takes the rest for the path without a version.
  const at = (path: string, init?: RequestInit) => new Request(`https://graph.microsoft.com${path}`, init);
  const body = { displayName: "Batched-group", mailEnabled: false, mailNickname: "batched", securityEnabled: true };
  const headers = { "Content-Type": "application/json" };
  const content = new BatchRequestContent([
    { id: "create", request: at("/groups", { method: "POST", body: JSON.stringify(body), headers }) },
    { id: "list", dependsOn: ["create"], request: at("/groups?$filter=displayName eq 'Batched-group'&$select=id") },
  ]);
  const answer = (await graph
    .api("/$batch")
    .version(version)
    .post(await content.getContent())) as BatchResponseBody;
  const responses = new BatchResponseContent(answer);
  assert.equal(responses.getResponseById("create").status, 201);
  const created = (await responses.getResponseById("create").json()) as Entity;
  const listed = (await responses.getResponseById("list").json()) as { value: Entity[] };
  assert.deepEqual(listed.value, [{ id: created.id }]);
  const found = (await graph
    .api("/groups")
    .version(version)
    .header("ConsistencyLevel", "eventual")
    .search('"displayName:batchedgroup"')
    .count(true)
    .get()) as { "@odata.count": number; value: Entity[] };
  assert.deepEqual([found["@odata.count"], found.value[0]?.id], [1, created.id]);
  const gone = new BatchRequestContent([{ id: "1", request: at(`/groups/${created.id}`, { method: "DELETE" }) }]);
  const deleted = (await graph
    .api("/$batch")
    .version(version)
    .post(await gone.getContent())) as BatchResponseBody;
  assert.equal(new BatchResponseContent(deleted).getResponseById("1").status, 204);
}

/** The client's own page iterator follows `@odata.nextLink`. */
async function pages(graph: Client, version: string): Promise<void> {
  const first = (await graph.api("/servicePrincipals").version(version).top(2).get()) as PageCollection;
  assert.ok(first["@odata.nextLink"]);
  const ids: string[] = [];
  const iterator = new PageIterator(graph, first, (item: Entity) => {
    ids.push(item.id);
    return true;
  });
  await iterator.iterate();
  assert.ok(ids.length > 4);
  assert.equal(new Set(ids).size, ids.length);
}

function setting(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} isn't set`);
  return value;
}
