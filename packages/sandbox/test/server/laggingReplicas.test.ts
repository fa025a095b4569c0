import assert from "node:assert/strict";
import {
  addDaemon,
  addSecret,
  answered,
  azureResources,
  contoso,
  daemonRequest,
  graphId,
  post,
  setSwitches,
  StoppedClock,
  subscriptionIdOf,
  temporarySandbox,
  type Daemon,
} from "@defender-mssp/testkit";
import type { OwnSandbox } from "../../src/server";

const permissions = [
  ...["Application.ReadWrite.All", "Group.ReadWrite.All", "User.Invite.All", "User.ReadWrite.All"],
  ...["AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"],
  ...["EntitlementManagement.ReadWrite.All", "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"],
  ...["RoleManagementPolicy.ReadWrite.AzureADGroup", "RoleManagement.ReadWrite.Directory"],
];
const wantedGroup = { displayName: "New", mailEnabled: false, mailNickname: "new", securityEnabled: true };

describe("the sandbox's replicas", function () {
  let sandbox: OwnSandbox;
  let clock: StoppedClock;
  let daemon: Daemon;
  let token: string;

  async function start(seed = 1, found = 0): Promise<void> {
    clock = new StoppedClock();
    sandbox = await temporarySandbox({ clock, replicas: { profile: "usual", seed, found } });
    daemon = addDaemon(sandbox.cloud, { [graphId]: permissions });
    const answer = await post(sandbox, `/${contoso}/oauth2/v2.0/token`, daemonRequest(daemon));
    token = String(answer.body["access_token"]);
  }

  beforeEach(() => start());
  afterEach(() => sandbox.stop());

  function call(method: string, route: string, json?: unknown, bearer = token) {
    return fetch(`${sandbox.origins.http}${route}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    }).then(answered);
  }

  async function made(route: string, json: unknown): Promise<Record<string, unknown> & { id: string }> {
    const answer = await call("POST", `/v1.0${route}`, json);
    assert.equal(answer.status, 201, answer.text);
    return answer.body as Record<string, unknown> & { id: string };
  }

  /** The different results of a read, in the order in which they first came; three seconds apart. */
  async function seenOverTime(read: () => Promise<string>, times = 40): Promise<{ first: string[]; returns: number }> {
    const results: string[] = [];
    for (let index = 0; index < times; index++) {
      results.push(await read());
      clock.advance(3000);
    }
    const changes = results.filter((one, index) => index > 0 && one !== results[index - 1]).length;
    const first = [...new Set(results)];
    return { first, returns: changes - (first.length - 1) };
  }

  /** Until nothing of the directory is behind. */
  const settle = () => clock.advance(301_000);

  const status = (method: string, route: string, json?: unknown) => async () =>
    String((await call(method, `/v1.0${route}`, json)).status);

  it("who signs in as an application sees a new object, a change and a deletion come, go and come again", async () => {
    let returns = 0;
    for (const seed of [1, 2, 3]) {
      await sandbox.stop();
      await start(seed);
      const { id } = await made("/groups", wantedGroup);
      const created = await seenOverTime(status("GET", `/groups/${id}`));
      assert.deepEqual(created.first, ["404", "200"]);
      settle();
      await call("PATCH", `/v1.0/groups/${id}`, { displayName: "Newer" });
      const name = async () => String((await call("GET", `/v1.0/groups/${id}`)).body["displayName"]);
      const changed = await seenOverTime(name);
      assert.equal(changed.first.at(-1), "Newer");
      settle();
      await call("DELETE", `/v1.0/groups/${id}`);
      const removed = await seenOverTime(status("GET", `/groups/${id}`));
      assert.equal(removed.first.at(-1), "404");
      settle();
      assert.equal((await call("GET", `/v1.0/directory/deletedItems/${id}`)).status, 200);
      assert.equal((await call("GET", `/v1.0/groups/${id}`)).status, 404);
      returns += created.returns + changed.returns + removed.returns;
    }
    assert.ok(returns > 0, "a read went back in time");
    assert.ok((sandbox.cloud.replicas.seen.get("stale read") ?? 0) > 0);
  });

  it("lists, filters, counts, links, roles and consents are stale as well; the cloud itself never is", async () => {
    const group = await made("/groups", wantedGroup);
    const application = await made("/applications", {
      displayName: "New",
      appRoles: [
        {
          id: "5ec0de00-0001-4000-8000-000000000001",
          allowedMemberTypes: ["Application"],
          displayName: "Read",
          description: "Read",
          isEnabled: true,
          value: "Read",
        },
      ],
    });
    settle();
    const principal = await made("/servicePrincipals", { appId: application["appId"] });
    settle();
    const member = { "@odata.id": `${sandbox.origins.http}/v1.0/directoryObjects/${principal.id}` };
    assert.equal((await call("POST", `/v1.0/groups/${group.id}/members/$ref`, member)).status, 204);
    const role = {
      principalId: principal.id,
      resourceId: principal.id,
      appRoleId: "5ec0de00-0001-4000-8000-000000000001",
    };
    await made(`/servicePrincipals/${principal.id}/appRoleAssignedTo`, role);
    const consent = { clientId: principal.id, resourceId: principal.id, consentType: "AllPrincipals", scope: "Read" };
    await made("/oauth2PermissionGrants", consent);
    const second = await made("/groups", { ...wantedGroup, displayName: "Second" });
    const tenant = sandbox.cloud.tenant(contoso);
    assert.ok(tenant.objects("groups").has(second.id));
    const lengthOf = (route: string) => async () =>
      String(((await call("GET", `/v1.0${route}`)).body["value"] as unknown[]).length);
    const lists = [
      `/groups/${group.id}/members`,
      `/servicePrincipals/${principal.id}/appRoleAssignedTo`,
      `/oauth2PermissionGrants?$filter=clientId eq '${principal.id}'`,
      "/groups?$filter=displayName eq 'Second'",
    ];
    for (const list of lists) {
      const results = new Set<string>();
      for (let index = 0; index < 12; index++) results.add(await lengthOf(list)());
      assert.ok(results.has("0"), list);
    }
    settle();
    for (const list of lists) assert.equal(await lengthOf(list)(), "1", list);
  });

  it("the environment of a command has the scale, also where one tenant alone has a profile", async () => {
    const scale = async () => (await sandbox.environment()).variables["MSSP_SANDBOX_TIME_SCALE"];
    assert.equal(await scale(), "1");
    await sandbox.stop();
    sandbox = await temporarySandbox({ replicas: { profile: "calm", scale: 0.02 } });
    assert.equal(await scale(), undefined);
    const tenant = sandbox.cloud.tenant(contoso);
    setSwitches(tenant, { replicas: "november2025" });
    sandbox.cloud.changed();
    assert.equal(await scale(), "0.02");
    setSwitches(tenant, { replicas: "calm" });
    assert.equal(await scale(), undefined);
  });

  it("a user who has signed in mostly reads what was written: one replica answers", async () => {
    const { id } = await made("/groups", wantedGroup);
    // Long enough for half of the replicas.
    clock.advance(5000);
    const bodyOf = (claims: object) => Buffer.from(JSON.stringify(claims)).toString("base64url");
    const shares = new Set<number>();
    for (const oid of ["a", "b", "c", "d", "e", "f"]) {
      // Which replica answers is decided before the token is checked; the refusal of this one is not.
      const bearer = `e30.${bodyOf({ oid, scp: "Group.Read.All" })}.e30`;
      const before = sandbox.cloud.replicas.seen.get("reference refused") ?? 0;
      for (let index = 0; index < 30; index++) await call("PATCH", `/v1.0/groups/${id}`, {}, bearer);
      const refused = (sandbox.cloud.replicas.seen.get("reference refused") ?? 0) - before;
      shares.add(refused / 30);
    }
    for (const share of shares) assert.ok(share <= 0.25 || share >= 0.75, `${share}`);
  });

  for (const [what, code, pattern, prepare] of [
    [
      "a new application's service principal",
      "Request_BadRequest",
      /does not reference a valid application object/,
      async () => {
        const { appId } = await made("/applications", { displayName: "New" });
        return ["/servicePrincipals", { appId }];
      },
    ],
    [
      "a role of a new service principal",
      "Request_BadRequest",
      /^Not a valid reference update\.$/,
      async () => {
        const { appId } = await made("/applications", { displayName: "New" });
        settle();
        const { id } = await made("/servicePrincipals", { appId });
        const resource = daemon.servicePrincipal.id;
        const role = { principalId: id, resourceId: resource, appRoleId: "00000000-0000-0000-0000-000000000000" };
        return [`/servicePrincipals/${resource}/appRoleAssignedTo`, role];
      },
    ],
    [
      "a new group in a catalog",
      "ResourceNotFoundInOriginSystem",
      /origin system/,
      async () => {
        const catalog = await made("/identityGovernance/entitlementManagement/catalogs", { displayName: "New" }).catch(
          () =>
            call("POST", "/beta/identityGovernance/entitlementManagement/accessPackageCatalogs", {
              displayName: "New",
              description: "New",
              isExternallyVisible: false,
            }).then(({ body }) => body as { id: string }),
        );
        settle();
        const { id } = await made("/groups", wantedGroup);
        const resource = { originId: id, originSystem: "AadGroup" };
        return [
          "/identityGovernance/entitlementManagement/accessPackageResourceRequests",
          { catalogId: catalog.id, requestType: "AdminAdd", accessPackageResource: resource },
        ];
      },
    ],
    [
      "an eligible membership of a new group",
      "ResourceNotFound",
      /is not found/,
      async () => {
        const { id } = await made("/groups", wantedGroup);
        const request = { accessId: "member", groupId: id, principalId: daemon.servicePrincipal.id };
        return [
          "/identityGovernance/privilegedAccess/group/eligibilityScheduleRequests",
          { ...request, action: "adminAssign", scheduleInfo: { expiration: { type: "noExpiration" } } },
        ];
      },
    ],
    [
      "an eligible role of a new group",
      "SubjectNotFound",
      /^The subject is not found\.$/,
      async () => {
        const { id } = await made("/groups", wantedGroup);
        return [
          "/roleManagement/directory/roleEligibilityScheduleRequests",
          { principalId: id, roleDefinitionId: "x", directoryScopeId: "/", action: "adminAssign" },
        ];
      },
    ],
  ] as const) {
    it(`${what} is refused with ${code} until another replica has it`, async () => {
      const [route, body] = (await prepare()) as [string, unknown];
      const version = route.includes("accessPackage") ? "beta" : "v1.0";
      const answer = await call("POST", `/${version}${route}`, body);
      assert.equal((answer.body["error"] as { code: string }).code, code, answer.text);
      assert.match((answer.body["error"] as { message: string }).message, pattern);
      settle();
      const later = await call("POST", `/${version}${route}`, body);
      assert.notEqual(
        (later.body["error"] as { code: string } | undefined)?.code === code && pattern.test(later.text),
        true,
      );
    });
  }

  it("a guest who has just been invited can't be changed yet", async () => {
    const invited = { invitedUserEmailAddress: "guest@fabrikam.example", inviteRedirectUrl: "https://example.com" };
    const { invitedUser } = await made("/invitations", invited);
    const { id } = invitedUser as { id: string };
    const answer = await call("PATCH", `/v1.0/users/${id}`, { displayName: "Guest" });
    assert.equal(answer.status, 404);
    assert.match(answer.text, /Directory_ObjectNotFound.*Unable to read the company information from the directory\./);
    settle();
    assert.equal((await call("PATCH", `/v1.0/users/${id}`, { displayName: "Guest" })).status, 204);
  });

  it("found by the ID in a path is what is new and what has changed; lists and references are behind all the same", async () => {
    await sandbox.stop();
    await start(1, 1);
    const { id, appId } = await made("/applications", { displayName: "New" });
    assert.equal((await call("GET", `/v1.0/applications/${id}`)).status, 200);
    assert.equal((await call("PATCH", `/v1.0/applications/${id}`, { displayName: "Newer" })).status, 204);
    const seen = new Set<unknown>();
    for (let index = 0; index < 12; index++)
      seen.add((await call("GET", `/v1.0/applications/${id}`)).body["displayName"]);
    assert.deepEqual([...seen], ["Newer"]);
    const listed = await call("GET", "/v1.0/applications?$filter=displayName eq 'Newer'");
    assert.deepEqual(listed.body["value"], []);
    assert.equal((await call("POST", "/v1.0/servicePrincipals", { appId })).status, 400);
  });

  it("a deleted object keeps its uniqueName for 30 days", async () => {
    for (const [route, wanted] of [
      ["/groups", { ...wantedGroup, uniqueName: "one" }],
      ["/applications", { displayName: "New", uniqueName: "one" }],
    ] as const) {
      const { id } = await made(route, wanted);
      settle();
      await call("DELETE", `/v1.0${route}/${id}`);
      settle();
      const refused = await call("POST", `/v1.0${route}`, wanted);
      assert.equal(refused.status, 400);
      assert.match(refused.text, /Request_BadRequest.*uniqueName already exists/);
      assert.equal((await call("DELETE", `/v1.0/directory/deletedItems/${id}`)).status, 204);
      await made(route, wanted);
    }
  });

  it("about one refused create of 25 has its effect all the same", async () => {
    await sandbox.stop();
    await start(2);
    let [landed, tries] = [0, 0];
    const { seen } = sandbox.cloud.replicas;
    for (let index = 0; index < 75; index++) {
      const { appId } = await made("/applications", { displayName: `App ${index}` });
      const answer = await call("POST", "/v1.0/servicePrincipals", { appId });
      if (answer.status !== 400) continue;
      tries++;
      const principals = [...sandbox.cloud.tenant(contoso).objects("servicePrincipals").values()];
      if (principals.some((one) => one["appId"] === appId)) landed++;
    }
    assert.ok(tries > 40 && landed > 0 && landed < 9, `${landed} of ${tries}`);
    assert.equal(seen.get("landed though refused"), landed);
  });

  it("tokens: a new application and a new secret are unknown for a while, and a new role is not in a token yet", async () => {
    const path = `/${contoso}/oauth2/v2.0/token`;
    const secret = addSecret(sandbox.cloud, daemon.tenant, daemon.application, "2099-01-01T00:00:00Z");
    assert.equal((await post(sandbox, path, daemonRequest({ ...daemon, secret }))).status, 200, "known from the start");
    const added = await call("POST", `/v1.0/applications/${daemon.application.id}/addPassword`, {});
    const fresh = { ...daemon, secret: String(added.body["secretText"]) };
    const answer = await post(sandbox, path, daemonRequest(fresh));
    assert.match(answer.text, /AADSTS7000215/);
    const application = await made("/applications", { displayName: "New" });
    const unknown = { ...daemonRequest(fresh), client_id: String(application["appId"]) };
    assert.match((await post(sandbox, path, unknown)).text, /AADSTS700016/);
    settle();
    assert.equal((await post(sandbox, path, daemonRequest(fresh))).status, 200);
    const rolesOf = async () => {
      const { body } = await post(sandbox, path, daemonRequest(daemon));
      const claims = JSON.parse(
        Buffer.from(String(body["access_token"]).split(".")[1] ?? "", "base64url").toString(),
      ) as { roles: string[] };
      return String(claims.roles.length);
    };
    const roles = daemon.tenant.objects("appRoleAssignments");
    const [first] = [...roles.values()].filter(({ principalId }) => principalId === daemon.servicePrincipal.id);
    roles.delete(first?.id ?? "");
    sandbox.cloud.changed();
    const { first: seen } = await seenOverTime(rolesOf);
    assert.deepEqual(seen, [String(permissions.length), String(permissions.length - 1)]);
  });

  it("Azure: a principal is unknown, and a new role is in force after two to ten minutes", async () => {
    const subscription = subscriptionIdOf(contoso);
    const scope = `/subscriptions/${subscription}`;
    const { body } = await post(sandbox, `/${contoso}/oauth2/v2.0/token`, {
      ...daemonRequest(daemon),
      scope: "https://management.azure.com/.default",
    });
    const bearer = String(body["access_token"]);
    const groups = () => call("GET", `${scope}/resourceGroups?api-version=2021-04-01`, undefined, bearer);
    assert.equal((await groups()).status, 403);
    const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/5ec0de00-0002-4000-8000-000000000002`;
    const contributor = `${scope}/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c`;
    const properties = { principalId: daemon.servicePrincipal.id, roleDefinitionId: contributor, scope };
    const type = "Microsoft.Authorization/roleAssignments";
    daemon.tenant.objects(azureResources).set(id.toLowerCase(), { id, name: "new", type, properties });
    sandbox.cloud.changed();
    clock.advance(119_000);
    assert.equal((await groups()).status, 403);
    assert.ok((sandbox.cloud.replicas.seen.get("Azure role not in force") ?? 0) > 0);
    clock.advance(481_000);
    assert.equal((await groups()).status, 200);
  });
});
