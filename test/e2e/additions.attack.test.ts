/**
 * Attack: somebody in the customer's tenant adds a way in to what is the stack's: a second secret, an owner, a consent,
 * a member, a guest. The engine compares what the stack declares, so none of it is drift to it. The nightly check and
 * `mssp verify` name each, with the step that takes it away; the steps are carried out here as they are printed.
 */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { directoryRoleTemplates, microsoftGraph } from "@defender-mssp/microsoft";
import {
  assignAppRole,
  automationApplicationId,
  msspTenantId,
  type StoredObject,
  jsonText,
  fixture,
} from "@defender-mssp/testkit";
import type { Addition, AdditionsPart } from "../../cli/stack/additionsPart";
import { driftReport } from "../../cli/ci/drift/drift";
import type { StackPreview } from "../../cli/stack/stackPreview";
import type { Check } from "@defender-mssp/siem/verify/check";
import { readStackSettings } from "../../settings/fromFile";
import { permissionsToFindAdditions } from "../../domain/prerequisites";
import { inSession as mssp } from "../cli/testSession";
import { ana, ben, createProject, customer, objectsOf, single, TenantHands, tenantIdOf } from "./support";

const entitlement = "/beta/identityGovernance/entitlementManagement";

describe("cli/tenant/additions/additions: somebody adds a way in to the stack's objects", function () {
  this.timeout(300_000);

  const project = fixture(createProject);

  const options = () => ({ folder: project.folder, environment: project.environment });

  /** What `mssp verify` says of additions. */
  async function look(stack: string): Promise<AdditionsPart[]> {
    const { stdout, stderr } = await mssp(["verify", "--stack", stack, "--json"], options());
    assert.notEqual(stdout, "", stderr);
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    return checks.filter(({ name }) => /^added |^governance /.test(name)).map((check) => ({ additions: [], ...check }));
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
        "changed guests": "passed",
        "added to access packages": "passed",
        "added directory roles": "passed",
        "added eligibilities": "passed",
        "added memberships": "passed",
        "added ownerships": "passed",
        "added app roles": "passed",
        "added to catalogs": "notChecked",
        "added connected organizations": "passed",
        "added applications of the MSSP": "passed",
        "added to the automation": "passed",
        "added trust of the MSSP": "passed",
        "added Azure roles": "passed",
        "added Azure delegations": "passed",
        "changed detection rules": "notChecked",
        "governance relationship": "notChecked",
      });
      const reason = additions.find(({ name }) => name === "added to the automation")?.reason ?? "";
      assert.match(reason, /more permissions than this stack's settings need: .*Policy\.ReadWrite\.CrossTenantAccess/);
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
      assertEach(kinds(additions), (text) => text.replace(/(consent on service principal) \S+$/, "$1"), expected);
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
      assert.ok(reading.every((permission) => /\.Read\.(All|AzureADGroup|Defender|Directory)$/.test(permission)));
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

    it("a redemption that was reset to another address is named with what the state has, also after a refresh", async () => {
      const guest = [...project.sandbox.cloud.tenant(tenantIdOf(number)).objects("users").values()].find(
        ({ mail }) => mail === ana.email,
      )!;
      Object.assign(guest, { externalUserState: "Accepted", externalUserStateChangeDateTime: "2026-01-02T03:04:05Z" });
      const refresh = ["refresh", "--stack", stack, "--yes", "--skip-preview"];
      await project.succeed(refresh);
      const invitedUserEmailAddress = "trent@adatum.example";
      await hands.graph("PATCH", `/v1.0/users/${guest.id}`, { otherMails: [invitedUserEmailAddress] });
      await hands.graph("POST", "/v1.0/invitations", {
        ...{ invitedUserEmailAddress, inviteRedirectUrl: "https://portal.azure.com" },
        ...{ invitedUser: { id: guest.id }, resetRedemption: true },
      });
      await project.succeed(refresh);
      const [change, ...others] = found((await nightly(stack)).additions);
      assert.deepEqual([change?.kind, change?.to, others], ["changed guest", `guest ${ana.email}`, []]);
      assert.match(
        change!.what,
        /^PendingAcceptance since \d{4}-\S+Z, where the state has Accepted since 2026-01-02T03:04:05Z$/,
      );
    });
  });

  it("a domain that is taken out of the settings does not hide its guests", async () => {
    const [number, stack] = [63, "former"];
    const former = { email: "zoe@former-security.example", displayName: "Zoe" };
    const hands = await deploy(stack, number, { analysts: [ana, former] });
    await project.writeSettings(stack, customer(number, { analysts: [ana] }));
    await hands.graph("POST", "/v1.0/invitations", {
      invitedUserEmailAddress: "mallory@former-security.example",
      inviteRedirectUrl: "https://portal.azure.com",
    });
    const guests = found(await look(stack)).filter(({ kind }) => kind === "guest");
    // Zoe's is the stack's until the next `up`.
    assert.deepEqual(
      guests.map(({ what }) => /\S+@former-security\.example/.exec(what)?.[0]),
      ["(mallory@former-security.example"],
    );
  });

  describe("what else somebody gave the stack's people, groups and identities", () => {
    const number = 62;
    const stack = "given";
    let hands: TenantHands;

    before(async () => (hands = await deploy(stack, number, { portalAccess: "rbac", analysts: [ana] })));

    async function newGroup(displayName: string): Promise<string> {
      const mailNickname = displayName.toLowerCase();
      const group = { displayName, mailNickname, mailEnabled: false, securityEnabled: true };
      return (await hands.graph<{ id: string }>("POST", "/v1.0/groups", group)).id;
    }

    const eligible = (accessId: string, principalId: string, groupId: string) =>
      hands.graph("POST", "/v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleRequests", {
        ...{ action: "adminAssign", accessId, principalId, groupId, justification: "of the attack" },
        scheduleInfo: {
          startDateTime: new Date().toISOString(),
          expiration: { type: "afterDuration", duration: "P30D" },
        },
      });

    /** Each hand of a stranger, and the additions that tell of it. */
    async function giveEverything(): Promise<void> {
      const { users, groups, servicePrincipals, applications } = objectsOf(project, tenantIdOf(number));
      const guest = String(Object.values(users).find(({ userType }) => userType === "Guest")!["id"]);
      const member = String(Object.values(users).find(({ userType }) => userType === "Member")!["id"]);
      const tier = String(Object.values(groups).find(({ displayName }) => displayName === "Tier 1 Analyst")!["id"]);
      const { appId } = single(applications);
      const connector = String(Object.values(servicePrincipals).find((entry) => entry["appId"] === appId)!["id"]);
      const automation = automationIn(number);
      const tenant = project.sandbox.cloud.tenant(tenantIdOf(number));

      for (const principalId of [guest, connector])
        await hands.graph("POST", "/v1.0/roleManagement/directory/roleAssignments", {
          ...{ principalId, roleDefinitionId: directoryRoleTemplates["Security Reader"], directoryScopeId: "/" },
        });
      await hands.graph("POST", "/v1.0/roleManagement/directory/roleEligibilityScheduleRequests", {
        ...{ action: "adminAssign", principalId: guest, directoryScopeId: "/", justification: "of the attack" },
        roleDefinitionId: directoryRoleTemplates["Security Administrator"],
        scheduleInfo: { expiration: { type: "afterDuration", duration: "P30D" } },
      });
      const role = await hands.graph<{ id: string }>("POST", "/beta/roleManagement/defender/roleDefinitions", {
        ...{ displayName: "By hand", description: "of the attack", isEnabled: true },
        rolePermissions: [{ allowedResourceActions: ["microsoft.xdr/secops/securitydata/read"] }],
      });
      await hands.graph("POST", "/beta/roleManagement/defender/roleAssignments", {
        ...{ displayName: "Hers", roleDefinitionId: role.id, principalIds: [guest] },
        ...{ directoryScopeIds: ["/"], appScopeIds: ["/"] },
      });
      const other = await newGroup("Finance");
      await eligible("owner", member, tier);
      await eligible("member", guest, other);
      await hands.graph("POST", `/v1.0/groups/${other}/members/$ref`, {
        "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${guest}`,
      });
      // Two owners: the service refuses to remove the last one.
      for (const owner of [member, guest])
        await hands.graph("POST", `/v1.0/groups/${other}/owners/$ref`, {
          "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${owner}`,
        });
      await hands.graph("POST", `/v1.0/users/${guest}/appRoleAssignments`, {
        ...{ appRoleId: "00000000-0000-0000-0000-000000000000", principalId: guest, resourceId: connector },
      });
      await hands.graph("POST", "/v1.0/identityGovernance/entitlementManagement/connectedOrganizations", {
        ...{ displayName: "Fabrikam too", description: "of the attack", state: "configured" },
        identitySources: [
          { "@odata.type": "#microsoft.graph.azureActiveDirectoryTenant", tenantId: msspTenantId, displayName: "F" },
        ],
      });
      const principals = tenant.objects("servicePrincipals");
      const id = "5ec0de00-aaaa-4000-8000-000000000062";
      principals.set(id, { ...automation, id, appId: "5ec0de00-aaaa-4000-8000-000000000063", displayName: "Shadow" });
      assignAppRole(tenant, automation, microsoftGraph.appId, "Directory.ReadWrite.All");
      // An application of before June 2026, which protects no credential of its service principals.
      const atHome = [...project.sandbox.cloud.tenant(msspTenantId).objects("applications").values()];
      atHome.find(({ appId }) => appId === automation["appId"])!["servicePrincipalLockConfiguration"] = null;
      await hands.graph("POST", `/v1.0/servicePrincipals/${automation.id}/addPassword`, {
        passwordCredential: { displayName: "backdoor" },
      });
      await hands.graph("POST", `/v1.0/servicePrincipals/${automation.id}/owners/$ref`, {
        "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${member}`,
      });
      await hands.graph("POST", "/v1.0/policies/crossTenantAccessPolicy/partners", {
        ...{ tenantId: msspTenantId, inboundTrust: { isMfaAccepted: true } },
        automaticUserConsentSettings: { inboundAllowed: true },
        b2bDirectConnectInbound: {
          usersAndGroups: { accessType: "allowed", targets: [{ target: "AllUsers", targetType: "user" }] },
          applications: { accessType: "allowed", targets: [{ target: "AllApplications", targetType: "application" }] },
        },
      });
      const synchronization = `/v1.0/policies/crossTenantAccessPolicy/partners/${msspTenantId}/identitySynchronization`;
      await hands.graph("PUT", synchronization, { userSyncInbound: { isSyncAllowed: true } });
      await hands.graph("POST", "/v1.0/identity/conditionalAccess/policies", {
        ...{
          displayName: "Everybody but them",
          state: "enabled",
          grantControls: { operator: "OR", builtInControls: ["mfa"] },
        },
        conditions: {
          applications: { includeApplications: ["All"] },
          clientAppTypes: ["all"],
          users: {
            includeUsers: ["All"],
            excludeGuestsOrExternalUsers: {
              guestOrExternalUserTypes: "b2bCollaborationGuest",
              externalTenants: {
                "@odata.type": "#microsoft.graph.conditionalAccessEnumeratedExternalTenants",
                ...{ membershipKind: "enumerated", members: [msspTenantId] },
              },
            },
          },
        },
      });
      assignAppRole(tenant, automation, microsoftGraph.appId, "TenantGovernance-Relationship.Read.All");
    }

    it("each is found with the step that removes it, which works", async () => {
      await giveEverything();
      const additions = found(await look(stack));
      const expectedKinds = [
        `Conditional Access policy on tenant ${tenantIdOf(number)}`,
        `app role on guest ${ana.email}`,
        'application permission on service principal "MSSP Onboarding Automation"',
        'client secret on service principal "MSSP Onboarding Automation"',
        `connected organization on tenant ${tenantIdOf(number)}`,
        `directory role on guest ${ana.email}`,
        `eligible directory role on guest ${ana.email}`,
        'directory role on service principal "Contoso 62 SIEM MSSP Connector"',
        `eligibility on guest ${ana.email}`,
        'eligibility on group "Tier 1 Analyst"',
        `membership on guest ${ana.email}`,
        `ownership on guest ${ana.email}`,
        'owner on service principal "MSSP Onboarding Automation"',
        `role assignment on guest ${ana.email}`,
        `service principal on tenant ${tenantIdOf(number)}`,
        ...Array.from({ length: 4 }, () => `trust on the partner ${msspTenantId} of the cross-tenant access policy`),
      ];
      assert.deepEqual(kinds(additions), expectedKinds.sort());
      // The service refuses the end of an eligibility within five minutes of its assignment.
      const schedules = project.sandbox.cloud.tenant(tenantIdOf(number)).objects("eligibilitySchedules");
      for (const [id, schedule] of [...schedules])
        schedules.set(id, { ...schedule, createdDateTime: "2026-01-01T00:00:00Z" });
      for (const { step } of additions) {
        const command = /az rest .*/.exec(step)?.[0] ?? "";
        assert.notEqual(command, "", step);
        await hands.carryOut(command);
      }
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
      assertNone(additions, ({ done }) => done.by === "" || done.on === "");

      await carryOut(
        stack,
        hands,
        additions.map(({ step }) => step),
      );
      assert.deepEqual(found(await look(stack)), []);
    });

    it("a resource and a package of the stack's catalog, and another role of its package, are additions", async () => {
      const objects = objectsOf(project, tenantIdOf(number)) as unknown as Record<string, Record<string, StoredObject>>;
      const [accessPackage] = Object.values(objects["accessPackages"] ?? {});
      const catalogId = jsonText(accessPackage?.["catalogId"]);
      const group = (displayName: string) =>
        hands.graph<{ id: string }>("POST", "/v1.0/groups", {
          ...{ displayName, mailNickname: displayName.toLowerCase(), mailEnabled: false, securityEnabled: true },
        });
      const { id: originId } = await group("Finance");
      await hands.graph("POST", `${entitlement}/accessPackageResourceRequests`, {
        ...{ catalogId, requestType: "AdminAdd" },
        accessPackageResource: { originId, originSystem: "AadGroup", displayName: "Finance" },
      });
      await hands.graph("POST", `${entitlement}/accessPackages/${accessPackage?.id}/accessPackageResourceRoleScopes`, {
        accessPackageResourceRole: {
          ...{ originId: `Owner_${originId}`, originSystem: "AadGroup", displayName: "Owner" },
          accessPackageResource: { originId, originSystem: "AadGroup" },
        },
        accessPackageResourceScope: { originId, originSystem: "AadGroup" },
      });
      await hands.graph("POST", `${entitlement}/accessPackages`, {
        ...{ catalogId, displayName: "Also", description: "of the attack" },
      });
      const additions = found(await look(stack));
      assertEach(additions, ({ kind }) => kind, ["catalog resource", "access package", "access package role"]);
      for (const { step } of [...additions].reverse()) await hands.carryOut(step);
      assert.deepEqual(found(await look(stack)), []);
    });
  });
});
