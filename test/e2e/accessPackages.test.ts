import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { fixture } from "@defender-mssp/testkit";
import { createProject, customer, dumpOfTenant, TenantHands, tenantIdOf } from "./support";

/** The entitlement model alone, as a program of its own. */
const program = `
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { AnalystAccessPackages, contactObjectIds } from "./components";
import { customerTenant } from "./components";
import { ConnectedOrganization } from "./components";

export = async () => {
  const config = new pulumi.Config("defender-mssp");
  const tenantId = config.require("tenantId");
  const customerDomain = config.require("customerDomain");
  const msspName = config.require("msspName");
  const provider = await customerTenant("customer", tenantId);
  const contacts = await contactObjectIds(config.requireObject<string[]>("contacts"), { provider });
  const group = (tier: string, displayName: string) => {
    const { objectId } = new azuread.Group(tier, { displayName, securityEnabled: true }, { provider });
    return { objectId, displayName };
  };
  const organization = new ConnectedOrganization("mssp-organization", {
    tenantId,
    displayName: msspName,
    description: "Watches this tenant's Microsoft Defender.",
    identitySource: config.requireObject("identitySource"),
  });
  const packages = new AnalystAccessPackages(
    "access",
    {
      customerDomain,
      msspName,
      connectedOrganizationId: organization.id,
      groups: {
        tier1: group("tier1", "Tier 1 Analyst"),
        tier2: group("tier2", "Tier 2 Analyst"),
        approvers: group("approvers", "MSSP Analyst Approvers"),
      },
      contacts,
      expiresAfterDays: config.getNumber("expiresAfterDays"),
    },
    { providers: [provider] },
  );
  return { links: packages.links, adopted: organization.adopted, organizationId: organization.id };
};
`;

interface Policy {
  displayName: string;
  accessPackageId: string;
  durationInDays: number;
  requestorSettings: { allowedRequestors: { id: string }[] };
}

describe("access packages on the real engine", function () {
  const tenantId = tenantIdOf(9);
  const organizations = "/v1.0/identityGovernance/entitlementManagement/connectedOrganizations";
  const project = fixture(createProject);
  const hands = new TenantHands(project, tenantId);
  let contact: string;
  let asBefore: string;

  const settings = (changes: Readonly<Record<string, unknown>> = {}): Promise<void> =>
    project.writeSettings(
      "contoso",
      customer(9, {
        identitySource: { tenantId: "5ec0de00-5ea1-4000-8000-000000000001" },
        contacts: [contact],
        ...changes,
      }),
    );
  const up = (...flags: string[]): Promise<string> =>
    project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview", ...flags]);
  const destroy = (): Promise<string> => project.succeed(["destroy", "--stack", "contoso", "--yes", "--skip-preview"]);
  const objects = <T>(collection: string): T[] => {
    const { objects: all } = JSON.parse(dumpOfTenant(project, tenantId)) as { objects: Record<string, object> };
    return Object.values(all[collection] ?? {}) as T[];
  };
  const types = async (...flags: string[]): Promise<string[]> => {
    const steps = await project.changes("contoso", ...flags);
    return steps
      .filter(({ op }) => op !== "refresh")
      .map(({ op, urn }) => `${op} ${urn.split("::")[2]!.split(":").at(-1)!}`);
  };

  before(async () => {
    await writeFile(path.join(project.folder, "index.ts"), program);
    await project.addStack("contoso");
    const { value: users } = await hands.graph<{ value: { userPrincipalName: string }[] }>("GET", "/v1.0/users");
    contact = users[0]!.userPrincipalName;
    await settings();
    asBefore = dumpOfTenant(project, tenantId);
  });

  it("refuses an unknown contact before anything is created", async () => {
    await settings({ contacts: ["nobody@contoso9.example"] });
    const refused = await project.run(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stdout + refused.stderr, /for these approvers:\n\s+- nobody@contoso9/);
    assert.equal(dumpOfTenant(project, tenantId), asBefore);
    await settings();
  });

  it("creates organization, catalog, and for each tier a package, a policy and a link", async () => {
    await up();
    const { links, adopted, organizationId } = await project.outputs("contoso");
    assert.equal(adopted, false);
    const packages = objects<{ id: string; displayName: string }>("accessPackages");
    assert.deepEqual(packages.map(({ displayName }) => displayName).sort(), [
      "MSSP Analyst Approvers",
      "Tier 1 Analyst",
      "Tier 2 Analyst",
    ]);
    const { tier1 } = links as Record<string, string>;
    const first = packages.find(({ displayName }) => displayName === "Tier 1 Analyst");
    assert.equal(tier1, `https://myaccess.microsoft.com/@contoso9.example#/access-packages/${first?.id ?? ""}`);
    const policies = objects<Policy>("accessPackageAssignmentPolicies");
    assert.equal(policies.length, 3);
    for (const policy of policies) {
      assertEach(policy.requestorSettings.allowedRequestors, ({ id }) => id, [organizationId]);
      assert.equal(policy.durationInDays, 365);
    }
    assert.equal(objects("accessPackageResourceRoleScopes").length, 3);
  });

  it("a second preview has no changes", async () => {
    await project.succeed(["preview", "--stack", "contoso", "--expect-no-changes"]);
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  });

  it("changes the three policies for another expiry, and nothing else", async () => {
    await settings({ expiresAfterDays: 90 });
    assert.deepEqual(await types(), Array(3).fill("update AccessPackageAssignmentPolicy"));
    await up();
    const days = objects<Policy>("accessPackageAssignmentPolicies").map(({ durationInDays }) => durationInDays);
    assert.deepEqual(days, [90, 90, 90]);
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  });

  it("finds and restores manual changes", async () => {
    const { organizationId } = await project.outputs("contoso");
    await hands.graph("PATCH", `${organizations}/${String(organizationId)}`, { displayName: "Somebody else's" });
    assert.deepEqual(await types("--refresh"), ["update ConnectedOrganization"]);
    await up("--refresh");
    const [{ displayName }] = objects<{ displayName: string }>("connectedOrganizations") as [{ displayName: string }];
    assert.equal(displayName, "Fabrikam Security");
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  });

  it("another identity source: the policies name the new organization before the old one is deleted", async () => {
    const { organizationId: before } = await project.outputs("contoso");
    await settings({ expiresAfterDays: 90, identitySource: { domainName: "fabrikam-security.example" } });
    await up();
    const { organizationId: now } = await project.outputs("contoso");
    assert.notEqual(now, before);
    assertEach(objects<{ id: string }>("connectedOrganizations"), ({ id }) => id, [now]);
    for (const { requestorSettings } of objects<Policy>("accessPackageAssignmentPolicies")) {
      assertEach(requestorSettings.allowedRequestors, ({ id }) => id, [now]);
    }
  });

  it("destroy names another party's policy that blocks the organization, and succeeds without it", async () => {
    const { organizationId } = await project.outputs("contoso");
    const beta = "/beta/identityGovernance/entitlementManagement";
    const catalog = await hands.graph<{ id: string }>("POST", `${beta}/accessPackageCatalogs`, {
      displayName: "Theirs",
    });
    const theirs = await hands.graph<{ id: string }>("POST", `${beta}/accessPackages`, {
      displayName: "Theirs",
      catalogId: catalog.id,
    });
    await hands.graph("POST", `${beta}/accessPackageAssignmentPolicies`, {
      accessPackageId: theirs.id,
      displayName: "Partners of theirs",
      requestorSettings: {
        scopeType: "SpecificConnectedOrganizationSubjects",
        allowedRequestors: [{ "@odata.type": "#microsoft.graph.connectedOrganizationMembers", id: organizationId }],
      },
    });
    const failed = await project.run(["destroy", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.notEqual(failed.exitCode, 0);
    const said = failed.stdout + failed.stderr;
    assert.match(said, /is still used by the assignment policy "Partners of theirs"\./);
    assert.doesNotMatch(said, /^\s+at /m);
    await hands.graph("DELETE", `${beta}/accessPackages/${theirs.id}`);
    await hands.graph("DELETE", `${beta}/accessPackageCatalogs/${catalog.id}`);
    await destroy();
  });

  it("the tenant is as before, byte for byte", () => assert.equal(dumpOfTenant(project, tenantId), asBefore));

  it("an existing organization is adopted and kept by destroy", async () => {
    const { id } = await hands.graph<{ id: string }>("POST", organizations, {
      displayName: "Our MSSP",
      description: "Connected by hand",
      identitySources: [
        {
          "@odata.type": "#microsoft.graph.domainIdentitySource",
          displayName: "Our MSSP",
          domainName: "fabrikam-security.example",
        },
      ],
      state: "configured",
    });
    const withTheirs = dumpOfTenant(project, tenantId);
    await up();
    const outputs = await project.outputs("contoso");
    assert.deepEqual([outputs["adopted"], outputs["organizationId"]], [true, id]);
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
    await destroy();
    assert.equal(dumpOfTenant(project, tenantId), withTheirs);
  });
});
