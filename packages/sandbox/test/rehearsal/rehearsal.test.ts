/** A rehearsal of one sandbox against another, which answers otherwise in planted places. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { graphCall, type Endpoints } from "@defender-mssp/microsoft";
import {
  dump,
  measuredWaits,
  parseRehearsal,
  rehearseReads,
  signInToRehearse,
  startRehearsalSandbox,
} from "@defender-mssp/sandbox";
import {
  assertRequests,
  checkoutFolder,
  graphId,
  setSwitches,
  temporarySandbox,
  type EmulatedCloud,
} from "@defender-mssp/testkit";
import { automationPermissions } from "../../src/graph/newDirectory";
import { isRead, type ReadService } from "../../src/rehearsal/reads";
import { makeObjects } from "../../src/rehearsal/startRehearsalSandbox";
import { seedTenants } from "../../src/seed/seedTenants";

type Body = Record<string, unknown>;
interface Answer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}
type Change = (answer: Answer) => void;

const tenantId = "beefcafe-1234-4321-8765-0123456789ab";
const domain = "northwind-zebra.example";
const person = "Zoe Quatermain";

/** Changes each object that a path such as `value[].owners[]` leads to. */
function each(place: string, change: (object: Body) => void): Change {
  const names = place === "" ? [] : place.split(".");
  return ({ body }) => {
    const targets = names.reduce<unknown[]>(
      (objects, name) => objects.flatMap((object) => (object as Body)[name.replace("[]", "")] ?? []),
      [body],
    );
    for (const object of targets) change(object as Body);
  };
}
const without = (place: string, name: string) => each(place, (object) => Reflect.deleteProperty(object, name));
const set = (place: string, name: string, value: unknown) => each(place, (object) => (object[name] = value));
const refused =
  (status: number, code: string): Change =>
  (answer) =>
    Object.assign(answer, { status, body: { error: { code, message: `${person} is not known.` } } });
/** As of an object that a list has and that is not there yet. */
const once = (change: Change): Change => {
  const answers: Answer[] = [];
  return (answer) => (answers.push(answer) === 1 ? change(answer) : undefined);
};
const header =
  (name: string, value?: string): Change =>
  ({ headers }) => {
    if (value === undefined) Reflect.deleteProperty(headers, name);
    else headers[name] = value;
  };

const unknown = "that the metadata does not know";
/** Ends of addresses, the change of the answer, and the differences that must be found, of a hash the word before it. */
const planted: readonly (readonly [string, Change, ...string[]])[] = [
  ["/v1.0/users", without("value[]", "mail"), "value[].mail: absent"],
  ["/v1.0/groups", set("value[]", "mailEnabled", 1), "value[].mailEnabled: number"],
  ["/servicePrincipals", set("value[].appRoles[]", "isEnabled", "x"), "value[].appRoles[].isEnabled: text"],
  ["/organization", without("value[].verifiedDomains[]", "isDefault"), "value[].verifiedDomains[].isDefault: absent"],
  ["/domains", header("odata-version"), "header odata-version: absent"],
  ["/subscribedSkus", refused(501, "NotImplemented"), "status: 501", "error.code: NotImplemented"],
  ["/directoryRoles", set("value[]", "appId", "x"), "value[].appId: text"],
  ["/directoryRoleTemplates", set("value[]", "zoesOwnProperty", 1), `value[] (keys ${unknown}): 1`],
  ["/v1.0/users/{id}", once(refused(404, "ResourceNotFound")), "status: 404", "error.code: ResourceNotFound"],
  ["/groups/{id}", set("", "createdDateTime", "2026-01-02T03:04:05.12Z"), "createdDateTime: moment with a fraction"],
  ["/v1.0/applications", set("value[]", "passwordCredentials", null), "value[].passwordCredentials: null"],
  ["/applications/{id}", header("content-type", "application/json"), "header content-type: application/json"],
  ["/me", set("error", "code", person), "error.code: another form"],
  ["$filter=noSuchProperty eq 'x'", set("error", "message", `${person}!`), "error.message: text"],
  ["/authorizationPolicy", set("", "allowInvitesFrom", "zoeAlone"), `allowInvitesFrom: a member ${unknown}`],
  ["/conditionalAccess/policies", set("value[]", "state", ["x"]), "value[].state: array"],
  [
    "/namedLocations",
    without("value[]", "countriesAndRegions"),
    "value[]<#microsoft.graph.countryNamedLocation>.countriesAndRegions: absent",
  ],
  ["/crossTenantAccessPolicy/default", without("", "inboundTrust"), "inboundTrust: absent"],
  ["/partners", refused(404, "UnknownError"), "status: 404", "error.code: UnknownError"],
  ["/connectedOrganizations", set("", "value", { state: "x" }), "value: object"],
  ["/catalogs", (answer) => (answer.body = undefined), "body: no JSON"],
  ["/microsoft.graph.group", set("value[]", "deletedDateTime", "soon"), "value[].deletedDateTime: text"],
  ["/openid-configuration", without("", "issuer"), "issuer: absent"],
  ["/token", set("", "expires_in", "3599"), "expires_in: text"],
  ["/directory/roleDefinitions", without("value[]", "isBuiltIn"), "value[].isBuiltIn: absent"],
  ["/subscriptions?api-version=2022-12-01", without("value[]", "state"), "value[].state: absent"],
  ["/resourceGroups?api-version=2024-11-01", refused(404, "NotFound"), "status: 404", "error.code: NotFound"],
  ["/$batch", without("responses[]", "headers"), "responses[].headers: absent"],
  ["/runHuntingQuery", header("client-request-id"), "header client-request-id: absent"],
  ["/security/incidents?$top=50", set("value[]", "severity", "critical"), `value[].severity: a member ${unknown}`],
  [
    "/security/alerts_v2?$top=50",
    set("value[].evidence[]", "@odata.type", "#microsoft.graph.security.zoesEvidence"),
    `value[].evidence[]: an object of a type ${unknown}`,
  ],
  ["/auditLogs/signIns", header("retry-after", "7"), "header retry-after: present"],
];

describe("a rehearsal", () => {
  let sandbox: Awaited<ReturnType<typeof temporarySandbox>>;
  let variables: Readonly<Record<string, string>>;
  let layer: http.Server;
  let endpoints: Endpoints;
  let changes: typeof planted = [];
  const sent: string[] = [];

  /** In front of the sandbox: passes on, changes the answers, remembers what was sent. */
  const pass: http.RequestListener = (request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const own = `http://${request.headers.host ?? ""}`;
      const text = Buffer.concat(chunks).toString();
      const body = text.replaceAll(encodeURIComponent(own), encodeURIComponent(sandbox.origins.http));
      const { url = "", method = "", headers } = request;
      sent.push(`${method} ${url.split("?", 1)[0] ?? ""}`);
      const { host: _host, "content-length": _length, connection: _connection, ...rest } = headers;
      const content = { headers: rest as Record<string, string>, ...(body === "" ? {} : { body }) };
      const answered = await fetch(sandbox.origins.http + url, { method, ...content });
      const json = await answered.text();
      const answer: Answer = {
        status: answered.status,
        headers: Object.fromEntries(answered.headers),
        body: json === "" ? undefined : (JSON.parse(json) as unknown),
      };
      const route = decodeURI(url).replaceAll(/\/(?!0{8})[0-9a-f]{8}-[0-9a-f-]{27}/g, "/{id}");
      // A tenant with more than a page of everything.
      if (json.includes('"value":[')) set("", "@odata.nextLink", `${own}/next`)(answer);
      for (const [end, change] of changes) if (route.endsWith(end)) change(answer);
      for (const name of ["content-length", "transfer-encoding", "connection", "keep-alive"])
        Reflect.deleteProperty(answer.headers, name);
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body === undefined ? `<html>${person}</html>` : JSON.stringify(answer.body));
    })();
  };

  before(async () => {
    const graph = [...(automationPermissions[graphId] ?? []), "SecurityAlert.Read.All", "SecurityIncident.Read.All"];
    const permissions = { ...automationPermissions, [graphId]: graph };
    sandbox = await temporarySandbox({ tenants: [{ tenantId, displayName: "Northwind Zebra", domain, permissions }] });
    ({ variables } = await sandbox.environment({ user: {} }));
    layer = http.createServer(pass).listen(0, "127.0.0.1");
    const guest = "xavier@quagga.example";
    const users = [
      { userPrincipalName: `zoe.q@${domain}`, displayName: person, mail: `zoe.q@${domain}` },
      { userType: "Guest", mail: guest, displayName: "Xavier Quagga" },
    ];
    const groups = [{ displayName: "Watchers of Zebras", members: [guest], owners: [`zoe.q@${domain}`] }];
    seedTenants(sandbox.cloud, { tenants: [{ tenantId, users, groups }] });
    const direct = { environment: variables, endpoints: of(sandbox.origins.http) };
    await makeObjects(await graphCall(tenantId, direct), "Zebra Crossing");
    sandbox.permissionUse.forget();
    endpoints = of(`http://127.0.0.1:${(layer.address() as AddressInfo).port}`);
  });
  after(async () => {
    layer.closeAllConnections();
    layer.close();
    await sandbox.stop();
  });

  function of(origin: string): Endpoints {
    const [loginEndpoint, graphEndpoint, resourceManagerEndpoint] = [origin, origin, origin];
    return { cloud: "public", loginEndpoint, graphEndpoint, resourceManagerEndpoint, metadataHost: "the sandbox" };
  }

  /** @param asked the ID in the addresses */
  async function rehearsed(asked = tenantId) {
    const signedIn = await signInToRehearse({ tenantId, environment: variables, endpoints });
    const service = { ...signedIn, tenantId: asked };
    const other = await startRehearsalSandbox(service);
    try {
      const compared = await rehearseReads(service, other, () => undefined);
      const file = { msspRehearsal: 1, version: "0.1.0", on: "2026-12-01", cloud: "public", ...compared };
      return parseRehearsal(JSON.stringify(file));
    } finally {
      await other.stop();
    }
  }

  it("finds no difference in a tenant that answers alike, and sends nothing that writes", async () => {
    // A tag is the customer's own.
    changes = [["/resourceGroups?api-version=2024-11-01", set("value[]", "tags", { zoesCostCenter: "42" })]];
    setSwitches(sandbox.cloud.tenant(tenantId), { entraLicence: "free" });
    const before = dump(sandbox.cloud);
    const { different, equal } = await rehearsed();
    assert.deepEqual(different, []);
    assert.ok(equal.length > 90, `${equal.length} routes were compared`);
    assert.equal(dump(sandbox.cloud), before);
    await assert.rejects(rehearsed("x/../y"), /A rehearsal sends no/);
    const others = new Set(sent.filter((line) => !line.startsWith("GET ")));
    const posts = [`/${tenantId}/oauth2/v2.0/token`, "/v1.0/$batch", "/v1.0/security/runHuntingQuery"];
    assert.deepEqual([...others].sort(), posts.map((route) => `POST ${route}`).sort());
  });

  it("sends the requests of the ledger", () => assertRequests("a rehearsal", sandbox, __filename));

  it("finds each of the planted differences and no other, without a value of the tenant", async () => {
    changes = planted;
    setSwitches(sandbox.cloud.tenant(tenantId), { entraLicence: "governance" });
    const rehearsal = await rehearsed();
    assert.equal(rehearsal.different.length, planted.length);
    const differences = rehearsal.different.flatMap((row) => row.differences);
    assert.deepEqual(
      differences.map(({ at, service }) => `${at}: ${at === "error.message" ? "text" : service}`).sort(),
      planted.flatMap(([, , ...expected]) => expected).sort(),
    );
    const file = JSON.stringify(rehearsal);
    const values = valuesOf(sandbox.cloud);
    assert.ok(values.length > 40, `${values.length} values are searched`);
    for (const value of [...values, variables["ARM_CLIENT_SECRET"] ?? "-", tenantId, domain, "zoe", "eyJ"])
      assert.ok(!file.toLowerCase().includes(value.toLowerCase()), value);
  });
});

/** Names, addresses and identifiers of the tenant. */
function valuesOf(cloud: EmulatedCloud): readonly string[] {
  const kinds = ["users", "groups", "applications", "domains", "organization", "appRoleAssignments"];
  const objects = kinds.flatMap((name) => [...cloud.tenant(tenantId).objects(name).values()]);
  const keys = ["id", "displayName", "mail", "userPrincipalName", "appId", "principalId"];
  const values = objects.flatMap((object) => keys.map((key) => object[key]));
  return [...new Set(values.filter((value) => typeof value === "string" && value.length > 3))] as string[];
}

describe("the list of a rehearsal", () => {
  const fields = { Query: "AlertInfo", grant_type: "client_credentials", requests: [{ method: "GET", url: "/users" }] };
  const { Query, ...others } = fields;
  const bodies = [undefined, {}, { Query }, others];
  const isSent = (service: ReadService, method: string, route: string) =>
    bodies.some((body) => isRead({ service, method, path: route, body }));

  it("passes of all emulated routes those that only read", () => {
    const page = readFileSync(path.join(checkoutFolder(), "docs/reference/sandbox-routes.md"), "utf8");
    const lines = page.split("## Known differences", 1)[0]?.matchAll(/^- `([A-Z, ]+) (\/[^`]*)`: (.*)$/gm) ?? [];
    const routes = [...lines].flatMap(([, methods = "", route = "", witnesses = ""]) =>
      methods.split(", ").flatMap((method) => {
        const versions = [...new Set(witnesses.match(/\b(v1\.0|beta)\b/g) ?? [])];
        const isGraph = !route.includes("Microsoft.") && versions.length > 0 && !/^\/(v1\.0|beta)\//.test(route);
        const paths = isGraph ? versions.map((version) => `/${version}${route}`) : [route];
        return paths.map((one) => [method, one.replaceAll(/\{\w+\}/g, "x"), isGraph] as const);
      }),
    );
    assert.ok(routes.length > 500, `${routes.length} routes`);
    const services = ["graph", "azure", "login"] as const;
    const passed = routes.filter(([method, route]) => services.some((service) => isSent(service, method, route)));
    const sent = passed.filter(([method, , isGraph]) => method !== "GET" || !isGraph);
    const security = "/alerts_v2 /alerts_v2/x /incidents /incidents/x /incidents/x/alerts".split(" ");
    assert.deepEqual(sent.map(([method, route]) => `${method} ${route}`).sort(), [
      ...["GET /beta/security/rules/detectionRules", "GET /beta/security/rules/detectionRules/x"],
      ...["GET /subscriptions", "GET /subscriptions/x", "GET /subscriptions/x/resourceGroups", "GET /tenants"],
      ...security.map((route) => `GET /v1.0/security${route}`),
      ...["GET /x/v2.0/.well-known/openid-configuration", "POST /v1.0/$batch"],
      ...["POST /v1.0/security/runHuntingQuery", "POST /x/oauth2/v2.0/token"],
    ]);
  });

  it("refuses what is hidden in a request that may be sent", () => {
    const batch = (request: object) => ({
      service: "graph" as const,
      method: "POST",
      path: "/v1.0/$batch",
      body: { requests: [{ id: "1", method: "GET", url: "/users" }, request] },
    });
    for (const refused of [
      batch({ id: "2", method: "DELETE", url: "/users/x" }),
      batch({ id: "2", method: "GET", url: "/users", body: { x: 1 } }),
      batch({ id: "2", method: "GET", url: "/../../x/oauth2/logout" }),
      batch({ id: "2", method: "GET", url: 7 }),
      { service: "graph", method: "get", path: "/v1.0/users" },
      { service: "graph", method: "GET", path: "/v1.0/users", body: {} },
      { service: "graph", method: "GET", path: "/v1.0/users/x/../../groups" },
      { service: "graph", method: "GET", path: "/v1.0/users/%2e%2e" },
      { service: "graph", method: "GET", path: "/v1.0/users/a%2Fdelete" },
      { service: "graph", method: "GET", path: "/v1.0/users/x/sendMail" },
      { service: "graph", method: "POST", path: "/v1.0/$batch?x=1", body: { requests: [] } },
      { service: "login", method: "POST", path: "/x/oauth2/v2.0/token", body: { grant_type: "password" } },
      { service: "azure", method: "GET", path: "/v1.0/users" },
    ] as const)
      assert.equal(isRead(refused), false, JSON.stringify(refused));
  });
});

describe("the file of a rehearsal", () => {
  const file = {
    ...{ msspRehearsal: 1, version: "0.1.0", on: "2026-12-01", cloud: "public", permissions: [] },
    ...{ equal: [], withoutObjects: [], notAsked: [], different: [] },
  };
  const row = { route: "GET /v1.0/users", differences: [{ at: "status", service: "404", sandbox: "200" }] };
  const measured = { wait: "guest", times: 3, longest: 4000, looks: 3, unseen: 1 };
  const life = { on: "2026-12-01", steps: [{ step: "up", seconds: 9, failed: true }], left: 1, waits: [measured] };
  it("has a life with one row for each wait", () => {
    const lines = [
      { wait: "guest", milliseconds: 4000, looks: 3, isSeen: true },
      { wait: "guest", milliseconds: 12, looks: 1, isSeen: false },
      { wait: "guest", milliseconds: 7, looks: 1, isSeen: true },
    ].map((line) => JSON.stringify(line));
    assert.deepEqual(measuredWaits(`${lines.join("\n")}\n`), [measured]);
    assert.deepEqual(parseRehearsal(JSON.stringify({ ...file, life })).life, life);
  });

  it("is read when it is whole", () =>
    assert.deepEqual(parseRehearsal(JSON.stringify({ ...file, different: [row] })).different, [row]));

  const withRow = (change: object) => JSON.stringify({ ...file, different: [{ ...row, ...change }] });
  for (const [title, text] of [
    ["no JSON", "evil{"],
    ["no object", "7"],
    ["deep nesting", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
    ["too long", " ".repeat(1_000_001)],
    ["an unknown key", JSON.stringify({ ...file, evil: 1 })],
    ["__proto__", JSON.stringify(file).replace("{", '{"__proto__":{"evil":1},')],
    ["control characters", withRow({ route: "GET /v1.0/\u001b]0;evil\u0007" })],
    ["another method", withRow({ route: "DELETE /v1.0/evil" })],
    ["a text as type", withRow({ differences: [{ at: "x", service: "évil", sandbox: "y" }] })],
    ["an unknown wait", JSON.stringify({ ...file, life: { ...life, waits: [{ ...measured, wait: "evil" }] } })],
    ["an unknown step", JSON.stringify({ ...file, life: { ...life, steps: [{ step: "evil", seconds: 1 }] } })],
    ["a text as number", JSON.stringify({ ...file, life: { ...life, left: "evil" } })],
    ["more differences than are written", withRow({ differences: Array(26).fill(row.differences[0]) })],
  ] as const)
    it(`is refused: ${title}`, () => {
      assert.throws(
        () => parseRehearsal(text),
        (error: Error) =>
          error instanceof VisibleError && !error.message.includes("evil") && error.message.length < 400,
      );
      assert.equal(({} as Body)["evil"], undefined);
    });
});
