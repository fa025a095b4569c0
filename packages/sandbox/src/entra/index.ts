/** Entra's routes: tokens, authorization, discovery. */
import { STATUS_CODES } from "node:http";
import formbody from "@fastify/formbody";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { EmulatedCloud } from "../cloud/cloud";
import { TokenRefused } from "../cloud/model";
import { adminConsent } from "./adminConsent";
import { authenticator } from "./authenticate";
import { authorize } from "./authorize";
import { isTenantless, tenantOf, propertyText } from "./signInDirectory";
import { instanceDiscovery, openIdConfiguration } from "./discovery";
import { EntraError, entraErrors, errorBody } from "./entraErrors";
import { publicKeyDocument, type TokenKeys } from "./keys";
import { issuerOf, pairwise, TokenMaker } from "./tokens";
import { TokenEndpoint } from "./tokenEndpoint";

const versions = [
  { version: 1, path: "/oauth2", configuration: "", keys: "/discovery/keys" },
  { version: 2, path: "/oauth2/v2.0", configuration: "/v2.0", keys: "/discovery/v2.0/keys" },
] as const;

/** Adds Entra to the server, and the token check to the cloud. */
export function addEntra(app: FastifyInstance, cloud: EmulatedCloud, keys: TokenKeys): void {
  const tokens = new TokenMaker(cloud, keys);
  cloud.setAuthenticator(authenticator(cloud, tokens));
  void app.register(formbody);
  app.setErrorHandler((error, request, reply) => sendError(cloud, error, request, reply));
  app.addHook("onRequest", (_request, reply, done) => {
    void reply.headers({ "cache-control": "no-store, no-cache", pragma: "no-cache", expires: "-1" });
    done();
  });
  addTokenRoutes(app, cloud, tokens);
  addDiscoveryRoutes(app, cloud, keys);
  addUserInformation(app, cloud);
}

function addTokenRoutes(app: FastifyInstance, cloud: EmulatedCloud, tokens: TokenMaker): void {
  app.get("/:tenant/adminconsent", (request, reply) => adminConsent(cloud, request, reply, []));
  const required = ["scope", "redirect_uri"];
  app.get("/:tenant/v2.0/adminconsent", (request, reply) => adminConsent(cloud, request, reply, required));
  const endpoint = new TokenEndpoint(cloud, tokens);
  for (const { version, path } of versions) {
    app.post(`/:tenant${path}/token`, (request) => endpoint.answer(request, version));
    app.post(`/:tenant${path}/devicecode`, (request) => endpoint.deviceAuthorization(request, version));
    app.route({
      method: ["GET", "POST"],
      url: `/:tenant${path}/authorize`,
      handler: (request, reply) => authorize(cloud, tokens, request, reply, version),
    });
    app.get(`/:tenant${path}/logout`, (_request, reply) =>
      reply.type("text/plain; charset=utf-8").send("You have signed out.\n"),
    );
  }
}

function addDiscoveryRoutes(app: FastifyInstance, cloud: EmulatedCloud, keys: TokenKeys): void {
  for (const { version, configuration, keys: keysPath } of versions) {
    app.get(`/:tenant${configuration}/.well-known/openid-configuration`, (request) => {
      const { tenant: name } = request.params as { tenant: string };
      const known = isTenantless(name) ? name.toLowerCase() : tenantOf(cloud, name).id;
      return openIdConfiguration(cloud.services, known, version);
    });
    app.get(`/:tenant${keysPath}`, (request) => {
      const { tenant: name } = request.params as { tenant: string };
      const tenantId = isTenantless(name) ? "{tenantid}" : tenantOf(cloud, name).id;
      return { keys: [{ ...publicKeyDocument(keys), issuer: issuerOf(tenantId, 2, cloud.services.login) }] };
    });
  }
  app.get("/common/discovery/instance", (request) => {
    const { authorization_endpoint: address } = request.query as { authorization_endpoint?: string };
    const [, tenant = "common"] = URL.canParse(address ?? "") ? new URL(address ?? "").pathname.split("/") : [];
    return instanceDiscovery(cloud.services, tenant);
  });
}

/** OpenID Connect's UserInfo; Graph has it, with Graph's tokens. */
function addUserInformation(app: FastifyInstance, cloud: EmulatedCloud): void {
  app.route({
    method: ["GET", "POST"],
    url: "/oidc/userinfo",
    handler: async (request) => {
      const caller = await cloud.authenticate(request, "graph");
      const user = caller.tenant.objects("users").get(caller.objectId);
      if (user === undefined) throw new TokenRefused("malformed", "The token is not a user's.");
      return {
        sub: pairwise(user.id, caller.applicationId),
        name: propertyText(user["displayName"]),
        ...(propertyText(user["mail"]) === "" ? {} : { email: propertyText(user["mail"]) }),
      };
    },
  });
}

function sendError(cloud: EmulatedCloud, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof TokenRefused) {
    return reply.code(401).send({ error: { code: "InvalidAuthenticationToken", message: error.message } });
  }
  const entraError = error instanceof EntraError ? error : asEntraError(error);
  if (entraError !== undefined) {
    return reply.code(entraError.status).send(errorBody(entraError, request, cloud.now(), cloud.services.login));
  }
  request.log.error(error);
  return reply.code(500).send({ error: "server_error", error_description: STATUS_CODES[500] });
}

/**
 * Requests that the server itself refuses (not a form, too large) are malformed requests to Entra.
 */
function asEntraError(error: unknown): EntraError | undefined {
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  return typeof status === "number" && status < 500 ? entraErrors.malformed() : undefined;
}
