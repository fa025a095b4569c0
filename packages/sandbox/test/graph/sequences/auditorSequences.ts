/** What auditors and collectors of other parties read: found by `npm run test:tools`. */
import assert from "node:assert/strict";
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
const day = 24 * 60 * 60_000;
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
      const byId = await graph.expect(
        200,
        "GET",
        `/${version}/${information}TenantId(tenantId='${other.id}')`,
        undefined,
        reader,
      );
      const { ["@odata.context"]: odataContext, ...answer } = byId;
      assert.match(odataContext as string, /\$metadata#microsoft\.graph\.tenantInformation$/);
      assert.deepEqual(answer, {
        tenantId: other.id,
        federationBrandName: null,
        displayName: "O'Neil",
        defaultDomainName: "o-neil.example",
      });
      const path = `/${version}/${information}DomainName(domainName='O-Neil.example')`;
      assert.equal((await graph.expect(200, "GET", path, undefined, reader))["tenantId"], other.id);
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
      await graph.expect(
        200,
        "GET",
        `${path}?$filter=roleDefinitionId eq '${globalAdministrator}'&$expand=principal,roleDefinition`,
      ),
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
    assert.deepEqual(items(await graph.expect(200, "GET", `${path}?$filter=principalId eq 'nobody'`)), []);

    const principalId = text(held[0] ?? {}, "principalId");
    const eligible = async () =>
      items(await graph.expect(200, "GET", `${instances}/roleEligibilityScheduleInstances?$expand=roleDefinition`));
    const request = async (action: string, startDateTime?: string) =>
      await graph.expect(201, "POST", `${instances}/roleEligibilityScheduleRequests`, {
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
      await graph.expect(200, "GET", path, undefined, as(permission));
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
    const read = async (query = "") =>
      items(await graph.expect(200, "GET", `/v1.0/${registrations}${query}`, undefined, log));
    await graph.expect(201, "POST", "/v1.0/invitations", {
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
    await graph.expect(200, "GET", `/beta/${registrations}`, undefined, log);
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
      return (await graph.expect(201, "POST", "/v1.0/invitations", body))["invitedUser"] as StoredObject;
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
    const answer = await graph.expect(200, "GET", path, undefined, granted);
    assert.match(text(answer, "@odata.context"), /#users\(displayName,signInActivity\)$/);
    const user = (id: string) => items(answer).find((candidate) => candidate["id"] === id) ?? {};
    const activity = user(first.id)["signInActivity"] as Body;
    assert.equal(activity["lastSuccessfulSignInDateTime"], at.toISOString());
    assert.deepEqual(
      [activity["lastSignInDateTime"], activity["lastNonInteractiveSignInDateTime"]],
      [at.toISOString(), null],
    );
    assert.equal("signInActivity" in user(second.id), false);
    const single = await graph.expect(200, "GET", `/v1.0/users/${first.id}?$select=signInActivity`, undefined, granted);
    assert.deepEqual(single["signInActivity"], activity);
    assert.equal("signInActivity" in (await graph.expect(200, "GET", `/v1.0/users/${first.id}`)), false);

    const { code } = await graph.refused(403, "GET", path, undefined, as("User.Read.All"));
    assert.equal(code, "Authentication_MSGraphPermissionMissing");
    await graph.refused(
      400,
      "GET",
      "/v1.0/users?$filter=signInActivity/lastSignInDateTime le 2026-01-01T00:00:00Z",
      undefined,
      granted,
    );
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
    const { id, ...created } = await graph.expect(201, "POST", locations, offices);
    assert.deepEqual([created["isTrusted"], created["ipRanges"]], [true, offices.ipRanges]);
    await graph.expect(201, "POST", locations, {
      "@odata.type": "#microsoft.graph.countryNamedLocation",
      displayName: "Home",
      countriesAndRegions: ["DE"],
    });
    const listed = items(await graph.expect(200, "GET", locations));
    assert.deepEqual(
      listed.map((location) => [location["displayName"], location["isTrusted"], location["countriesAndRegions"]]),
      [
        ["Offices", true, undefined],
        ["Home", undefined, ["DE"]],
      ],
    );
    assert.equal(
      (await graph.expect(200, "GET", `${locations}/${id as string}`))["@odata.type"],
      offices["@odata.type"],
    );
    assert.equal(
      items(await graph.expect(200, "GET", `${locations}?$filter=displayName eq 'Home'&$select=displayName`)).length,
      1,
    );
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
    for (const location of listed) await graph.expect(204, "DELETE", `${locations}/${text(location, "id")}`);
    await graph.refused(404, "GET", `${locations}/${id as string}`);
  });

  it("policies: security defaults exclude Conditional Access; consent requests; authentication methods", async () => {
    const graph = harness();
    const read = (name: string) => graph.expect(200, "GET", `/v1.0/policies/${name}`, undefined, as("Policy.Read.All"));
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
    assert.deepEqual(items(await graph.expect(200, "GET", "/v1.0/groupSettings", undefined, directory)), []);
    const id = "f0b2d6f5-097d-4177-91af-a24e530b53cc";
    const values = [{ name: "EnableGroupCreation", value: "true" }];
    const settings = { id, displayName: "Group.Unified", templateId: "62375ab9-6b52-47ed-826b-58e47e0e304b", values };
    graph.tenant.objects("groupSettings").set(id, settings);
    for (const path of ["/v1.0/groupSettings", "/beta/settings"])
      assert.deepEqual(items(await graph.expect(200, "GET", path, undefined, directory)), [settings]);
    await graph.refused(403, "GET", "/v1.0/groupSettings", undefined, as("Group.Read.All"));
    graph.tenant.objects("groupSettings").clear();
  });

  it("Conditional Access: beta lists the policies, too", async () => {
    await harness().expect(200, "GET", "/beta/identity/conditionalAccess/policies");
  });
}
