import assert from "node:assert/strict";
import { microsoftGraph, ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import { ofKind, withParts } from "../../../../cli/customer/adopt/candidate";
import { ownedKinds } from "../../../../cli/customer/adopt/draft";
import { findInTenant } from "../../../../cli/customer/adopt/find";
import { isSearched, type ListedKey } from "../../../../domain/adoption";
import { isNotApplicable } from "../../../../domain/kinds/accessKind";
import { kinds } from "../../../../domain/kinds/kinds";
import { permissionsToAdopt } from "../../../../domain/prerequisites";

const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";
const guest = (id: string, mail: string | null, userPrincipalName: string) => ({
  id,
  displayName: id,
  mail,
  userPrincipalName,
});
const registration = (id: string, displayName: string, redirectUris: readonly string[]) => ({
  id,
  appId: `${id}-client`,
  displayName,
  signInAudience: "AzureADMyOrg",
  web: { redirectUris },
  requiredResourceAccess: [],
  passwordCredentials: [],
  keyCredentials: [],
});

/** Answers of Graph by the beginning of the path; an empty list for every other one. */
function graph(answers: Readonly<Record<string, unknown>>) {
  const methods: string[] = [];
  const paths: string[] = [];
  const call: GraphCall = (path, { method = "GET" } = {}) => {
    methods.push(method);
    paths.push(path);
    const known = Object.keys(answers).sort((a, b) => b.length - a.length);
    const answer = answers[known.find((beginning) => path.startsWith(beginning)) ?? ""];
    if (answer instanceof Error) return Promise.reject(answer);
    const body = Array.isArray(answer) || answer === undefined ? { value: answer ?? [] } : answer;
    return Promise.resolve({ status: 200, headers: new Headers(), body } as Awaited<ReturnType<GraphCall>>);
  };
  return { call, methods, paths };
}

function find(answers: Readonly<Record<string, unknown>>) {
  const { call, ...asked } = graph(answers);
  const tenant = { call, defender: undefined, msspName: "Fabrikam", msspTenantId, msspDomains: ["fabrikam.example"] };
  return findInTenant(tenant).then((found) => ({ found, ...asked }));
}

describe("search of what was onboarded by hand", () => {
  it("finds guests by their mail, and by the address that Entra spells into the principal name", async () => {
    const { found } = await find({
      "/v1.0/users?": [
        guest("mail", "Ana@Fabrikam.example", "x@contoso.example"),
        guest("name", null, "ben_o_fabrikam.example#EXT#@contoso.example"),
        guest("other", "eve@elsewhere.example", "eve_elsewhere.example#EXT#@contoso.example"),
        guest("ending", "eve@notfabrikam.example", "e"),
      ],
    });
    assert.deepEqual(
      ofKind(found.candidates, "guest").map(({ id, email }) => [id, email]),
      [
        ["mail", "ana@fabrikam.example"],
        ["name", "ben_o@fabrikam.example"],
      ],
    );
  });

  it("finds everybody of the MSSP: below its domains, by other addresses, and as a member", async () => {
    const { found, paths } = await find({
      "/v1.0/users?": [
        guest("below", "ana@soc.fabrikam.example", "x"),
        { ...guest("other", "ben@elsewhere.example", "y"), otherMails: ["Ben@fabrikam.example"] },
        { ...guest("member", null, "eve_fabrikam.example#EXT#@contoso.example"), userType: "Member" },
        { ...guest("own", "dan@contoso.example", "dan@contoso.example"), userType: "Member" },
      ],
    });
    assert.deepEqual(
      ofKind(found.candidates, "guest").map(({ id, email }) => [id, email]),
      [
        ["below", "ana@soc.fabrikam.example"],
        ["other", "ben@fabrikam.example"],
        ["member", "eve@fabrikam.example"],
      ],
    );
    // A filter would leave members out, and other addresses have to be asked for.
    const list = paths.find((path) => path.startsWith("/v1.0/users?")) ?? "";
    assert.doesNotMatch(list, /filter/);
    assert.match(list, /otherMails/);
  });

  it("finds a connected organization of the MSSP's domains, or of one below them", async () => {
    const organization = (id: string, domainName: string) => ({
      ...{ id, displayName: id, state: "configured", identitySources: [{ domainName }] },
    });
    const { found } = await find({
      "/v1.0/identityGovernance/entitlementManagement/connectedOrganizations": [
        organization("own", "Fabrikam.example"),
        organization("below", "soc.fabrikam.example"),
        organization("alike", "notfabrikam.example"),
      ],
    });
    assert.deepEqual(
      ofKind(found.candidates, "connectedOrganization").map(({ id, source }) => [id, source]),
      [
        ["own", { domain: "fabrikam.example" }],
        ["below", { domain: "soc.fabrikam.example" }],
      ],
    );
  });

  it("reads the mark of each kind of object", async () => {
    const note =
      "Managed by Pulumi (defender-mssp/other#0123456789abcdef, MSSP tenant 5ec0de00-5ea1-4000-8000-0000000000aa).";
    const app = { ...registration("app", "Contoso SIEM MSSP Connector", []), description: `Reads. ${note}` };
    const group = {
      id: "group",
      displayName: "Tier 1 Analyst",
      securityEnabled: true,
      groupTypes: [],
      description: note,
    };
    const beta = "/beta/identityGovernance/entitlementManagement";
    const requestors = { allowedRequestors: [{ id: "organization" }] };
    const { found } = await find({
      "/v1.0/users?": [
        {
          ...guest("marked", "a@fabrikam.example", "a"),
          employeeType: "MSSP analyst, managed by Pulumi (p/s#0123456789abcdef; aa)",
        },
        { ...guest("invited", "b@fabrikam.example", "b"), displayName: "B (p/s#0123456789abcdef)" },
        guest("unmarked", "c@fabrikam.example", "c"),
      ],
      "/v1.0/users/": [],
      "/v1.0/groups?": [group],
      "/v1.0/applications?": [app],
      "/v1.0/applications/app": app,
      "/v1.0/applications/app/federatedIdentityCredentials": [],
      "/v1.0/servicePrincipals?$select": [
        {
          id: "sp",
          appId: "sp",
          displayName: "sp",
          appOwnerOrganizationId: msspTenantId,
          notes: "Managed by Pulumi: p/s#0123456789abcdef/x",
        },
      ],
      "/v1.0/identityGovernance/entitlementManagement/connectedOrganizations": [
        {
          id: "organization",
          displayName: "F",
          description: note,
          state: "configured",
          identitySources: [{ tenantId: msspTenantId }],
        },
      ],
      [`${beta}/accessPackageAssignmentPolicies`]: [
        {
          id: "policy",
          displayName: "P",
          description: note,
          accessPackageId: "package",
          requestorSettings: requestors,
        },
      ],
      [`${beta}/accessPackages`]: [{ id: "package", displayName: "P", description: note, catalogId: "catalog" }],
      [`${beta}/accessPackages/package`]: {},
      [`${beta}/accessPackageCatalogs/catalog`]: { displayName: "C", description: note },
      [`${beta}/accessPackageCatalogs/catalog/accessPackageResources`]: [],
      "/beta/security/rules/detectionRules": [
        { id: "rule", displayName: "R", description: "(managed by defender-mssp/other#0123456789abcdef/detections-r)" },
      ],
    });
    const marks = (key: ListedKey) => ofKind(found.candidates, key).map(({ id, mark }) => [id, mark?.stack]);
    const other = "defender-mssp/other";
    assert.deepEqual(marks("guest"), [
      ["marked", "p/s"],
      ["invited", "p/s"],
      ["unmarked", undefined],
    ]);
    assert.deepEqual(marks("group"), [["group", other]]);
    assert.deepEqual(marks("application"), [["app", other]]);
    assert.deepEqual(marks("msspServicePrincipal"), [["sp", "p/s"]]);
    assert.deepEqual(marks("connectedOrganization"), [["organization", other]]);
    assert.deepEqual(marks("accessPackage"), [["package", other]]);
    assert.deepEqual(marks("assignmentPolicy"), [["policy", other]]);
    assert.deepEqual(marks("accessPackageCatalog"), [["catalog", other]]);
    assert.deepEqual(marks("detectionRule"), [["rule", other]]);
  });

  it("finds app registrations by the name and by the redirect URIs of the document of 2018", async () => {
    const all = [
      registration("name", "Contoso siem MSSP connector", []),
      registration("uri", "Pull", ["https://contoso.example/SiemMsspConnector"]),
      registration("script", "Script", ["https://SiemMsspConnector"]),
      registration("none", "Payroll", ["https://payroll.example/SiemMsspConnectors"]),
    ];
    const { found } = await find({
      "/v1.0/applications?": all,
      ...Object.fromEntries(all.map((one) => [`/v1.0/applications/${one.id}`, one])),
      ...Object.fromEntries(all.map(({ id }) => [`/v1.0/applications/${id}/federatedIdentityCredentials`, []])),
    });
    assert.deepEqual(
      ofKind(found.candidates, "application").map(({ id }) => id),
      ["name", "uri", "script"],
    );
  });

  it("finds service principals of the MSSP's applications, with their permissions", async () => {
    const principal = (id: string, appOwnerOrganizationId: string) => ({
      id,
      appId: id,
      displayName: id,
      appOwnerOrganizationId,
      appRoles: [],
      oauth2PermissionScopes: [],
    });
    const { found } = await find({
      "/v1.0/servicePrincipals?$select": [principal("ours", msspTenantId), principal("theirs", "other")],
      "/v1.0/servicePrincipals/ours/appRoleAssignments": [{ id: "role", resourceId: "g", appRoleId: "r" }],
      [`/v1.0/servicePrincipals?$filter=appId%20eq%20'${microsoftGraph.appId}'`]: [],
    });
    assert.deepEqual(
      ofKind(found.candidates, "msspServicePrincipal", "applicationPermission").map(({ id, of }) => [id, of]),
      [
        ["ours", undefined],
        ["role", ["ours"]],
      ],
    );
  });

  it("names what each part belongs to, which is left with it", async () => {
    const credential = { displayName: null, startDateTime: "", endDateTime: "2027-01-01T00:00:00Z" };
    const app = {
      ...registration("app", "Contoso SIEM MSSP Connector", []),
      passwordCredentials: [{ ...credential, keyId: "secret" }],
      keyCredentials: [{ ...credential, keyId: "certificate" }],
    };
    const { found } = await find({
      "/v1.0/users?": [guest("ana", "ana@fabrikam.example", "ana")],
      "/v1.0/roleManagement/directory/roleAssignments": [{ id: "role", principalId: "ana", roleDefinitionId: "r" }],
      "/beta/roleManagement/defender/roleAssignments": [{ id: "held", principalIds: ["ana"], roleDefinitionId: "d" }],
      "/v1.0/applications?": [app],
      "/v1.0/applications/app": app,
      "/v1.0/applications/app/federatedIdentityCredentials": [{ id: "federated", name: "pipeline" }],
      "/v1.0/servicePrincipals?$select": [{ id: "sp", appId: "app-client", displayName: "sp" }],
      "/v1.0/servicePrincipals/sp/appRoleAssignments": [{ id: "permission", resourceId: "g", appRoleId: "r" }],
      "/v1.0/servicePrincipals/sp/oauth2PermissionGrants": [{ id: "consent", resourceId: "g", scope: "a" }],
    });
    const parts = (id: string) => withParts(found.candidates, id).map((part) => part.id);
    assert.deepEqual(parts("ana"), ["ana", "role", "held"]);
    const ofPrincipal = ["sp", "permission", "consent"];
    assert.deepEqual(parts("app"), ["app", "secret", "certificate", "federated", ...ofPrincipal]);
    assert.deepEqual(parts("sp"), ofPrincipal);
  });

  it("names a part that the identity may not read, and finds the others", async () => {
    const refused = new ServiceError({ status: 403, message: "no", method: "GET", url: "/" });
    const { found } = await find({
      "/beta/roleManagement/defender": refused,
      "/v1.0/users?": [guest("mail", "ana@fabrikam.example", "x")],
    });
    assert.equal(ofKind(found.candidates, "guest").length, 1);
    assert.ok(found.notLooked.some(({ why }) => why.includes("RoleManagement.Read.Defender")));
  });

  it("reports other failures", async () => {
    const failed = new ServiceError({ status: 500, message: "no", method: "GET", url: "/" });
    await assert.rejects(find({ "/v1.0/users?": failed }), ServiceError);
  });

  it("only reads", async () => {
    const { methods } = await find({ "/v1.0/users?": [guest("mail", "ana@fabrikam.example", "x")] });
    assert.deepEqual([...new Set(methods)], ["GET"]);
  });
});

describe("what an adoption does not look for", () => {
  const searched = {
    call: () => Promise.resolve({ status: 200, headers: new Headers(), text: "", body: { value: [] }, tries: 1 }),
  };
  const tenant = { ...searched, msspTenantId: "", msspName: "Fabrikam", msspDomains: [], defender: undefined };

  it("names each kind of access that nobody searches, with a reason", async () => {
    const { notLooked } = await findInTenant(tenant);
    for (const plural of [
      "eligible group memberships",
      "partners of the cross-tenant access policy",
      "Conditional Access policies",
      "governance relationships",
      "Azure Lighthouse delegations",
      "assignments of access packages",
      "notification rules",
      "SIEM authorizations",
    ]) {
      assert.ok(
        notLooked.some(({ what, why }) => what === plural && why.length > 20),
        plural,
      );
    }
    for (const kind of kinds) {
      const isNamed = notLooked.some(({ what }) => what === kind.plural);
      assert.ok(isNamed || isNotApplicable(kind.adoption) || isSearched(kind), kind.key);
    }
  });

  it("requires what reads the kinds that are searched", () => {
    assert.deepEqual(permissionsToAdopt, [
      "Application.Read.All",
      "CustomDetection.Read.All",
      "DelegatedPermissionGrant.Read.All",
      "EntitlementManagement.Read.All",
      "Group.Read.All",
      "RoleManagement.Read.Defender",
      "RoleManagement.Read.Directory",
      "User.Read.All",
    ]);
  });

  it("offers to keep what the kinds of access say", () => {
    assert.deepEqual(ownedKinds, ["guests", "groups", "accessPackages", "application"]);
  });
});
