/**
 * Off-boardings of customers in whose tenant the MSSP keeps access that the stack's state does not have: none of
 * them may end with a certificate of no access.
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { microsoftGraph } from "@defender-mssp/microsoft";
import { fixture } from "@defender-mssp/testkit";
import type { Certificate } from "../../cli/customer/offboard/certificate";
import { ana as anaListed, createProject, customer, msspOn, TenantHands, tenantIdOf } from "./support";

const securityAdministrator = "194ae4cb-b126-40b2-bd5b-6091b380977d";
const readsAlerts = "472e4a4d-bb4a-4026-98d1-0b0d74cb74a5";

describe("a certificate of no access", function () {
  const project = fixture(createProject);

  const succeed = (...args: string[]): Promise<string> => project.succeed(args);
  const up = (stack: string): Promise<string> => succeed("up", "--stack", stack, "--yes", "--skip-preview");

  async function offboard(stack: string): Promise<{ exitCode: number | undefined; certificate: Certificate }> {
    const args = ["offboard", "--stack", stack, "--yes", "--without", "evidence", "--json"];
    const { exitCode, stdout, stderr } = await msspOn(project, args);
    assert.notEqual(stdout, "", stderr);
    return { exitCode, certificate: JSON.parse(stdout) as Certificate };
  }

  async function create(stack: string, number: number, changes: object = {}): Promise<TenantHands> {
    await project.writeSettings(stack, customer(number, { portalAccess: "rbac", ...changes }));
    await succeed("stack", "init", stack);
    return new TenantHands(project, tenantIdOf(number));
  }

  /** Invites the analyst Ana by hand, and names her guest in the settings. */
  async function inviteListed(stack: string, number: number, hands: TenantHands): Promise<string> {
    const objectId = await invite(hands, anaListed.email);
    const analysts = [{ ...anaListed, objectId }];
    await project.writeSettings(stack, customer(number, { portalAccess: "rbac", analysts }));
    return objectId;
  }

  async function invite(hands: TenantHands, address: string): Promise<string> {
    const body = {
      invitedUserEmailAddress: address,
      inviteRedirectUrl: "https://x.example",
      sendInvitationMessage: false,
    };
    return (await hands.graph<{ invitedUser: { id: string } }>("POST", "/v1.0/invitations", body)).invitedUser.id;
  }

  const giveRole = (hands: TenantHands, principalId: string): Promise<unknown> =>
    hands.graph("POST", "/v1.0/roleManagement/directory/roleAssignments", {
      ...{ principalId, roleDefinitionId: securityAdministrator, directoryScopeId: "/" },
    });

  it("not with an adopted guest who has a directory role, nor with one that somebody invited by hand", async () => {
    const hands = await create("roles", 0x71);
    const ana = await inviteListed("roles", 0x71, hands);
    await giveRole(hands, ana);
    await up("roles");
    const eve = await invite(hands, "eve@fabrikam-security.example");
    await giveRole(hands, eve);
    const { exitCode, certificate } = await offboard("roles");
    assert.deepEqual([exitCode, certificate.state], [1, "accessLeft"]);
    for (const id of [ana, eve])
      assert.ok(
        certificate.left.some(({ what }) => what.includes(id)),
        id,
      );
    // The steps of the certificate end it.
    for (const { step } of certificate.left) await hands.carryOut(step);
    const again = await offboard("roles");
    assert.deepEqual([again.exitCode, again.certificate.state], [3, "toConfirm"]);
    assert.ok(again.certificate.toConfirm.some(({ what }) => what.includes(ana)));
  });

  it("not with an adopted guest whom somebody made eligible for a directory role", async () => {
    const hands = await create("eligible", 0x74);
    const ana = await inviteListed("eligible", 0x74, hands);
    await up("eligible");
    await hands.graph("POST", "/v1.0/roleManagement/directory/roleEligibilityScheduleRequests", {
      ...{ action: "adminAssign", principalId: ana, roleDefinitionId: securityAdministrator, directoryScopeId: "/" },
      scheduleInfo: { expiration: { type: "noExpiration" } },
    });
    const { exitCode, certificate } = await offboard("eligible");
    assert.deepEqual([exitCode, certificate.state], [1, "accessLeft"]);
    const eligible = certificate.left.filter(({ what, why }) =>
      `${what} ${why}`.includes("the eligible directory role Security Administrator"),
    );
    assert.ok(eligible.length > 0, JSON.stringify(certificate.left));
    for (const { step } of eligible) if (step.startsWith("az rest")) await hands.carryOut(step);
    const again = await offboard("eligible");
    assert.deepEqual([again.exitCode, again.certificate.state], [3, "toConfirm"]);
  });

  it("not with the MSSP's application that the customer consented to before the first `up`", async () => {
    const mssp = new TenantHands(project, "5ec0de00-5ea1-4000-8000-000000000001");
    const created = await mssp.graph<{ appId: string }>("POST", "/v1.0/applications", {
      ...{
        displayName: "Fabrikam SIEM",
        signInAudience: "AzureADMultipleOrgs",
        web: { redirectUris: ["https://siem.example/"] },
      },
      requiredResourceAccess: [
        { resourceAppId: "00000003-0000-0000-c000-000000000000", resourceAccess: [{ id: readsAlerts, type: "Role" }] },
      ],
    });
    const connector = { kind: "msspApp", applicationId: created.appId, alertApis: ["graph"] };
    await create("consented", 0x72, { connector });
    const consent = new URLSearchParams({ client_id: created.appId, redirect_uri: "https://siem.example/" });
    await fetch(`${project.sandbox.origins.http}/${tenantIdOf(0x72)}/adminconsent?${consent.toString()}`, {
      redirect: "manual",
    });
    await up("consented");
    const { exitCode, certificate } = await offboard("consented");
    assert.deepEqual([exitCode, certificate.state], [1, "accessLeft"]);
    assert.match(certificate.left.map(({ why }) => why).join(), /SecurityAlert\.Read\.All/);
  });

  it("not with what the automation itself made or gave a credential to, nor with an application that takes the MSSP's tokens", async () => {
    const hands = await create("made", 0x75);
    await up("made");
    const application = async (displayName: string) => {
      const { id, appId } = await hands.graph<{ id: string; appId: string }>("POST", "/v1.0/applications", {
        displayName,
      });
      const principal = await hands.graph<{ id: string }>("POST", "/v1.0/servicePrincipals", { appId });
      return { id, principal: principal.id };
    };
    const [made, trusting] = [await application("Workday sync"), await application("Payroll")];
    await hands.graph("POST", `/v1.0/applications/${made.id}/addPassword`, {
      passwordCredential: { displayName: "x" },
    });
    const servicePrincipal = async (appId = "") => {
      const filter = encodeURIComponent(`appId eq '${appId}'`);
      const path = `/v1.0/servicePrincipals?$filter=${filter}`;
      return (await hands.graph<{ value: readonly { id: string }[] }>("GET", path)).value[0]?.id ?? "";
    };
    const resourceId = await servicePrincipal(microsoftGraph.appId);
    const permit = (principalId: string, appRoleId: string) =>
      hands.graph("POST", `/v1.0/servicePrincipals/${principalId}/appRoleAssignments`, {
        ...{ principalId, resourceId, appRoleId },
      });
    await permit(made.principal, microsoftGraph.appRoles["User.Read.All"]);
    const automation = await servicePrincipal(project.environment["ARM_CLIENT_ID"]);
    await permit(automation, microsoftGraph.appRoles["AuditLog.Read.All"]);
    const credential = await hands.graph<{ id: string }>(
      "POST",
      `/v1.0/applications/${trusting.id}/federatedIdentityCredentials`,
      {
        ...{ name: "pipeline", subject: "pipeline", audiences: ["api://AzureADTokenExchange"] },
        issuer: "https://login.microsoftonline.com/5ec0de00-5ea1-4000-8000-000000000001/v2.0",
      },
    );
    const additions = await msspOn(project, ["verify", "--stack", "made", "--json"]);
    assert.match(additions.stdout, new RegExp(`federated credential \\\\"Payroll\\\\", as it takes tokens`));
    const { exitCode, certificate } = await offboard("made");
    assert.deepEqual([exitCode, certificate.state], [1, "accessLeft"]);
    const line = (id: string) => certificate.left.find(({ what }) => what.includes(id));
    assert.match(line(made.principal)?.why ?? "", /^audit log: Add service principal .*User\.Read\.All/);
    assert.match(line(credential.id)?.step ?? "", new RegExp(`DELETE .*federatedIdentityCredentials/${credential.id}`));
    const open = certificate.toConfirm.map(({ what, why }) => `${what}: ${why}`).join("\n");
    assert.match(open, new RegExp(`${made.id}\\): audit log: Add application on .*credentials that the MSSP may know`));
    for (const { step } of certificate.left) if (step.startsWith("az rest")) await hands.carryOut(step);
    const again = await offboard("made");
    assert.deepEqual([again.exitCode, again.certificate.state], [3, "toConfirm"]);
  });

  it("not where a renamed stack's state has lost the application, which has another name than today's settings", async () => {
    await create("lost", 0x73);
    await up("lost");
    const state = JSON.parse(await succeed("stack", "export", "--stack", "lost")) as {
      deployment: {
        resources: { urn: string; dependencies?: string[]; propertyDependencies?: Record<string, string[]> }[];
      };
    };
    const { resources } = state.deployment;
    const lost = new Set(resources.filter(({ urn }) => urn.includes("customer-siem")).map(({ urn }) => urn));
    state.deployment.resources = resources
      .filter(({ urn }) => !lost.has(urn))
      .map((resource) => ({
        ...resource,
        dependencies: (resource.dependencies ?? []).filter((urn) => !lost.has(urn)),
        propertyDependencies: {},
      }));
    const file = path.join(project.folder, "backup.json");
    await writeFile(file, JSON.stringify(state));
    await succeed("stack", "import", "--stack", "lost", "--file", file);
    await succeed("stack", "rename", "--stack", "lost", "renamed");
    const settings = path.join(project.folder, "Pulumi.renamed.yaml");
    const text = await readFile(settings, "utf8");
    await writeFile(settings, text.replace(/(customerName: ).*/, "$1Another Name"));
    const { exitCode, certificate } = await offboard("renamed");
    // Whoever edits the application writes its mark: it is to confirm, and no step deletes it.
    assert.deepEqual([exitCode, certificate.state], [3, "toConfirm"]);
    const claimed = certificate.toConfirm.find(
      ({ what, why }) => /^app registration/.test(what) && /ID of this stack/.test(why),
    );
    assert.ok(claimed, JSON.stringify(certificate.toConfirm));
    assert.doesNotMatch(claimed.step, /DELETE/);
  });
});
