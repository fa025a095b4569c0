/** The Fastify application of all areas of the emulated cloud. */
import { isUuid } from "@defender-mssp/microsoft";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { canonicalUrl } from "../cloud/canonicalUrl";
import type { EmulatedCloud } from "../cloud/cloud";
import type { Routes } from "../cloud/model";
import type { TenantDescription } from "../cloud/tenantMaker";
import type { PermissionUse } from "../cloud/permissionUse";
import { addEntra } from "../entra/index";
import type { TokenKeys } from "../entra/keys";
import type { Faults } from "./faults/index";
import { addReplicas } from "./faults/addReplicas";
import { graphLikeError } from "../cloud/graphLikeError";
import { metadataDocument } from "./metadata";
import { nearestRoute } from "./nearestRoute";
import { refuseForeignHosts } from "./refuseForeignHosts";
import { RequestTally } from "./requestTally";
import { answerUnderNames, hasForeignToken, isUnderName } from "./answerUnderNames";
import { unknownRouteHeader } from "../cloud/serviceError";
import { hostPath } from "../proxy/serviceHost";
import { addPages } from "./pages/index";
import { loggedUrl, RequestLog } from "./requestLog";

export interface AppOptions {
  readonly cloud: EmulatedCloud;
  readonly keys: TokenKeys;
  /** Graph, Defender. Each gets a scope of its own, with its own error envelope. */
  readonly areas: readonly Routes[];
  /** The control routes. */
  readonly control: (app: FastifyInstance) => void;
  /** Asked for the name and domain of a tenant that is not there, before it is made. */
  readonly describeTenants?: () => Promise<readonly TenantDescription[]>;
  /**
   * Gets a line for each answered request: method, path, status, time. No secrets: neither headers,
   * bodies nor codes.
   */
  readonly log?: (line: string) => void;
  /** Receives each request with its answer, including secrets, before the answer is sent. */
  readonly observe?: (exchange: Exchange) => void;
  /** Counts the permissions that requests need. */
  readonly permissionUse: PermissionUse;
  /** Injected faults. */
  readonly faults?: Faults;
  /** Receives each request without a route: `GET /v1.0/…`. */
  readonly onUndocumented: (request: string) => void;
}

/** A request and its answer. */
export interface Exchange {
  /** Method, path and status, such as `PUT /subscriptions/… 201`. */
  readonly line: string;
  /**
   * The request's body: bytes from Graph's routes, elsewhere parsed JSON or the fields of a form.
   */
  readonly request: unknown;
  /** The answer's body as sent; empty if there is none. */
  readonly answer: string;
  /** The `location` of the answer. */
  readonly location: string | undefined;
}

export async function makeApp(options: AppOptions): Promise<FastifyInstance> {
  const { cloud } = options;
  const app = fastify({
    logger: false,
    // Graph's URLs are long: filters and `@odata.nextLink`s.
    routerOptions: { maxParamLength: 2000, caseSensitive: false, ignoreTrailingSlash: true },
    bodyLimit: 4 * 1024 * 1024,
    rewriteUrl: ({ url = "/" }) => canonicalUrl(url),
  });
  acceptJson(app);
  app.setErrorHandler(sendError);
  refuseForeignHosts(app);
  answerUnderNames(app);
  const registered: string[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    const isService = !url.includes("*") && !/^\/($|sandbox\/|pages\/)/.test(url);
    if (isService) registered.push(...[method].flat().map((name) => `${name} ${url}`));
  });
  makeTenantsOnUse(app, options);
  app.setNotFoundHandler(async (request, reply) => {
    if (isUnderName(request)) {
      if (await hasForeignToken(cloud, request))
        return reply
          .code(401)
          .send(graphLikeError("InvalidAuthenticationToken", "The sandbox has not issued this token."));
      void reply.header(unknownRouteHeader, "true");
    }
    const path = hostPath(pathOf(request));
    options.onUndocumented(`${request.method} ${path}`);
    const nearest = nearestRoute(registered, request.method, path);
    const hint = nearest === undefined ? "" : ` The nearest that it has is ${nearest}.`;
    return reply.code(404).send(graphLikeError("UnknownError", `The sandbox has no ${request.method} ${path}.${hint}`));
  });
  // Changes are written before the answer, so that a killed process loses no answered change.
  app.addHook("onSend", async () => {
    if (cloud.hasUnsavedChanges) await cloud.saved();
  });
  // Clients go by the service's clock, which a person may have moved. A fault of the clock sets its own.
  app.addHook("onSend", (_request, reply, payload, done) => {
    const isMoved = cloud.clock.movedMilliseconds !== 0 && !reply.hasHeader("date");
    if (isMoved) reply.header("date", cloud.now().toUTCString());
    done(null, payload);
  });
  // A refused request has needed nothing. Before the faults, which lose answers, not requests.
  app.addHook("onSend", (request, reply, payload, done) => {
    const caller = cloud.callerOf(request);
    if (caller !== undefined && ![401, 403].includes(reply.statusCode))
      options.permissionUse.record(caller, request.url);
    done(null, payload);
  });
  const log = new RequestLog();
  log.addTo(app, cloud, (request) => options.faults?.kindOf(request));
  const counter = new RequestTally();
  counter.addTo(app);
  addReplicas(app, cloud, (request) => options.faults?.lagOf(request));
  options.faults?.addTo(app);
  addObservers(app, options);
  addPages(app, { cloud, counter, log, faults: options.faults });
  app.get("/metadata/endpoints", () => metadataDocument(cloud.services));
  app.register((scope, _options, done) => {
    addEntra(scope, cloud, options.keys);
    done();
  });
  for (const routes of options.areas) {
    app.register((scope, _options, done) => {
      routes(scope, cloud);
      done();
    });
  }
  app.register((scope, _options, done) => {
    options.control(scope);
    done();
  });
  await app.ready();
  return app;
}

/** A tenant is made by its first sign-in: with the name and domain of a stack that was added since the start. */
function makeTenantsOnUse(app: FastifyInstance, { cloud, describeTenants }: AppOptions): void {
  if (describeTenants === undefined) return;
  app.addHook("onRequest", async (request) => {
    const [, tenantId = ""] = hostPath(pathOf(request)).split("/");
    if (!isUuid(tenantId) || cloud.hasTenant(tenantId)) return;
    const description = (await describeTenants()).find(
      (tenant) => tenant.tenantId.toLowerCase() === tenantId.toLowerCase(),
    );
    if (description !== undefined) cloud.describedTenant(description);
  });
}

/** What watches the answers: `observe` and `log`, where the options have them. */
function addObservers(app: FastifyInstance, { observe, log: writeLine }: AppOptions): void {
  if (observe !== undefined) {
    app.addHook("onSend", (request, reply, payload, done) => {
      const location = reply.getHeader("location");
      observe({
        line: `${request.method} ${loggedUrl(request.url)} ${reply.statusCode}`,
        request: request.body,
        answer: typeof payload === "string" ? payload : "",
        location: typeof location === "string" ? location : undefined,
      });
      done(null, payload);
    });
  }
  if (writeLine !== undefined) {
    app.addHook("onResponse", (request, reply, done) => {
      writeLine(`${request.method} ${loggedUrl(request.url)} ${reply.statusCode} ${reply.elapsedTime.toFixed(0)} ms`);
      done();
    });
  }
}

/** Clients send `Content-Type: application/json` with requests that have no body, too. */
function acceptJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else void parse(request, body as string, done);
  });
}

function sendError(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = statusOf(error);
  if (status === 413)
    return reply.code(413).send(graphLikeError("RequestEntityTooLarge", "The request body is too large."));
  if (status === 415) {
    return reply.code(415).send(graphLikeError("UnsupportedMediaType", "The request's media type is not supported."));
  }
  if (status < 500) {
    const message =
      "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.";
    return reply.code(status).send(graphLikeError("BadRequest", message));
  }
  // A bug or a full disk: reported by the sandbox, not to the client.
  process.stderr.write(`mssp sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return reply.code(500).send(graphLikeError("InternalServerError", "The sandbox failed; its own output says why."));
}

function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !("statusCode" in error)) return 500;
  return typeof error.statusCode === "number" ? error.statusCode : 500;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?", 1)[0] ?? request.url;
}
