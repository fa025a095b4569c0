/**
 * What the azuread stand-in sends and keeps where that is easy to get wrong, as seen of the official plugin (6.9.1).
 */
import assert from "node:assert/strict";
import { valueText, type ValueRecord } from "../src/protocol/values";
import { refusal } from "./pluginClient";
import { fixture } from "@defender-mssp/testkit/fixture";
import { startSandboxPlugin, tenantId } from "./sandboxPlugin";

describe("The azuread stand-in's states, as the official plugin's", function () {
  const plugin = fixture(startSandboxPlugin);
  let application: ValueRecord;

  before(async () => ({ state: application } = await made("ApplicationRegistration", { displayName: "A" })));

  it("service principal: an update sends the empty relay state that a read returned", async () => {
    const { id, state } = await made("ServicePrincipal", { clientId: application.clientId ?? "" });
    assert.equal(settingsOf(id), undefined);
    const { inputs } = await plugin.client.check("ServicePrincipal", {
      clientId: application.clientId ?? "",
      accountEnabled: false,
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

  it("functions: official IDs", async () => {
    const { result: config } = await plugin.client.invoke("getClientConfig");
    const { clientId, objectId } = config;
    assert.equal(config.id, `${tenantId}-${valueText(clientId)}-${valueText(objectId)}`);
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
    const mail = "nobody@contoso.com";
    const invoked = await refusal(plugin.client.invoke("getUser", { mail }));
    const what = "invoking azuread:index/getUser:getUser";
    assert.equal(invoked, `${what}: 1 error occurred:\n\t* [mail] User not found with mail: "${mail}"\n\n`);
    const { inputs } = await plugin.client.check("Group", {
      displayName: "A",
      securityEnabled: false,
      assignableToRole: true,
    });
    const planned = await refusal(plugin.client.create("Group", inputs, true));
    assert.match(planned, /^diffing urn:[^ ]*: 1 error occurred:\n\t\* `assignable_to_role` can only be `true`.*\n\n$/);
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
