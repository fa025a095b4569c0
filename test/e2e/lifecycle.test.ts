import assert from "node:assert/strict";
import type { SandboxProject } from "@defender-mssp/testkit";
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
} from "./support";

describe("a customer's stack on the real engine", function () {
  const tenantId = tenantIdOf(1);
  let project: SandboxProject;
  let asBefore: string;

  before(async () => {
    project = await createProject({ logs: true, sharedRuntime: false });
    await project.writeSettings("contoso", customer(1));
    await project.addStack("contoso");
    project.sandbox.cloud.tenant(tenantId);
    asBefore = dumpOfTenant(project, tenantId);
  });
  after(() => project.dispose());

  it("previews everything and creates nothing", async () => {
    const created = await project.changes("contoso");
    assert.ok(created.every(({ op }) => op === "create"));
    assert.ok(created.length > 10, `${created.length} resources`);
    assert.equal(dumpOfTenant(project, tenantId), asBefore);
  });

  it("onboards the customer with `up`, and outputs every value", async () => {
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
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

  it("a second preview has no changes", async () => {
    await project.succeed(["preview", "--stack", "contoso", "--expect-no-changes"]);
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  });

  it("another order of the analysts has no changes", async () => {
    await project.writeSettings("contoso", customer(1, { analysts: [ben, ana] }));
    await project.succeed(["preview", "--stack", "contoso", "--expect-no-changes"]);
  });

  it("one more analyst changes only that guest and the membership", async () => {
    const earlier = objectsOf(project, tenantId);
    await project.writeSettings("contoso", customer(1, { analysts: [ana, ben, cleo] }));
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    const now = objectsOf(project, tenantId);
    const added = Object.keys(now.users).filter((id) => !(id in earlier.users));
    assert.equal(added.length, 1);
    assert.deepEqual(differing(earlier, now), [`users/${added[0]}`]);
    const group = single(now.groups);
    assert.ok(membersOf(project, tenantId, String(group["id"])).includes(added[0]!));
    assert.equal(membersOf(project, tenantId, String(group["id"])).length, 3);
  });

  it("a removed analyst changes only that guest and the membership", async () => {
    const { guests } = (await project.outputs("contoso")) as { guests: Record<string, string> };
    const earlier = objectsOf(project, tenantId);
    await project.writeSettings("contoso", customer(1, { analysts: [ana, cleo] }));
    const steps = await project.changes("contoso");
    const changedTypes = steps.map(({ op, urn }) => `${op} ${urn.split("::")[2]?.split("$").at(-1)}`).sort();
    assert.ok(changedTypes.includes("delete pulumi-nodejs:dynamic/defender-mssp:Guest"), changedTypes.join(", "));
    assert.ok(changedTypes.includes("update azuread:index/group:Group"), changedTypes.join(", "));
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    const now = objectsOf(project, tenantId);
    assert.deepEqual(differing(earlier, now), [`users/${guests[ben.email]}`]);
    const group = single(now.groups);
    assert.deepEqual(membersOf(project, tenantId, String(group["id"])), [guests[ana.email], guests[cleo.email]].sort());
  });

  it("`destroy`: the tenant is as before, byte for byte", async () => {
    await project.succeed(["destroy", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantId), asBefore);
  });
});
