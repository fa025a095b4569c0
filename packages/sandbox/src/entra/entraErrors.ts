/**
 * Entra's errors: an AADSTS code, the OAuth error that it belongs to, and the text. Texts and
 * statuses are those of captured answers where there is one, else of Microsoft's list of AADSTS
 * codes and public issue threads:
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";

/** An error that Entra answers a request with. */
export class EntraError extends Error {
  constructor(
    readonly status: 400 | 401,
    /** The OAuth error, such as `invalid_client`. */
    readonly error: string,
    /** The AADSTS code. */
    readonly code: number,
    text: string,
    readonly suberror?: string,
  ) {
    super(text);
  }
}

/** Codes that the real service answered without an `error_uri`. */
const withoutUri: ReadonlySet<number> = new Set([700038, 70003, 70011]);

/** The body of an error, in Entra's order. */
export function errorBody(
  error: EntraError,
  request: FastifyRequest,
  now: Date,
  origin: string,
): Record<string, unknown> {
  const traceId = randomUUID();
  const correlationId = clientRequestId(request) ?? randomUUID();
  const timestamp = `${now.toISOString().slice(0, 19).replace("T", " ")}Z`;
  return {
    error: error.error,
    error_description: `AADSTS${error.code}: ${error.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [error.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    ...(withoutUri.has(error.code) ? {} : { error_uri: `${origin}/error?code=${error.code}` }),
    ...(error.suberror === undefined ? {} : { suberror: error.suberror }),
  };
}

/** The correlation ID that the client has chosen, if it is a UUID. */
export function clientRequestId(request: FastifyRequest): string | undefined {
  const header = request.headers["client-request-id"];
  return typeof header === "string" && /^[0-9a-f-]{36}$/i.test(header) ? header : undefined;
}

const refusedAs =
  (error: string, status: EntraError["status"] = 400) =>
  (code: number, text: string): EntraError =>
    new EntraError(status, error, code, text);
const invalidRequest = refusedAs("invalid_request");
const invalidClient = refusedAs("invalid_client", 401);
const invalidGrant = refusedAs("invalid_grant");
const invalidScope = refusedAs("invalid_scope");
const unauthorizedClient = refusedAs("unauthorized_client");

const noFederatedMatch = (code: number, part: string, value: string): EntraError =>
  invalidClient(
    code,
    `No matching federated identity record found for presented assertion ${part} '${value}'. Check your federated identity ` +
      "credential Subject, Audience and Issuer against the presented assertion. " +
      "https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  );

/** The errors by cause. */
export const entraErrors = {
  malformed: () => invalidRequest(9002313, "Invalid request. Request is malformed or invalid."),
  missingParameter: (name: string) =>
    invalidRequest(900144, `The request body must contain the following parameter: '${name}'.`),
  invalidTenant: (name: string) =>
    invalidRequest(
      900023,
      `Specified tenant identifier '${name}' is neither a valid DNS name, nor a valid external domain.`,
    ),
  unknownTenant: (name: string) =>
    invalidRequest(
      90002,
      `Tenant '${name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. ` +
        "Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
    ),
  notMultitenant: (clientId: string) =>
    unauthorizedClient(
      50194,
      `Application '${clientId}' is not configured as a multi-tenant application. Usage of the /common endpoint is not ` +
        "supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
    ),
  invalidApplicationId: (clientId: string) =>
    unauthorizedClient(700038, `${clientId} is not a valid application identifier.`),
  unknownClient: (clientId: string, tenant: string) =>
    unauthorizedClient(
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenant}'. This can happen if the ` +
        "application has not been installed by the administrator of the tenant or consented to by any user in the tenant. " +
        "You may have sent your authentication request to the wrong tenant.",
    ),
  missingServicePrincipal: (clientId: string, tenantId: string) =>
    invalidClient(
      7000229,
      `The client application ${clientId} is missing service principal in the tenant ${tenantId}. ` +
        "See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119",
    ),
  disabledClient: (clientId: string, name: string) =>
    unauthorizedClient(7000112, `Application '${clientId}'(${name}) is disabled.`),
  missingSecret: (grantType: string | undefined) =>
    grantType === "client_credentials"
      ? invalidClient(
          7000216,
          "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        )
      : invalidClient(
          7000218,
          "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ),
  publicClient: () =>
    invalidClient(700025, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."),
  wrongSecret: (clientId: string) =>
    invalidClient(
      7000215,
      "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the " +
        `client secret ID, for a secret added to app '${clientId}'.`,
    ),
  expiredSecret: (clientId: string) =>
    invalidClient(
      7000222,
      `The provided client secret keys for app '${clientId}' are expired. Visit the Azure portal to create new keys for your ` +
        "app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
    ),
  unsupportedAssertionType: () =>
    invalidRequest(
      700021,
      "Client assertion application identifier doesn't match 'client_id' parameter or the assertion type is not supported.",
    ),
  malformedAssertion: () => invalidClient(50027, "JWT token is invalid or malformed."),
  unknownCertificate: (thumbprint: string, clientId: string) =>
    invalidClient(
      700027,
      "The certificate with identifier used to sign the client assertion is not registered on application. " +
        `[Reason - The key was not found., Thumbprint of key used by client: '${thumbprint}', Please visit the Azure Portal, ` +
        `Graph Explorer or directly use MS Graph to see configured keys for app Id '${clientId}'.]`,
    ),
  wrongAssertionSignature: () =>
    invalidClient(
      700027,
      "Client assertion failed signature validation. [Reason - The key was found but the signature did not match.]",
    ),
  expiredCertificate: (clientId: string) =>
    invalidClient(
      700027,
      `The certificate used to sign the client assertion is expired on application. [Reason - The key used is expired., app Id '${clientId}'.]`,
    ),
  assertionOutOfTime: () => invalidClient(700024, "Client assertion is not within its valid time range."),
  wrongAssertionAudience: () => invalidClient(700023, "Client assertion audience claim does not match Realm issuer."),
  wrongAssertionSubject: () =>
    invalidClient(700021, "Client assertion application identifier doesn't match 'client_id' parameter."),
  noFederatedIssuer: (issuer: string) => noFederatedMatch(700211, "issuer", issuer),
  noFederatedSubject: (subject: string) => noFederatedMatch(700213, "subject", subject),
  noFederatedAudience: (audience: string) => noFederatedMatch(700212, "audience", audience),
  unreachableIssuer: (issuer: string) =>
    invalidClient(
      50166,
      `Request to External OIDC endpoint failed: the sandbox asks loopback issuers only, not '${issuer}'.`,
    ),
  unsupportedGrant: (grantType: string) =>
    refusedAs("unsupported_grant_type")(70003, `The app requested an unsupported grant type '${grantType}'.`),
  unsupportedResponseType: (responseType: string) =>
    refusedAs("unsupported_response_type")(
      70005,
      `The app returned an unsupported response type '${responseType}': the sandbox answers 'code'.`,
    ),
  invalidScope: (scope: string) =>
    invalidScope(
      70011,
      "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not " +
        `valid. The scope ${scope} is not valid.`,
    ),
  scopeWithoutDefault: (scope: string) =>
    invalidScope(
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default ` +
        "suffixed to the resource identifier (application ID URI).",
    ),
  unknownResource: (resource: string, tenant: string) =>
    refusedAs("invalid_resource")(
      500011,
      `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the application ` +
        "has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have " +
        "sent your authentication request to the wrong tenant.",
    ),
  unassignedClient: (clientId: string, resource: string) =>
    invalidGrant(501051, `Application '${clientId}' is not assigned to a role for the application '${resource}'.`),
  noConsent: (clientId: string, name: string) =>
    new EntraError(
      400,
      "invalid_grant",
      65001,
      `The user or administrator has not consented to use the application with ID '${clientId}' named '${name}'. Send an ` +
        "interactive authorization request for this user and resource.",
      "consent_required",
    ),
  redirectMismatch: (redirectUri: string, clientId: string) =>
    invalidRequest(
      50011,
      `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the ` +
        `application '${clientId}'. Make sure the redirect URI sent in the request matches one added to your application in the ` +
        "Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.",
    ),
  noRedirectRegistered: () => invalidRequest(500113, "No reply address is registered for the application."),
  otherRedirect: () =>
    invalidGrant(
      500112,
      "The reply address does not match the reply address provided when requesting Authorization code.",
    ),
  invalidCode: () => invalidGrant(9002313, "Invalid request. Request is malformed or invalid."),
  usedCode: () =>
    invalidGrant(
      54005,
      "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
    ),
  expiredCode: () =>
    invalidGrant(
      70008,
      "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization " +
        "request for this user and resource.",
    ),
  expiredRefreshToken: () =>
    invalidGrant(
      700082,
      "The refresh token has expired due to inactivity. The token was issued more than 90 days ago and was inactive for 90.00:00:00.",
    ),
  otherClient: () =>
    invalidGrant(
      700005,
      "Provided Authorization Code is intended to use against other tenant or client, thus rejected.",
    ),
  revokedGrant: () =>
    invalidGrant(50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed."),
  wrongVerifier: () =>
    invalidGrant(501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request."),
  unsupportedChallengeMethod: () =>
    invalidRequest(501491, "Invalid size of Code_Challenge parameter or unsupported code_challenge_method."),
  authorizationPending: () =>
    refusedAs("authorization_pending")(
      70016,
      "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    ),
} as const;
