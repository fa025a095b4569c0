/**
 * One customer from nothing to nothing, beside another one. What changes a tenant starts processes of its own, as
 * for users.
 */
import assert from "node:assert/strict";
import { fixture } from "@defender-mssp/testkit";
import {
  ana,
  ben,
  cleo,
  createProject,
  customer,
  differing,
  dumpOfTenant,
  membersOf,
  objectsOf,
  single,
  tenantIdOf,
} from "../e2e/support";

describe("a customer from nothing to nothing", function () {
  const [tenantId, neighbourId] = [tenantIdOf(1), tenantIdOf(3)];
  const project = fixture(() => createProject({ logs: true }));
  let asBefore: string;

  before(async () => {
    await project.writeSettings("contoso", customer(1));
    await project.writeSettings("neighbour", customer(3));
    for (const stack of ["contoso", "neighbour"]) await project.addStack(stack);
    for (const id of [tenantId, neighbourId]) project.sandbox.cloud.tenant(id);
    asBefore = dumpOfTenant(project, tenantId);
  });

  /** With processes of its own. */
  async function change(command: "up" | "destroy", stack: string): Promise<void> {
    const { exitCode, stdout, stderr } = await project.pulumi([command, "--stack", stack, "--yes", "--skip-preview"]);
    assert.equal(exitCode, 0, stdout + stderr);
  }

  it("previews everything and creates nothing", async () => {
    const created = await project.changes("contoso");
    assert.ok(created.every(({ op }) => op === "create"));
    assert.ok(created.length > 10, `${created.length} resources`);
    assert.equal(dumpOfTenant(project, tenantId), asBefore);
  });

  it("two customers are onboarded at the same time, each in its own tenant, and every value is an output", async () => {
    await Promise.all(["contoso", "neighbour"].map((stack) => change("up", stack)));
    const outputs = await project.outputs("contoso");
    const { applications, groups, users, siemAuthorizations } = objectsOf(project, tenantId);
    const application = single(applications);
    const group = single(groups);
    assert.equal(application["displayName"], "Contoso 1 SIEM MSSP Connector");
    assert.equal(application["signInAudience"], "AzureADMyOrg");
    assert.deepEqual((application["web"] as { redirectUris: string[] }).redirectUris, [
      "https://contoso1.example/SiemMsspConnector",
    ]);
    const guests = outputs["guests"] as Record<string, string>;
    assert.deepEqual(Object.keys(guests).sort(), [ana.email, ben.email]);
    for (const [email, id] of Object.entries(guests)) assert.equal(users[id]?.["mail"], email);
    assert.deepEqual(membersOf(project, tenantId, String(group["id"])), Object.values(guests).sort());
    assert.equal(single(siemAuthorizations)["applicationId"], application["appId"]);

    assert.equal(outputs["tenantId"], tenantId);
    assert.equal(outputs["portalUrl"], `https://security.microsoft.com?tid=${tenantId}`);
    assert.equal(outputs["legacyPortalUrl"], `https://securitycenter.windows.com?tid=${tenantId}`);
    assert.equal(outputs["clientId"], application["appId"]);
    assert.equal(outputs["redirectUri"], "https://contoso1.example/SiemMsspConnector");
    assert.equal(outputs["groupObjectId"], group["id"]);
    assert.equal(outputs["siemAuthorization"], "authorized");
    assert.ok(Array.isArray(outputs["nextSteps"]));
    const days = (Date.parse(String(outputs["clientSecretExpiresOn"])) - Date.now()) / 86_400_000;
    assert.ok(days > 364 && days <= 366, `the secret ends in ${days} days`);

    const neighbour = single(objectsOf(project, neighbourId).applications);
    assert.equal(neighbour["displayName"], "Contoso 3 SIEM MSSP Connector");
    assert.notEqual(neighbour["appId"], application["appId"]);
  });

  it("the client secret gets a token and is shown only on request", async () => {
    const { clientId, clientSecret } = await project.outputs("contoso");
    const response = await fetch(`${project.sandbox.origins.http}/${tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        client_id: String(clientId),
        client_secret: String(clientSecret),
        grant_type: "client_credentials",
        scope: "https://graph.microsoft.com/.default",
      }),
    });
    assert.equal(response.status, 200);
    const shown = await project.succeed(["stack", "output", "--stack", "contoso", "--json"]);
    assert.ok(!shown.includes(String(clientSecret)));
    const exported = await project.succeed(["stack", "export", "--stack", "contoso"]);
    assert.ok(!exported.includes(String(clientSecret)), "the state has the secret in the clear");
  });

  it("a second preview has no changes, in another order of the analysts and after a look at the tenant", async () => {
    await project.writeSettings("contoso", customer(1, { analysts: [ben, ana] }));
    await project.succeed(["preview", "--stack", "contoso", "--expect-no-changes"]);
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  });

  it("another analyst in the place of one changes only these guests and the membership", async () => {
    const { guests } = (await project.outputs("contoso")) as { guests: Record<string, string> };
    const earlier = objectsOf(project, tenantId);
    await project.writeSettings("contoso", customer(1, { analysts: [ana, cleo] }));
    const steps = await project.changes("contoso");
    const changedTypes = steps.map(({ op, urn }) => `${op} ${urn.split("::")[2]?.split("$").at(-1)}`);
    for (const change of [
      "create pulumi-nodejs:dynamic/defender-mssp:Guest",
      "delete pulumi-nodejs:dynamic/defender-mssp:Guest",
      "update azuread:index/group:Group",
    ])
      assert.ok(changedTypes.includes(change), changedTypes.join(", "));
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    const now = objectsOf(project, tenantId);
    const added = Object.keys(now.users).filter((id) => !(id in earlier.users));
    assert.equal(added.length, 1);
    assert.deepEqual(differing(earlier, now).sort(), [`users/${added[0]}`, `users/${guests[ben.email]}`].sort());
    const group = single(now.groups);
    assert.deepEqual(membersOf(project, tenantId, String(group["id"])), [guests[ana.email], ...added].sort());
  });

  it("`destroy`: the tenant is as before, byte for byte, and the other customer's has not changed", async () => {
    const neighbour = dumpOfTenant(project, neighbourId);
    await change("destroy", "contoso");
    assert.equal(dumpOfTenant(project, tenantId), asBefore);
    assert.equal(dumpOfTenant(project, neighbourId), neighbour);
  });
});
