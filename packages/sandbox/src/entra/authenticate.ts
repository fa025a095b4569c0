/** Checks bearer tokens for the APIs of the emulated cloud. */
import {
  azureAdGraph,
  azureKeyVault,
  azureServiceManagement,
  microsoftGraph,
  windowsDefenderAtp,
} from "@defender-mssp/microsoft";
import type { FastifyRequest } from "fastify";
import { errors, type JWTPayload } from "jose";
import type { EmulatedCloud } from "../cloud/cloud";
import { TokenRefused, type Audience, type Caller } from "../cloud/model";
import { withoutSlash } from "./signInDirectory";
import type { TokenMaker } from "./tokens";

/** The accepted `aud` values of each API, besides Graph's origin. */
const audiences: Readonly<Record<Audience, readonly string[]>> = {
  graph: ["https://graph.microsoft.com", microsoftGraph.appId],
  azureADGraph: ["https://graph.windows.net", azureAdGraph.appId],
  defender: [
    "https://api.securitycenter.microsoft.com",
    "https://api.securitycenter.windows.com",
    "https://securitycenter.onmicrosoft.com/windowsatpservice",
    windowsDefenderAtp.appId,
  ],
  resourceManager: [
    "https://management.azure.com",
    "https://management.core.windows.net",
    "https://management.usgovcloudapi.net",
    azureServiceManagement.appId,
  ],
  keyVault: ["https://vault.azure.net", "https://vault.usgovcloudapi.net", azureKeyVault.appId],
};

/** The check of `Cloud.authenticate`: signature, expiry, audience, tenant. */
export function authenticator(
  cloud: EmulatedCloud,
  tokens: TokenMaker,
): (request: FastifyRequest, audience: Audience) => Promise<Caller> {
  return async (request, audience) => {
    const claims = await verified(tokens, bearerToken(request));
    const accepted = [
      ...audiences[audience],
      ...(audience === "graph" ? [...Object.values(cloud.origins), cloud.services.graph] : []),
    ];
    if (typeof claims.aud !== "string" || !accepted.includes(withoutSlash(claims.aud))) {
      throw new TokenRefused("audience", "Access token validation failure. Invalid audience.");
    }
    return { ...callerOf(cloud, claims), audience, operation: operationOf(request), passed: [] };
  };
}

function bearerToken(request: FastifyRequest): string {
  const header = request.headers.authorization;
  if (header === undefined || header === "") throw new TokenRefused("missing", "Access token is empty.");
  const [, token] = /^bearer +(\S+)$/i.exec(header) ?? [];
  if (token === undefined) throw new TokenRefused("malformed", "Bearer token is malformed or missing.");
  return token;
}

async function verified(tokens: TokenMaker, token: string): Promise<JWTPayload> {
  try {
    return await tokens.verify(token);
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      const times = [new Date(Number(error.payload.exp) * 1000), tokens.cloud.now()];
      throw new TokenRefused("expired", "Lifetime validation failed, the token is expired.", times);
    }
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      throw new TokenRefused("signature", "Access token validation failure. Invalid signature.");
    }
    throw new TokenRefused("malformed", "CompactToken parsing failed with error code: 80049217");
  }
}

/** `GET /keyvault/{vault}/secrets`: the method and the route. */
function operationOf(request: FastifyRequest): string {
  const { url = "" } = (request as Partial<FastifyRequest>).routeOptions ?? {};
  return `${request.method} ${url.replace(/:(\w+)/g, "{$1}")}`;
}

function callerOf(cloud: EmulatedCloud, claims: JWTPayload): Omit<Caller, "audience" | "operation" | "passed"> {
  const { tid, oid } = claims;
  const applicationId = claims["appid"] ?? claims["azp"];
  if (typeof tid !== "string" || typeof oid !== "string" || typeof applicationId !== "string") {
    throw new TokenRefused("malformed", "Access token validation failure.");
  }
  if (!cloud.hasTenant(tid))
    throw new TokenRefused("tenant", "Access token validation failure. The tenant isn't there.");
  const roles = Array.isArray(claims["roles"]) ? (claims["roles"] as string[]) : [];
  const scopes = typeof claims["scp"] === "string" ? claims["scp"].split(" ") : [];
  const methods = Array.isArray(claims["amr"]) ? (claims["amr"] as string[]) : [];
  return {
    tenant: cloud.tenant(tid),
    objectId: oid,
    applicationId,
    roles: new Set(roles),
    scopes: new Set(scopes),
    methods: new Set(methods),
  };
}
