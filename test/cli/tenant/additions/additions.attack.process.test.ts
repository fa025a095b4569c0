/**
 * Attack: somebody in the customer's tenant adds a way in to what is the stack's: a second secret,
 * an owner, a consent, a member, a guest. The engine compares what the stack declares, so none of
 * it is drift to it. The nightly check and `mssp verify` name each, with the step that takes it
 * away; the steps are carried out here as they are printed.
 */
import assert from "node:assert/strict";
import { microsoftGraph } from "@defender-mssp/microsoft";
import {
  assignAppRole,
  automationApplicationId,
  type SandboxProject,
  type StoredObject,
  jsonText,
} from "@defender-mssp/testkit";
import type { Addition, AdditionsPart } from "../../../../cli/stack/additionsPart";
import { driftReport } from "../../../../cli/ci/drift/drift";
import type { StackPreview } from "../../../../cli/stack/stackPreview";
import type { Check } from "@defender-mssp/siem/verify/check";
import { readStackSettings } from "../../../../settings/fromFile";
import { permissionsToFindAdditions } from "../../../../domain/prerequisites";
import { inSession as mssp } from "../../testSession";
import { ana, ben, createProject, customer, objectsOf, single, TenantHands, tenantIdOf } from "../../../e2e/support";

const entitlement = "/beta/identityGovernance/entitlementManagement";

describe("cli/tenant/additions/additions: somebody adds a way in to the stack's objects", function () {
  this.timeout(300_000);

  let project: SandboxProject;
  before(async () => {
    project = await createProject();
  });
  after(() => project.dispose());

  const options = () => ({ folder: project.folder, environment: project.environment });

  /** What `mssp verify` says of additions. */
  async function look(stack: string): Promise<AdditionsPart[]> {
    const { stdout, stderr } = await mssp(["verify", "--stack", stack, "--json"], options());
    assert.notEqual(stdout, "", stderr);
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    return checks.filter(({ name }) => name.startsWith("added ")).map((check) => ({ additions: [], ...check }));
  }

  /** What the nightly check writes. */
  async function nightly(stack: string): Promise<StackPreview> {
    const { exitCode, stdout, stderr } = await mssp(
      ["ci", "preview", "--stack", stack, "--drift", "--json"],
      options(),
    );
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout) as StackPreview;
  }

  const found = (parts: readonly AdditionsPart[]) => parts.flatMap(({ additions }) => additions);
  const kinds = (additions: readonly Addition[]) => additions.map(({ kind, to }) => `${kind} on ${to}`).sort();
  const states = (parts: readonly AdditionsPart[]) => Object.fromEntries(parts.map(({ name, state }) => [name, state]));

  async function deploy(stack: string, number: number, settings: object): Promise<TenantHands> {
    await project.writeSettings(stack, customer(number, { ...settings }));
    await project.addStack(stack);
    const tenant = project.sandbox.cloud.tenant(tenantIdOf(number));
    assignAppRole(tenant, automationIn(number), microsoftGraph.appId, "AuditLog.Read.All");
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    return new TenantHands(project, tenantIdOf(number));
  }

  function automationIn(number: number): StoredObject {
    const principals = project.sandbox.cloud.tenant(tenantIdOf(number)).objects("servicePrincipals");
    return [...principals.values()].find(({ appId }) => appId === automationApplicationId)!;
  }

  /** Carries out a printed step: `pulumi up --refresh`, or the request of an `az rest`. */
  async function carryOut(stack: string, hands: TenantHands, steps: readonly string[]): Promise<void> {
    for (const step of steps.filter((one) => one.startsWith("az rest"))) await hands.carryOut(step);
    if (steps.includes("npx pulumi up --refresh"))
      await project.succeed(["up", "--stack", stack, "--refresh", "--yes", "--skip-preview"]);
  }

  describe("application, service principal, groups, Defender roles and guests", () => {
    const number = 60;
    const stack = "added";
    let hands: TenantHands;
    let user: string;

    before(async () => {
      hands = await deploy(stack, number, { portalAccess: "rbac", analysts: [ana, ben] });
      const { users } = objectsOf(project, tenantIdOf(number));
      user = Object.values(users).find(({ userType }) => userType === "Member")!["id"] as string;
    });

    it("the stack's own objects are no additions", async () => {
      const { failed, changes, additions } = await nightly(stack);
      assert.deepEqual([failed, changes], [false, []]);
      assert.deepEqual(states(additions), {
        "added to the application": "passed",
        "added to the service principal": "passed",
        "added consents": "passed",
        "added to the groups": "passed",
        "added to Defender roles": "passed",
        "added guests": "passed",
        "added to access packages": "notChecked",
      });
    });

    async function addEverything(): Promise<void> {
      const { applications, servicePrincipals, groups, ...rest } = objectsOf(project, tenantIdOf(number));
      const application = single(applications);
      const id = String(application["id"]);
      const principals = Object.values(servicePrincipals);
      const siem = String(principals.find(({ appId }) => appId === application["appId"])!["id"]);
      const graph = principals.find(({ appId }) => appId === microsoftGraph.appId)!;
      const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${user}` };
      const group = Object.values(groups).find(({ displayName }) => displayName === "Tier 1 Analyst")!;
      const roles = Object.values((rest as Record<string, object>)["defenderRoleDefinitions"] ?? {}) as {
        id: string;
      }[];

      const password = { passwordCredential: { displayName: "backdoor" } };
      await hands.graph("POST", `/v1.0/applications/${id}/addPassword`, password);
      await hands.graph("POST", `/v1.0/applications/${id}/federatedIdentityCredentials`, {
        name: "backdoor",
        issuer: "https://token.actions.githubusercontent.com",
        subject: "repo:evil/evil:ref:refs/heads/main",
        audiences: ["api://AzureADTokenExchange"],
      });
      await hands.graph("POST", `/v1.0/applications/${id}/owners/$ref`, reference);
      const web = application["web"] as { redirectUris: string[] };
      const requested = application["requiredResourceAccess"] as { resourceAppId: string; resourceAccess: object[] }[];
      const role = { id: microsoftGraph.appRoles["RoleManagement.ReadWrite.Directory"], type: "Role" };
      await hands.graph("PATCH", `/v1.0/applications/${id}`, {
        web: { redirectUris: [...web.redirectUris, "https://evil.example/web"] },
        spa: { redirectUris: ["https://evil.example/spa"] },
        requiredResourceAccess: [
          ...requested.map((one) =>
            one.resourceAppId === microsoftGraph.appId
              ? { ...one, resourceAccess: [...one.resourceAccess, role] }
              : one,
          ),
        ],
      });

      await hands.graph("POST", `/v1.0/servicePrincipals/${siem}/addPassword`, password);
      await hands.graph("POST", `/v1.0/servicePrincipals/${siem}/owners/$ref`, reference);
      await hands.graph("POST", `/v1.0/servicePrincipals/${siem}/appRoleAssignments`, {
        principalId: siem,
        resourceId: graph["id"],
        appRoleId: microsoftGraph.appRoles["RoleManagement.ReadWrite.Directory"],
      });
      await hands.graph("POST", "/v1.0/oauth2PermissionGrants", {
        clientId: siem,
        consentType: "Principal",
        principalId: user,
        resourceId: graph["id"],
        scope: "User.Read",
      });

      await hands.graph("POST", `/v1.0/groups/${String(group["id"])}/owners/$ref`, reference);
      await hands.graph("POST", `/v1.0/groups/${String(group["id"])}/members/$ref`, reference);
      await hands.graph("POST", "/beta/roleManagement/defender/roleAssignments", {
        displayName: "Also him",
        roleDefinitionId: roles[0]!.id,
        principalIds: [user],
        directoryScopeIds: ["/"],
        appScopeIds: ["/"],
      });
      await hands.graph("POST", "/v1.0/invitations", {
        invitedUserEmailAddress: "eve@fabrikam-security.example",
        inviteRedirectUrl: "https://contoso.com",
      });
    }

    const expected = [
      'application permission on service principal "Contoso 60 SIEM MSSP Connector"',
      'client secret on application "Contoso 60 SIEM MSSP Connector"',
      'client secret on service principal "Contoso 60 SIEM MSSP Connector"',
      "consent on service principal",
      'federated credential on application "Contoso 60 SIEM MSSP Connector"',
      "guest on the MSSP's guests",
      'member on group "Tier 1 Analyst"',
      'owner on application "Contoso 60 SIEM MSSP Connector"',
      'owner on group "Tier 1 Analyst"',
      'owner on service principal "Contoso 60 SIEM MSSP Connector"',
      'redirect URI on application "Contoso 60 SIEM MSSP Connector"',
      'redirect URI on application "Contoso 60 SIEM MSSP Connector"',
      'requested permission on application "Contoso 60 SIEM MSSP Connector"',
      'role assignment on Defender role "Also him"',
    ];

    it("each addition is drift with initiator, time and step; `mssp ci drift` exits with 3, `mssp verify` with 1", async () => {
      await addEverything();
      const preview = await nightly(stack);
      const additions = found(preview.additions);
      assert.deepEqual(
        kinds(additions).map((text) => text.replace(/(consent on service principal) \S+$/, "$1")),
        expected,
      );
      // Defender's roles are not in Entra's audit log: Microsoft Purview has them.
      const unknown = additions.filter(({ done }) => done.by !== jsonText(automationIn(number)["displayName"]));
      assert.deepEqual(unknown.map(({ kind }) => kind).sort(), ["role assignment"]);
      assert.ok(additions.every(({ done, kind }) => kind === "role assignment" || /^\d{4}-.*Z$/.test(done.on)));

      const { state, body } = driftReport(preview);
      assert.equal(state, "drifted");
      assert.match(body, /### Added by somebody: 14/);
      const drift = await mssp(["ci", "drift", `previews/${stack}.json`], options());
      assert.equal(drift.exitCode, 3, drift.stderr);
      const verify = await mssp(["verify", "--stack", stack, "--json"], options());
      assert.equal(verify.exitCode, 1, verify.stderr);
      const { checks } = JSON.parse(verify.stdout) as { checks: { additions?: Addition[] }[] };
      assert.deepEqual(kinds(checks.flatMap((check) => check.additions ?? [])), kinds(additions));
    });

    it("without a permission its part is notChecked, never passed", async () => {
      const settings = await readStackSettings(stack, options());
      const reading = permissionsToFindAdditions(settings);
      assert.ok(reading.every((permission) => /\.Read\.All$|\.Read\.Defender$/.test(permission)));
      const tenant = project.sandbox.cloud.tenant(tenantIdOf(number));
      const assignments = tenant.objects("appRoleAssignments");
      const before = [...assignments.values()];
      const automation = automationIn(number);
      const permit = (permissions: readonly (keyof typeof microsoftGraph.appRoles)[]) => {
        for (const { id, principalId } of [...assignments.values()])
          if (principalId === automation.id) assignments.delete(id);
        for (const permission of permissions) assignAppRole(tenant, automation, microsoftGraph.appId, permission);
      };
      try {
        permit(reading);
        const all = await look(stack);
        assert.equal(found(all).length, expected.length);
        for (const missing of reading) {
          permit(reading.filter((one) => one !== missing));
          const parts = await look(stack);
          const affected = parts.filter(({ reason }) => reason.includes(missing));
          assert.ok(affected.length > 0, `${missing} is not named: ${JSON.stringify(states(parts))}`);
          assert.ok(affected.every(({ state }) => state !== "passed"));
        }
      } finally {
        for (const { id, principalId } of [...assignments.values()])
          if (principalId === automation.id) assignments.delete(id);
        for (const one of before) assignments.set(one.id, one);
      }
    });

    it("the printed steps remove the additions and nothing else", async () => {
      const additions = found(await look(stack));
      await carryOut(stack, hands, [...new Set(additions.map(({ step }) => step))]);
      const { failed, changes, additions: left } = await nightly(stack);
      assert.deepEqual([failed, changes, found(left)], [false, [], []]);
    });
  });

  describe("access packages", () => {
    const number = 61;
    const stack = "packages";
    const approvers = ["security.admin@customer.example"];
    let hands: TenantHands;

    before(async () => {
      project.sandbox.cloud.describedTenant({ tenantId: tenantIdOf(number), domain: "customer.example" });
      const portalAccess = { model: "entitlement", approvers };
      hands = await deploy(stack, number, {
        portalAccess,
        analysts: [],
        analystDomains: ["fabrikam-security.example"],
      });
    });

    it("a policy and an assignment made by hand are additions; a regular holder is not", async () => {
      const objects = objectsOf(project, tenantIdOf(number)) as unknown as Record<string, Record<string, StoredObject>>;
      const [policy] = Object.values(objects["accessPackageAssignmentPolicies"] ?? {});
      const accessPackageId = jsonText(policy?.["accessPackageId"]);
      const analyst = await hands.graph<{ invitedUser: { id: string } }>("POST", "/v1.0/invitations", {
        invitedUserEmailAddress: ana.email,
        inviteRedirectUrl: "https://contoso.com",
      });
      const give = (targetId: string, assignmentPolicyId: string) =>
        hands.graph("POST", `${entitlement}/accessPackageAssignmentRequests`, {
          requestType: "AdminAdd",
          accessPackageAssignment: { accessPackageId, assignmentPolicyId, targetId },
        });
      await give(analyst.invitedUser.id, String(policy?.id));
      assert.deepEqual(found(await look(stack)), []);

      const { id: opened } = await hands.graph<{ id: string }>(
        "POST",
        `${entitlement}/accessPackageAssignmentPolicies`,
        {
          accessPackageId,
          displayName: "Everybody",
          description: "of the attack",
          requestorSettings: { scopeType: "AllExternalSubjects", acceptRequests: true, allowedRequestors: [] },
        },
      );
      const member = Object.values(objects["users"] ?? {}).find(({ userType }) => userType === "Member")!;
      await give(member.id, String(policy?.id));
      await give(analyst.invitedUser.id, opened);
      const additions = found(await look(stack));
      assert.deepEqual(additions.map(({ kind }) => kind).sort(), [
        "access package assignment",
        "access package assignment",
        "assignment policy",
      ]);
      assert.deepEqual(
        additions.filter(({ done }) => done.by === "" || done.on === ""),
        [],
      );

      await carryOut(
        stack,
        hands,
        additions.map(({ step }) => step),
      );
      assert.deepEqual(found(await look(stack)), []);
    });
  });
});
