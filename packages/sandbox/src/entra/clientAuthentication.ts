/**
 * How a client authenticates: by a secret, by a JWT signed with the private key of a registered
 * certificate, or by the token of another issuer that a federated identity credential names.
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
import type { X509Certificate } from "node:crypto";
import type { FastifyRequest } from "fastify";
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyOptions,
} from "jose";
import type { EmulatedCloud } from "../cloud/cloud";
import type { Json, StoredObject, Tenant } from "../cloud/model";
import { readCertificate } from "../cloud/readCertificate";
import { matchesSecret } from "../cloud/secrets";
import type { Client } from "./client";
import { listOf, propertyOf, propertyText } from "./signInDirectory";
import { entraErrors } from "./entraErrors";
import { basicCredentials, type Parameters } from "./parameters";
import { isPublicClientOfMicrosoft } from "./publicClients";
import type { ClientProof } from "./tokens";

const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The client ID that a request names, in its body or its `Authorization` header. */
export function clientIdOf(request: FastifyRequest, parameters: Parameters): string {
  return parameters.get("client_id") ?? basicCredentials(request)?.clientId ?? parameters.need("client_id");
}

/**
 * Checks the client's credential. Throws Entra's error for an invalid one, and for a missing one
 * unless the client may be public.
 */
export async function authenticateClient(
  cloud: EmulatedCloud,
  client: Client,
  request: FastifyRequest,
  parameters: Parameters,
  mayBePublic = false,
): Promise<ClientProof> {
  const assertion = parameters.get("client_assertion");
  const secret = parameters.get("client_secret") ?? basicCredentials(request)?.clientSecret;
  if ((assertion ?? secret) !== undefined && isPublicClientOfMicrosoft(client.clientId))
    throw entraErrors.publicClient();
  if (assertion !== undefined) {
    if (parameters.get("client_assertion_type") !== jwtBearer) throw entraErrors.unsupportedAssertionType();
    await checkAssertion(cloud, client, request, assertion);
    return "certificate";
  }
  if (secret !== undefined) {
    checkSecret(cloud, client, secret);
    return "secret";
  }
  if (!mayBePublic) throw entraErrors.missingSecret(parameters.get("grant_type"));
  return "none";
}

function checkSecret(cloud: EmulatedCloud, client: Client, secret: string): void {
  if (cloud.isPassingSecret(client.clientId, secret)) return;
  const credential = credentialsOf(client, "passwordCredentials").find(({ tenant, credential }) => {
    const hash = tenant.secretHashes.get(propertyText(propertyOf(credential, "keyId")));
    return hash !== undefined && matchesSecret(secret, hash);
  })?.credential;
  if (credential === undefined) throw entraErrors.wrongSecret(client.clientId);
  if (isOver(credential, cloud.now())) throw entraErrors.expiredSecret(client.clientId);
  if (isBeforeStart(credential, cloud.now())) throw entraErrors.wrongSecret(client.clientId);
}

async function checkAssertion(
  cloud: EmulatedCloud,
  client: Client,
  request: FastifyRequest,
  assertion: string,
): Promise<void> {
  const { header, claims } = decoded(assertion);
  if (claims.iss === client.clientId) {
    await checkCertificateAssertion(cloud, client, request, assertion, header);
    return;
  }
  await checkFederatedAssertion(cloud, client, assertion, claims);
}

async function checkCertificateAssertion(
  cloud: EmulatedCloud,
  client: Client,
  request: FastifyRequest,
  assertion: string,
  header: ReturnType<typeof decodeProtectedHeader>,
): Promise<void> {
  const thumbprint = thumbprintOf(header);
  const found = credentialsOf(client, "keyCredentials")
    .map(({ credential }) => ({
      credential,
      certificate: readCertificate(propertyText(propertyOf(credential, "key"))),
    }))
    .find(({ certificate }) => certificate !== undefined && thumbprintsOf(certificate).includes(thumbprint));
  if (found?.certificate === undefined) throw entraErrors.unknownCertificate(thumbprint, client.clientId);
  if (isOver(found.credential, cloud.now())) throw entraErrors.expiredCertificate(client.clientId);
  await verifyAssertion(assertion, found.certificate.publicKey, {
    algorithms: ["RS256", "PS256"],
    subject: client.clientId,
    audience: assertionAudiences(cloud, client, request),
    currentDate: cloud.now(),
    requiredClaims: ["exp"],
  });
}

/**
 * Entra's own names for its token endpoint: by ID or as the request named the tenant, v1 and v2, on
 * each of its origins.
 */
function assertionAudiences(cloud: EmulatedCloud, client: Client, request: FastifyRequest): string[] {
  const { tenant: named = client.tenant.id } = request.params as { tenant?: string };
  const { login, loginAliases } = cloud.services;
  return [...Object.values(cloud.origins), login, ...loginAliases].flatMap((origin) =>
    [client.tenant.id, named].flatMap((tenant) =>
      ["/oauth2/v2.0/token", "/oauth2/token", "/v2.0", "/"].map((end) => `${origin}/${tenant}${end}`),
    ),
  );
}

async function checkFederatedAssertion(
  cloud: EmulatedCloud,
  client: Client,
  assertion: string,
  claims: JWTPayload,
): Promise<void> {
  const { iss = "", sub = "" } = claims;
  const audience = [claims.aud ?? ""].flat();
  const credentials = federatedCredentials(client);
  const ofIssuer = credentials.filter((credential) => credential["issuer"] === iss);
  if (ofIssuer.length === 0) throw entraErrors.noFederatedIssuer(iss);
  const ofSubject = ofIssuer.filter((credential) => credential["subject"] === sub);
  if (ofSubject.length === 0) throw entraErrors.noFederatedSubject(sub);
  const isMeant = ofSubject.some((credential) =>
    listOf(credential["audiences"]).some((name) => audience.includes(propertyText(name))),
  );
  if (!isMeant) throw entraErrors.noFederatedAudience(audience.join(" "));
  await verifyAssertion(assertion, await issuerKeys(iss), {
    issuer: iss,
    currentDate: cloud.now(),
    requiredClaims: ["exp"],
  });
}

function federatedCredentials(client: Client): StoredObject[] {
  const { application, homeTenant } = client;
  if (application === undefined || homeTenant === undefined) return [];
  const ids = homeTenant.links("applications.federatedIdentityCredentials").get(application.id) ?? [];
  return ids.flatMap((id) => homeTenant.objects("federatedIdentityCredentials").get(id) ?? []);
}

/** The issuer's keys, from its OpenID configuration. The sandbox calls this machine only. */
async function issuerKeys(issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> {
  const host = URL.canParse(issuer) ? new URL(issuer).hostname : "";
  if (!["127.0.0.1", "localhost", "[::1]"].includes(host)) throw entraErrors.unreachableIssuer(issuer);
  try {
    const answer = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    const { jwks_uri: address } = (await answer.json()) as { jwks_uri: string };
    return createRemoteJWKSet(new URL(address));
  } catch {
    throw entraErrors.unreachableIssuer(issuer);
  }
}

async function verifyAssertion(
  assertion: string,
  key: X509Certificate["publicKey"] | ReturnType<typeof createRemoteJWKSet>,
  options: JWTVerifyOptions,
): Promise<void> {
  // Clients' clocks differ and msal rounds up: Entra accepts five minutes.
  const tolerant = { clockTolerance: 300, ...options };
  try {
    if (typeof key === "function") await jwtVerify(assertion, key, tolerant);
    else await jwtVerify(assertion, key, tolerant);
  } catch (error) {
    throw assertionError(error);
  }
}

function assertionError(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return entraErrors.assertionOutOfTime();
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "aud") return entraErrors.wrongAssertionAudience();
    if (error.claim === "sub") return entraErrors.wrongAssertionSubject();
    if (error.claim === "nbf" || error.claim === "exp") return entraErrors.assertionOutOfTime();
    return entraErrors.malformedAssertion();
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return entraErrors.wrongAssertionSignature();
  return entraErrors.malformedAssertion();
}

function decoded(assertion: string): { header: ReturnType<typeof decodeProtectedHeader>; claims: JWTPayload } {
  try {
    return { header: decodeProtectedHeader(assertion), claims: decodeJwt(assertion) };
  } catch {
    throw entraErrors.malformedAssertion();
  }
}

/** The registration's credentials, and those of the service principal itself. */
function credentialsOf(
  client: Client,
  property: "passwordCredentials" | "keyCredentials",
): { tenant: Tenant; credential: Json }[] {
  const { application, homeTenant, servicePrincipal, tenant } = client;
  const ofApplication = homeTenant === undefined ? [] : listOf(application?.[property]);
  return [
    ...ofApplication.map((credential) => ({ tenant: homeTenant ?? tenant, credential })),
    ...listOf(servicePrincipal[property]).map((credential) => ({ tenant, credential })),
  ];
}

function isOver(credential: Json, now: Date): boolean {
  const end = Date.parse(propertyText(propertyOf(credential, "endDateTime")));
  return !Number.isNaN(end) && end <= now.getTime();
}

function isBeforeStart(credential: Json, now: Date): boolean {
  // One minute tolerance for different clocks.
  const start = Date.parse(propertyText(propertyOf(credential, "startDateTime")));
  return !Number.isNaN(start) && start > now.getTime() + 60_000;
}

/** Upper-case hexadecimal, SHA-1 and SHA-256: clients send one of them. */
function thumbprintsOf(certificate: X509Certificate): string[] {
  return [certificate.fingerprint, certificate.fingerprint256].map((text) => text.replaceAll(":", ""));
}

function thumbprintOf(header: ReturnType<typeof decodeProtectedHeader>): string {
  const sha256 = header["x5t#S256"];
  const encoded = typeof sha256 === "string" ? sha256 : header.x5t;
  return Buffer.from(encoded ?? "", "base64url")
    .toString("hex")
    .toUpperCase();
}
