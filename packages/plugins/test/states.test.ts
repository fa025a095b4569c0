/**
 * What the azuread stand-in sends and keeps where that is easy to get wrong, as seen of the
 * official plugin (6.9.1).
 */
import assert from "node:assert/strict";
import type { GraphOperation } from "../src/azuread/graph";
import { user } from "../src/azuread/resources/user";
import { valueText, type ValueRecord } from "../src/protocol/values";
import { Fields } from "../src/schema/fields";
import { refusal } from "./pluginClient";
import { type SandboxPlugin, startSandboxPlugin, tenantId } from "./sandboxPlugin";

describe("The azuread stand-in's states, as the official plugin's", function () {
  let plugin: SandboxPlugin;
  let application: ValueRecord;

  before(async () => {
    plugin = await startSandboxPlugin();
    ({ state: application } = await made("ApplicationRegistration", { displayName: "A" }));
  });
  after(() => plugin.stop());

  it("service principal: an update sends the empty relay state that a read returned", async () => {
    const { id, state } = await made("ServicePrincipal", { clientId: application.clientId ?? "" });
    assert.equal(settingsOf(id), undefined);
    const { inputs } = await plugin.client.check("ServicePrincipal", {
      clientId: application.clientId ?? "",
      notes: "changed",
    });
    const read = await plugin.client.read("ServicePrincipal", id, state, inputs);
    const after = await plugin.client.update("ServicePrincipal", id, read.state, inputs);
    assert.equal(settingsOf(id), "");
    assert.deepEqual(after.samlSingleSignOn, { relayState: "" });

    const removed = { ...after, samlSingleSignOn: { relayState: "/start" } };
    const { detailed } = await plugin.client.diff("ServicePrincipal", id, removed, inputs);
    assert.deepEqual(detailed, { samlSingleSignOn: "delete" });
  });

  it("application password: without a name the state has an empty one", async () => {
    const { state } = await made("ApplicationPassword", { applicationId: application.id ?? "" });
    assert.equal(state.displayName, "");
    const named = await made("ApplicationPassword", { applicationId: application.id ?? "", displayName: "SIEM" });
    assert.equal(named.state.displayName, "SIEM");
  });

  it("federated identity credential: the description is optional", async () => {
    const { state } = await made("ApplicationFederatedIdentityCredential", {
      applicationId: application.id ?? "",
      audiences: ["api://AzureADTokenExchange"],
      displayName: "pipeline",
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:contoso/siem:ref:refs/heads/main",
    });
    assert.equal(state.description, "");
  });

  it("invitation: the state has all fields of the message", async () => {
    const { state } = await made("Invitation", {
      userEmailAddress: "ana@fabrikam-security.example",
      redirectUrl: "https://security.microsoft.com",
      message: { body: "Welcome" },
    });
    assert.deepEqual(state.message, { additionalRecipients: null, body: "Welcome", language: "" });
  });

  it("functions: official IDs and the omitted arguments in the result", async () => {
    const { result: config } = await plugin.client.invoke("getClientConfig");
    const { clientId, objectId } = config;
    assert.equal(config.id, `${tenantId}-${valueText(clientId)}-${valueText(objectId)}`);
    const { result: domains } = await plugin.client.invoke("getDomains", { onlyDefault: true });
    assert.match(valueText(domains.id), new RegExp(`^domains#${tenantId}#[A-Za-z0-9_-]{27}=$`));
    assert.deepEqual(domains.supportsServices, []);
  });

  it("import: names the schema version, also 0", async () => {
    const { id, state } = await made("ApplicationRegistration", { displayName: "B" });
    const version = (of: ValueRecord) =>
      (JSON.parse(valueText(of.__meta)) as { schema_version?: string }).schema_version;
    assert.equal(version(state), undefined);
    const imported = await plugin.client.read("ApplicationRegistration", id);
    assert.equal(version(imported.state), "0");
    assert.deepEqual(imported.state.groupMembershipClaims, []);
  });

  it("error: printed as a list, as Terraform's SDK does", async () => {
    const nobody = "11111111-1111-4111-8111-111111111111";
    const invoked = await refusal(plugin.client.invoke("getUser", { objectId: nobody }));
    const what = "invoking azuread:index/getUser:getUser";
    assert.equal(invoked, `${what}: 1 error occurred:\n\t* [object_id] User not found with object ID: "${nobody}"\n\n`);
    const { inputs } = await plugin.client.check("Group", { displayName: "A", mailEnabled: true });
    const planned = await refusal(plugin.client.create("Group", inputs, true));
    assert.match(planned, /^diffing urn:[^ ]*: 1 error occurred:\n\t\* `types` must contain "Unified".*\n\n$/);
  });

  it("user: created without mail, which no update removes", async () => {
    const bodies: object[] = [];
    const take = (_: string, body: object) => Promise.resolve(void bodies.push(body));
    const call = { post: (path: string, body: object) => take(path, body).then(() => ({ id: "1" })), patch: take };
    const fake = call as unknown as GraphOperation;
    const plan = { displayName: "Ben", userPrincipalName: "ben@contoso.com", password: "A long enough 1." };
    await user.create(new Fields(user.properties, plan), fake, () => undefined);
    assert.equal((bodies[0] as { mail?: unknown }).mail, null);

    bodies.length = 0;
    const changed = new Fields(user.properties, { ...plan, mail: "" }, { ...plan, mail: "ben@contoso.com" });
    await user.update?.("/users/1", changed, fake);
    assert.ok(!("mail" in (bodies[0] ?? { mail: "" })));
  });

  async function made(type: string, given: ValueRecord): Promise<{ id: string; state: ValueRecord }> {
    const { inputs, failures } = await plugin.client.check(type, given);
    assert.deepEqual(failures, []);
    return plugin.client.create(type, inputs);
  }

  function settingsOf(id: string): unknown {
    const found = plugin.tenant.objects("servicePrincipals").get(id.split("/").at(-1) ?? "");
    const settings = found?.["samlSingleSignOnSettings"] as { relayState?: unknown } | null | undefined;
    return settings?.relayState ?? undefined;
  }
});
