import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import {
  isLostCreate,
  ServiceError,
  undoLostCreate,
  type FailedCreate,
  type GraphCall,
} from "@defender-mssp/microsoft";
import { rootCertificates } from "node:tls";

const graph = "https://graph.microsoft.com";
const mark = "Managed by Pulumi (defender-mssp/contoso#5013421047e1040e, MSSP tenant 5ec0de00)";
const entitlement = "/beta/identityGovernance/entitlementManagement";
const application = "/v1.0/applications/a1";
const certificate = rootCertificates[0] ?? "";
const thumbprint = new X509Certificate(certificate).fingerprint.replaceAll(":", "");

type Objects = Readonly<Record<string, unknown>>;

interface Case {
  readonly type: string;
  readonly request: string;
  readonly inputs: Objects;
  /** Answers by path, without the query. The last object of a list is the lost create's; the others are not. */
  readonly there: Readonly<Record<string, object>>;
  readonly removal: { readonly method: string; readonly path: string; readonly json?: unknown };
  readonly isUnique: boolean;
  /** The official plugin's error for a failed poll, after which it keeps no ID. */
  readonly failedPoll?: string;
}

const since = new Date();

/**
 * A thing with the stack's mark, created in this run, beside one of the same name of another stack, and one without a
 * mark.
 */
function marked(type: string, list: string, extra: Objects = {}, owner: Objects = {}): Case {
  const inputs = { displayName: "Contoso", description: `Reads. ${mark}.`, ...extra };
  const other = { ...inputs, id: "other", description: `Reads. ${mark.replace("5013", "6666")}.` };
  const [createdDateTime, earlier] = [since.toISOString(), new Date(since.getTime() - 20 * 60_000).toISOString()];
  const value = [
    { ...other, createdDateTime },
    { ...inputs, id: "unmarked", description: "Reads.", createdDateTime },
    // Somebody has copied the mark before the run.
    { ...inputs, ...owner, id: "borrowed", createdDateTime: earlier },
    { ...inputs, ...owner, id: "ours", createdDateTime },
  ];
  return {
    ...{ type, request: `POST ${list}`, inputs, there: { [list]: { value } }, isUnique: false },
    removal: { method: "DELETE", path: `${list}/ours` },
  };
}

const policies = "/v1.0/identity/conditionalAccess/policies";

/** A Conditional Access policy for guests of a tenant, as Graph answers it. */
function policy(id: string, changes: Objects = {}, tenant = "mssp"): Objects {
  return {
    id,
    displayName: "MSSP access: Fabrikam",
    state: "enabled",
    createdDateTime: new Date().toISOString(),
    conditions: {
      applications: { includeApplications: ["All"] },
      users: {
        includeGuestsOrExternalUsers: {
          guestOrExternalUserTypes: "b2bCollaborationGuest,b2bCollaborationMember",
          externalTenants: { membershipKind: "enumerated", members: [tenant] },
        },
      },
    },
    ...changes,
  };
}

const cases: readonly Case[] = [
  marked("applicationRegistration:ApplicationRegistration", "/v1.0/applications"),
  marked("group:Group", "/v1.0/groups"),
  marked("accessPackageCatalog:AccessPackageCatalog", `${entitlement}/accessPackageCatalogs`),
  marked("accessPackage:AccessPackage", `${entitlement}/accessPackages`, { catalogId: "c1" }),
  marked(
    "accessPackageAssignmentPolicy:AccessPackageAssignmentPolicy",
    `${entitlement}/accessPackageAssignmentPolicies`,
    { accessPackageId: "p1" },
  ),
  {
    type: "servicePrincipal:ServicePrincipal",
    request: "POST /v1.0/servicePrincipals",
    inputs: { clientId: "client" },
    there: { "/v1.0/servicePrincipals": { value: [{ id: "s1", appId: "client" }] } },
    removal: { method: "DELETE", path: "/v1.0/servicePrincipals/s1" },
    isUnique: true,
  },
  {
    type: "appRoleAssignment:AppRoleAssignment",
    request: "POST /v1.0/servicePrincipals/graph/appRoleAssignedTo",
    inputs: { principalObjectId: "s1", resourceObjectId: "graph", appRoleId: "r1" },
    there: {
      "/v1.0/servicePrincipals/s1/appRoleAssignments": {
        value: [
          { id: "otherRole", appRoleId: "r2", resourceId: "graph" },
          { id: "otherApi", appRoleId: "r1", resourceId: "x" },
          { id: "g1", appRoleId: "r1", resourceId: "graph" },
        ],
      },
    },
    removal: { method: "DELETE", path: "/v1.0/servicePrincipals/graph/appRoleAssignedTo/g1" },
    isUnique: true,
  },
  {
    type: "servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant",
    request: "POST /v1.0/oauth2PermissionGrants",
    inputs: { servicePrincipalObjectId: "s1", resourceServicePrincipalObjectId: "d1", claimValues: ["Alert.Read"] },
    there: {
      "/v1.0/servicePrincipals/s1/oauth2PermissionGrants": {
        value: [
          { id: "otherScope", resourceId: "d1", scope: "Alert.Read Machine.Read" },
          { id: "g1", resourceId: "d1", scope: " Alert.Read" },
        ],
      },
    },
    removal: { method: "DELETE", path: "/v1.0/oauth2PermissionGrants/g1" },
    isUnique: true,
  },
  {
    type: "directoryRoleAssignment:DirectoryRoleAssignment",
    request: "POST /v1.0/roleManagement/directory/roleAssignments",
    inputs: { principalObjectId: "g1", roleId: "reader" },
    there: {
      "/v1.0/roleManagement/directory/roleAssignments": {
        value: [
          { id: "otherRole", roleDefinitionId: "admin" },
          { id: "r1", roleDefinitionId: "reader" },
        ],
      },
    },
    removal: { method: "DELETE", path: "/v1.0/roleManagement/directory/roleAssignments/r1" },
    isUnique: true,
  },
  {
    type: "applicationRedirectUris:ApplicationRedirectUris",
    request: `PATCH ${application}`,
    inputs: {
      applicationId: "/applications/a1",
      type: "Web",
      redirectUris: ["https://a.example", "https://b.example"],
    },
    there: { [application]: { web: { redirectUris: ["https://b.example", "https://a.example"] } } },
    removal: { method: "PATCH", path: application, json: { web: { redirectUris: [] } } },
    isUnique: true,
  },
  {
    type: "applicationApiAccess:ApplicationApiAccess",
    request: `PATCH ${application}`,
    inputs: { applicationId: "/applications/a1", apiClientId: "graph" },
    there: { [application]: { requiredResourceAccess: [{ resourceAppId: "other" }, { resourceAppId: "graph" }] } },
    removal: { method: "PATCH", path: application, json: { requiredResourceAccess: [{ resourceAppId: "other" }] } },
    isUnique: true,
  },
  {
    type: "applicationCertificate:ApplicationCertificate",
    request: `PATCH ${application}`,
    inputs: { applicationId: "/applications/a1", value: certificate },
    there: {
      [application]: {
        keyCredentials: [
          { keyId: "k0", customKeyIdentifier: "00" },
          { keyId: "k1", customKeyIdentifier: thumbprint },
        ],
      },
    },
    removal: {
      method: "PATCH",
      path: application,
      json: { keyCredentials: [{ keyId: "k0", customKeyIdentifier: "00" }] },
    },
    isUnique: true,
    failedPoll: 'Waiting for certificate credential for Application (Application: "a1")',
  },
  {
    type: "applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
    request: `POST ${application}/federatedIdentityCredentials`,
    inputs: { applicationId: "/applications/a1", displayName: "mssp-siem" },
    there: {
      [`${application}/federatedIdentityCredentials`]: {
        value: [
          { id: "f0", name: "theirs" },
          { id: "f1", name: "mssp-siem" },
        ],
      },
    },
    removal: { method: "DELETE", path: `${application}/federatedIdentityCredentials/f1` },
    isUnique: true,
    failedPoll:
      'Waiting for Application Id Federated Identity Credential (Application: "a1"\nFederated Identity Credential: "f1")',
  },
  {
    type: "applicationPassword:ApplicationPassword",
    request: `POST ${application}/addPassword`,
    inputs: { applicationId: "/applications/a1", displayName: "SIEM", endDate: "2027-01-01T00:00:00Z" },
    there: {
      [application]: {
        passwordCredentials: [
          { keyId: "otherEnd", displayName: "SIEM", endDateTime: "2027-02-01T00:00:00Z" },
          { keyId: "otherName", displayName: "theirs", endDateTime: "2027-01-01T00:00:00Z" },
          { keyId: "p1", displayName: "SIEM", endDateTime: "2027-01-01T00:00:00.123Z" },
        ],
      },
    },
    removal: { method: "POST", path: `${application}/removePassword`, json: { keyId: "p1" } },
    isUnique: false,
    failedPoll: 'Waiting for password credential for Application (Application: "a1")',
  },
  {
    type: "conditionalAccessPolicy:ConditionalAccessPolicy",
    request: `POST ${policies}`,
    inputs: {
      displayName: "MSSP access: Fabrikam",
      state: "enabled",
      conditions: {
        applications: { includedApplications: ["All"] },
        users: {
          includedGuestsOrExternalUsers: [
            {
              guestOrExternalUserTypes: ["b2bCollaborationMember", "b2bCollaborationGuest"],
              externalTenants: [{ membershipKind: "enumerated", members: ["mssp"] }],
            },
          ],
        },
      },
    },
    there: {
      [policies]: {
        value: [
          policy("old", { createdDateTime: new Date(since.getTime() - 20 * 60_000).toISOString() }),
          policy("report", { state: "enabledForReportingButNotEnforced" }),
          policy("name", { displayName: "MSSP access" }),
          policy("people", {}, "another"),
          policy("ours"),
        ],
      },
    },
    removal: { method: "DELETE", path: `${policies}/ours` },
    isUnique: false,
    failedPoll: 'Waiting for creation of Identity Conditional Access Policy (Conditional Access Policy: "ours")',
  },
  {
    type: "accessPackageResourceCatalogAssociation:AccessPackageResourceCatalogAssociation",
    request: `POST ${entitlement}/accessPackageResourceRequests`,
    inputs: { catalogId: "c1", resourceOriginId: "g1", resourceOriginSystem: "AadGroup" },
    there: {
      [`${entitlement}/accessPackageCatalogs/c1/accessPackageResources`]: {
        value: [
          { originId: "g0", originSystem: "AadGroup" },
          { originId: "g1", originSystem: "AadGroup" },
        ],
      },
    },
    removal: {
      method: "POST",
      path: `${entitlement}/accessPackageResourceRequests`,
      json: {
        catalogId: "c1",
        executeImmediately: true,
        requestType: "AdminRemove",
        accessPackageResource: { originId: "g1", originSystem: "AadGroup" },
      },
    },
    isUnique: true,
    failedPoll: 'Waiting for processing of Access Package Resource Request (Catalog ID: "c1" / Origin ID: "g1")',
  },
  {
    type: "accessPackageResourcePackageAssociation:AccessPackageResourcePackageAssociation",
    request: `POST ${entitlement}/accessPackages/p1/accessPackageResourceRoleScopes`,
    inputs: { accessPackageId: "p1", catalogResourceAssociationId: "c1/g1" },
    there: {
      [`${entitlement}/accessPackages/p1`]: {
        accessPackageResourceRoleScopes: [
          { id: "otherGroup", accessPackageResourceScope: { originId: "g0" } },
          { id: "s1", accessPackageResourceScope: { originId: "g1" } },
        ],
      },
    },
    removal: { method: "DELETE", path: `${entitlement}/accessPackages/p1/accessPackageResourceRoleScopes/s1` },
    isUnique: true,
    failedPoll:
      'Waiting for creation of Identity Governance Entitlement Management Access Package Access Package Resource Role Scope (Access Package: "p1")',
  },
];

describe("microsoft: a create whose answer was lost", () => {
  interface Sent {
    readonly method: string;
    readonly path: string;
    readonly json?: unknown;
  }

  /** A Graph in which these things are, and what was sent to it beside reads. */
  function fakeGraph(there: Case["there"]): { readonly call: GraphCall; readonly sent: Sent[]; reads: number } {
    const fake = { sent: [] as Sent[], reads: 0 };
    const call: GraphCall = (path, { method = "GET", json } = {}) => {
      if (method === "GET") fake.reads++;
      else fake.sent.push({ method, path, ...(json === undefined ? {} : { json }) });
      const body = (fake.sent.length === 0 && there[path.split("?")[0] ?? ""]) || { value: [] };
      return Promise.resolve({ status: 200, headers: new Headers(), text: "", body, tries: 1 });
    };
    return Object.assign(fake, { call });
  }

  const sleep = () => Promise.resolve();
  const lost = (request: string) => {
    const [method = "", path = ""] = request.split(" ");
    return `1 error occurred:\n\t* ${method} ${graph}${path} failed: other side closed\n\n`;
  };
  const failed = ({ type, inputs, request }: Case, changed: Partial<FailedCreate> = {}): FailedCreate => ({
    ...{ type: `azuread:index/${type}`, inputs, errors: [lost(request)], isKnown: () => false, since },
    ...changed,
  });

  for (const one of cases) {
    const name = one.type.split(":")[1];
    it(`${name}: exactly what it has left is deleted, and it is sent again`, async () => {
      const { call, sent } = fakeGraph(one.there);
      assert.equal(await undoLostCreate(call, failed(one), { sleep }), "repeat");
      assert.deepEqual(sent, [one.removal]);
    });

    it(`${name}: ${one.isUnique ? "it is sent again" : "it fails as before"} where nothing is found in half a minute`, async () => {
      const fake = fakeGraph({});
      const outcome = await undoLostCreate(fake.call, failed(one), { sleep });
      assert.equal(outcome, one.isUnique ? "repeat" : "leave");
      assert.deepEqual([fake.sent, fake.reads], [[], 11]);
    });
  }

  const polls = [
    ': Get "https://graph.microsoft.com/v1.0/applications/a1": EOF',
    ": unexpected end of JSON input",
    ": timeout",
  ];
  for (const one of cases.filter(({ failedPoll }) => failedPoll !== undefined)) {
    for (const reason of polls) {
      it(`${one.type.split(":")[1]}: what a failed poll has left is deleted, and it is sent again${reason}`, async () => {
        const { call, sent } = fakeGraph(one.there);
        const create = failed(one, { errors: [`1 error occurred:\n\t* ${one.failedPoll ?? ""}${reason}\n\n`] });
        assert.ok(isLostCreate(create));
        assert.equal(await undoLostCreate(call, create, { sleep }), "repeat");
        assert.deepEqual(sent, [one.removal]);
      });
    }
  }

  const halved = "unmarshaling response body: unexpected end of JSON input";
  for (const one of cases) {
    it(`${one.type.split(":")[1]}: a halved answer of the create is a lost one, by the official plugin's words`, async () => {
      for (const reason of [halved, "model was nil"]) {
        const { call, sent } = fakeGraph(one.there);
        const create = failed(one, { errors: [`1 error occurred:\n\t* Could not create it: ${reason}\n\n`] });
        assert.ok(isLostCreate(create));
        assert.equal(await undoLostCreate(call, create, { sleep }), "repeat");
        assert.deepEqual(sent, [one.removal]);
        const later = { ...create, errors: [`Could not add members: ${reason}`] };
        assert.equal(isLostCreate(later), false);
      }
    });
  }

  it("a failed poll of a type whose ID the plugin keeps before it has left nothing", async () => {
    for (const one of cases.filter(({ failedPoll }) => failedPoll === undefined)) {
      const fake = fakeGraph(one.there);
      const create = failed(one, { errors: ["1 error occurred:\n\t* Waiting for creation of Group: EOF"] });
      assert.equal(isLostCreate(create), false, one.type);
      assert.equal(await undoLostCreate(fake.call, create, { sleep }), "leave");
      assert.deepEqual([fake.sent, fake.reads], [[], 0]);
    }
  });

  const [anApplication] = cases;
  assert.ok(anApplication);

  it("what the state has is not deleted", async () => {
    const withIds = cases.filter(({ removal, type }) => removal.method === "DELETE" && !type.includes("Resource"));
    for (const one of withIds) {
      const { call, sent } = fakeGraph(one.there);
      await undoLostCreate(call, failed(one, { isKnown: () => true }), { sleep });
      assert.deepEqual(sent, [], one.type);
    }
  });

  it("a description without the stack's random ID says nothing of whose it is", async () => {
    const description = "Reads. Managed by Pulumi.";
    const there = { "/v1.0/applications": { value: [{ id: "x", displayName: "Contoso", description }] } };
    const { call, sent } = fakeGraph(there);
    const inputs = { displayName: "Contoso", description };
    assert.equal(await undoLostCreate(call, failed(anApplication, { inputs }), { sleep }), "leave");
    assert.deepEqual(sent, []);
  });

  const others = {
    "an answer of Graph's": `POST ${graph}/v1.0/applications answered 400: Request_BadRequest: No.`,
    "a request after the one that created it": lost("PATCH /v1.0/applications/a1"),
    "another collection": lost("POST /v1.0/groups"),
    "an answer whose body ends in the middle, in the official plugin's words": "unmarshaling: unexpected EOF",
  };
  for (const [what, error] of Object.entries(others)) {
    it(`${what} is no lost create`, async () => {
      const fake = fakeGraph(anApplication.there);
      assert.equal(await undoLostCreate(fake.call, failed(anApplication, { errors: [error] }), { sleep }), "leave");
      assert.deepEqual([fake.sent, fake.reads], [[], 0]);
    });
  }

  const notReadBack =
    "expected non-nil error with nil state during Create of urn:pulumi:dev::p::azuread:index/x:X::one";
  for (const one of cases) {
    it(`${one.type.split(":")[1]}: what the plugin did not read back is found, deleted and made again`, async () => {
      const { call, sent } = fakeGraph(one.there);
      const create = failed(one, { errors: [notReadBack] });
      assert.equal(await undoLostCreate(call, create, { sleep }), "repeat");
      assert.deepEqual(sent, [one.removal]);
    });
  }

  it("a stale list has the object of an earlier try before it has the last one", async () => {
    const [one] = cases;
    assert.ok(one);
    const list = "/v1.0/applications";
    const object = (id: string) => ({ ...one.inputs, id, createdDateTime: since.toISOString() });
    const lists = [[], [object("deleted")], [object("deleted")], [object("last")], [], []];
    const sent: string[] = [];
    const call: GraphCall = (path, { method = "GET" } = {}) => {
      const headers = new Headers();
      if (method === "GET") {
        const body = { value: lists.shift() ?? [] };
        return Promise.resolve({ status: 200, headers, text: "", body, tries: 1 });
      }
      sent.push(path);
      const status = path.endsWith("/deleted") ? 404 : 204;
      return Promise.resolve({ status, headers, text: "", body: undefined, tries: 1 });
    };
    assert.equal(await undoLostCreate(call, failed(one, { errors: [notReadBack] }), { sleep }), "repeat");
    assert.equal(sent.at(-1), `${list}/last`);
  });

  for (const error of [
    "Could not create app role assignment: unexpected status 400 (400 Bad Request) with error: Request_BadRequest: Permission being assigned already exists on the object",
    'A resource with the ID "g1/g1" already exists - to be managed via Terraform this resource needs to be imported into the State.',
    "unexpected status 400 with error: The resource is already onboarded to ELM",
    "POST https://graph.example/beta/x answered 400: RoleScopeAlreadyExists: The access package has this role.",
  ]) {
    it(`a unique object of this stack that exists is made again: ${error.slice(0, 60)}`, async () => {
      for (const one of cases) {
        const fake = fakeGraph(one.there);
        const outcome = await undoLostCreate(fake.call, failed(one, { errors: [error] }), { sleep });
        assert.deepEqual([outcome, fake.sent], one.isUnique ? ["repeat", [one.removal]] : ["leave", []], one.type);
      }
    });
  }

  it("a time-out deletes nothing but credentials", async () => {
    const reasons = [
      "timeout while waiting for state to become 'Done' (last state: 'Waiting', timeout: 5m0s)",
      "couldn't find resource (21 retries)",
    ];
    for (const reason of reasons) {
      for (const one of cases) {
        const fake = fakeGraph(one.there);
        const create = failed(one, { errors: [`${one.failedPoll ?? "Waiting for creation of Group"}: ${reason}`] });
        const isCredential = /Password|Certificate/.test(one.type);
        const outcome = await undoLostCreate(fake.call, create, { sleep });
        assert.deepEqual([outcome, fake.sent], isCredential ? ["repeat", [one.removal]] : ["leave", []], one.type);
      }
    }
  });

  it("a create that a replica refuses because it does not know a new object is repeated later", async () => {
    const refusals = [
      "400: Request_BadRequest: Not a valid reference update.",
      "400: ResourceNotFoundInOriginSystem: No.",
      "404: Request_ResourceNotFound: Resource 'x' does not exist or one of its queried reference-property objects are not present.",
    ];
    for (const one of cases) {
      const [method = "", path = ""] = one.request.split(" ");
      for (const refusal of refusals) {
        const errors = [`${method} ${graph}${path} answered ${refusal}`];
        const fake = fakeGraph({});
        assert.equal(await undoLostCreate(fake.call, failed(one, { errors }), { sleep }), "later", one.type);
        assert.equal(fake.reads, one.isUnique ? 1 : 11, `${one.type}: looks before a second one would be made`);
        // One of them was carried out all the same.
        const { call, sent } = fakeGraph(one.there);
        assert.equal(await undoLostCreate(call, failed(one, { errors }), { sleep }), "repeat", one.type);
        assert.deepEqual(sent, [one.removal]);
      }
    }
  });

  describe("what the service calls existing", () => {
    const principal = cases.find(({ type }) => type.endsWith(":ServicePrincipal"))!;
    const errors = [
      `POST ${graph}/v1.0/servicePrincipals answered 409: Request_MultipleObjectsWithSameKeyValue: The service principal name x is already in use.`,
    ];

    it("and no list shows was deleted before: the create is sent again", async () =>
      assert.equal(await undoLostCreate(fakeGraph({}).call, failed(principal, { errors }), { sleep }), "repeat"));

    it("and a stale list shows was deleted before, too", async () => {
      let lists = 0;
      const call: GraphCall = async (path, options) => {
        if (options?.method === "DELETE") return { status: 404, headers: new Headers(), text: "", body: {}, tries: 1 };
        return fakeGraph(lists++ < 2 ? principal.there : {}).call(path, options);
      };
      assert.equal(await undoLostCreate(call, failed(principal, { errors }), { sleep }), "repeat");
    });

    it("and a replica does not know yet is removed when it does", async () => {
      const resource = cases.find(({ type }) => type.endsWith(":AccessPackageResourceCatalogAssociation"))!;
      const fake = fakeGraph(resource.there);
      let refusals = 3;
      const call: GraphCall = async (path, options) => {
        if (options?.method === "POST" && refusals-- > 0)
          throw new ServiceError({
            status: 400,
            message: "The resource is not in the catalog.",
            method: "POST",
            url: "",
          });
        return fake.call(path, options);
      };
      const create = failed(resource, { errors: ["already onboarded to ELM"] });
      assert.equal(await undoLostCreate(call, create, { sleep, environment: {} }), "repeat");
      assert.deepEqual(fake.sent, [resource.removal]);
    });
  });

  it("a replica that does not know the parent shows nothing of its part: it is repeated later", async () => {
    const path = `${entitlement}/accessPackageCatalogs/c1/accessPackageResources`;
    const call: GraphCall = () =>
      Promise.reject(new ServiceError({ status: 404, message: "No.", method: "GET", url: `${graph}${path}` }));
    const errors = [
      `POST ${graph}${entitlement}/accessPackageResourceRequests answered 400: ResourceNotFoundInOriginSystem: No.`,
    ];
    const type = "azuread:accessPackageResourceCatalogAssociation:AccessPackageResourceCatalogAssociation";
    const create = { type, inputs: { catalogId: "c1", resourceOriginId: "g1" }, errors, isKnown: () => false, since };
    const context = { sleep: () => Promise.resolve(), environment: {} };
    assert.equal(await undoLostCreate(call, create, context), "later");
  });

  it("a refusal of a request that follows the create leaves the object, which the state has", async () => {
    for (const error of [
      `Timed out whilst waiting for new service principal to be replicated in Azure AD: PATCH ${graph}/v1.0/servicePrincipals/s1 answered 404: No.`,
      `POST ${graph}/v1.0/groups/g1/members/$ref answered 404: Request_ResourceNotFound: No.`,
      "Failed to patch Group after creating: unexpected status 404",
    ]) {
      for (const one of cases) {
        const fake = fakeGraph(one.there);
        const outcome = await undoLostCreate(fake.call, failed(one, { errors: [error] }), { sleep });
        assert.deepEqual([outcome, fake.sent, fake.reads], ["leave", [], 0], `${one.type}: ${error}`);
      }
    }
  });

  it("understands the official plugin's words, also where a later try was refused because the object exists", async () => {
    const official = `Creating application: executing request: Post "${graph}/v1.0/applications": HTTP response was nil; connection may have been reset`;
    const errors = ["A resource with that name already exists", official];
    const { call, sent } = fakeGraph(anApplication.there);
    assert.equal(await undoLostCreate(call, failed(anApplication, { errors }), { sleep }), "repeat");
    assert.equal(sent.length, 1);
  });
});
