/**
 * The answers of observed-4.json. Those of Graph are asked for here, in one tenant that has an object
 * for each path; those of other services in `test/observed.test.ts`. A documented answer is compared
 * by its status and keys.
 */
import assert from "node:assert/strict";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import type { Json } from "../../../src/cloud/model";
import { jsonText } from "../../../src/graph/json";
import { permissions } from "../../../src/graph/permissions";
import { provenKey } from "../support/certificate";
import { items, recordInteractive, text, type Body, type Harness } from "../support/harness";
import { documentedDifferences, readObserved, witnessOf, type Observed } from "../support/observed";
import { differing, notServed, ofOtherServices } from "../support/knownDifferences";
import { hasReference, needsReference } from "../support/reference";
import { Stage } from "../support/replay";

const file = "observed-4.json";
const everyRole = [...new Set(Object.values(permissions).flatMap(({ application }) => [...application]))];
const guid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

const known: Readonly<Record<string, string>> = { ...differing, ...notServed };

export function documentedSequences(harness: () => Harness): void {
  const entries = hasReference ? readObserved(file) : [];
  it(`${file}: each known difference is one of its answers`, function () {
    needsReference(this);
    const keys = new Set(entries.map(({ key }) => key));
    assertNone([...Object.keys(known), ...ofOtherServices], (key) => !keys.has(key));
  });
  for (const entry of entries) {
    const { key = "", method, path, query, status, fidelity } = entry;
    if (ofOtherServices.includes(key)) continue;
    it(`${file} ${key}: ${method} ${path} ${query ?? ""} ${status} (${fidelity})`, async () => {
      const found = await asked(harness(), entry);
      if (known[key] === undefined) assert.deepEqual(found, []);
      else assert.notDeepEqual(found, [], `${key} is no difference any more: ${known[key]}`);
    });
  }
}

async function asked(graph: Harness, entry: Observed): Promise<string[]> {
  const stage = new Stage(graph, file);
  const objects = await furnished(stage);
  const special = await prepared[entry.key ?? ""]?.(stage, objects);
  let before = "";
  const path = entry.path
    .split("/")
    .map((segment) => {
      const isId = /^\{.*\}$/.test(segment) || (guid.test(segment) && !segment.includes("="));
      const id = objects[segment] ?? objects[before] ?? segment;
      before = segment;
      return isId ? encodeURIComponent(id) : segment;
    })
    .join("/")
    .replace("contoso.com", objects["domains"] ?? "");
  const body = special ?? (entry.requestBody === null ? undefined : bodyFor(entry.requestBody, objects));
  const query = entry.query ? `?${entry.query.replace(/(?<=resourceId eq )\S+/, objects["resource"] ?? "")}` : "";
  const answered = await graph.call(entry.method, `${path}${query}`, {
    ...(body === undefined ? {} : { body }),
    as: { roles: everyRole, tenantId: stage.tenant.id },
    headers: entry.fidelity === "documented" ? { consistencylevel: "eventual" } : {},
    evidence: known[entry.key ?? ""] === undefined ? witnessOf(entry) : "test",
  });
  return documentedDifferences(entry, answered);
}

type Objects = Record<string, string>;

/** What the pages' filters and searches find. */
const displayName = "a Web Team tier Video prod Pr";
const person = {
  displayName,
  mailNickname: "a",
  mail: "a@contoso.com",
  ...{ givenName: "A", surname: "B", mobilePhone: "1", officeLocation: "O" },
  identities: [
    { signInType: "emailAddress", issuer: "contoso.onmicrosoft.com", issuerAssignedId: "j.smith@yahoo.com" },
  ],
  assignedLicenses: [{ disabledPlans: [], skuId: "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46" }],
};
const groupUnified = "62375ab9-6b52-47ed-826b-58e47e0e304b";

/** What single requests need besides the tenant's objects, and their bodies. */
const prepared: Readonly<Record<string, (stage: Stage, objects: Objects) => Body | undefined | Promise<Body>>> = {
  "doc-63": async ({ graph, tenant }, { applications = "" }) => {
    const { body, keyId } = await provenKey(graph, tenant.objects("applications").get(applications));
    return { ...body, keyId };
  },
  "doc-669": async ({ graph, tenant }, { servicePrincipals = "" }) =>
    (await provenKey(graph, tenant.objects("servicePrincipals").get(servicePrincipals))).body,
  "grp-member-bulk-dup": ({ graph }, { members = "", other = "" }) => ({
    "members@odata.bind": [members, other].map((id) => `${graph.origin}/v1.0/directoryObjects/${id}`),
  }),
  "grp-member-none": ({ graph }) => ({
    "@odata.id": `${graph.origin}/v1.0/directoryObjects/91d674b7-8b98-40a4-a603-38a9f5be6412`,
  }),
  "doc-714": () => ({ appId: "a0a0a0a0-0000-4000-8000-000000000007" }),
  "doc-221": (stage) => {
    const [, , template] = [...stage.tenant.objects("directoryRoleTemplates").values()];
    return { roleTemplateId: template?.id ?? "" };
  },
};

/** Identifiers of a page's body, as those of the tenant. */
function bodyFor(body: Body, objects: Objects): Body {
  const replaced = JSON.stringify(body, (name, value: Json): Json => {
    if (typeof value === "string" && name === "@odata.id") return value.replace(guid, objects["other"] ?? "");
    if (typeof value === "string" && name.endsWith("principalName")) return value;
    if (name === "userPrincipalName") return `new@${objects["domains"] ?? ""}`;
    if (Array.isArray(value) && name.endsWith("@odata.bind"))
      return value.map((one, index) => jsonText(one).replace(guid, objects[index === 0 ? "users" : "other"] ?? ""));
    if (Array.isArray(value) && ["ids", "groupIds", "userIds"].includes(name)) return [objects[name] ?? ""];
    if (typeof value === "string" && objects[`of ${name}`] !== undefined) return objects[`of ${name}`] ?? "";
    return value;
  });
  return JSON.parse(replaced) as Body;
}

/** One object for each path of the file, by the segment before its ID, and by the property that names it. */
async function furnished(stage: Stage): Promise<Objects> {
  const { tenant, graph } = stage;
  const [user, other] = [stage.user(1, person), stage.user(2)];
  const [group, outer] = [stage.group(1, { displayName }), stage.group(2, { displayName })];
  const application = stage.application(1, { displayName });
  stage.application(7);
  const servicePrincipal = stage.servicePrincipal(1);
  Object.assign(tenant.objects("servicePrincipals").get(servicePrincipal) ?? {}, { displayName });
  const resource = stage.place("servicePrincipals", {
    id: "bbbbbbbb-0000-4000-8000-000000000009",
    appId: "a0a0a0a0-0000-4000-8000-000000000009",
    displayName: "resource",
    appRoles: [
      { id: "99999999-0000-4000-8000-000000000001", isEnabled: true, allowedMemberTypes: ["User", "Application"] },
    ],
  });
  for (const owner of [user, stage.user(3)])
    for (const [set, id] of [
      ["applications", application],
      ["servicePrincipals", servicePrincipal],
      ["groups", group],
    ] as const)
      stage.link(`${set}.owners`, id, owner);
  for (const member of [user, servicePrincipal]) stage.link("groups.members", group, member);
  stage.link("groups.members", outer, group);
  stage.link("groups.owners", outer, servicePrincipal);
  tenant.links("users.manager").set(user, [other]);
  const policy = await stage.before("POST", "/v1.0/identity/conditionalAccess/policies", {
    displayName: "P",
    state: "disabled",
    conditions: {
      clientAppTypes: ["all"],
      applications: { includeApplications: ["All"] },
      users: { includeUsers: ["All"] },
    },
    grantControls: { operator: "OR", builtInControls: ["mfa"] },
  });
  const location = await stage.before("POST", "/v1.0/identity/conditionalAccess/namedLocations", {
    "@odata.type": "#microsoft.graph.countryNamedLocation",
    displayName: "L",
    countriesAndRegions: ["CA"],
  });
  const ip = await stage.before("POST", "/v1.0/identity/conditionalAccess/namedLocations", {
    "@odata.type": "#microsoft.graph.ipNamedLocation",
    displayName: "I",
    ipRanges: [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "6.5.4.3/32" }],
  });
  const role = async (roleTemplateId: string) =>
    text(await stage.before("POST", "/v1.0/directoryRoles", { roleTemplateId }), "id");
  const [template] = [...tenant.objects("directoryRoleTemplates").values()];
  const directoryRole = await role(template?.id ?? "");
  stage.link("directoryRoles.members", directoryRole, user);
  const password = await stage.before("POST", `/v1.0/applications/${application}/addPassword`, {});
  const assignment = await stage.before("POST", `/v1.0/servicePrincipals/${resource}/appRoleAssignedTo`, {
    principalId: user,
    resourceId: resource,
    appRoleId: "99999999-0000-4000-8000-000000000001",
  });
  await stage.before("POST", `/v1.0/servicePrincipals/${resource}/appRoleAssignedTo`, {
    principalId: group,
    resourceId: resource,
    appRoleId: "99999999-0000-4000-8000-000000000001",
  });
  assert.ok(assignment["id"], JSON.stringify(assignment));
  const grant = await stage.before("POST", "/v1.0/oauth2PermissionGrants", {
    clientId: servicePrincipal,
    resourceId: resource,
    consentType: "Principal",
    principalId: user,
    scope: "openid",
  });
  const deleted = stage.group(9);
  await stage.before("DELETE", `/v1.0/groups/${deleted}`);
  const as = { roles: everyRole };
  const setting = await stage.before("POST", "/v1.0/groupSettings", { templateId: groupUnified, values: [] }, as);
  await stage.before("POST", "/v1.0/identityProtection/riskyUsers/confirmCompromised", { userIds: [user] }, as);
  recordInteractive({ tenant, clock: graph.clock }, user);
  const first = async (path: string) => text(items(await stage.before("GET", path, undefined, as))[0] ?? {}, "id");
  return {
    users: user,
    groups: group,
    applications: application,
    servicePrincipals: servicePrincipal,
    directoryObjects: user,
    owners: user,
    members: user,
    other,
    resource,
    directoryRoles: directoryRole,
    policies: text(policy, "id"),
    namedLocations: text(location, "id"),
    oauth2PermissionGrants: text(grant, "id"),
    deletedItems: deleted,
    groupSettings: text(setting, "id"),
    riskyUsers: user,
    signIns: await first("/v1.0/auditLogs/signIns"),
    directoryAudits: await first("/v1.0/auditLogs/directoryAudits"),
    domains: "contoso-example.onmicrosoft.com",
    organization: tenant.id,
    ids: outer,
    groupIds: outer,
    userIds: user,
    "0854951d-5fc0-4eb1-b392-9b2c9d7949c2": text(ip, "id"),
    "8e881353-1735-45af-af21-ee1344582a4d": resource,
    "9028d19c-26a9-4809-8e3f-20ff73e2d75e": resource,
    "of keyId": text(password, "keyId"),
    "of principalId": servicePrincipal,
    "of resourceId": resource,
    "of appRoleId": "99999999-0000-4000-8000-000000000001",
  };
}
