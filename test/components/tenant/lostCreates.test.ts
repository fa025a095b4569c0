import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { recoverLostCreates } from "../../../components/tenant/lostCreates";
import { startMocks, tenantId } from "../mocks";

const lost = (method: string) => `${method} https://graph.microsoft.com/v1.0/groups failed: other side closed`;

describe("components: recoverLostCreates", () => {
  type Hooks = pulumi.ResourceOptions["hooks"];

  /** The hooks that the transformation gives to a resource of that type. */
  async function hooksOf(type: string, before?: Hooks, sleep = () => Promise.resolve(), more = {}): Promise<Hooks> {
    await startMocks();
    const transform = recoverLostCreates(tenantId, {}, { environment: {}, sleep, ...more });
    const args = { type, name: "one", props: {}, opts: { hooks: before }, resource: undefined as never };
    return transform(args)?.opts.hooks;
  }

  /** Its only hook. @param waits gets the pauses, in milliseconds. */
  async function hookOf(type: string, waits: number[] = [], more = {}): Promise<pulumi.ErrorHook> {
    const sleep = (milliseconds?: number) => Promise.resolve(void waits.push(milliseconds ?? 0));
    return (await hooksOf(type, undefined, sleep, more))!.onError![0]!;
  }

  async function outcome(failedOperation: string, errors: string[]): Promise<boolean> {
    const type = "azuread:index/group:Group";
    const call = { urn: "urn", id: "id", name: "one", type, failedOperation, errors, newInputs: {} };
    return (await hookOf(type)).callback(call);
  }

  it("is bound to azuread's resources, after the hooks that they have", async () => {
    const own = { callback: () => false } as unknown as pulumi.ErrorHook;
    const hooks = await hooksOf("azuread:index/group:Group", { onError: [own] });
    assert.equal(hooks?.onError?.[0], own);
    assert.equal(hooks.onError.length, 2);
    assert.equal(await hooksOf("pulumi-nodejs:dynamic/defender-mssp:Guest"), undefined);
    assert.equal(await hooksOf("azure-native:keyvault:Vault"), undefined);
  });

  it("repeats an update whose answer was lost, three times at most", async () => {
    assert.equal(await outcome("update", [lost("PATCH")]), true);
    assert.equal(await outcome("update", [lost("PATCH"), lost("PATCH"), lost("PATCH")]), true);
    const four = Array.from({ length: 4 }, () => lost("PATCH"));
    assert.equal(await outcome("update", four), false);
  });

  it("waits and repeats while Azure does not know a new group", async () => {
    const waits: number[] = [];
    const type = "azure-native:authorization:RoleAssignment";
    const hook = await hookOf(type, waits);
    const unknown = 'Status=400 Code="PrincipalNotFound" Message="Principal 1 does not exist in the directory 2."';
    const ask = (errors: string[]) =>
      hook.callback({ urn: "urn", id: "", name: "one", type, failedOperation: "create", errors, newInputs: {} });
    assert.equal(await ask([unknown]), true);
    assert.equal(await ask(Array.from({ length: 7 }, () => unknown)), true);
    assert.deepEqual(waits, [2000, 30_000]);
    assert.equal(await ask(Array.from({ length: 90 }, () => unknown)), false);
    assert.equal(await ask(['Status=403 Code="AuthorizationFailed" Message="No."']), false);
  });

  it("waits and repeats while Azure does not know a new vault or secret", async () => {
    const unknown = 'Status=404 Code="ParentResourceNotFound" Message="The parent resource is not found."';
    for (const type of ["azure-native:keyvault:Secret", "azure-native:authorization:RoleAssignment"]) {
      const hook = await hookOf(type);
      const call = { urn: "urn", id: "", name: "one", type, newInputs: {} };
      assert.equal(await hook.callback({ ...call, failedOperation: "create", errors: [unknown] }), true);
      for (const failedOperation of ["update", "delete"])
        assert.equal(await hook.callback({ ...call, failedOperation, errors: [unknown] }), false);
      assert.equal(await hook.callback({ ...call, failedOperation: "create", errors: ['Code="Conflict"'] }), false);
    }
  });

  it("leaves what a time-out has left, and signs in to nothing", async () => {
    const late =
      "Waiting for processing of Access Package Resource Request: timeout while waiting for state to become 'Done'";
    for (const error of [late, "Timed out whilst waiting for new service principal to be replicated in Azure AD"])
      assert.equal(await outcome("create", [error]), false);
  });

  it("ends the caller's ownership of a service principal where the plugin could not", async () => {
    const path = "/v1.0/servicePrincipals/sp/owners/me/$ref";
    const seen: string[] = [];
    const token = `x.${Buffer.from(JSON.stringify({ oid: "me" })).toString("base64url")}.x`;
    const body = JSON.stringify({ access_token: token, expires_in: 3599, value: [{ id: "sp" }] });
    const server = createServer(({ method = "", url = "" }, response) => {
      seen.push(`${method} ${url}`);
      response.writeHead(method === "DELETE" ? 204 : 200, { "content-type": "application/json" });
      response.end(method === "DELETE" ? undefined : body);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const context = {
        environment: { ARM_CLIENT_ID: "automation", ARM_CLIENT_SECRET: "s3cret" },
        endpoints: {
          cloud: "public" as const,
          loginEndpoint: at,
          graphEndpoint: at,
          resourceManagerEndpoint: at,
          metadataHost: undefined,
        },
      };
      const type = "azuread:index/servicePrincipal:ServicePrincipal";
      const hook = await hookOf(type, [], context);
      const said =
        "1 error occurred:\n\t* creating urn:pulumi:contoso::p::ServicePrincipal::one: 1 error occurred:\n\t* ";
      const errors = [`${said}DELETE https://graph.microsoft.com${path} answered 404: Request_ResourceNotFound: No.`];
      const call = { urn: "urn", id: "", name: "one", type, failedOperation: "create", newInputs: { clientId: "app" } };
      assert.equal(await hook.callback({ ...call, errors }), false);
      assert.ok(seen.includes(`DELETE ${path}`), seen.join("\n"));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("repeats an update that refers to an object which a replica does not know yet", async () => {
    const early = "PATCH https://graph.microsoft.com/v1.0/groups/x answered 404: Request_ResourceNotFound: No.";
    assert.equal(await outcome("update", [early]), true);
  });

  it("waits longer for another object that an update names than for its own", async () => {
    const pauses: number[] = [];
    const type = "azuread:index/group:Group";
    const hook = await hookOf(type, pauses);
    for (const unknown of ["own", "other"]) {
      const error = `PATCH https://graph.microsoft.com/v1.0/groups/own answered 404: Request_ResourceNotFound: Resource '${unknown}' does not exist or one of its queried reference-property objects are not present.`;
      const errors = Array.from({ length: 6 }, () => error);
      await hook.callback({ urn: unknown, id: "/groups/own", name: "one", type, failedOperation: "update", errors });
    }
    assert.deepEqual(pauses, [5000, 10_000]);
  });

  it("repeats no request with a response from Graph, and no deletion", async () => {
    const answered = "PATCH https://graph.microsoft.com/v1.0/groups/x answered 400: Request_BadRequest: No.";
    assert.equal(await outcome("update", [answered]), false);
    assert.equal(await outcome("update", [answered, lost("PATCH")]), false);
    assert.equal(await outcome("create", [answered]), false);
    assert.equal(await outcome("delete", [lost("DELETE")]), false);
  });

  it("reports the plugin's error if the recovery itself fails", async () =>
    assert.equal(await outcome("create", [lost("POST")]), false));
});
