/** Every kind of access, searched in the sandbox's tenant. */
import {
  alertReaders,
  tenantKinds,
  customerAzure,
  type GrantingNode,
  heldBy,
  readGraph,
  type TenantReader,
  type Whose,
  isNotApplicable,
  tenantReader,
  type TenantKind,
  type KindKey,
} from "@defender-mssp/tenant";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { azureRoles, graphCall, microsoftGraph, ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import {
  assignAppRole,
  azureResources,
  jsonText,
  msspTenantId,
  setSwitches,
  type StoredObject,
  subscriptionIdOf,
  testSandbox,
  fixture,
} from "@defender-mssp/testkit";

const stackId = "4dcd45bff7d23f52";
const securityReader = "5d6b6bb7-de71-4623-b4af-96380a352509";
const readsAlerts = "472e4a4d-bb4a-4026-98d1-0b0d74cb74a5";

const kinds: readonly TenantKind[] = Object.values(tenantKinds);

describe("the search for every kind of access", function () {
  const test = fixture(testSandbox);
  let graph: GraphCall;
  let owner: Whose;

  before(async () => {
    graph = await graphCall(test.tenant.id, test.context);
    owner = {
      ...{ stack: "contoso", stackId, msspTenantId, tenantId: test.tenant.id, domains: ["fabrikam-security.example"] },
      automation: test.environment.ARM_CLIENT_ID,
    };
  });

  const tenant = (call: GraphCall = graph): TenantReader =>
    tenantReader({ call, owner, msspGraph: () => Promise.resolve(call) });
  const post = async (path: string, json: unknown): Promise<{ id: string }> =>
    (await graph(path, { method: "POST", json })).body as { id: string };
  const invite = async (address: string): Promise<string> => {
    const body = {
      invitedUserEmailAddress: address,
      inviteRedirectUrl: "https://x.example",
      sendInvitationMessage: false,
    };
    return ((await post("/v1.0/invitations", body)) as unknown as { invitedUser: { id: string } }).invitedUser.id;
  };
  const nodes = async (): Promise<readonly GrantingNode[]> => (await readGraph(tenant())).nodes;
  const sighted = async (id: string): Promise<GrantingNode | undefined> =>
    (await nodes()).find((node) => node.id === id);

  it("sees the consent to the automation in a tenant without anything else", async () =>
    assert.deepEqual(
      (await nodes()).map(({ kind }) => kind),
      ["automationConsent"],
    ));

  it("a guest of the MSSP's domain with an eligible directory role, and the step that ends it", async () => {
    const ivy = await invite("ivy@fabrikam-security.example");
    const path = "/v1.0/roleManagement/directory/roleEligibilityScheduleRequests";
    const asked = { principalId: ivy, roleDefinitionId: securityReader, directoryScopeId: "/" };
    await post(path, { action: "adminAssign", ...asked, scheduleInfo: { expiration: { type: "noExpiration" } } });
    const [grant, ...others] = (await sighted(ivy))?.grants ?? [];
    assert.deepEqual([grant?.what, others], ["the eligible directory role Security Reader", []]);
    assert.ok(grant?.step.includes(path) && grant.step.includes(JSON.stringify({ action: "adminRemove", ...asked })));
  });

  it("people of the MSSP's domains and of those below, guests or members, and no account of the tenant's own domain", async () => {
    const domain = "fabrikam-security.example";
    const member = await invite(`mallory@${domain}`);
    const json = { userType: "Member", employeeType: "customers/former#0123456789abcdef" };
    await graph(`/v1.0/users/${member}`, { method: "PATCH", json });
    const below = await invite(`olga@soc.${domain}`);
    const alike = await invite(`nina@not${domain}`);
    const account = (name: string, otherMails: string[]) =>
      post("/v1.0/users", {
        ...{ accountEnabled: true, displayName: name, mailNickname: name, userPrincipalName: `${name}@contoso.com` },
        ...{ passwordProfile: { password: "Xk9!pQ2z#Lm4" }, otherMails },
      });
    const marked = await account("peter", [`peter@${domain}`]);
    const own = await account("carla", []);
    const [renamed, federated] = [await account("trent", []), await account("fred", [])];
    const stored = (id: string) => test.tenant.objects("users").get(id)!;
    Object.assign(stored(renamed.id), { proxyAddresses: [`SMTP:trent@${domain}`, "x500:/o=x"] });
    Object.assign(stored(federated.id), {
      identities: [{ signInType: "federated", issuer: domain, issuerAssignedId: "f" }],
    });
    owner = { ...owner, domains: [...owner.domains, "contoso.com"] };
    const guests = await tenantKinds.guest.search(tenant());
    owner = { ...owner, domains: [domain] };
    const isSighted = (id: string) => guests.some((guest) => guest.id === id);
    const all = [member, below, marked.id, renamed.id, federated.id, alike, own.id];
    assert.deepEqual(all.map(isSighted), [true, true, true, true, true, false, false]);
    const { evidence = "", mark } = guests.find(({ id }) => id === member) ?? {};
    assert.match(evidence, /user type Member/);
    assert.equal(mark?.stack, "customers/former");
  });

  it("what people and applications of the MSSP own, and the directory role that a group gives them", async () => {
    const gina = await invite("gina@fabrikam-security.example");
    const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${gina}` };
    const group = (displayName: string, isAssignableToRole: boolean) =>
      post("/v1.0/groups", {
        displayName,
        mailEnabled: false,
        mailNickname: "g",
        securityEnabled: true,
        isAssignableToRole,
      });
    const owned = await group("Payroll", false);
    const application = await post("/v1.0/applications", { displayName: "Customer payroll" });
    for (const path of [`groups/${owned.id}`, `applications/${application.id}`])
      await graph(`/v1.0/${path}/owners/$ref`, { method: "POST", json: reference });
    const admins = await group("Admins", true);
    await graph(`/v1.0/groups/${admins.id}/members/$ref`, { method: "POST", json: reference });
    const assigned = { principalId: admins.id, roleDefinitionId: securityReader, directoryScopeId: "/" };
    await post("/v1.0/roleManagement/directory/roleAssignments", assigned);
    const { grants } = await heldBy(tenant(), { type: "user", id: gina });
    assert.deepEqual(
      grants.map(({ what }) => what),
      [
        'a membership of the group "Admins", which gives the directory role Security Reader',
        'the ownership of the application "Customer payroll"',
        'the ownership of the group "Payroll"',
      ],
    );
    assert.match(grants[2]?.step ?? "", /^Add another owner first, .* Then: az rest --method DELETE/);
    assert.match(grants[1]?.step ?? "", new RegExp(`DELETE .*/applications/${application.id}/owners/${gina}/\\$ref`));
    // A group's rule takes and removes whom it fits; Microsoft updates one with memberOf no more.
    const rules = {
      'user.userType -eq "Guest"': [true, /Admins", which gives .* Reader$/],
      "user.memberof -any (g)": [undefined, /from 2026-11-04 on/],
    };
    for (const [membershipRule, [byRule, what]] of Object.entries(rules)) {
      Object.assign(test.tenant.objects("groups").get(admins.id)!, {
        groupTypes: ["DynamicMembership"],
        membershipRule,
      });
      const [membership] = (await heldBy(tenant(), { type: "user", id: gina })).grants;
      assert.equal(membership?.byRule, byRule);
      assert.match(membership?.what ?? "", what as RegExp);
      assert.match(membership?.step ?? "", /> Groups > Admins > Dynamic membership rules: replace the rule\.$/);
    }
  });

  it("what carries the stack's random ID, whatever it and the stack are called today", async () => {
    const description = `Managed by Pulumi (defender-mssp/formername#${stackId}, MSSP tenant ${randomUUID()}).`;
    const { id } = await post("/v1.0/applications", { displayName: "Renamed", description });
    assert.deepEqual([(await sighted(id))?.whose, (await sighted(id))?.kind], ["stack", "application"]);
  });

  it("another stack of the same MSSP is the MSSP's; another MSSP's is nobody's here", async () => {
    const mark = (mssp: string) => `Managed by Pulumi (defender-mssp/other#ade982459eae61f3, MSSP tenant ${mssp}).`;
    const ours = await post("/v1.0/applications", { displayName: "SIEM", description: mark(msspTenantId) });
    const theirs = await post("/v1.0/applications", { displayName: "SIEM", description: mark(randomUUID()) });
    assert.equal((await sighted(ours.id))?.whose, "claimed");
    assert.equal(await sighted(theirs.id), undefined);
  });

  it("the service principal of the MSSP's own application, with its permission", async () => {
    const principals = test.tenant.objects("servicePrincipals");
    const automation = [...principals.values()].find(({ appId }) => appId === owner.automation)!;
    const id = randomUUID();
    principals.set(id, { ...automation, id, appId: randomUUID(), displayName: "Fabrikam SIEM" });
    const api = [...principals.values()].find(({ displayName }) => displayName === "Microsoft Graph")!;
    await post(`/v1.0/servicePrincipals/${id}/appRoleAssignments`, {
      principalId: id,
      resourceId: api.id,
      appRoleId: readsAlerts,
    });
    const sighting = await sighted(id);
    assert.equal(sighting?.kind, "msspServicePrincipal");
    assert.deepEqual(
      sighting.grants.map(({ what }) => what),
      ["the application permission SecurityAlert.Read.All of Microsoft Graph"],
    );
  });

  it("applications of the customer's own that name the MSSP's tenant, domain or application, and no other", async () => {
    const add = async (json: object, credential?: object) => {
      const { id, appId } = (await post("/v1.0/applications", { displayName: "Expenses", ...json })) as StoredObject;
      const principal = await post("/v1.0/servicePrincipals", { appId });
      const path = `/v1.0/applications/${id}/federatedIdentityCredentials`;
      const names = { name: "pipeline", subject: "pipeline", audiences: ["api://AzureADTokenExchange"] };
      return { id, principal: principal.id, credential: credential && (await post(path, { ...names, ...credential })) };
    };
    const issuer = (tenantId: string) => ({
      issuer: `https://login.microsoftonline.us/${tenantId.toUpperCase()}/v2.0`,
    });
    const trusted = await add({}, issuer(msspTenantId));
    const gitlab = await add({}, { issuer: "https://gitlab.fabrikam-security.example" });
    const spa = await add({ spa: { redirectUris: ["https://soc.fabrikam-security.example:8443/signed-in"] } });
    const { appId } = [...test.tenant.objects("servicePrincipals").values()].at(-2)!;
    const own = [...test.tenant.objects("servicePrincipals").values()].find(
      (entry) => entry["appId"] === owner.automation,
    )!;
    const preAuthorizedApplications = [{ appId: jsonText(own["appId"]), delegatedPermissionIds: [] }];
    const asked = await add({ api: { preAuthorizedApplications } });
    const others = await add(
      {
        web: { redirectUris: ["https://notfabrikam-security.example/"] },
        api: { preAuthorizedApplications: [{ appId, delegatedPermissionIds: [] }] },
      },
      issuer(randomUUID()),
    );
    const api = [...test.tenant.objects("servicePrincipals").values()].find(
      ({ displayName }) => displayName === "Microsoft Graph",
    )!;
    await post(`/v1.0/servicePrincipals/${trusted.principal}/appRoleAssignments`, {
      ...{ principalId: trusted.principal, resourceId: api.id, appRoleId: readsAlerts },
    });
    const all = await nodes();
    const seen = (id = "") => all.filter((node) => node.id === id).map(({ kind, whose }) => [kind, whose]);
    for (const { credential, principal } of [trusted, gitlab]) {
      assert.deepEqual(seen(credential?.id), [["federatedCredential", "claimed"]]);
      assert.deepEqual(seen(principal), [["servicePrincipal", "claimed"]]);
    }
    for (const { id } of [spa, asked]) assert.deepEqual(seen(id), [["application", "claimed"]]);
    for (const id of [others.id, others.principal, others.credential?.id, trusted.id, spa.principal])
      assert.deepEqual(seen(id), []);
    const { grants = [], step } = all.find(({ id }) => id === trusted.principal) ?? {};
    assert.match(grants.map(({ what }) => what).join(), /SecurityAlert\.Read\.All/);
    // The application is the customer's.
    assert.match(
      step ?? "",
      new RegExp(`/applications/${trusted.id}/federatedIdentityCredentials/${trusted.credential?.id}'`),
    );
    const unsure = [spa, asked].flatMap(({ id }) => all.find((node) => node.id === id)?.unsure ?? []);
    assert.match(unsure.join("; "), /soc\.fabrikam-security.*; the MSSP's application/);
  });

  it("applications that may read alerts by any API, without the MSSP's and Microsoft's", async () => {
    const principals = test.tenant.objects("servicePrincipals");
    const named = (name: string) => [...principals.values()].find(({ displayName }) => displayName === name)!;
    const made = async (displayName: string, api: StoredObject, role: string) => {
      const { appId } = (await post("/v1.0/applications", { displayName })) as StoredObject;
      const { id } = await post("/v1.0/servicePrincipals", { appId });
      const roles = api["appRoles"] as unknown as readonly { id: string; value: string }[];
      const appRoleId = roles.find(({ value }) => value === role)!.id;
      await post(`/v1.0/servicePrincipals/${id}/appRoleAssignments`, {
        principalId: id,
        resourceId: api.id,
        appRoleId,
      });
      return id;
    };
    const earlier = (await alertReaders(tenant())).map(({ id }) => id);
    const siem = await made("Fabrikam SIEM", named("Microsoft Graph"), "SecurityAlert.Read.All");
    const old = await made("Old SIEM", named("WindowsDefenderATP"), "Alert.Read.All");
    await made("Directory reader", named("Microsoft Graph"), "User.Read.All");
    const own = await made("Hunter", named("Microsoft Graph"), "ThreatHunting.Read.All");
    Object.assign(principals.get(own)!, { appOwnerOrganizationId: msspTenantId });
    const read = (await alertReaders(tenant())).filter(({ id }) => !earlier.includes(id));
    assert.deepEqual(
      read.map(({ id, name, permissions }) => [id, name, permissions]),
      [
        [siem, "Fabrikam SIEM", ["SecurityAlert.Read.All"]],
        [old, "Old SIEM", ["Alert.Read.All"]],
      ],
    );
  });

  it("a manager of the MSSP's domain who approves requests of access packages", async () => {
    const maud = await invite("maud@fabrikam-security.example");
    const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${maud}` };
    const catalog = await post("/beta/identityGovernance/entitlementManagement/accessPackageCatalogs", {
      displayName: "C",
    });
    const accessPackage = await post("/beta/identityGovernance/entitlementManagement/accessPackages", {
      ...{ catalogId: catalog.id, displayName: "Partner access", description: "by hand" },
    });
    const policy = await post("/beta/identityGovernance/entitlementManagement/accessPackageAssignmentPolicies", {
      ...{ accessPackageId: accessPackage.id, displayName: "By manager", description: "by hand" },
      requestorSettings: { acceptRequests: true, scopeType: "AllExistingDirectoryMemberUsers", allowedRequestors: [] },
      requestApprovalSettings: {
        isApprovalRequired: true,
        approvalMode: "SingleStage",
        approvalStages: [
          {
            approvalStageTimeOutInDays: 14,
            primaryApprovers: [{ "@odata.type": "#microsoft.graph.requestorManager", isBackup: false }],
          },
        ],
      },
    });
    assert.equal(await sighted(policy.id), undefined);
    await graph(`/v1.0/users/${await invite("employee@adatum.example")}/manager/$ref`, {
      method: "PUT",
      json: reference,
    });
    assert.match(
      (await sighted(policy.id))?.gives.map(({ what }) => what).join() ?? "",
      new RegExp(`${maud}.*as a manager`),
    );
  });

  it("the entry of the MSSP's tenant in the cross-tenant access policy: what each part gives, and what nobody knows", async () => {
    const path = "/v1.0/policies/crossTenantAccessPolicy/partners";
    const entry = `${path}/${msspTenantId}`;
    const side = (accessType: string, kind: "user" | "application") => ({
      accessType,
      targets: [{ target: kind === "user" ? "AllUsers" : "AllApplications", targetType: kind }],
    });
    const everybody = (accessType: string) => ({
      usersAndGroups: side(accessType, "user"),
      applications: side(accessType, "application"),
    });
    await post(path, { tenantId: msspTenantId });
    // The state names another tenant of the MSSP.
    const both = { ...owner, msspTenantId: randomUUID(), furtherMsspTenantIds: [msspTenantId] };
    const seen = async (call = graph) => (await tenantKinds.partnerEntry.search({ ...tenant(call), owner: both }))[0];
    const given = async () => (await seen())?.gives;
    assert.deepEqual(await given(), []);
    for (const [json, expected] of [
      [{ inboundTrust: { isMfaAccepted: true } }, /multifactor authentication is trusted/],
      [{ inboundTrust: { isCompliantDeviceAccepted: true } }, /compliant devices are trusted/],
      [{ automaticUserConsentSettings: { inboundAllowed: true } }, /need not consent/],
      [{ b2bCollaborationInbound: everybody("allowed") }, /may be invited/],
      [{ b2bDirectConnectInbound: everybody("allowed") }, /shared channels/],
    ] as const) {
      const property = Object.keys(json)[0]!;
      await graph(entry, { method: "PATCH", json });
      const gives = await given();
      assert.ok(gives?.length === 1 && expected.test(gives[0]!.what), `${property}: ${JSON.stringify(gives)}`);
      const isGate = property.startsWith("b2b");
      await graph(entry, { method: "PATCH", json: { [property]: isGate ? everybody("blocked") : {} } });
      assert.deepEqual(await given(), [], property);
    }
    const stored = test.tenant.objects("crossTenantAccessPartners").get(msspTenantId)!;
    Object.assign(stored, { tenantRestrictions: everybody("allowed") });
    assert.match(JSON.stringify(await given()), /devices and networks/);
    Object.assign(stored, { tenantRestrictions: null });
    const unknown = { inboundTrust: { isNewThing: true }, newThing: {}, isServiceProvider: false };
    const later: GraphCall = async (url, options) => {
      const answer = await graph(url, options);
      return url === entry ? { ...answer, body: { ...(answer.body as object), ...unknown } } : answer;
    };
    assert.deepEqual((await seen(later))?.unsure, ["newThing is set", "inboundTrust.isNewThing is true"]);
    const json = { userSyncInbound: { isSyncAllowed: true } };
    await graph(`${entry}/identitySynchronization`, { method: "PUT", json });
    assert.match(JSON.stringify(await given()), /by synchronization/);
  });

  it("a delegation and a role in Azure without a setting, with the roles; no subscription to see is no answer", async () => {
    const { environment, endpoints } = test;
    const azure = () => customerAzure({ tenantId: test.tenant.id }, { environment, endpoints });
    const search = tenantKinds.lighthouseAssignment.search;
    const inAzure = () => ({ ...tenant(), customerAzure: azure() });
    assert.deepEqual(await search(inAzure()), []);
    const scope = `/subscriptions/${subscriptionIdOf(test.tenant.id)}`;
    const resources = test.tenant.objects(azureResources);
    const ids = { definition: randomUUID(), assignment: randomUUID() };
    const at = (type: string, id: string) => `${scope}/providers/Microsoft.ManagedServices/${type}/${id}`;
    const reader = `${scope}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles.Reader}`;
    const add = (id: string, type: string, properties: object) =>
      resources.set(id.toLowerCase(), { id, name: id, type, properties } as StoredObject);
    const definition = at("registrationDefinitions", ids.definition);
    add(definition, "Microsoft.ManagedServices/registrationDefinitions", {
      managedByTenantId: msspTenantId,
      authorizations: [{ principalId: randomUUID(), roleDefinitionId: reader }],
    });
    add(at("registrationAssignments", ids.assignment), "Microsoft.ManagedServices/registrationAssignments", {
      registrationDefinitionId: definition,
    });
    const [delegation] = await search(inAzure());
    assert.deepEqual(delegation?.gives, [
      { what: `people of the MSSP's tenant have the Azure role Reader at ${scope}`, principal: msspTenantId },
    ]);
    const principalId = randomUUID();
    add(`${scope}/providers/Microsoft.Authorization/roleAssignments/x`, "Microsoft.Authorization/roleAssignments", {
      ...{ principalId, principalType: "User", roleDefinitionId: reader, scope },
    });
    const schedule = `${scope}/providers/Microsoft.Authorization/roleEligibilitySchedules/x`;
    const [startDateTime, endDateTime] = ["2026-01-01T00:00:00Z", "2100-01-01T00:00:00Z"];
    add(schedule, "Microsoft.Authorization/RoleEligibilitySchedules", {
      ...{ principalId, roleDefinitionId: reader, scope, startDateTime, endDateTime },
    });
    const foreign = randomUUID();
    add(`${scope}/providers/Microsoft.Authorization/roleAssignments/f`, "Microsoft.Authorization/roleAssignments", {
      ...{ principalId: foreign, principalType: "ForeignGroup", roleDefinitionId: reader, scope },
    });
    assert.deepEqual(
      (await tenantKinds.azureRole.search(inAzure())).map(({ gives, mayBeOthers }) => [
        gives[0]?.principal,
        mayBeOthers,
      ]),
      [[foreign, true]],
    );
    const { grants } = await heldBy(inAzure(), { type: "user", id: principalId });
    assert.deepEqual(
      grants.map(({ what }) => what),
      [`the Azure role Reader at ${scope}`, `the eligible Azure role Reader at ${scope}`],
    );
    assert.deepEqual(new Set(grants.map(({ kind }) => kind)), new Set(["azureRole"]));
    assert.match(
      grants[1]?.step ?? "",
      /^az rest --method PUT --url '\/subs.*\/roleEligibilityScheduleRequests\/.*Remove/,
    );
    setSwitches(test.tenant, { entraLicence: "free" });
    assert.equal((await heldBy(inAzure(), { type: "user", id: principalId })).grants.length, 1);
    setSwitches(test.tenant, { entraLicence: "p2" });
    test.tenant.objects("azureSubscriptions").clear();
    const { unread } = await readGraph(inAzure());
    const reasons = unread.map(({ kind, reason }) => `${kind}: ${reason}`);
    for (const kind of ["lighthouseAssignment", "sentinelAssignment"])
      assert.ok(reasons.includes(`${kind}: not checked: the MSSP's automation sees no subscription of this tenant`));
  });

  it("a relationship of Partner Center, which Graph shows in the MSSP's tenant", async () => {
    const relationship = (id: string, customerTenantId: string, status: string) => ({
      ...{
        id,
        displayName: id,
        duration: "P730D",
        status,
        customer: { tenantId: customerTenantId, displayName: "Contoso" },
      },
      accessDetails: { unifiedRoles: [{ roleDefinitionId: securityReader }] },
    });
    const relationships = test.sandbox.cloud.tenant(msspTenantId).objects("delegatedAdminRelationships");
    for (const [id, customerId, status] of [
      ["active", test.tenant.id, "active"],
      ["ended", test.tenant.id, "terminated"],
      ["others", randomUUID(), "active"],
    ] as const)
      relationships.set(id, relationship(id, customerId, status));
    const mssp = await graphCall(msspTenantId, test.context);
    const search = tenantKinds.gdapRelationship.search;
    const inMssp = { ...tenant(), msspGraph: () => Promise.resolve(mssp) };
    await assert.rejects(async () => search(inMssp), /403/);
    const principals = [...test.sandbox.cloud.tenant(msspTenantId).objects("servicePrincipals").values()];
    const automation = principals.find(({ appId }) => appId === owner.automation)!;
    const permission = "DelegatedAdminRelationship.Read.All";
    assignAppRole(test.sandbox.cloud.tenant(msspTenantId), automation, microsoftGraph.appId, permission);
    inMssp.msspGraph = async () => graphCall(msspTenantId, test.context);
    assert.deepEqual(
      (await search(inMssp)).map(({ id, gives }) => [id, gives]),
      [["active", [{ what: "it is active, with 1 roles" }]]],
    );
  });

  it("not permitted to look is an answer of its own, for each kind", async () => {
    const refuses: GraphCall = (url) =>
      Promise.reject(new ServiceError({ status: 403, message: "Insufficient privileges", method: "GET", url }));
    const { nodes: none, unread } = await readGraph(tenant(refuses));
    assert.deepEqual(none, []);
    assert.deepEqual(
      unread.map(({ kind }) => kind),
      kinds.filter(({ search }) => !isNotApplicable(search)).map(({ key }) => key),
    );
    const isOfAzure = (kind: KindKey) => /^(lighthouseAssignment|sentinelAssignment|azureRole)$/.test(kind);
    for (const { kind, reason } of unread)
      assert.ok(
        reason.startsWith(isOfAzure(kind) ? "not checked: nobody signed in" : "not permitted: requires "),
        kind,
      );
    const held = await heldBy(tenant(refuses), { type: "user", id: randomUUID() });
    assert.deepEqual(held.grants, []);
    assert.ok(held.notLooked.length >= 5);
  });

  it("a tenant without the licence of Privileged Identity Management has no eligibilities, and none is unread", async () => {
    const principal = { type: "user", id: randomUUID() } as const;
    const unread = async () => (await heldBy(tenant(), principal)).notLooked.map(({ kind }) => kind);
    const licensed = await unread();
    setSwitches(test.tenant, { entraLicence: "p1" });
    const withP1 = await unread();
    setSwitches(test.tenant, { entraLicence: "p2" });
    assert.ok(![...licensed, ...withP1].some((kind) => /eligibility/i.test(kind)), withP1.join());
  });

  it("an ID keeps its case: what Graph has under another one is not gone", async () => {
    const assignment = [...test.tenant.objects("appRoleAssignments").values()].at(-1)!;
    const presence = tenantKinds.applicationPermission.presence;
    const object = { id: assignment.id, ownerId: jsonText(assignment["principalId"]) };
    assert.deepEqual(await presence(tenant(), object), { state: "found" });
    assert.deepEqual(await presence(tenant(), { ...object, id: randomUUID() }), { state: "notFound" });
  });

  it("gives a reason for each kind that is not looked at", () => {
    for (const { key, presence, search, held } of kinds)
      for (const call of [presence, search, held])
        if (isNotApplicable(call)) assert.match(call.notApplicable, /^\S.{8,}[^.]$/, key);
  });
});
