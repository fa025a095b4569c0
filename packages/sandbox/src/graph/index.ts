/**
 * The emulated Microsoft Graph, v1.0 and beta: the part that an onboarding needs. `routes.ts` lists
 * the routes, `entities.ts` the types.
 */
import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { TokenRefused, type Caller, type Cloud, type Json, type Routes } from "../cloud/model";
import { truthOf } from "../cloud/replicas";
import { recordChange } from "./audit";
import { answerBatch, batchRoute, graphOrigin, isBatch } from "./batch";
import type { GraphVersion } from "./entities";
import { EmulatedGraphError, errorBody, unreadableRequest, unsupportedQuery } from "./graphErrors";
import { lapseActivations } from "./groupActivations";
import type { Match } from "./match";
import { parseCountQuery, parseQuery } from "./odata/query";
import { access, refusal } from "./permissions";
import { resourceUnits } from "./resourceUnits";
import { bothVersions, type RouteAnswer, type Call } from "./route";
import { routeTable } from "./routes";

/** Headers of each answer with a body. */
const contentType =
  "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

const unreadableBody =
  "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.";

/** Adds `/v1.0/*` and `/beta/*` to the server. A path without a route gets the server's 404. */
export const graphRoutes: Routes = (app, cloud) => {
  void app.register((scope: FastifyInstance, _options, done) => {
    takeAnyBody(scope);
    for (const version of bothVersions) {
      scope.route({
        method: ["GET", "POST", "PATCH", "PUT", "DELETE"],
        url: `/${version}/*`,
        handler: (request, reply) => serve(cloud, version, request, reply),
      });
    }
    done();
  });
};

async function serve(
  cloud: Cloud,
  version: GraphVersion,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const requestId = randomUUID();
  const clientRequestId = header(request, "client-request-id") ?? requestId;
  void reply.headers({
    "cache-control": "no-cache",
    "strict-transport-security": "max-age=31536000",
    "request-id": requestId,
    "client-request-id": clientRequestId,
    "x-ms-ags-diagnostic":
      '{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"SANDBOX"}}',
    "x-ms-resource-unit": "1",
  });
  const [path, search] = split(request.url);
  const match = routeOf(request.method, version, path);
  if (match === undefined) {
    reply.callNotFound();
    return reply;
  }
  try {
    const caller = await authenticate(cloud, request);
    lapseActivations(truthOf(caller.tenant), cloud);
    // https://github.com/microsoftgraph/microsoft-graph-docs/issues/7795
    if (match === "withoutRef") throw unreadableRequest("Write requests are only supported on contained entities");
    if (match === "batch") {
      caller.operation = `${batchRoute.method} ${batchRoute.path}`;
      return await answerBatch(request, reply, cloud, version, readBody(request));
    }
    caller.operation = `${match.route.method} ${match.route.path}`;
    const { parameters, route } = match;
    const needsNone = route.needsNone?.({ tenant: caller.tenant, caller, parameters }) === true;
    const granted = needsNone ? "all" : access(caller, match.route.permissions);
    if (granted === "none") throw refusal(match.route.permissions);
    const call: Call = {
      cloud,
      tenant: caller.tenant,
      caller,
      access: granted,
      version,
      origin: graphOrigin(cloud, request),
      cast: match.cast,
      parameters,
      query:
        match.counts === true
          ? parseCountQuery(search, header(request, "consistencylevel"), version)
          : parseQuery(search, header(request, "consistencylevel"), version, { ...match.route, path }),
      body: readBody(request),
      contentType: header(request, "content-type"),
      path,
    };
    // `/$count` isn't priced.
    if (match.counts !== true)
      void reply.header("x-ms-resource-unit", String(resourceUnits(caller.operation, call.query)));
    if (call.cast !== undefined && match.route.castable === "advanced" && !call.query.advanced)
      throw unsupportedQuery();
    await route.before?.(call);
    const answer = route.handle(call);
    recordChange(call, match.route, answer);
    if (match.counts === true) return await sendCount(reply, answer);
    return await send(reply, answer);
  } catch (error) {
    if (!(error instanceof EmulatedGraphError)) throw error;
    void reply.headers(error.headers).header("vary", "Accept-Encoding").header("content-type", "application/json");
    const body = JSON.stringify(errorBody(error, cloud.now(), requestId, clientRequestId));
    // As bytes: Fastify adds a charset to a string, which the service's errors do not have.
    return reply.code(error.status).send(Buffer.from(body));
  }
}

function routeOf(method: string, version: GraphVersion, path: string): Match | "withoutRef" | "batch" | undefined {
  if (isBatch(path)) return method === batchRoute.method ? "batch" : undefined;
  const asked = path.slice(version.length + 1);
  const match = routeTable.find(method, version, asked);
  // An object of a list such as `members` is added and removed by `$ref`.
  const isReference = match === undefined && (method === "POST" || method === "DELETE");
  return isReference && routeTable.find(method, version, `${asked}/$ref`) !== undefined ? "withoutRef" : match;
}

function send(reply: FastifyReply, { status, body, location }: RouteAnswer): FastifyReply {
  void reply.code(status);
  if (location !== undefined) void reply.header("location", location);
  if (body === undefined) return reply.send();
  void reply.headers({ "content-type": contentType, "odata-version": "4.0", vary: "Accept-Encoding" });
  return reply.send(JSON.stringify(body));
}

/** The number alone, as text. */
function sendCount(reply: FastifyReply, { body }: RouteAnswer): FastifyReply {
  void reply.headers({ "content-type": "text/plain", "odata-version": "4.0", vary: "Accept-Encoding" });
  return reply.code(200).send(Buffer.from(JSON.stringify(body?.["@odata.count"])));
}

async function authenticate(cloud: Cloud, request: FastifyRequest): Promise<Caller> {
  try {
    return await cloud.authenticate(request, "graph");
  } catch (error) {
    if (error instanceof TokenRefused) throw unauthorized(cloud, error);
    throw error;
  }
}

/** https://learn.microsoft.com/graph/resolve-auth-errors; the texts are from issue threads. */
function unauthorized(cloud: Cloud, { reason }: TokenRefused): EmulatedGraphError {
  const messages: Readonly<Record<TokenRefused["reason"], string>> = {
    missing: "Access token is empty.",
    malformed: "IDX14100: JWT is not well formed, there are no dots (.).",
    signature: "Access token validation failure. Invalid signature.",
    expired: "Lifetime validation failed, the token is expired.",
    audience: "Access token validation failure. Invalid audience.",
    tenant: "Access token validation failure. Invalid issuer.",
  };
  const challenge =
    `Bearer realm="", authorization_uri="${cloud.services.login}/common/oauth2/authorize", ` +
    'client_id="00000003-0000-0000-c000-000000000000"';
  return new EmulatedGraphError(401, "InvalidAuthenticationToken", messages[reason], [], {
    "www-authenticate": challenge,
  });
}

/**
 * Bodies are read here: clients send a JSON content type with an empty body, which Fastify's own
 * parser refuses.
 */
function takeAnyBody(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}

function readBody(request: FastifyRequest): Json | undefined {
  const { body } = request;
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined;
  if (header(request, "content-type")?.startsWith("image/") === true) return undefined;
  if (header(request, "content-type")?.includes("json") !== true) throw unreadableRequest(unreadableBody);
  try {
    return JSON.parse(body.toString("utf8")) as Json;
  } catch {
    throw unreadableRequest(unreadableBody);
  }
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function split(url: string): [string, string] {
  const mark = url.indexOf("?");
  return mark === -1 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}
