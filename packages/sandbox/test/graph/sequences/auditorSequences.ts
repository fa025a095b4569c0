/** What auditors and collectors of other parties read: found by `npm run test:tools`. */
import assert from "node:assert/strict";
import { dayMs as day } from "@defender-mssp/errors/time";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import type { StoredObject } from "../../../src/cloud/model";
import { recordSignIn } from "../../../src/cloud/signIns";
import { setSwitches } from "../../../src/cloud/switches";
import { items, tenantId, text, type Body, type Harness } from "../support/harness";

const information = "tenantRelationships/findTenantInformationBy";
const instances = "/v1.0/roleManagement/directory";
const registrations = "reports/authenticationMethods/userRegistrationDetails";
const locations = "/v1.0/identity/conditionalAccess/namedLocations";
const globalAdministrator = "62e90394-69f5-4237-9190-012177145e10";
const securityReader = "5d6b6bb7-de71-4623-b4af-96380a352509";
const as = (...roles: string[]) => ({ as: { roles } });
const reader = as("CrossTenantInformation.ReadBasic.All");

export function auditorSequences(harness: () => Harness): void {
  async function without(licence: string, run: (graph: Harness) => Promise<void>): Promise<void> {
    const graph = harness();
    setSwitches(graph.tenant, { entraLicence: licence });
    try {
      await run(graph);
    } finally {
      setSwitches(graph.tenant, { entraLicence: "p2" });
    }
  }

  it("tenant information: by ID and by domain; a tenant that the cloud does not have is not created", async () => {
    const graph = harness();
    const other = graph.cloud.describedTenant({
      tenantId: "5ec0de00-5ea1-4000-8000-0000000000f1",
      displayName: "O'Neil",
      domain: "o-neil.example",
    });
    for (const version of ["v1.0", "beta"]) {
      const byId = await graph.get(`/${version}/${information}TenantId(tenantId='${other.id}')`, reader);
      const { ["@odata.context"]: odataContext, ...answer } = byId;
      assert.match(odataContext as string, /\$metadata#microsoft\.graph\.tenantInformation$/);
      assert.deepEqual(answer, {
        tenantId: other.id,
        federationBrandName: null,
        displayName: "O'Neil",
        defaultDomainName: "o-neil.example",
      });
      const path = `/${version}/${information}DomainName(domainName='O-Neil.example')`;
      assert.equal((await graph.get(path, reader))["tenantId"], other.id);
    }
    const unknown = "5ec0de00-5ea1-4000-8000-0000000000f2";
    for (const argument of [
      `TenantId(tenantId='${unknown}')`,
      "TenantId(tenantId='no''body')",
      "DomainName(domainName='no.example')",
    ])
      await graph.refused(404, "GET", `/v1.0/${information}${argument}`, undefined, reader);
    assert.equal(graph.cloud.hasTenant(unknown), false);
    const path = `/v1.0/${information}TenantId(tenantId='${tenantId}')`;
    await graph.refused(403, "GET", path, undefined, as("Directory.Read.All"));
    assert.equal(
      (await graph.call("GET", `/v1.0/${information}TenantId(domainName='${tenantId}')`, reader)).status,
      404,
    );
  });

  it("role instances: who holds a role, with its principal and definition; who is eligible for one now", async () => {
    const graph = harness();
    const path = `${instances}/roleAssignmentScheduleInstances`;
    const held = items(
      await graph.get(`${path}?$filter=roleDefinitionId eq '${globalAdministrator}'&$expand=principal,roleDefinition`),
    );
    assert.equal(held.length, 2);
    for (const { id, principal, roleDefinition, ...instance } of held) {
      assert.equal((principal as Body)["@odata.type"], "#microsoft.graph.user");
      assert.equal((principal as Body)["id"], instance["principalId"]);
      assert.equal((roleDefinition as Body)["displayName"], "Global Administrator");
      assert.deepEqual(
        [instance["assignmentType"], instance["roleAssignmentOriginId"], instance["startDateTime"]],
        ["Assigned", id, null],
      );
    }
    assert.deepEqual(await graph.list(`${path}?$filter=principalId eq 'nobody'`), []);

    const principalId = text(held[0] ?? {}, "principalId");
    const eligible = async () =>
      await graph.list(`${instances}/roleEligibilityScheduleInstances?$expand=roleDefinition`);
    const request = async (action: string, startDateTime?: string) =>
      await graph.create(`${instances}/roleEligibilityScheduleRequests`, {
        ...{ action, principalId, roleDefinitionId: securityReader, directoryScopeId: "/" },
        scheduleInfo: {
          ...(startDateTime === undefined ? {} : { startDateTime }),
          expiration: { type: "afterDuration", duration: "P30D" },
        },
      });
    await request("adminAssign", new Date(graph.clock.now().getTime() + day).toISOString());
    assert.deepEqual(await eligible(), []);
    graph.clock.advance(2 * day);
    const [instance, ...others] = await eligible();
    assert.deepEqual([instance?.["principalId"], instance?.["memberType"], others], [principalId, "Direct", []]);
    assert.match(text(instance ?? {}, "id"), /-1-e$/);
    assert.equal((instance?.["roleDefinition"] as Body)["id"], securityReader);
    graph.clock.advance(30 * day);
    assert.deepEqual(await eligible(), []);
    graph.clock.advance(-32 * day);
  });

  it("role instances: need their permission and P2", async () => {
    const [assigned, eligible] = ["Assignment", "Eligibility"].map(
      (kind) => `${instances}/role${kind}ScheduleInstances`,
    );
    const graph = harness();
    for (const [path = "", permission = ""] of [
      [assigned, "RoleAssignmentSchedule.Read.Directory"],
      [eligible, "RoleEligibilitySchedule.Read.Directory"],
    ] as const) {
      await graph.get(path, as(permission));
      await graph.refused(403, "GET", path, undefined, as("Directory.Read.All"));
    }
    await without("p1", async () => {
      assert.equal((await graph.refused(400, "GET", assigned ?? "")).code, "AadPremiumLicenseRequired");
      await graph.refused(400, "GET", eligible ?? "");
    });
  });

  it("registered authentication methods: by the switch mfa; administrators; no guest", async () => {
    const graph = harness();
    const log = as("AuditLog.Read.All");
    const read = async (query = "") => await graph.list(`/v1.0/${registrations}${query}`, log);
    await graph.create("/v1.0/invitations", {
      invitedUserEmailAddress: "unregistered@fabrikam.example",
      inviteRedirectUrl: "https://contoso.com",
    });
    const [guest] = (await read("?$filter=userType eq 'guest'")).filter(({ userDisplayName }) =>
      /unregistered/i.test(userDisplayName as string),
    );
    assert.deepEqual([guest?.["isMfaRegistered"], guest?.["methodsRegistered"]], [false, []]);
    const administrators = (await read()).filter(({ isAdmin }) => isAdmin === true);
    assert.ok(administrators.length >= 2);
    assert.ok(administrators.every(({ isMfaCapable, userType }) => isMfaCapable === true && userType === "member"));
    await graph.get(`/beta/${registrations}`, log);
    setSwitches(graph.tenant, { mfa: "off" });
    assert.deepEqual(await read("?$filter=isMfaRegistered eq true"), []);
    setSwitches(graph.tenant, { mfa: "on" });
    await graph.refused(400, "GET", `/v1.0/${registrations}?$filter=isStrong eq true`, undefined, log);
    await graph.refused(403, "GET", `/v1.0/${registrations}`, undefined, as("Directory.Read.All"));
    await without("free", async () => {
      const { code } = await graph.refused(403, "GET", `/v1.0/${registrations}`, undefined, log);
      assert.equal(code, "Authentication_RequestFromNonPremiumTenantOrB2CTenant");
    });
  });

  it("sign-in activity of users: selected, with the log's permission and P1; none without a sign-in", async () => {
    const graph = harness();
    const invite = async (name: string) => {
      const invitedUserEmailAddress = `${name}@fabrikam.example`;
      const body = { invitedUserEmailAddress, inviteRedirectUrl: "https://contoso.com" };
      return (await graph.create("/v1.0/invitations", body))["invitedUser"] as StoredObject;
    };
    const [first, second] = [await invite("signs-in"), await invite("never-signs-in")];
    const at = new Date("2026-03-04T05:06:07.000Z");
    recordSignIn(graph.tenant, {
      ...{ eventType: "interactiveUser", at, appId: "app", appDisplayName: "App", appOwnerTenantId: null },
      ...{
        servicePrincipal: { id: "sp", displayName: "App" },
        ipAddress: "127.0.0.1",
        userAgent: null,
        correlationId: "c",
      },
      user: { id: first.id, displayName: null, userPrincipalName: null, userType: "member", homeTenantId: null },
      error: { code: 0, reason: null },
    });
    const path = "/v1.0/users?$select=displayName,signInActivity&$top=999";
    const granted = as("User.Read.All", "AuditLog.Read.All");
    const answer = await graph.get(path, granted);
    assert.match(text(answer, "@odata.context"), /#users\(displayName,signInActivity\)$/);
    const user = (id: string) => items(answer).find((candidate) => candidate["id"] === id) ?? {};
    const activity = user(first.id)["signInActivity"] as Body;
    assert.equal(activity["lastSuccessfulSignInDateTime"], at.toISOString());
    assert.deepEqual(
      [activity["lastSignInDateTime"], activity["lastNonInteractiveSignInDateTime"]],
      [at.toISOString(), null],
    );
    assert.equal("signInActivity" in user(second.id), false);
    const single = await graph.get(`/v1.0/users/${first.id}?$select=signInActivity`, granted);
    assert.deepEqual(single["signInActivity"], activity);
    assert.equal("signInActivity" in (await graph.get(`/v1.0/users/${first.id}`)), false);

    const { code } = await graph.refused(403, "GET", path, undefined, as("User.Read.All"));
    assert.equal(code, "Authentication_MSGraphPermissionMissing");
    const since = (moment: string) => `/v1.0/users?$filter=signInActivity/lastSignInDateTime ge ${moment}`;
    const active = await graph.list(since(at.toISOString()), granted);
    const isActive = (id: string) => active.some((candidate) => candidate["id"] === id);
    assert.deepEqual([isActive(first.id), isActive(second.id)], [true, false]);
    assert.deepEqual(await graph.list(since("2199-01-01T00:00:00Z"), granted), []);
    await graph.refused(403, "GET", since(at.toISOString()), undefined, as("User.Read.All"));
    await without("free", async () => {
      await graph.refused(403, "GET", path, undefined, granted);
    });
  });

  it("named locations: created by their type, listed with its properties, deleted", async () => {
    const graph = harness();
    const offices = {
      "@odata.type": "#microsoft.graph.ipNamedLocation",
      displayName: "Offices",
      isTrusted: true,
      ipRanges: [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "192.0.2.0/24" }],
    };
    const { id, ...created } = await graph.create(locations, offices);
    assert.deepEqual([created["isTrusted"], created["ipRanges"]], [true, offices.ipRanges]);
    await graph.create(locations, {
      "@odata.type": "#microsoft.graph.countryNamedLocation",
      displayName: "Home",
      countriesAndRegions: ["DE"],
    });
    const listed = await graph.list(locations);
    assertEach(
      listed,
      (location) => [location["displayName"], location["isTrusted"], location["countriesAndRegions"]],
      [
        ["Offices", true, undefined],
        ["Home", undefined, ["DE"]],
      ],
    );
    assert.equal((await graph.get(`${locations}/${id as string}`))["@odata.type"], offices["@odata.type"]);
    assert.equal((await graph.list(`${locations}?$filter=displayName eq 'Home'&$select=displayName`)).length, 1);
    await graph.refused(400, "GET", `${locations}?$filter=isTrusted eq true`);
    for (const wrong of [
      { ...offices, "@odata.type": "#microsoft.graph.namedLocation" },
      { ...offices, countriesAndRegions: ["DE"] },
      { "@odata.type": offices["@odata.type"], displayName: "Nowhere" },
    ])
      await graph.refused(400, "POST", locations, wrong);
    await graph.refused(403, "GET", locations, undefined, as("Policy.Read.ConditionalAccess"));
    await graph.refused(403, "POST", locations, offices, as("Policy.Read.All"));
    await without("free", async () => {
      await graph.refused(403, "POST", locations, offices);
    });
    for (const location of listed) await graph.remove(`${locations}/${text(location, "id")}`);
    await graph.refused(404, "GET", `${locations}/${id as string}`);
  });

  it("policies: security defaults exclude Conditional Access; consent requests; authentication methods", async () => {
    const graph = harness();
    const read = (name: string) => graph.get(`/v1.0/policies/${name}`, as("Policy.Read.All"));
    assert.equal((await read("identitySecurityDefaultsEnforcementPolicy"))["isEnabled"], false);
    await without("free", async () => {
      assert.equal((await read("identitySecurityDefaultsEnforcementPolicy"))["isEnabled"], true);
    });
    const { reviewers, isEnabled } = await read("adminConsentRequestPolicy");
    assert.deepEqual([reviewers, isEnabled], [[], false]);
    const authenticator = async () =>
      ((await read("authenticationMethodsPolicy"))["authenticationMethodConfigurations"] as Body[]).find(
        (method) => method["id"] === "MicrosoftAuthenticator",
      )?.["state"];
    assert.equal(await authenticator(), "enabled");
    setSwitches(graph.tenant, { mfa: "off" });
    assert.equal(await authenticator(), "disabled");
    setSwitches(graph.tenant, { mfa: "on" });
    for (const name of [
      "identitySecurityDefaultsEnforcementPolicy",
      "adminConsentRequestPolicy",
      "authenticationMethodsPolicy",
    ])
      await graph.refused(403, "GET", `/v1.0/policies/${name}`, undefined, as("User.Read.All"));
  });

  it("settings of groups: none in a new tenant; beta has another name for them", async () => {
    const graph = harness();
    const directory = as("Directory.Read.All");
    assert.deepEqual(await graph.list("/v1.0/groupSettings", directory), []);
    const id = "f0b2d6f5-097d-4177-91af-a24e530b53cc";
    const values = [{ name: "EnableGroupCreation", value: "true" }];
    const settings = { id, displayName: "Group.Unified", templateId: "62375ab9-6b52-47ed-826b-58e47e0e304b", values };
    graph.tenant.objects("groupSettings").set(id, settings);
    for (const path of ["/v1.0/groupSettings", "/beta/settings"])
      assert.deepEqual(await graph.list(path, directory), [settings]);
    await graph.refused(403, "GET", "/v1.0/groupSettings", undefined, as("Group.Read.All"));
    graph.tenant.objects("groupSettings").clear();
  });

  it("DNS records of a domain: those of its mail, each with the properties of its type", async () => {
    const graph = harness();
    const reads = as("Domain.Read.All");
    const path = "/v1.0/domains/contoso.com/serviceConfigurationRecords";
    graph.tenant.objects("domains").set("contoso.com", {
      ...(graph.tenant.objects("domains").values().next().value as StoredObject),
      id: "contoso.com",
    });
    const answer = await graph.get(path, reads);
    assert.match(text(answer, "@odata.context"), /#domains\('contoso\.com'\)\/serviceConfigurationRecords$/);
    const [mx, txt, ...others] = items(answer);
    assert.deepEqual(
      [mx?.["@odata.type"], mx?.["mailExchange"], mx?.["preference"], mx?.["text"]],
      ["#microsoft.graph.domainDnsMxRecord", "contoso-com.mail.protection.outlook.com", 0, undefined],
    );
    assert.equal(txt?.["text"], "v=spf1 include:spf.protection.outlook.com -all");
    assert.deepEqual(others, []);
    const filtered = await graph.get(`${path}?$filter=recordType eq 'Txt'`, reads);
    assert.deepEqual(items(filtered), [txt]);
    await graph.refused(400, "GET", `${path}?$select=mailExchange`, undefined, reads);
    await graph.refused(400, "GET", `${path}?$skip=1`, undefined, reads);
    await graph.refused(404, "GET", path.replace("contoso", "unknown"), undefined, reads);
    await graph.refused(403, "GET", path, undefined, as("Directory.Read.All"));
    graph.tenant.objects("domains").set("contoso.com", {
      ...(graph.tenant.objects("domains").get("contoso.com") as StoredObject),
      supportedServices: ["OfficeCommunicationsOnline"],
    });
    assert.deepEqual(await graph.list(path, reads), []);
    graph.tenant.objects("domains").delete("contoso.com");
  });

  it("settings of SharePoint: one object without a wrapper; with the permission for them only", async () => {
    const graph = harness();
    const path = "/v1.0/admin/sharepoint/settings";
    const reads = as("SharePointTenantSettings.Read.All");
    const answer = await graph.get(path, reads);
    assert.match(text(answer, "@odata.context"), /#admin\/sharepoint\/settings\/\$entity$/);
    assert.deepEqual(
      [answer["sharingCapability"], answer["isLegacyAuthProtocolsEnabled"], answer["sharingAllowedDomainList"]],
      ["externalUserAndGuestSharing", false, []],
    );
    assert.equal(Object.keys(answer).length, 30);
    const { "@odata.context": _, ...selected } = await graph.get(`${path}?$select=sharingCapability`, reads);
    assert.deepEqual(selected, { sharingCapability: "externalUserAndGuestSharing" });
    await graph.refused(400, "GET", `${path}?$select=sharing`, undefined, reads);
    await graph.refused(400, "GET", `${path}?$apply=groupby`, undefined, reads);
    await graph.refused(403, "GET", path, undefined, as("Directory.Read.All", "Policy.Read.All"));
  });

  it("authentication methods of a user: the password, Microsoft Authenticator by the switch mfa, a guest's none", async () => {
    const graph = harness();
    const reads = as("UserAuthenticationMethod.Read.All");
    const users = await graph.list("/v1.0/users");
    const member = users.find(({ userPrincipalName }) => /^admin@/.test(userPrincipalName as string)) ?? {};
    const path = (user: string) => `/v1.0/users/${user}/authentication/methods`;
    const types = async (user: string) => (await graph.list(path(user), reads)).map((method) => method["@odata.type"]);
    const id = text(member, "id");
    const [password, authenticator] = await graph.list(path(id), reads);
    assert.deepEqual([password?.["id"], password?.["password"]], ["28c10230-6103-485e-b985-444c60001490", null]);
    assert.equal(authenticator?.["@odata.type"], "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod");
    setSwitches(graph.tenant, { mfa: "off" });
    assert.deepEqual(await types(text(member, "userPrincipalName")), ["#microsoft.graph.passwordAuthenticationMethod"]);
    setSwitches(graph.tenant, { mfa: "on" });
    const { invitedUser } = await graph.create("/v1.0/invitations", {
      invitedUserEmailAddress: "methods@fabrikam.example",
      inviteRedirectUrl: "https://contoso.com",
    });
    assert.deepEqual(await types((invitedUser as StoredObject).id), []);
    await graph.refused(400, "GET", `${path(id)}?$select=id`, undefined, reads);
    await graph.refused(404, "GET", path("5ec0de00-5ea1-4000-8000-0000000000f3"), undefined, reads);
    const { code, message } = await graph.refused(403, "GET", path(id), undefined, as("User.Read.All"));
    assert.match(`${code}: ${message}`, /^accessDenied: Request Authorization failed/);
  });

  it("risky users: none until an administrator confirms a compromise; dismissed; deleted; with P2", async () => {
    const graph = harness();
    const path = "/v1.0/identityProtection/riskyUsers";
    const [reads, writes] = [as("IdentityRiskyUser.Read.All"), as("IdentityRiskyUser.ReadWrite.All")];
    const { invitedUser } = await graph.create("/v1.0/invitations", {
      invitedUserEmailAddress: "risky@fabrikam.example",
      inviteRedirectUrl: "https://contoso.com",
    });
    const { id } = invitedUser as StoredObject;
    const risk = async () => {
      const user = await graph.get(`${path}/${id}`, reads);
      return [user["riskLevel"], user["riskState"], user["riskDetail"], user["isDeleted"]];
    };
    assert.deepEqual(await graph.list(path, reads), []);
    await graph.refused(404, "GET", `${path}/${id}`, undefined, reads);
    const unknown = "5ec0de00-5ea1-4000-8000-0000000000f4";
    await graph.refused(404, "POST", `${path}/confirmCompromised`, { userIds: [id, unknown] }, writes);
    await graph.refused(404, "GET", `${path}/${id}`, undefined, reads);
    await graph.refused(404, "POST", `${path}/dismiss`, { userIds: [id] }, writes);
    await graph.refused(400, "POST", `${path}/confirmCompromised`, {}, writes);

    await graph.expect(204, "POST", `${path}/confirmCompromised`, { userIds: [id] }, writes);
    assert.deepEqual(await risk(), ["high", "confirmedCompromised", "adminConfirmedUserCompromised", false]);
    const listed = await graph.get(`${path}?$filter=riskLevel eq 'high'`, reads);
    assertEach(items(listed), (user) => [user["id"], user["userDisplayName"]], [[id, "risky"]]);
    await graph.expect(204, "POST", `${path}/dismiss`, { userIds: [id] }, writes);
    assert.deepEqual(await risk(), ["none", "dismissed", "adminDismissedAllRiskForUser", false]);
    await graph.remove(`/v1.0/users/${id}`);
    assert.equal((await risk())[3], true);

    await graph.refused(400, "GET", `${path}?$skip=1`, undefined, reads);
    await graph.refused(403, "GET", path, undefined, as("Directory.Read.All"));
    await graph.refused(403, "GET", `${path}/${id}`, undefined, writes);
    await graph.refused(403, "POST", `${path}/dismiss`, { userIds: [id] }, reads);
    await without("p1", async () => {
      const { message } = await graph.refused(403, "GET", `${path}/${id}`, undefined, reads);
      assert.match(message, /not licensed/);
    });
    graph.tenant.objects("riskyUsers").clear();
  });

  it("number of a group's members: as text, with ConsistencyLevel; by type and filter", async () => {
    const graph = harness();
    const eventual = { ConsistencyLevel: "eventual" };
    const created = await graph.create("/v1.0/groups", {
      ...{ displayName: "Counted", mailNickname: "counted", mailEnabled: false, securityEnabled: true },
      "members@odata.bind": [
        ...(await graph.list("/v1.0/users?$top=2")),
        ...(await graph.list("/v1.0/servicePrincipals?$top=1")),
      ].map((object) => `https://graph.microsoft.com/v1.0/directoryObjects/${object["id"] as string}`),
    });
    const group = text(created, "id");
    const path = `/v1.0/groups/${group}/members`;
    const count = async (pathAndQuery: string, options = {}) => {
      const answer = await graph.call("GET", pathAndQuery, { headers: eventual, ...options });
      return [answer.status, answer.headers["content-type"], answer.text];
    };
    assert.deepEqual(await count(`${path}/$count`, as("GroupMember.Read.All")), [200, "text/plain", "3"]);
    assert.deepEqual(await count(`${path}/microsoft.graph.user/$count`), [200, "text/plain", "2"]);
    assert.deepEqual(await count(`${path}/%24count`), [200, "text/plain", "3"]);
    assert.deepEqual(await count("/beta/groups/$count?$filter=displayName ne 'Counted'"), [
      200,
      "text/plain",
      String((await graph.list("/v1.0/groups?$top=999")).length - 1),
    ]);
    const { code, message } = await graph.refused(400, "GET", `${path}/$count`);
    assert.equal(`${code}: ${message}`, "Request_BadRequest: $count is not currently supported.");
    const options = { headers: eventual };
    await graph.refused(400, "GET", `${path}/$count?$top=1`, undefined, options);
    await graph.refused(
      404,
      "GET",
      path.replace(group, "5d0c1a5e-0000-4000-8000-000000000000") + "/$count",
      undefined,
      options,
    );
    await graph.refused(403, "GET", `${path}/$count`, undefined, { ...options, ...as("Domain.Read.All") });
    // A list that is not in the directory has no count, and neither has a change.
    for (const [method, other] of [
      ["GET", "/v1.0/auditLogs/signIns/$count"],
      ["POST", "/v1.0/groups/$count"],
    ] as const)
      assert.equal((await graph.call(method, other, options)).status, 404);
    await graph.remove(`/v1.0/groups/${group}`);
  });

  it("timeout policies: none in a new tenant; the options of their page", async () => {
    const graph = harness();
    const path = "/v1.0/policies/activityBasedTimeoutPolicies";
    const reads = as("Policy.ReadWrite.ApplicationConfiguration");
    assert.deepEqual(await graph.list(path, as("Policy.Read.All")), []);
    const policy = {
      id: "5ec0de00-5ea1-4000-8000-0000000000f5",
      definition: ['{"ActivityBasedTimeoutPolicy":{"Version":1,"ApplicationPolicies":[]}}'],
      description: null,
      displayName: "Portal",
      isOrganizationDefault: true,
    };
    graph.tenant.objects("activityBasedTimeoutPolicies").set(policy.id, policy);
    assert.deepEqual(await graph.list(`${path}?$top=5`, reads), [policy]);
    assert.equal((await graph.get(`${path}/${policy.id}`, reads))["displayName"], "Portal");
    const others = await graph.get(`${path}?$filter=isOrganizationDefault eq false`, reads);
    assert.deepEqual(items(others), []);
    await graph.refused(400, "GET", `${path}?$orderby=displayName`, undefined, reads);
    await graph.refused(403, "GET", path, undefined, as("Directory.Read.All"));
    graph.tenant.objects("activityBasedTimeoutPolicies").clear();
  });

  it("directory synchronization: for signed-in users only; its ID is the tenant's", async () => {
    const graph = harness();
    const path = "/v1.0/directory/onPremisesSynchronization";
    const user = { as: { scopes: ["OnPremDirectorySynchronization.Read.All"] } };
    const [synchronization, ...others] = await graph.list(path, user);
    assert.deepEqual([synchronization?.["id"], others], [tenantId, []]);
    const { features, configuration } = await graph.get(`${path}/${tenantId}`, user);
    assert.equal((features as Body)["softMatchOnUpnEnabled"], true);
    assert.deepEqual((configuration as Body)["accidentalDeletionPrevention"], {
      synchronizationPreventionType: "enabledForCount",
      alertThreshold: 500,
    });
    const selected = await graph.list(`${path}?$select=id`, user);
    assert.deepEqual(selected, [{ id: tenantId }]);
    await graph.refused(400, "GET", `${path}?$top=1`, undefined, user);
    await graph.refused(404, "GET", `${path}/5ec0de00-5ea1-4000-8000-0000000000f6`, undefined, user);
    await graph.refused(403, "GET", path, undefined, as("OnPremDirectorySynchronization.Read.All"));
    await graph.refused(403, "GET", path, undefined, { as: { scopes: ["Directory.AccessAsUser.All"] } });
  });

  it("Conditional Access: beta lists the policies, too", async () => {
    await harness().get("/beta/identity/conditionalAccess/policies");
  });
}
