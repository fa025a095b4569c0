/**
 * Which additions are found and by which step they go, over canned answers of Graph;
 * test/e2e/additions.attack.test.ts has the sandbox.
 */
import { azRest } from "@defender-mssp/tenant";
import assert from "node:assert/strict";
import { azureRoles, microsoftGraph, ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import { shellQuoted } from "../../../../cli/base/shellWord";
import { Deployed, type DeployedObject } from "../../../../cli/tenant/deployed";
import { packageHolders } from "../../../../cli/customer/offboard/holders";
import { partsOf } from "../../../../cli/tenant/additions/find";
import type { AdditionsTenant } from "../../../../cli/tenant/additions/tenant";
import { azureRoleAssignment } from "../../../../domain/resourceTypes";

const mssp = "5ec0de00-5ea1-4000-8000-000000000001";
const end = { startDateTime: "2026-11-01T00:00:00Z", endDateTime: "2028-11-01T00:00:00Z", displayName: null };

const resource = (type: string, objectId: string, inputs: Record<string, unknown> = {}): DeployedObject => ({
  ...{ type, id: objectId, objectId, inputs, outputs: {} },
});
const state = [
  resource("azuread:index/applicationRegistration:ApplicationRegistration", "app"),
  resource("azuread:index/applicationPassword:ApplicationPassword", "known-key"),
  resource("azuread:index/servicePrincipal:ServicePrincipal", "sp"),
  resource("azuread:index/group:Group", "group", { members: ["Ana"] }),
];
const emptyPlatforms = { web: { redirectUris: [] }, spa: { redirectUris: [] }, publicClient: { redirectUris: [] } };
const application = {
  ...{ id: "app", appId: "client", displayName: "SIEM", ...emptyPlatforms, requiredResourceAccess: [] as object[] },
  ...{ passwordCredentials: [{ keyId: "KNOWN-KEY", ...end }] as object[], keyCredentials: [] as object[] },
};
const principal = { id: "sp", appId: "client", displayName: "SIEM", accountEnabled: true, replyUrls: [], appRoles: [] };

type Answers = Record<string, unknown>;

function tenant(answers: Answers, changes: Partial<AdditionsTenant> = {}): AdditionsTenant {
  const all: Answers = {
    "/v1.0/applications/app": application,
    "/v1.0/servicePrincipals/sp": { ...principal, passwordCredentials: [], keyCredentials: [] },
    "/v1.0/groups/group": { displayName: "Analysts" },
    "/v1.0/groups/group/members": { value: [{ id: "ana" }] },
    ...answers,
  };
  const call: GraphCall = (path) => {
    const answer = all[path.split("?")[0] ?? ""] ?? { value: [] };
    if (typeof answer === "number")
      return Promise.reject(new ServiceError({ status: answer, message: "no", method: "GET", url: path }));
    return Promise.resolve({ status: 200, headers: new Headers(), text: "", body: answer, tries: 1 });
  };
  const settings = {
    analysts: [{ email: "ana@fabrikam-security.example", displayName: "Ana" }],
    msspTenantId: mssp,
    portalAccess: { model: "basic" },
  } as unknown as AdditionsTenant["settings"];
  return { call, graph: "https://graph", deployed: new Deployed(state), settings, ownObjectId: "me", ...changes };
}

async function additions(answers: Answers, changes: Partial<AdditionsTenant> = {}) {
  return (await partsOf(tenant(answers, changes))).flatMap((part) => part.additions);
}

describe("additions to a stack's objects", () => {
  it("a disabled service principal is the customer's switch: no step enables it unless the settings say so", async () => {
    const disabled = { ...principal, accountEnabled: false, passwordCredentials: [], keyCredentials: [] };
    const answers = { "/v1.0/servicePrincipals/sp": disabled };
    const stepWith = async (connector: object) => {
      const settings = { ...tenant({}).settings, connector } as unknown as AdditionsTenant["settings"];
      const [found, ...others] = await additions(answers, { settings });
      assert.deepEqual([found?.kind, found?.to, others], ["disabled sign-in", 'service principal "SIEM"', []]);
      return found?.step;
    };
    const agreement =
      "agree with the customer to enable it; then set connector.accountEnabled: true and run npx pulumi up --refresh";
    assert.equal(await stepWith({ kind: "customerApp" }), agreement);
    assert.equal(await stepWith({ kind: "customerApp", accountEnabled: true }), "npx pulumi up --refresh");
  });

  it("no additions if tenant and state are equal, in any case of the IDs", async () => {
    const parts = await partsOf(tenant({}));
    assert.deepEqual(
      parts.filter(({ state: result }) => result !== "passed").map(({ name, state: result }) => [name, result]),
      [
        ["changed guests", "notChecked"],
        ["added to catalogs", "notChecked"],
        ["added applications of the MSSP", "notChecked"],
        ["added to the automation", "notChecked"],
        ["added Azure roles", "notChecked"],
        ["added Azure delegations", "notChecked"],
        ["changed detection rules", "notChecked"],
      ],
    );
  });

  it("roles in Azure that somebody gave the stack's group; other parties' are named, Microsoft's are not", async () => {
    const scope = "/subscriptions/s/resourceGroups/sentinel";
    const assignment = (name: string, principalId: string, role: string, principalType = "Group") => ({
      id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
      name,
      properties: { principalId, principalType, roleDefinitionId: `/x/roleDefinitions/${role}`, scope },
    });
    const group = { type: "azuread:index/group:Group", id: "/groups/g1", objectId: "g1", inputs: {}, outputs: {} };
    const ownId = assignment("own", "g1", "x").id.toUpperCase().replace("/SUBSCRIPTIONS", "/subscriptions");
    const own = { type: azureRoleAssignment, id: ownId, objectId: "own", inputs: {}, outputs: {} };
    const sentinelAccess = { subscriptionId: "s", resourceGroup: "sentinel", workspaceName: "soc", roles: {} };
    const answers = {
      "/v1.0/servicePrincipals/microsoft": { appOwnerOrganizationId: "F8CDEF31-a31e-4b4a-93e4-5f571e91255a" },
      "/v1.0/servicePrincipals/other": { appOwnerOrganizationId: mssp },
    };
    const changes = {
      deployed: new Deployed([group, own]),
      settings: { ...tenant({}).settings, sentinelAccess } as unknown as AdditionsTenant["settings"],
      prerequisites: { ...tenant({}).settings, sentinelAccess } as unknown as AdditionsTenant["prerequisites"],
      openAzure: () => ({
        delegations: () => Promise.resolve([]),
        eligibilities: () => Promise.resolve([]),
        unread: () => [],
        assignments: () =>
          Promise.resolve([
            assignment("own", "g1", azureRoles["Microsoft Sentinel Reader"]),
            assignment("added", "g1", azureRoles.Contributor),
            assignment("another", "g2", azureRoles["Microsoft Sentinel Contributor"]),
            assignment("microsofts", "microsoft", azureRoles["Microsoft Sentinel Contributor"], "ServicePrincipal"),
            assignment("others", "other", azureRoles["Microsoft Sentinel Contributor"], "ServicePrincipal"),
            assignment("synced", "g3", "78b7345a-1e1b-483a-ac62-62228c6ea89d"),
          ]),
      }),
    };
    const part = (await partsOf(tenant(answers, changes))).find(({ name }) => name === "added Azure roles")!;
    assert.equal(part.state, "failed");
    assert.deepEqual(
      part.additions.map(({ kind, what, step }) => [kind, what, step]),
      [
        [
          "Azure role",
          `the Azure role Contributor at ${scope}`,
          `az role assignment delete --ids '${scope}/providers/Microsoft.Authorization/roleAssignments/added'`,
        ],
      ],
    );
    const others = ["Group g2", "ServicePrincipal other"].map(
      (whose) => `the Azure role Microsoft Sentinel Contributor of ${whose}`,
    );
    assert.match(part.reason, new RegExp(`other parties have on ${scope}: ${others.join(", ")}$`));
  });

  it("what the MSSP's entry gives beyond the stack's state, with the step that takes each part out", async () => {
    const partners = "/v1.0/policies/crossTenantAccessPolicy/partners";
    const open = { usersAndGroups: { accessType: "allowed", targets: [{ target: "AllUsers", targetType: "user" }] } };
    const entry = {
      ...{ tenantId: mssp, inboundTrust: { isMfaAccepted: true, isCompliantDeviceAccepted: true } },
      ...{ b2bCollaborationInbound: open, b2bDirectConnectInbound: open },
    };
    const found = JSON.stringify({ b2bCollaborationInbound: open });
    const type = "pulumi-nodejs:dynamic/defender-mssp:CrossTenantPartner";
    const deployed = new Deployed([...state, resource(type, mssp, { isMfaAccepted: true, found })]);
    const answers = {
      [`${partners}/${mssp}`]: entry,
      [`${partners}/${mssp}/identitySynchronization`]: { userSyncInbound: { isSyncAllowed: true } },
    };
    const trust = (await additions(answers, { deployed })).filter(({ kind }) => kind === "trust");
    const path = `https://graph${partners}/${mssp}`;
    const inboundTrust = { ...entry.inboundTrust, isCompliantDeviceAccepted: false };
    assert.deepEqual(
      trust.map(({ what, step }) => [what, step]),
      [
        ["the MSSP's compliant devices are trusted", azRest("PATCH", path, { inboundTrust })],
        [
          "the MSSP's people may use shared channels and applications without a guest",
          azRest("PATCH", path, { b2bDirectConnectInbound: null }),
        ],
        ["the MSSP creates and changes users by synchronization", azRest("DELETE", `${path}/identitySynchronization`)],
      ],
    );
  });

  it("another application of the MSSP, with all that it has, also where its permissions are those of an identity", async () => {
    const entry = (id: string) => ({ id, appId: `app-${id}`, displayName: id, appOwnerOrganizationId: mssp });
    const role = (id: string, name: keyof typeof microsoftGraph.appRoles) => ({
      ...{ id: `${id}-${name}`, principalId: id, resourceId: "graph", resourceDisplayName: "Microsoft Graph" },
      appRoleId: microsoftGraph.appRoles[name],
    });
    const answers = {
      "/v1.0/servicePrincipals": { value: ["automation", "other"].map(entry) },
      ...Object.fromEntries(
        ["automation", "other"].map((id) => [
          `/v1.0/servicePrincipals/${id}`,
          { ...principal, ...entry(id), passwordCredentials: [], keyCredentials: [] },
        ]),
      ),
      "/v1.0/servicePrincipals/automation/appRoleAssignments": { value: [role("automation", "User.ReadWrite.All")] },
      "/v1.0/servicePrincipals/other/appRoleAssignments": { value: [role("other", "User.Read.All")] },
      "/v1.0/servicePrincipals/other/oauth2PermissionGrants": {
        value: [{ id: "c", clientId: "other", resourceId: "graph", scope: "Mail.Read" }],
      },
    };
    const [found, ...others] = (await additions(answers, { identities: ["app-automation"] })).filter(
      ({ kind }) => kind === "service principal",
    );
    assert.deepEqual([found?.id, others], ["other", []]);
    assert.match(
      found?.what ?? "",
      /application permission User\.Read\.All of Microsoft Graph, the delegated permissions Mail\.Read/,
    );
    assert.match(
      found?.what ?? "",
      /not looked at: .*Azure roles.* name it in MSSP_CLIENT_ID or MSSP_PREVIEW_CLIENT_ID$/,
    );
    const named = { identities: ["app-automation", "app-other"] };
    assert.ok(!(await additions(answers, named)).some(({ kind }) => kind === "service principal"));
  });

  it("a delegation in Azure that the stack does not have, with its roles, and what could not be read", async () => {
    const scope = "/subscriptions/s";
    const delegation = (name: string, managedByTenantId: string) => ({
      id: `${scope}/providers/Microsoft.ManagedServices/registrationAssignments/${name}`,
      properties: {
        registrationDefinition: {
          properties: { managedByTenantId, eligibleAuthorizations: [{ roleDefinitionId: azureRoles.Contributor }] },
        },
      },
    });
    // One of another scope with the GUID of the stack's own is another delegation.
    const twin = { ...delegation("own", mssp), id: delegation("own", mssp).id.replace("/s/", "/s/resourceGroups/g/") };
    const others = [delegation("added", mssp.toUpperCase()), twin, delegation("others", "t")];
    const delegations = [delegation("own", mssp), ...others];
    const own = resource("azure-native:managedservices:RegistrationAssignment", "own");
    const changes: Partial<AdditionsTenant> = {
      deployed: new Deployed([...state, { ...own, id: delegations[0]!.id }]),
      openAzure: () => ({
        assignments: () => Promise.resolve([]),
        delegations: () => Promise.resolve(delegations),
        eligibilities: () => Promise.resolve([]),
        unread: () => ["The delegations of subscription t: not permitted: requires Reader"],
      }),
    };
    const part = (await partsOf(tenant({}, changes))).find(({ name }) => name === "added Azure delegations")!;
    assert.deepEqual(
      part.additions.map(({ id }) => id),
      [delegations[1]!.id, twin.id],
    );
    assert.match(
      part.reason,
      /people of the MSSP's tenant have the eligible Azure role Contributor at \/subscriptions\/s/,
    );
    assert.match(part.reason, /not looked at: The delegations of subscription t: not permitted/);
  });

  it("a certificate and another API's permission are removed by the Azure CLI's own commands", async () => {
    const api = { resourceAppId: "other-api", resourceAccess: [{ id: "role", type: "Role" }] };
    const found = await additions({
      "/v1.0/applications/app": {
        ...application,
        keyCredentials: [{ keyId: "cert", ...end }],
        requiredResourceAccess: [api],
      },
    });
    assert.deepEqual(
      found.map(({ step }) => step),
      [
        "az ad app credential delete --id 'client' --key-id 'cert' --cert",
        "az ad app permission delete --id 'client' --api 'other-api'",
      ],
    );
    assert.equal(found[0]?.done.on, end.startDateTime);
  });

  it("owners: the automation, once it is named, and the identity itself are no additions, another application is", async () => {
    const automation = { id: "automation", appId: "A1", appOwnerOrganizationId: mssp.toUpperCase() };
    const value = [automation, { ...automation, id: "other", appId: "a2" }, { id: "ME" }, { id: "eve" }];
    const owners = async (identities: readonly string[]) =>
      (await additions({ "/v1.0/groups/group/owners": { value } }, { identities })).map(({ kind, id }) => [kind, id]);
    assert.deepEqual(await owners([]), [["owner", "eve"]]);
    assert.deepEqual(await owners(["a1"]), [
      ["owner", "other"],
      ["owner", "eve"],
    ]);
  });

  it("guests of the MSSP's domains by any address are additions, listed analysts are not", async () => {
    const guest = (id: string, mail: string | null, userPrincipalName: string, otherMails: string[] = []) => ({
      ...{ id, mail, userPrincipalName, otherMails, displayName: id, createdDateTime: null },
    });
    const value = [
      guest("listed", "Ana@Fabrikam-Security.example", "ana_x#EXT#@contoso.example"),
      guest("spelled", null, "eve_fabrikam-security.example#EXT#@contoso.example"),
      guest("other", "o@partner.example", "o#EXT#@contoso.example", ["o@fabrikam-security.example"]),
      guest("foreign", "x@partner.example", "x_partner.example#EXT#@contoso.example"),
    ];
    const found = await additions({ "/v1.0/users": { value } });
    assert.deepEqual(
      found.map(({ id }) => id),
      ["spelled", "other"],
    );
    const ana = resource("pulumi-nodejs:dynamic/defender-mssp:Guest", "listed", {
      email: "ana@fabrikam-security.example",
    });
    const second = guest("second", "h@contoso.example", "helper@contoso.example", ["ANA@fabrikam-security.example"]);
    const users = { "/v1.0/users": { value: [...value, second] } };
    const deployed = new Deployed([...state, ana]);
    const ids = async (changes: Partial<AdditionsTenant>) => (await additions(users, changes)).map(({ id }) => id);
    assert.deepEqual(await ids({ deployed }), ["spelled", "other", "second"]);
    assert.deepEqual(await ids({}), ["listed", "spelled", "other", "second"]);
  });

  it("a guest's mail and acceptance are compared with what the state has, and with nothing else", async () => {
    const change = async (record: Record<string, unknown>, user: object) => {
      const ana = resource("pulumi-nodejs:dynamic/defender-mssp:Guest", "ana", { email: "ana@x.example" });
      const deployed = new Deployed([...state, { ...ana, outputs: record }]);
      const answer = "status" in user ? 403 : { id: "ana", userType: "Guest", ...user };
      const parts = await partsOf(tenant({ "/v1.0/users/ana": answer }, { deployed }));
      const part = parts.find(({ name }) => name === "changed guests");
      return part?.state === "failed"
        ? part.additions.map(({ what }) => what).join()
        : `${part?.state} ${part?.reason}`;
    };
    const accepted = (on: string) => ({ externalUserState: "Accepted", externalUserStateChangeDateTime: on });
    const [first, second] = [accepted("2026-11-01T00:00:00Z"), accepted("2026-11-02T00:00:00Z")];
    const pending = { externalUserState: "PendingAcceptance", externalUserStateChangeDateTime: "2026-10-01T00:00:00Z" };
    const mail = "ana@x.example";
    assert.equal(await change({}, { mail: "b@y.example", ...second }), "passed no additions");
    assert.equal(await change({ mail, ...pending }, { mail: "ANA@x.example", ...first }), "passed no additions");
    assert.equal(
      await change({ mail, ...first }, { mail, ...accepted("2026-11-01T00:00:00.000Z") }),
      "passed no additions",
    );
    assert.equal(
      await change({ mail, ...first }, { mail: null, ...second }),
      "mail (none) and Accepted since 2026-11-02T00:00:00Z, where the state has mail ana@x.example and Accepted since 2026-11-01T00:00:00Z",
    );
    assert.equal(
      await change(first, pending),
      "PendingAcceptance since 2026-10-01T00:00:00Z, where the state has Accepted since 2026-11-01T00:00:00Z",
    );
    assert.equal(await change({ mail }, { status: 403 }), "notChecked not permitted: requires User.Read.All");
  });

  it("what an adopted object had before is not recorded: a part without additions is not checked", async () => {
    const ana = resource("pulumi-nodejs:dynamic/defender-mssp:Guest", "ana", { email: "ana@x.example" });
    const deployed = new Deployed([...state, { ...ana, outputs: { adopted: true } }]);
    const parts = await partsOf(tenant({ "/v1.0/groups": { value: [] } }, { deployed }));
    const states = ["added memberships", "added ownerships", "added app roles", "added Azure roles"].map((name) => {
      const part = parts.find((each) => each.name === name);
      return `${part?.state} ${part?.reason}`;
    });
    const unrecorded = "notChecked not checked: what guest ana@x.example had before is not recorded";
    assert.deepEqual(states.slice(0, 3), [unrecorded, unrecorded, unrecorded]);
    assert.match(states[3] ?? "", /^notChecked/);
  });

  it("a group that an adopted guest had at its adoption is no addition, another one is", async () => {
    const ana = resource("pulumi-nodejs:dynamic/defender-mssp:Guest", "ana", { email: "ana@x.example" });
    const outputs = { adopted: true, groupsBefore: ["before"] };
    const deployed = new Deployed([...state.filter(({ id }) => id !== "ana"), { ...ana, outputs }]);
    const memberships = async (...ids: string[]): Promise<string> => {
      const value = ids.map((id) => ({ "@odata.type": "#microsoft.graph.group", id, displayName: id }));
      const parts = await partsOf(tenant({ "/v1.0/users/ana/memberOf": { value } }, { deployed }));
      const part = parts.find(({ name }) => name === "added memberships");
      return `${part?.state} ${part?.reason} ${part?.additions.map(({ id }) => id).join()}`;
    };
    assert.match(await memberships("before"), /^passed no additions; guest ana@x.example had 1 before its adoption $/);
    assert.match(await memberships("before", "after"), /^failed .* after$/s);
  });

  it("the initiator is that of the last audit entry that names both objects", async () => {
    const entry = (by: string, on: string, ...ids: string[]) => ({
      activityDateTime: on,
      initiatedBy: { user: { userPrincipalName: by } },
      targetResources: ids.map((id) => ({ id })),
    });
    const log = [
      entry("first@contoso.example", "2026-11-01T00:00:00Z", "group", "eve"),
      entry("last@contoso.example", "2026-11-02T00:00:00Z", "group", "eve"),
      entry("other@contoso.example", "2026-11-03T00:00:00Z", "group", "bob"),
    ];
    const members = { "/v1.0/groups/group/members": { value: [{ id: "ana" }, { id: "eve" }] } };
    const [found] = await additions({ ...members, "/v1.0/auditLogs/directoryAudits": { value: log } });
    assert.deepEqual(found?.done, { by: "last@contoso.example", on: "2026-11-02T00:00:00Z" });
    assert.equal(found.step, "npx pulumi up --refresh");
    const parts = await partsOf(tenant({ ...members, "/v1.0/auditLogs/directoryAudits": 403 }));
    const groups = parts.find(({ name }) => name === "added to the groups");
    assert.equal(groups?.state, "failed");
    assert.match(groups.reason, /author not known: reading the audit log requires AuditLog\.Read\.All/);
  });

  it("an unreadable part is notChecked and names the missing permission", async () => {
    const parts = await partsOf(tenant({ "/v1.0/users": 403, "/v1.0/groups/group/members": 500 }));
    const reasons = Object.fromEntries(parts.map((part) => [part.name, [part.state, part.reason]]));
    assert.deepEqual(reasons["added guests"], ["notChecked", "not permitted: requires User.Read.All"]);
    assert.equal(reasons["added to the groups"]?.[0], "notChecked");
  });

  it("just-in-time access: an analyst who has activated the membership is no addition, anybody else is", async () => {
    const inputs = { groupId: "group", members: [{ objectId: "Ana" }] };
    const deployed = new Deployed([
      resource("azuread:index/group:Group", "group"),
      resource("pulumi-nodejs:dynamic/defender-mssp:EligibleMembers", "group", inputs),
    ]);
    const members = { value: [{ id: "ana" }, { id: "eve" }] };
    const found = await additions({ "/v1.0/groups/group/members": members }, { deployed });
    assert.deepEqual(
      found.map(({ kind, id }) => `${kind} ${id}`),
      ["member eve"],
    );
  });

  it("access packages: other policies, and assignments outside the stack's policy or the MSSP's organization", async () => {
    const base = "/beta/identityGovernance/entitlementManagement";
    const deployed = new Deployed([
      resource("azuread:index/accessPackage:AccessPackage", "package"),
      resource("azuread:index/accessPackageAssignmentPolicy:AccessPackageAssignmentPolicy", "policy"),
      resource("pulumi-nodejs:dynamic/defender-mssp:ConnectedOrganization", "organization"),
      resource("azuread:index/group:Group", "group"),
    ]);
    const assignment = (id: string, assignmentPolicyId: string, connectedOrganizationId: string | null) => ({
      ...{ id, accessPackageId: "PACKAGE", assignmentPolicyId, assignmentState: "Delivered" },
      target: { objectId: `user-${id}`, displayName: id, email: null, connectedOrganizationId },
    });
    const answers = {
      [`${base}/accessPackageAssignmentPolicies`]: {
        value: [
          { id: "policy", accessPackageId: "package", displayName: "ours", createdDateTime: null },
          { id: "open", accessPackageId: "package", displayName: "theirs", createdDateTime: null },
          { id: "other", accessPackageId: "another", displayName: "not ours to judge", createdDateTime: null },
        ],
      },
      [`${base}/accessPackageAssignments`]: {
        value: [
          assignment("right", "policy", "organization"),
          assignment("open", "open", "organization"),
          assignment("member", "policy", null),
        ],
      },
      "/v1.0/groups/group/members": { value: [{ id: "user-right" }, { id: "user-member" }] },
      "/v1.0/users/user-right/memberOf": {
        value: ["group", "helpdesk"].map((id) => ({ "@odata.type": "#microsoft.graph.group", id })),
      },
    };
    const found = await additions(answers, { deployed });
    assert.deepEqual(
      found.map(({ kind, id }) => `${kind} ${id}`),
      [
        "member user-member",
        "assignment policy open",
        "access package assignment open",
        "access package assignment member",
        "membership helpdesk",
      ],
    );
    const ended = { ...assignment("ended", "policy", "organization"), assignmentState: "Expired" };
    const assignments = { value: [...answers[`${base}/accessPackageAssignments`].value, ended] };
    const holders = await packageHolders(tenant({ [`${base}/accessPackageAssignments`]: assignments }, { deployed }));
    assert.deepEqual(
      holders.map(({ id, adopted, origin }) => [id, adopted, origin]),
      ["user-right", "user-open", "user-ended"].map((id) => [id, true, "accessPackage"]),
    );
    assert.match(found[0]?.step ?? "", /^az rest --method DELETE .*\/members\/user-member\/\$ref'$/);
    const denied = await partsOf(tenant({ ...answers, [`${base}/accessPackageAssignments`]: 403 }, { deployed }));
    const states = Object.fromEntries(denied.map((part) => [part.name, part.state]));
    assert.deepEqual(
      ["added to the groups", "added guests", "added to access packages"].map((name) => states[name]),
      ["notChecked", "notChecked", "notChecked"],
    );
  });

  it("each name in a command is quoted as one shell word", () => {
    assert.equal(shellQuoted("it's"), `'it'\\''s'`);
    assert.equal(
      azRest("POST", "https://graph/x", { keyId: "'; rm -rf ~" }),
      `az rest --method POST --url 'https://graph/x' --headers Content-Type=application/json --body '{"keyId":"'\\''; rm -rf ~"}'`,
    );
  });
});
