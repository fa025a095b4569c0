import { isUuid } from "@defender-mssp/microsoft";
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import {
  directoryRoleTemplates,
  microsoftGraph,
  publishedApplications,
  windowsDefenderAtp,
} from "@defender-mssp/microsoft";
import { Clock } from "../../src/cloud/clock";
import { EmulatedCloud } from "../../src/cloud/cloud";
import { dump } from "../../src/cloud/dump";
import { derivedId } from "../../src/cloud/identity";
import { generateSecret, hashSecret, matchesSecret } from "../../src/cloud/secrets";
import { automationPermissions } from "../../src/graph/newDirectory";
import { newTenant } from "../../src/seed/newTenant";
import { Store } from "../../src/cloud/store";
import { automation, contoso, newFolder } from "@defender-mssp/testkit";

const mssp = "5ec0de00-5ea1-4000-8000-000000000001";
const other = "11111111-1111-4111-8111-111111111111";

describe("the emulated cloud", () => {
  let folder = "";
  const open = (clock?: Clock) => EmulatedCloud.open(new Store(folder), newTenant, clock);

  beforeEach(() => (folder = newFolder()));

  it("tenant: created on first use, then the same one", async () => {
    const [one, two] = [await open(), await open()];
    for (const cloud of [one, two]) cloud.tenant(contoso);
    assert.equal(dump(one), dump(two));
    assert.equal(one.tenant(contoso.toUpperCase()), one.tenant(contoso));
    assertEach(one.tenants(), ({ id }) => id, [contoso]);
    assert.throws(() => one.tenant("contoso.com"), /no tenant ID/);
  });

  it("tenant: gets its name at its creation only", async () => {
    const cloud = await open();
    cloud.describedTenant({ tenantId: other, displayName: "Müller & Söhne", domain: "Mueller.example" });
    const before = dump(cloud);
    cloud.describedTenant({ tenantId: other, displayName: "Somebody Else", domain: "else.example" });
    assert.equal(dump(cloud), before);
    const [organization] = [...cloud.tenant(other).objects("organization").values()];
    assert.equal(organization?.["displayName"], "Müller & Söhne");
    assert.deepEqual(
      [...cloud.tenant(other).objects("domains").keys()],
      ["mullersohne11111111.onmicrosoft.com", "mueller.example"],
    );
    assert.equal(cloud.tenantOfDomain("MUELLER.example"), cloud.tenant(other));
    assert.equal(cloud.tenantOfDomain("else.example"), undefined);
  });

  it("tenant: has the objects of a small real one", async () => {
    const cloud = await open();
    const tenant = cloud.tenant(contoso);
    const names = (collection: string) =>
      [...tenant.objects(collection).values()].map((object) => object["displayName"]);
    assert.deepEqual(names("organization"), ["Contoso"]);
    assert.equal(tenant.objects("users").size, 2);
    assert.deepEqual(names("directoryRoles"), ["Global Administrator"]);
    const [role] = [...tenant.objects("directoryRoles").keys()];
    assert.deepEqual(tenant.links("directoryRoles.members").get(role ?? ""), [...tenant.objects("users").keys()]);
    assert.deepEqual(
      new Set(tenant.objects("directoryRoleTemplates").keys()),
      new Set(Object.values(directoryRoleTemplates)),
    );
    assert.deepEqual(names("servicePrincipals"), [
      ...publishedApplications.map(({ displayName }) => displayName),
      "MSSP Onboarding Automation",
    ]);
    assert.equal(tenant.objects("applications").size, 0);
    for (const collection of ["users", "servicePrincipals", "directoryRoles"]) {
      for (const [key, object] of tenant.objects(collection)) assert.ok(isUuid(key) && object.id === key);
    }
  });

  it("tenant: Microsoft's applications have their app roles and scopes with the published IDs", async () => {
    const cloud = await open();
    const servicePrincipals = [...cloud.tenant(contoso).objects("servicePrincipals").values()];
    for (const { appId, appRoles, scopes } of publishedApplications) {
      const found = servicePrincipals.find((object) => object["appId"] === appId);
      const ids = (property: string) =>
        Object.fromEntries(
          (found?.[property] as { value: string; id: string }[]).map(({ value, id }) => [value, id] as const),
        );
      // Graph's has further ones, which routes ask for.
      assert.deepEqual({ ...ids("appRoles"), ...appRoles }, ids("appRoles"));
      assert.deepEqual({ ...ids("oauth2PermissionScopes"), ...scopes }, ids("oauth2PermissionScopes"));
    }
  });

  it("automation: registered in the MSSP's tenant, consented with named permissions in each tenant", async () => {
    const cloud = await open();
    for (const id of [contoso, mssp]) cloud.tenant(id);
    assert.equal(cloud.homeTenantOf(automation)?.id, mssp);
    assert.equal(cloud.homeTenantOf(other), undefined);
    const tenant = cloud.tenant(contoso);
    const principal = [...tenant.objects("servicePrincipals").values()].find(
      (object) => object["appId"] === automation,
    );
    const assignments = [...tenant.objects("appRoleAssignments").values()];
    assert.ok(assignments.every((assignment) => assignment["principalId"] === principal?.id));
    const granted = assignments.map((assignment) => assignment["appRoleId"]);
    const graphRoles: Record<string, string> = microsoftGraph.appRoles;
    const defenderRoles: Record<string, string> = windowsDefenderAtp.appRoles;
    assert.deepEqual(granted, [
      ...(automationPermissions[microsoftGraph.appId] ?? []).map((role) => graphRoles[role]),
      ...(automationPermissions[windowsDefenderAtp.appId] ?? []).map((role) => defenderRoles[role]),
    ]);
  });

  it("automation: a given list of permissions replaces the default; an unknown one makes no tenant", async () => {
    const cloud = await open();
    const permissions = { [microsoftGraph.appId]: ["User.Invite.All"] };
    cloud.describedTenant({ tenantId: contoso, permissions });
    assert.equal(cloud.tenant(contoso).objects("appRoleAssignments").size, 1);
    const wrong = { [microsoftGraph.appId]: ["No.Such.Role"] };
    assert.throws(() => cloud.describedTenant({ tenantId: other, permissions: wrong }), /no app role No\.Such\.Role/);
    assert.ok(!cloud.hasTenant(other));
  });

  it("saved: resolves after the changed tenants, and only those, are written", async () => {
    const cloud = await open();
    for (const id of [contoso, other]) cloud.tenant(id);
    await cloud.saved();
    const otherBefore = await readFile(path.join(folder, `${other}.json`), "utf8");
    assert.ok(!cloud.hasUnsavedChanges);
    for (let number = 0; number < 50; number++) {
      cloud
        .tenant(contoso)
        .objects("groups")
        .set(`g${number}`, { id: `g${number}` });
      cloud.changed();
      if (number % 10 === 0) await cloud.saved();
    }
    assert.ok(cloud.hasUnsavedChanges);
    await Promise.all([cloud.saved(), cloud.saved(), cloud.saved()]);
    assert.equal((await open()).tenant(contoso).objects("groups").size, 50);
    assert.equal(await readFile(path.join(folder, `${other}.json`), "utf8"), otherBefore);
    assert.deepEqual((await readdir(folder)).sort(), [`${other}.json`, `${contoso}.json`].sort());
  });

  it("saved: rejects on a disk error, and the change is written with the next success", async () => {
    let refuses = false;
    class Refusing extends Store {
      override write(id: string, text: string): Promise<void> {
        return refuses ? Promise.reject(new Error("disk full")) : super.write(id, text);
      }
    }
    const cloud = await EmulatedCloud.open(new Refusing(folder), newTenant);
    cloud.tenant(contoso);
    await cloud.saved();
    refuses = true;
    cloud.tenant(contoso).objects("groups").set("g", { id: "g" });
    cloud.changed();
    await assert.rejects(cloud.saved(), /disk full/);
    refuses = false;
    await cloud.saved();
    assert.ok((await open()).tenant(contoso).objects("groups").has("g"));
  });

  it("soft-deleted objects are removed after 30 days", async () => {
    const clock = new Clock();
    const cloud = await open(clock);
    const deletedDateTime = clock.now().toISOString();
    const tenant = cloud.tenant(contoso);
    tenant.deleted.set("a", { collection: "groups", deletedDateTime, object: { id: "a" } });
    const application = { id: "b", passwordCredentials: [{ keyId: "gone" }] };
    tenant.deleted.set("b", { collection: "applications", deletedDateTime, object: application });
    for (const keyId of ["gone", "stays"]) tenant.secretHashes.set(keyId, hashSecret(generateSecret()));
    cloud.changed();
    await cloud.saved();
    const day = 24 * 60 * 60 * 1000;
    clock.advance(29 * day);
    assert.equal((await open(clock)).tenant(contoso).deleted.size, 2);
    clock.advance(2 * day);
    const later = await open(clock);
    assert.equal(later.tenant(contoso).deleted.size, 0);
    await later.saved();
    const onDisk = (await open()).tenant(contoso);
    assert.equal(onDisk.deleted.size, 0);
    assert.deepEqual([...onDisk.secretHashes.keys()], ["stays"], "the secrets go with their application");
  });

  it("a temporary secret is accepted and stands neither on disk nor in the dump", async () => {
    const cloud = await open();
    cloud.tenant(mssp);
    const before = dump(cloud, { deleted: true });
    const secret = generateSecret();
    cloud.acceptPassingSecret(secret);
    assert.ok(cloud.isPassingSecret(automation, secret));
    assert.ok(!cloud.isPassingSecret(automation, generateSecret()));
    assert.ok(!cloud.isPassingSecret(other, secret));
    cloud.changed();
    await cloud.saved();
    assert.equal(dump(cloud, { deleted: true }), before);
  });
});

describe("the dump", () => {
  it("dump: sorted keys and links; the same after an object was created and deleted", async () => {
    const folder = newFolder();
    const cloud = await EmulatedCloud.open(new Store(folder), newTenant);
    const tenant = cloud.tenant(contoso);
    const before = dump(cloud);
    assert.equal(before, `${JSON.stringify(sortedCopy(JSON.parse(before)), null, 2)}\n`);
    tenant.objects("groups").set("g", { id: "g", b: 1, a: { d: 1, c: 2 } });
    tenant.links("groups.members").set("g", ["z", "a"]);
    const during = JSON.parse(dump(cloud)) as Record<string, { links: Record<string, unknown> }>;
    assert.deepEqual(during[contoso]?.links["groups.members"], { g: ["a", "z"] });
    assert.deepEqual(tenant.links("groups.members").get("g"), ["z", "a"]);
    assert.match(dump(cloud), /"c": 2,\s+"d": 1/);
    tenant.links("groups.members").set("g", []);
    tenant.objects("groups").delete("g");
    assert.equal(dump(cloud), before);
    await cloud.saved();
  });

  it("dump: soft-deleted objects on request, never a secret", async () => {
    const folder = newFolder();
    const cloud = await EmulatedCloud.open(new Store(folder), newTenant);
    const tenant = cloud.tenant(contoso);
    tenant.deleted.set("gone", {
      collection: "applications",
      deletedDateTime: "2026-01-01T00:00:00Z",
      object: { id: "gone", passwordCredentials: [{ keyId: "k", secretText: "TOP-SECRET" }] },
    });
    tenant.objects("invitations").set("i", { id: "i", inviteRedeemUrl: "https://login/redeem?ticket=TOP-SECRET" });
    tenant.secretHashes.set("k", hashSecret("TOP-SECRET"));
    assert.ok(!dump(cloud).includes('"gone"'));
    const all = dump(cloud, { deleted: true });
    assert.ok(all.includes('"gone"'));
    assert.ok(!all.includes("TOP-SECRET") && !all.includes("sha256:"));
    await cloud.saved();
  });
});

describe("secrets and IDs", () => {
  it("secrets: all differ; a hash reveals nothing and matches one secret", () => {
    const secrets = new Set(Array.from({ length: 1000 }, generateSecret));
    assert.equal(secrets.size, 1000);
    for (const secret of secrets) assert.match(secret, /^[\w~]{3}8Q~[\w~]{34}$/);
    const [secret = ""] = secrets;
    assert.notEqual(hashSecret(secret), hashSecret(secret));
    assert.ok(!hashSecret(secret).includes(secret));
    assert.ok(matchesSecret(secret, hashSecret(secret)));
    assert.ok(!matchesSecret(`${secret}x`, hashSecret(secret)));
    for (const hash of ["", "sha256", "sha256:a", "sha256::", "md5:a:b"]) assert.ok(!matchesSecret("", hash), hash);
  });

  it("IDs: UUIDs of version 5 from a name", () => {
    // The example of RFC 9562, appendix A.4, in the namespace of DNS names.
    assert.equal(
      derivedId("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com"),
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    );
  });
});

function sortedCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedCopy);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sortedCopy(item)]));
}
