/** What the azuread stand-in does where the sandbox has replicas: the official plugin's waits, and its ends. */
import assert from "node:assert/strict";
import type { ServiceError } from "@grpc/grpc-js";
import { type SandboxPlugin, startSandboxPlugin, tenantId } from "./sandboxPlugin";

describe("The azuread stand-in on a sandbox with replicas", () => {
  let plugin: SandboxPlugin;
  const start = async (scale: number) => {
    const environment = { ARM_TENANT_ID: tenantId };
    plugin = await startSandboxPlugin("azuread", environment, { profile: "usual", seed: 1, scale, found: 0 });
  };
  afterEach(() => plugin.stop());

  /** What a create says: nothing where it succeeds. */
  const saidBy = (create: Promise<unknown>) =>
    create.then(
      () => "",
      (error: unknown) => (error as ServiceError).details,
    );

  /** The requests of one kind that end a list of them. */
  const last = (requests: readonly string[], wanted: string) =>
    requests.length - (requests.findLastIndex((request) => request !== wanted) + 1);

  it("renames a new group twice and asks five times in a row; asks as often that a deleted one is gone", async () => {
    await start(0.001);
    const { id, state } = await plugin.client.create("Group", { displayName: "SOC", securityEnabled: true });
    const ids = { id: id.split("/").at(-1) ?? "" };
    const requests = plugin.requests(ids);
    const first = requests.indexOf("PATCH /beta/groups/{id}");
    const found = requests.slice(first).filter((request) => request.startsWith("PATCH") || request.startsWith("GET"));
    assert.ok(found.filter((request) => request === "PATCH /beta/groups/{id}").length >= 2, requests.join("\n"));
    assert.ok(found.filter((request) => request === "GET /beta/groups/{id}").length >= 6, requests.join("\n"));
    assert.equal(state.displayName, "SOC");
    await plugin.client.delete("Group", id, state);
    assert.ok(last(plugin.requests(ids), "GET /beta/groups/{id}") >= 5);
    assert.equal(plugin.tenant.objects("groups").has(ids.id), false);
  });

  it("does not repeat the PATCH that tests a new service principal: it is in the state, with an error", async () => {
    await start(1);
    const said: string[] = [];
    for (let index = 0; index < 4; index++) {
      const clientId = crypto.randomUUID();
      plugin.tenant
        .objects("applications")
        .set(crypto.randomUUID(), { id: crypto.randomUUID(), appId: clientId, displayName: "A", signInAudience: "x" });
      plugin.sandbox.cloud.changed(true);
      said.push(await saidBy(plugin.client.create("ServicePrincipal", { clientId })));
    }
    assert.ok(
      said.some((text) =>
        text.includes("Timed out whilst waiting for new service principal to be replicated in Azure AD"),
      ),
      said.join("\n"),
    );
  });

  it("loses a new application that it can't read back: it is there, and in no state", async () => {
    await start(1);
    const said: string[] = [];
    for (let index = 0; index < 4; index++) {
      said.push(await saidBy(plugin.client.create("ApplicationRegistration", { displayName: `Lost ${index}` })));
    }
    const urn = /expected non-nil error with nil state during Create of urn:/;
    const lost = said.findIndex((text) => urn.test(text));
    assert.ok(lost >= 0, said.join("\n"));
    const names = [...plugin.tenant.objects("applications").values()].map(({ displayName }) => displayName);
    assert.ok(names.includes(`Lost ${lost}`));
  });
});
