/**
 * The emulated Graph without sockets and without Entra: requests go straight into the routes, who
 * calls is said outright. Every answer is checked against Microsoft's metadata, where that is
 * there, and every success is remembered.
 */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { Clock } from "../../../src/cloud/clock";
import { EmulatedCloud } from "../../../src/cloud/cloud";
import { graphLikeError } from "../../../src/cloud/graphLikeError";
import {
  TokenRefused,
  type Caller,
  type Json,
  type Routes,
  type StoredObject,
  type Tenant,
} from "../../../src/cloud/model";
import { recordSignIn } from "../../../src/cloud/signIns";
import { Store } from "../../../src/cloud/store";
import { newTenant } from "../../../src/seed/newTenant";
import { batchRoute, isBatch } from "../../../src/graph/batch";
import { isGraphVersion } from "../../../src/graph/entities";
import { graphRoutes } from "../../../src/graph/index";
import type { Route } from "../../../src/graph/route";
import { routeTable } from "../../../src/graph/routes";
import { metadataProblems } from "./csdl";
import { evidenceFor, remember, type Evidence } from "./evidence";

export type Body = Record<string, Json>;

/** Who calls: application permissions or delegated scopes, as whom. */
export interface As {
  roles?: readonly string[];
  scopes?: readonly string[];
  /** The token's `amr`. */
  methods?: readonly string[];
  objectId?: string;
  applicationId?: string;
  tenantId?: string;
}

export interface Options {
  body?: Json | string | Buffer;
  as?: As;
  headers?: Record<string, string>;
  /** What this request counts as evidence for; "test" where it isn't said. */
  evidence?: Evidence;
}

export interface Answered {
  status: number;
  /** Empty for an answer that is plain text. */
  body: Body;
  text: string;
  headers: Record<string, unknown>;
}

export const tenantId = "11111111-1111-4111-8111-111111111111";
export const everything: As = {
  roles: [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Domain.Read.All",
    "EntitlementManagement.ReadWrite.All",
    "Group.ReadWrite.All",
    "Organization.Read.All",
    "RoleManagement.ReadWrite.Defender",
    "Policy.Read.All",
    "Policy.Read.ConditionalAccess",
    "Policy.ReadWrite.ConditionalAccess",
    "Policy.ReadWrite.CrossTenantAccess",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
    "AdministrativeUnit.ReadWrite.All",
    "RoleManagement.ReadWrite.Directory",
    "RoleManagementPolicy.ReadWrite.AzureADGroup",
    "User.Invite.All",
    "User.ReadWrite.All",
  ],
};

export class Harness {
  private constructor(
    readonly cloud: EmulatedCloud,
    readonly clock: Clock,
    private readonly app: FastifyInstance,
    private readonly folder: string,
    readonly origin: string,
  ) {}

  /** `others`: routes beside the directory's. */
  static async start(others?: Routes): Promise<Harness> {
    const folder = newFolder();
    const clock = new Clock();
    const cloud = await EmulatedCloud.open(new Store(folder), newTenant, clock);
    cloud.setOrigins({ https: "https://127.0.0.1:8443", http: "http://127.0.0.1:8080" });
    cloud.setAuthenticator((request) => {
      const header = request.headers.authorization;
      if (header === undefined || header === "")
        return Promise.reject(new TokenRefused("missing", "Access token is empty."));
      if (header === "Bearer expired") return Promise.reject(new TokenRefused("expired", "expired"));
      return Promise.resolve(callerFrom(cloud, header));
    });
    const app = fastify({ routerOptions: { maxParamLength: 2000 } });
    graphRoutes(app, cloud);
    others?.(app, cloud);
    app.setNotFoundHandler((_request, reply) => reply.code(404).send(graphLikeError("UnknownError", "No route.")));
    await app.ready();
    return new Harness(cloud, clock, app, folder, cloud.origins.http);
  }

  async stop(): Promise<void> {
    await this.cloud.saved();
    await this.app.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  get tenant(): Tenant {
    return this.cloud.tenant(tenantId);
  }

  /** The seeded service principal that calls when nothing else is said. */
  get automation(): StoredObject {
    return this.servicePrincipalOf("MSSP Onboarding Automation");
  }

  servicePrincipalOf(displayName: string): StoredObject {
    const found = [...this.tenant.objects("servicePrincipals").values()].find(
      (object) => object["displayName"] === displayName,
    );
    assert.ok(found, `The tenant has no service principal ${displayName}.`);
    return found;
  }

  /**
   * One request; `pathAndQuery` starts with the version. Fails when the metadata doesn't have what
   * was answered.
   */
  async call(method: string, pathAndQuery: string, options: Options = {}): Promise<Answered> {
    const { body, as = everything, headers = {}, evidence = "test" } = options;
    const isRaw = typeof body === "string" || Buffer.isBuffer(body);
    const response = await this.app.inject({
      method: method as "GET",
      url: pathAndQuery,
      headers: {
        authorization: `Bearer ${Buffer.from(JSON.stringify(this.#claims(as))).toString("base64url")}`,
        ...(body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: isRaw ? body : JSON.stringify(body) }),
    });
    const isText = response.headers["content-type"] === "text/plain";
    const answered: Answered = {
      status: response.statusCode,
      body: response.body === "" || isText ? {} : (JSON.parse(response.body) as Body),
      text: response.body,
      headers: response.headers,
    };
    this.#judge(method, pathAndQuery, answered, evidence);
    return answered;
  }

  /** A request that must be answered with this status; its body. */
  async expect(
    status: number,
    method: string,
    pathAndQuery: string,
    body?: Json,
    options: Options = {},
  ): Promise<Body> {
    const answered = await this.call(method, pathAndQuery, { ...options, ...(body === undefined ? {} : { body }) });
    assert.equal(
      answered.status,
      status,
      `${method} ${pathAndQuery} was answered ${answered.status}: ${JSON.stringify(answered.body)}`,
    );
    return answered.body;
  }

  get(pathAndQuery: string, options: Options = {}): Promise<Body> {
    return this.expect(200, "GET", pathAndQuery, undefined, options);
  }

  async list(pathAndQuery: string, options: Options = {}): Promise<Body[]> {
    return items(await this.get(pathAndQuery, options));
  }

  create(path: string, body: Json, options: Options = {}): Promise<Body> {
    return this.expect(201, "POST", path, body, options);
  }

  patch(path: string, body: Json, options: Options = {}): Promise<Body> {
    return this.expect(204, "PATCH", path, body, options);
  }

  remove(path: string, options: Options = {}): Promise<Body> {
    return this.expect(204, "DELETE", path, undefined, options);
  }

  /** An error's code and message, for a request that must be refused with this status. */
  async refused(
    status: number,
    method: string,
    pathAndQuery: string,
    body?: Json,
    options: Options = {},
  ): Promise<{ code: string; message: string }> {
    const answered = await this.expect(status, method, pathAndQuery, body, options);
    return answered["error"] as { code: string; message: string };
  }

  /** As the token endpoint issues them: of what Graph's service principal offers. */
  #claims(as: As): Record<string, unknown> {
    const { appRoles = [], oauth2PermissionScopes = [] } = this.servicePrincipalOf("Microsoft Graph");
    const offered = JSON.stringify([appRoles, oauth2PermissionScopes]);
    const unknown = [...(as.roles ?? []), ...(as.scopes ?? [])].filter((name) => !offered.includes(`"${name}"`));
    assert.deepEqual(unknown, [], "No token has these permissions.");
    return {
      tenantId: as.tenantId ?? tenantId,
      objectId: as.objectId ?? this.automation.id,
      applicationId: as.applicationId ?? this.automation["appId"],
      roles: as.scopes === undefined ? (as.roles ?? []) : [],
      scopes: as.scopes ?? [],
      methods: as.methods ?? [],
    };
  }

  #judge(method: string, pathAndQuery: string, answered: Answered, evidence: Evidence): void {
    const [pathOnly = ""] = pathAndQuery.split("?", 1);
    const [, version = ""] = pathOnly.split("/");
    if (!isGraphVersion(version)) return;
    if (isBatch(pathOnly)) {
      for (const { status, body } of responsesOf(answered.body)) {
        const problems = metadataProblems(version, status, body ?? {});
        assert.deepEqual(problems, [], `${method} ${pathAndQuery}: ${problems.join("; ")}`);
      }
      if (answered.status === 200) remember(routeKey(batchRoute, version), evidence);
      return;
    }
    const match = routeTable.find(method, version, pathOnly.slice(version.length + 1));
    if (match === undefined) return;
    const problems = metadataProblems(version, answered.status, answered.body);
    assert.deepEqual(problems, [], `${method} ${pathAndQuery}: ${problems.join("; ")}`);
    if (answered.status < 200 || answered.status >= 300) return;
    const key = routeKey(match.route, version);
    remember(key, evidence);
    if (evidenceFor(key).has("mutation") || Object.keys(answered.body).length === 0) return;
    if (metadataProblems(version, answered.status, withUnknown(answered.body)).length > 0) remember(key, "mutation");
  }
}

/** The answer with a property that no type has: the metadata's judge must see it. */
function withUnknown(body: Body): Body {
  const [item] = Array.isArray(body["value"]) ? (body["value"] as Body[]) : [];
  return typeof item === "object" ? { ...body, value: [{ ...item, mutated: 1 }] } : { ...body, mutated: 1 };
}

/** How a route of one version is called in evidence and in the docs. */
export function routeKey(route: Pick<Route, "method" | "path">, version: string): string {
  return `${route.method} /${version}${route.path}`;
}

export interface BatchAnswer {
  id: string;
  status: number;
  headers: Record<string, string>;
  body: Body | null;
}

/** A batch's answers; none for an error. */
export function responsesOf(body: Body): BatchAnswer[] {
  return (body["responses"] ?? []) as unknown as BatchAnswer[];
}

/** An interactive sign-in of somebody, now. */
export function recordInteractive({ tenant, clock }: Pick<Harness, "tenant" | "clock">, id: string): void {
  recordSignIn(tenant, {
    eventType: "interactiveUser",
    at: clock.now(),
    appId: "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
    appDisplayName: "Graph",
    appOwnerTenantId: null,
    servicePrincipal: { id, displayName: "Graph" },
    user: { id, displayName: "Ana", userPrincipalName: "ana@contoso.example", userType: "member", homeTenantId: null },
    ipAddress: "127.0.0.1",
    userAgent: null,
    correlationId: id,
    error: { code: 0, reason: null },
  });
}

/** A list answer's items. */
export function items(body: Body): Body[] {
  assert.ok(Array.isArray(body["value"]), `No list: ${JSON.stringify(body)}`);
  return body["value"] as Body[];
}

/** A text of an answer. */
export function text(body: Body, name: string): string {
  const value = body[name];
  assert.equal(typeof value, "string", `'${name}' is no text: ${JSON.stringify(body)}`);
  return value as string;
}

function callerFrom(cloud: EmulatedCloud, header: string): Caller {
  const claims = JSON.parse(Buffer.from(header.slice("Bearer ".length), "base64url").toString()) as {
    tenantId: string;
    objectId: string;
    applicationId: string;
    roles: string[];
    scopes: string[];
    methods: string[];
  };
  return {
    tenant: cloud.tenant(claims.tenantId),
    objectId: claims.objectId,
    applicationId: claims.applicationId,
    roles: new Set(claims.roles),
    scopes: new Set(claims.scopes),
    methods: new Set(claims.methods),
    audience: "graph",
    operation: "",
    passed: [],
  };
}
