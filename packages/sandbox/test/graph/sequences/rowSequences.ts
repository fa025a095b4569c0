/** Routes that are rows of `entityRoutes`, and the actions beside them, each driven to a success. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { setSwitches } from "../../../src/cloud/switches";
import { items, recordInteractive, text, type As, type Body, type Harness } from "../support/harness";

const versions = ["v1.0", "beta"] as const;
const as = (...roles: string[]): { as: As } => ({ as: { roles } });

export function rowSequences(harness: () => Harness): void {
  it("objects of a list are read one by one, each by the list's own permission", () => singles(harness()));
  it("objects are made, changed, read back and deleted, each by its permission", () => changes(harness()));
  it("named locations: lists by type", () => locations(harness()));
  it("the policy of invitations is the switch of invitations", () => invitations(harness()));
  it("memberships in groups and roles; owned objects", () => memberships(harness()));
  it("directory objects: delete as by the object's own path; validation", () => directoryObjects(harness()));
  it("a custom role over an administrative unit is a scoped role membership of it", () => scopedRoles(harness()));
  it("subscriptions: made when the endpoint on loopback answers, renewed, and shown to their application", () =>
    subscriptions(harness()));
  it("entitlement management of v1.0: catalogs, access packages, assignments", () => entitlements(harness()));
}

async function scopedRoles(graph: Harness): Promise<void> {
  const make = async (path: string, body: Body): Promise<string> => text(await graph.create(path, body), "id");
  const read = async (path: string): Promise<Body[]> => await graph.list(path);
  const id = await make("/v1.0/groups", { ...group("Berlin"), isAssignableToRole: true });
  const [{ id: roleId, roleTemplateId } = {}] = (await read("/v1.0/directoryRoles")) as Record<string, string>[];
  for (const version of versions) {
    const [units, roles] = [`/${version}/directory/administrativeUnits`, `/${version}/roleManagement/directory`];
    const unit = await make(units, { displayName: "Berlin", visibility: "Public" });
    const one = `${units}/${unit}`;
    await graph.refused(403, "POST", units, { displayName: "Berlin" }, as("Directory.ReadWrite.All"));
    await graph.patch(one, { description: "Changed" });
    assert.equal((await graph.get(one, as("Directory.Read.All")))["description"], "Changed");
    await graph.expect(204, "POST", `${one}/members/$ref`, { "@odata.id": `https://graph/v1.0/groups/${id}` });
    const lists = await Promise.all([units, `${one}/members`, `/${version}/groups/${id}/memberOf`].map(read));
    assertEach(lists, (list) => list.map((item) => item["id"]), [[unit], [id], [unit]]);
    await graph.remove(`${one}/members/${id}/$ref`);

    const custom = { displayName: "Custom", isEnabled: true, rolePermissions: [{ allowedResourceActions: ["a/b"] }] };
    setSwitches(graph.tenant, { entraLicence: "free" });
    await graph.refused(403, "POST", `${roles}/roleDefinitions`, custom);
    setSwitches(graph.tenant, { entraLicence: "p2" });
    const roleDefinitionId = await make(`${roles}/roleDefinitions`, custom);
    const role = `${roles}/roleDefinitions/${roleDefinitionId}`;
    await graph.patch(role, { description: "Changed" });
    const builtIn = `${roles}/roleDefinitions/${roleTemplateId}`;
    for (const method of ["PATCH", "DELETE"]) await graph.refused(400, method, builtIn, {});
    const assignment = { principalId: id, roleDefinitionId, directoryScopeId: `/administrativeUnits/${unit}` };
    await graph.refused(404, "POST", `${roles}/roleAssignments`, { ...assignment, directoryScopeId: "/nothing" });
    const assigned = await make(`${roles}/roleAssignments`, assignment);
    await graph.refused(400, "DELETE", role);

    const scoped = `${one}/scopedRoleMembers`;
    const added = await make(scoped, { roleId: roleId ?? "", roleMemberInfo: { id } });
    const listed = (await read(scoped)).map((item) => item["roleId"]);
    assert.deepEqual(listed, [roleDefinitionId, roleId]);
    const { administrativeUnitId, roleMemberInfo } = await graph.get(`${scoped}/${added}`);
    assert.deepEqual([administrativeUnitId, roleMemberInfo], [unit, { id, displayName: "Berlin" }]);
    await graph.remove(`${scoped}/${assigned}`);
    for (const path of [role, one]) await graph.remove(path);
    const deleted = await read(`/${version}/directory/deletedItems/microsoft.graph.administrativeUnit`);
    assert.equal(deleted.at(-1)?.["id"], unit);
    assert.deepEqual(await read(`${roles}/roleAssignments?$filter=principalId eq '${id}'`), []);
  }
  await graph.remove(`/v1.0/groups/${id}`);
}

async function singles(graph: Harness): Promise<void> {
  const logs = as("AuditLog.Read.All", "Directory.Read.All");
  recordInteractive(graph, graph.automation.id);
  const role = [...graph.tenant.objects("roleDefinitions").keys()][0] ?? "";
  const made = await graph.create("/v1.0/groups", { ...group("Eligible"), isAssignableToRole: true });
  const asked = {
    action: "adminAssign",
    principalId: text(made, "id"),
    roleDefinitionId: role,
    directoryScopeId: "/",
    scheduleInfo: { expiration: { type: "noExpiration" } },
  };
  const root = "/roleManagement/directory";
  await graph.create(`/v1.0${root}/roleEligibilityScheduleRequests`, asked);
  await graph.create(`/v1.0${root}/roleAssignments`, {
    ...asked,
    action: undefined,
    scheduleInfo: undefined,
  } as never);
  const roles = as("RoleManagement.Read.Directory");
  for (const [path, options, only] of [
    ["/auditLogs/directoryAudits", logs, versions],
    ["/auditLogs/signIns", logs, versions],
    ["/subscribedSkus", as("Organization.Read.All"), ["v1.0"]],
    ["/reports/authenticationMethods/userRegistrationDetails", as("AuditLog.Read.All"), versions],
    [`${root}/roleEligibilityScheduleRequests`, roles, ["v1.0"]],
    [`${root}/roleEligibilitySchedules`, roles, ["v1.0"]],
    [`${root}/roleAssignmentScheduleInstances`, roles, ["v1.0"]],
    [`${root}/roleEligibilityScheduleInstances`, roles, ["v1.0"]],
  ] as const)
    for (const version of only) {
      const [first] = await graph.list(`/${version}${path}`, options);
      assert.ok(first, path);
      const one = `/${version}${path}/${encodeURIComponent(text(first, "id"))}`;
      const { "@odata.context": _, ...read } = await graph.get(one, options);
      assert.deepEqual(read, first);
      await graph.refused(403, "GET", one, undefined, as("User.Invite.All"));
      await graph.refused(404, "GET", `/${version}${path}/nothing`, undefined, options);
    }
}

async function subscriptions(graph: Harness): Promise<void> {
  const answers: Readonly<Record<string, [status: number, type: string, text?: string]>> = {
    "/right": [200, "text/plain; charset=utf-8"],
    "/created": [201, "text/plain"],
    "/json": [200, "application/json"],
    "/other": [200, "text/plain", "another token"],
    "/moved": [307, "text/plain"],
  };
  const asked: string[] = [];
  const endpoint = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
    asked.push(`${request.method} ${pathname}${searchParams.get("kept") ?? ""}`);
    const [status, type, text_ = searchParams.get("validationToken")] = answers[pathname] ?? [404, "text/plain"];
    response.writeHead(status, { "content-type": type, location: "/right" }).end(text_);
  });
  await new Promise<void>((listening) => endpoint.listen(0, "127.0.0.1", listening).unref());
  const origin = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
  const at = (minutes: number) => new Date(graph.clock.now().getTime() + minutes * 60_000).toISOString();
  const body = {
    ...{ resource: "/users", changeType: "updated,deleted", notificationUrl: `${origin}/right?kept=1` },
    ...{ expirationDateTime: at(41_000), clientState: "the client's own" },
  };
  const users = as("User.Read.All");
  const respond = "Notification endpoint must respond with 200 OK to validation request.";
  const validation = "Subscription validation request failed.";
  for (const [change, message] of [
    [{ notificationUrl: `${origin}/created` }, `${validation} ${respond}`],
    [{ notificationUrl: `${origin}/moved` }, `${validation} ${respond}`],
    [{ lifecycleNotificationUrl: "http://127.0.0.1:9/" }, `${validation} ${respond}`],
    [
      { notificationUrl: `${origin}/other` },
      `${validation} Response must exactly match validationToken query parameter.`,
    ],
    [
      { notificationUrl: `${origin}/json` },
      `${validation} Response must exactly match validationToken query parameter.`,
    ],
    [
      { notificationUrl: "https://webhook.example/x" },
      `${validation} ${respond} (Sandbox: it calls no other machine, but 127.0.0.1 and localhost.)`,
    ],
    [{ notificationUrl: "http://webhook.example" }, "NotificationUrl scheme='http' is not supported."],
    [{ expirationDateTime: at(41_761) }, "Subscription expiration can only be 41760 minutes in the future."],
    [{ expirationDateTime: at(-1) }, "The expirationDateTime is in the past."],
    [{ expirationDateTime: undefined }, "expirationDateTime is a required property for subscription creation."],
    [{ changeType: "created" }, "Users and groups support the changeType updated and deleted."],
    [{ clientState: "x".repeat(129) }, "The clientState has more than 128 characters."],
    [{ resource: "me/messages" }, "The sandbox has subscriptions to users, groups and single ones of them."],
  ] as const)
    assert.equal(
      (await graph.refused(400, "POST", "/v1.0/subscriptions", { ...body, ...change } as Body, users)).message,
      message,
    );
  await graph.refused(403, "POST", "/v1.0/subscriptions", { ...body, resource: "groups" }, users);
  asked.length = 0;
  for (const version of versions) {
    const path = `/${version}/subscriptions`;
    const made = await graph.create(path, body, users);
    const one = `${path}/${text(made, "id")}`;
    assert.deepEqual([made["clientState"], made["creatorId"]], [body.clientState, graph.automation.id]);
    const renewed = await graph.expect(200, "PATCH", one, { expirationDateTime: at(41_700) }, users);
    assert.ok(text(renewed, "expirationDateTime") > text(made, "expirationDateTime"));
    await graph.refused(400, "PATCH", one, { expirationDateTime: at(41_800) }, users);
    assert.deepEqual((await graph.get(one, users))["resource"], "/users");
    const other = { as: { roles: ["User.Read.All"], applicationId: "0a0a0a0a-0000-4000-8000-000000000001" } };
    assert.deepEqual(await graph.list(path, other), []);
    await graph.refused(404, "DELETE", one, undefined, other);
    assert.equal((await graph.list(path, users)).length, 1);
    graph.clock.advance(41_701 * 60_000);
    assert.deepEqual(await graph.list(path, users), []);
    graph.clock.advance(-41_701 * 60_000);
    await graph.remove(one, users);
  }
  assert.deepEqual(asked, ["POST /right1", "POST /right1"]);
}

/** Method, path, body of a create (without: the path is that of one object), change, who changes, who only reads. */
type Change = readonly ["PATCH" | "PUT", string, Body | undefined, Body, string, string];

async function changes(graph: Harness): Promise<void> {
  const templateId = "62375ab9-6b52-47ed-826b-58e47e0e304b";
  const setting = { displayName: "Group.Unified", templateId, values: [{ name: "EnableMIPLabels", value: "false" }] };
  const country = {
    "@odata.type": "#microsoft.graph.countryNamedLocation",
    displayName: "C",
    countriesAndRegions: ["CA"],
  };
  const consent = {
    isEnabled: true,
    notifyReviewers: true,
    remindersEnabled: true,
    requestDurationInDays: 5,
    reviewers: [],
  };
  const mails = { technicalNotificationMails: ["tech@contoso.example"] };
  const services = { isDefault: true, supportedServices: ["Email"] };
  const [domain = ""] = [...graph.tenant.objects("domains").keys()];
  const write = "Directory.ReadWrite.All";
  for (const [method, path, body, changed, writer, reader] of [
    ["PATCH", "/v1.0/groupSettings", setting, { values: [] }, write, "Directory.Read.All"],
    ["PATCH", "/beta/settings", setting, { values: [] }, write, "Directory.Read.All"],
    [
      ...["PATCH", "/v1.0/identity/conditionalAccess/namedLocations", country, { countriesAndRegions: ["IN", "CA"] }],
      ...["Policy.ReadWrite.ConditionalAccess", "Policy.Read.All"],
    ],
    [
      ...[
        "PATCH",
        "/v1.0/policies/authorizationPolicy",
        undefined,
        { allowEmailVerifiedUsersToJoinOrganization: true },
      ],
      ...["Policy.ReadWrite.Authorization", "Policy.Read.All"],
    ],
    [
      ...["PATCH", "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy", undefined, { isEnabled: true }],
      ...["Policy.ReadWrite.SecurityDefaults", "Policy.Read.All"],
    ],
    [
      ...["PUT", "/v1.0/policies/adminConsentRequestPolicy", undefined, consent],
      ...["Policy.ReadWrite.ConsentRequest", "Policy.Read.All"],
    ],
    ...versions.flatMap((version) => [
      [
        ...["PATCH", `/${version}/organization/${graph.tenant.id}`, undefined, mails],
        ...["Organization.ReadWrite.All", "Organization.Read.All"],
      ],
      ["PATCH", `/${version}/domains/${domain}`, undefined, services, "Domain.ReadWrite.All", "Domain.Read.All"],
    ]),
  ] as unknown as Change[]) {
    const options = as(writer, reader);
    const made = body === undefined ? undefined : await graph.create(path, body, options);
    const one = made === undefined ? path : `${path}/${text(made, "id")}`;
    await graph.refused(403, method, one, changed, as(reader));
    await graph.expect(204, method, one, changed, options);
    const read = await graph.get(one, as(reader));
    for (const [name, value] of Object.entries({ ...body, ...changed })) assert.deepEqual(read[name], value, name);
    if (made === undefined) continue;
    await graph.remove(one, options);
    await graph.refused(404, "GET", one, undefined, as(reader));
  }
  graph.tenant.objects("identitySecurityDefaultsEnforcementPolicy").clear();
  const domains = await graph.list("/v1.0/domains");
  assert.equal(domains.filter(({ isDefault }) => isDefault === true).length, 1);
}

async function locations(graph: Harness): Promise<void> {
  const path = "/v1.0/identity/conditionalAccess/namedLocations";
  const country = "microsoft.graph.countryNamedLocation";
  const body = { "@odata.type": `#${country}`, displayName: "C", countriesAndRegions: ["IN"] };
  const made = await graph.create(path, body);
  const found = async (filter: string) => (await graph.list(`${path}?$filter=${encodeURIComponent(filter)}`)).length;
  const all = (await graph.list(path)).length;
  const [countries, addresses] = [
    await found(`isof('${country}')`),
    await found("isof('microsoft.graph.ipNamedLocation')"),
  ];
  assert.deepEqual([countries + addresses, countries > 0], [all, true]);
  const cast = `${country}/countriesAndRegions/any(c: c eq`;
  assert.deepEqual([await found(`${cast} 'IN')`), await found(`${cast} 'XX')`)], [1, 0]);
  await graph.remove(`${path}/${text(made, "id")}`);
}

async function invitations(graph: Harness): Promise<void> {
  const policy = "/v1.0/policies/authorizationPolicy";
  const guest = { invitedUserEmailAddress: "a@fabrikam.example", inviteRedirectUrl: "https://a.example" };
  await graph.patch(policy, { allowInvitesFrom: "none" }, as("Policy.ReadWrite.Authorization"));
  await graph.refused(403, "POST", "/v1.0/invitations", guest);
  setSwitches(graph.tenant, { b2bInvitations: "on" });
  assert.equal((await graph.get(policy))["allowInvitesFrom"], "everyone");
}

async function memberships(graph: Harness): Promise<void> {
  const [user] = [...graph.tenant.objects("users").values()];
  const outer = text(await graph.create("/v1.0/groups", group("Outer")), "id");
  const inner = text(await graph.create("/v1.0/groups", group("Inner")), "id");
  const reference = (id: string) => ({ "@odata.id": `${graph.origin}/v1.0/directoryObjects/${id}` });
  await graph.expect(204, "POST", `/v1.0/groups/${outer}/members/$ref`, reference(inner));
  const owner = graph.automation.id;
  for (const id of [user?.id ?? "", owner]) {
    await graph.expect(204, "POST", `/v1.0/groups/${inner}/members/$ref`, reference(id));
    await graph.expect(204, "POST", `/v1.0/groups/${inner}/owners/$ref`, reference(id));
  }
  for (const version of versions)
    for (const [path, expected] of [
      [`/users/${user?.id}`, [inner, outer]],
      [`/servicePrincipals/${owner}`, [inner, outer]],
      [`/groups/${inner}`, [outer]],
      [`/directoryObjects/${owner}`, [inner, outer]],
    ] as const) {
      const all = await graph.expect(200, "POST", `/${version}${path}/getMemberObjects`, {
        securityEnabledOnly: false,
      });
      for (const id of expected) assert.ok((all["value"] as string[]).includes(id), path);
      const ids = [outer, "00000000-0000-4000-8000-000000000000"];
      const checked = await graph.expect(200, "POST", `/${version}${path}/checkMemberObjects`, { ids });
      assert.deepEqual(checked["value"], [outer]);
      if (path.startsWith("/groups") || path.startsWith("/directory")) continue;
      const owned = await graph.list(`/${version}${path}/ownedObjects`);
      assert.ok(owned.some(({ id }) => id === inner));
      if (path.startsWith("/users")) await graph.get(`/${version}${path}/oauth2PermissionGrants`);
    }
  for (const id of [inner, outer]) await graph.remove(`/v1.0/groups/${id}`);
}

async function directoryObjects(graph: Harness): Promise<void> {
  for (const version of versions) {
    const id = text(await graph.create(`/${version}/groups`, group("Passing")), "id");
    const one = `/${version}/directoryObjects/${id}`;
    await graph.refused(403, "DELETE", one, undefined, as("Group.Read.All"));
    await graph.remove(one);
    await graph.refused(404, "GET", `/${version}/groups/${id}`);
    const actions = `/${version}/directoryObjects`;
    await graph.expect(204, "POST", `${actions}/validateProperties`, { entityType: "Group", displayName: "A" });
    assert.deepEqual(items(await graph.expect(200, "POST", `${actions}/getAvailableExtensionProperties`, {})), []);
  }
}

async function entitlements(graph: Harness): Promise<void> {
  const root = "/v1.0/identityGovernance/entitlementManagement";
  const catalog = await graph.create(`${root}/catalogs`, { displayName: "C", state: "unpublished" });
  assert.deepEqual([catalog["catalogType"], catalog["state"]], ["userManaged", "unpublished"]);
  const one = `${root}/catalogs/${text(catalog, "id")}`;
  const beta = one.replace("v1.0", "beta").replace("catalogs", "accessPackageCatalogs");
  assert.equal((await graph.get(beta))["catalogStatus"], "Unpublished");
  await graph.patch(beta, { catalogStatus: "Published" });
  assert.equal((await graph.get(one))["state"], "published");
  await graph.patch(one, { displayName: "D" });
  assert.deepEqual((await graph.list(`${root}/catalogs?$filter=displayName eq 'D'`)).length, 1);

  await graph.refused(400, "POST", `${root}/accessPackages`, { displayName: "P" });
  const wanted = { displayName: "P", description: "d", isHidden: true, catalog: { id: text(catalog, "id") } };
  const made = await graph.create(`${root}/accessPackages`, wanted);
  const accessPackage = `${root}/accessPackages/${text(made, "id")}`;
  const expanded = (await graph.get(`${accessPackage}?$expand=catalog`))["catalog"] as Body;
  assert.equal(expanded["displayName"], "D");
  await graph.patch(accessPackage, { isHidden: false });
  for (const path of [
    `${root}/accessPackages`,
    `${root}/accessPackages`.replace("v1.0", "beta"),
    beta.replace(/\/[^/]+$/, ""),
  ])
    assert.ok((await graph.list(path)).length > 0);
  await graph.patch(accessPackage.replace("v1.0", "beta"), { description: "e" });
  await graph.refused(400, "DELETE", one);

  const [user] = [...graph.tenant.objects("users").values()];
  const policies = root.replace("v1.0", "beta");
  const policy = { accessPackage: { id: text(made, "id") }, displayName: "P" };
  const { id: assignmentPolicyId } = await graph.create(`${root}/assignmentPolicies`, policy);
  const assignment = { targetId: user?.id ?? "", assignmentPolicyId, accessPackageId: text(made, "id") } as Body;
  const asked = { requestType: "AdminAdd", accessPackageAssignment: assignment };
  await graph.create(`${policies}/accessPackageAssignmentRequests`, asked);
  const list = await graph.list(`${root}/assignments?$expand=target,accessPackage`);
  const [held] = list.filter((each) => (each["accessPackage"] as Body)["displayName"] === "P");
  assert.deepEqual([held?.["state"], (held?.["target"] as Body)["subjectType"]], ["delivered", "user"]);
  const assignmentPath = `${root}/assignments/${text(held ?? {}, "id")}`;
  await graph.get(assignmentPath);
  await graph.refused(403, "GET", assignmentPath, undefined, as("Directory.Read.All"));
  const removal = { requestType: "AdminRemove", accessPackageAssignment: { id: text(held ?? {}, "id") } };
  await graph.create(`${policies}/accessPackageAssignmentRequests`, removal);
  await graph.remove(accessPackage);
  await graph.remove(one);
}

function group(displayName: string): Body {
  return { displayName, mailEnabled: false, mailNickname: displayName, securityEnabled: true };
}
