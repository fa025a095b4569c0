import assert from "node:assert/strict";
import type { PreviewStep, SandboxProject } from "@defender-mssp/testkit";
import { ben, createProject, customer, membersOf, objectsOf, single, TenantHands, tenantIdOf } from "./support";

describe("drift after a manual change of the tenant", function () {
  const tenantId = tenantIdOf(2);
  let project: SandboxProject;
  let hands: TenantHands;

  before(async () => {
    project = await createProject();
    hands = new TenantHands(project, tenantId);
    await project.writeSettings("contoso", customer(2));
    await project.addStack("contoso");
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
  });
  after(() => project.dispose());

  /** The type and operation of each step of a preview that looks at the tenant first. */
  async function drift(): Promise<string[]> {
    const refused = await project.run(["preview", "--stack", "contoso", "--json", "--refresh", "--expect-no-changes"]);
    assert.notEqual(refused.exitCode, 0, "the drift was not found");
    const { steps } = JSON.parse(refused.stdout) as { steps: PreviewStep[] };
    const changing = steps.filter(({ op }) => !["same", "refresh"].includes(op) && !op.startsWith("read"));
    return [...new Set(changing.map(({ op, urn }) => `${op} ${urn.split("::")[2]?.split("$").at(-1)}`))].sort();
  }

  async function mend(): Promise<void> {
    await project.succeed(["up", "--stack", "contoso", "--refresh", "--yes", "--skip-preview"]);
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  }

  it("a removed group member is found and added again", async () => {
    const groupId = String(single(objectsOf(project, tenantId).groups)["id"]);
    const members = membersOf(project, tenantId, groupId);
    await hands.graph("DELETE", `/v1.0/groups/${groupId}/members/${members[0]}/$ref`);
    assert.ok((await drift()).includes("update azuread:index/group:Group"));
    await mend();
    assert.deepEqual(membersOf(project, tenantId, groupId), members);
  });

  it("an added group member is found and removed", async () => {
    const { groups, users } = objectsOf(project, tenantId);
    const groupId = String(single(groups)["id"]);
    const members = membersOf(project, tenantId, groupId);
    const administrator = Object.keys(users).find((id) => !members.includes(id))!;
    await hands.graph("POST", `/v1.0/groups/${groupId}/members/$ref`, {
      "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${administrator}`,
    });
    assert.ok((await drift()).includes("update azuread:index/group:Group"));
    await mend();
    assert.deepEqual(membersOf(project, tenantId, groupId), members);
  });

  it("a removed client secret is found and replaced", async () => {
    const application = single(objectsOf(project, tenantId).applications);
    const [{ keyId }] = application["passwordCredentials"] as [{ keyId: string }];
    await hands.graph("POST", `/v1.0/applications/${String(application["id"])}/removePassword`, { keyId });
    assert.ok((await drift()).includes("create azuread:index/applicationPassword:ApplicationPassword"));
    await mend();
    const [made] = single(objectsOf(project, tenantId).applications)["passwordCredentials"] as [{ keyId: string }];
    assert.notEqual(made.keyId, keyId);
  });

  it("a withdrawn SIEM authorization is found and renewed", async () => {
    const { clientId } = await project.outputs("contoso");
    await hands.defender("DELETE", `/siemAuthorizations/${String(clientId)}`);
    assert.ok((await drift()).some((step) => step.startsWith("create ") && step.includes("SiemAuthorization")));
    await mend();
    assert.equal(single(objectsOf(project, tenantId).siemAuthorizations)["applicationId"], clientId);
  });

  it("a removed redirect URI is found and registered again", async () => {
    const application = single(objectsOf(project, tenantId).applications);
    await hands.graph("PATCH", `/v1.0/applications/${String(application["id"])}`, { web: { redirectUris: [] } });
    assert.ok((await drift()).some((step) => step.includes("applicationRedirectUris")));
    await mend();
    const { redirectUris } = single(objectsOf(project, tenantId).applications)["web"] as { redirectUris: string[] };
    assert.deepEqual(redirectUris, ["https://contoso2.example/SiemMsspConnector"]);
  });

  it("a deleted guest is found and invited again", async () => {
    const { guests } = (await project.outputs("contoso")) as { guests: Record<string, string> };
    await hands.graph("DELETE", `/v1.0/users/${guests[ben.email]}`);
    assert.ok((await drift()).includes("create pulumi-nodejs:dynamic/defender-mssp:Guest"));
    await mend();
    const again = (await project.outputs("contoso"))["guests"] as Record<string, string>;
    assert.notEqual(again[ben.email], guests[ben.email]);
    assert.equal(objectsOf(project, tenantId).users[again[ben.email]!]?.["mail"], ben.email);
    const group = single(objectsOf(project, tenantId).groups);
    assert.deepEqual(membersOf(project, tenantId, String(group["id"])), Object.values(again).sort());
  });

  it("a renamed guest is found and gets the name of the settings", async () => {
    const { guests } = (await project.outputs("contoso")) as { guests: Record<string, string> };
    await hands.graph("PATCH", `/v1.0/users/${guests[ben.email]}`, { displayName: "Somebody" });
    assert.ok((await drift()).includes("update pulumi-nodejs:dynamic/defender-mssp:Guest"));
    await mend();
    assert.equal(objectsOf(project, tenantId).users[guests[ben.email]!]?.["displayName"], ben.displayName);
  });

  it("a connector that the customer has disabled stays disabled until connector.accountEnabled, and each command says so", async () => {
    const principals = () => objectsOf(project, tenantId).servicePrincipals;
    const { clientId } = await project.outputs("contoso");
    const [id = ""] = Object.keys(principals()).filter((key) => principals()[key]?.["appId"] === clientId);
    const isEnabled = () => principals()[id]?.["accountEnabled"];
    const up = (...flags: string[]) =>
      project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview", ...flags]);
    const warning = `The customer has disabled the SIEM connector (accountEnabled of service principal ${id} is false)`;
    const steps = async () => JSON.stringify((await project.outputs("contoso"))["nextSteps"]).includes(warning);

    await hands.graph("PATCH", `/v1.0/servicePrincipals/${id}`, { accountEnabled: false });
    for (const flags of [[], ["--refresh"]]) {
      const shown = await project.succeed(["preview", "--stack", "contoso", "--expect-no-changes", ...flags]);
      assert.ok(shown.includes(warning), shown);
      assert.ok((await up(...flags)).includes(warning));
      assert.deepEqual([isEnabled(), await steps()], [false, true]);
    }
    // Another change of the service principal leaves it disabled, too.
    await hands.graph("PATCH", `/v1.0/servicePrincipals/${id}`, { appRoleAssignmentRequired: true });
    await up("--refresh");
    assert.deepEqual([isEnabled(), principals()[id]?.["appRoleAssignmentRequired"]], [false, false]);

    const { connector } = customer(2) as { connector: object };
    await project.writeSettings("contoso", customer(2, { connector: { ...connector, accountEnabled: true } }));
    assert.match(await up("--refresh"), /connector\.accountEnabled enables it/);
    assert.deepEqual([isEnabled(), await steps()], [true, false]);
    await project.writeSettings("contoso", customer(2));
    await up("--refresh");
    assert.equal(isEnabled(), true);
    assert.ok(!(await project.succeed(["preview", "--stack", "contoso", "--expect-no-changes"])).includes("disabled"));
  });

  it("`destroy` succeeds after half was deleted by hand", async () => {
    const { applications, groups } = objectsOf(project, tenantId);
    await hands.graph("DELETE", `/v1.0/applications/${String(single(applications)["id"])}`);
    await hands.graph("DELETE", `/v1.0/groups/${String(single(groups)["id"])}`);
    await project.succeed(["destroy", "--stack", "contoso", "--refresh", "--yes", "--skip-preview"]);
    const left = objectsOf(project, tenantId);
    assert.deepEqual([left.applications, left.groups, left.siemAuthorizations], [{}, {}, {}]);
  });
});
