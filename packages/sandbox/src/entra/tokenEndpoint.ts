/**
 * The token endpoints, version 1 (`/{tenant}/oauth2/token`) and 2 (`/{tenant}/oauth2/v2.0/token`).
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow,
 * …/v2-oauth2-auth-code-flow
 */
import { createHash, randomUUID } from "node:crypto";
import { azureAdGraph, microsoftGraph } from "@defender-mssp/microsoft";
import type { FastifyRequest } from "fastify";
import type { EmulatedCloud } from "../cloud/cloud";
import type { StoredObject, Tenant } from "../cloud/model";
import { truthOf } from "../cloud/replicas";
import type { Client } from "./client";
import { authenticateClient, clientIdOf } from "./clientAuthentication";
import {
  assignedRoles,
  clientIn,
  grantedScopes,
  isTenantless,
  listOf,
  propertyOf,
  resourceIn,
  signedInUser,
  tenantName,
  tenantOf,
  propertyText,
  type Resource,
} from "./signInDirectory";
import { entraErrors } from "./entraErrors";
import { Parameters } from "./parameters";
import { recordedSignIn, type SignInAttempt } from "./recordedSignIn";
import { authorizedByMicrosoft } from "./publicClients";
import { isSameAddress } from "./redirectUris";
import { delegatedScopes, resourceOfApplication, signInScopes, wantedResource } from "./scopes";
import { accessTokenLifetime, type AuthorizationCode, type ClientProof, type SignIn, type TokenMaker } from "./tokens";

type Answer = Record<string, unknown>;

const deviceCodeGrant = "urn:ietf:params:oauth:grant-type:device_code";
const deviceCodeLifetime = 600;

/** Answers token requests. Codes work once: used ones are kept in memory. */
export class TokenEndpoint {
  readonly #usedCodes = new Set<string>();
  readonly #polledDeviceCodes = new Set<string>();

  constructor(
    private readonly cloud: EmulatedCloud,
    private readonly tokens: TokenMaker,
  ) {}

  async answer(request: FastifyRequest, version: 1 | 2): Promise<Answer> {
    const parameters = Parameters.ofBody(request);
    const grantType = parameters.need("grant_type");
    switch (grantType) {
      case "client_credentials":
        return this.#clientCredentials(request, parameters, version);
      case "authorization_code":
        return this.#authorizationCode(request, parameters, version);
      case "refresh_token":
        return this.#refreshToken(request, parameters, version);
      case "device_code":
      case deviceCodeGrant:
        return this.#deviceCode(request, parameters, version);
      default:
        throw entraErrors.unsupportedGrant(grantType);
    }
  }

  /**
   * The device authorization endpoint. No code is entered: the first poll gets "pending", the next
   * one the token.
   */
  async deviceAuthorization(request: FastifyRequest, version: 1 | 2): Promise<Answer> {
    const parameters = Parameters.ofBody(request);
    const client = this.#client(request, parameters);
    const scopes = delegatedScopes(parameters, version);
    const signIn = this.#signIn(client, scopes, parameters);
    const userCode = randomUUID().slice(0, 8).toUpperCase();
    const address = `${this.cloud.services.login}/${client.tenant.id}/oauth2/deviceauth`;
    return {
      user_code: userCode,
      device_code: await this.tokens.sealCode({ ...signIn, codeId: randomUUID() }),
      [version === 1 ? "verification_url" : "verification_uri"]: address,
      expires_in: deviceCodeLifetime,
      interval: 1,
      message: `The sandbox signs the tenant's administrator in by itself: nothing needs to be entered at ${address}.`,
    };
  }

  /** A sign-in of the tenant's administrator, or the user of `login_hint`, to a client. */
  #signIn(client: Client, scopes: readonly string[], parameters: Parameters): SignIn {
    const nonce = parameters.get("nonce");
    return {
      tenantId: client.tenant.id,
      clientId: client.clientId,
      servicePrincipalId: client.servicePrincipal.id,
      userId: signedInUser(client.tenant, parameters.get("login_hint")).id,
      scopes,
      ...(nonce === undefined ? {} : { nonce }),
    };
  }

  async #clientCredentials(request: FastifyRequest, parameters: Parameters, version: 1 | 2): Promise<Answer> {
    const client = this.#client(request, parameters);
    const attempt: SignInAttempt = { request, client, eventType: "servicePrincipal" };
    return recordedSignIn(this.cloud, attempt, () => this.#applicationsToken(attempt, parameters, version));
  }

  async #applicationsToken(attempt: SignInAttempt, parameters: Parameters, version: 1 | 2): Promise<Answer> {
    const { client, request } = attempt;
    const proof = await authenticateClient(this.cloud, client, request, parameters);
    const identifier = resourceOfApplication(parameters, version);
    const resource = resourceIn(this.cloud, client.tenant, identifier, microsoftGraph.appId);
    attempt.resource = resource;
    const isAssigned = assignedRoles(client.tenant, client.servicePrincipal, resource.servicePrincipal).length > 0;
    if (resource.servicePrincipal["appRoleAssignmentRequired"] === true && !isAssigned) {
      throw entraErrors.unassignedClient(client.clientId, resource.appId);
    }
    const accessToken = await this.tokens.applicationToken(client, resource, proof);
    return version === 2
      ? envelope({ access_token: accessToken })
      : this.#version1(identifier, { access_token: accessToken });
  }

  async #authorizationCode(request: FastifyRequest, parameters: Parameters, version: 1 | 2): Promise<Answer> {
    const client = this.#client(request, parameters);
    const code = await this.tokens.openCode(parameters.need("code"));
    if (code.clientId !== client.clientId) throw entraErrors.otherClient();
    const mayBePublic = code.codeChallenge !== undefined && isPublicRedirect(client, code.redirectUri);
    const proof = await authenticateClient(this.cloud, client, request, parameters, mayBePublic);
    if (code.redirectUri !== undefined && parameters.need("redirect_uri") !== code.redirectUri) {
      throw entraErrors.otherRedirect();
    }
    checkVerifier(code, parameters.get("code_verifier"));
    if (this.#usedCodes.has(code.codeId)) throw entraErrors.usedCode();
    const scopes = delegatedScopes(parameters, version, code.scopes);
    const asked = {
      ...code,
      scopes: [...new Set([...scopes, ...code.scopes.filter((scope) => signInScopes.has(scope))])],
    };
    const attempt: SignInAttempt = { request, client, eventType: "interactiveUser" };
    const answer = await this.#delegated(attempt, asked, proof, version, parameters);
    this.#usedCodes.add(code.codeId);
    return answer;
  }

  async #refreshToken(request: FastifyRequest, parameters: Parameters, version: 1 | 2): Promise<Answer> {
    const client = this.#client(request, parameters);
    const signIn = await this.tokens.openRefreshToken(parameters.need("refresh_token"));
    if (signIn.clientId !== client.clientId) throw entraErrors.otherClient();
    const proof = await authenticateClient(this.cloud, client, request, parameters, isPublicClient(client));
    const scopes = delegatedScopes(parameters, version, signIn.scopes);
    const asked = { ...signIn, scopes: [...new Set([...scopes, "offline_access"])] };
    const attempt: SignInAttempt = { request, client, eventType: "nonInteractiveUser" };
    return this.#delegated(attempt, asked, proof, version, parameters);
  }

  async #deviceCode(request: FastifyRequest, parameters: Parameters, version: 1 | 2): Promise<Answer> {
    const client = this.#client(request, parameters);
    const code = await this.tokens.openCode(parameters.get("device_code") ?? parameters.need("code"));
    if (code.clientId !== client.clientId) throw entraErrors.otherClient();
    const proof = await authenticateClient(this.cloud, client, request, parameters, isPublicClient(client));
    if (this.#usedCodes.has(code.codeId)) throw entraErrors.usedCode();
    if (!this.#polledDeviceCodes.has(code.codeId)) {
      this.#polledDeviceCodes.add(code.codeId);
      throw entraErrors.authorizationPending();
    }
    this.#usedCodes.add(code.codeId);
    const attempt: SignInAttempt = { request, client, eventType: "interactiveUser" };
    return this.#delegated(attempt, code, proof, version, parameters);
  }

  #delegated(
    attempt: SignInAttempt,
    signIn: SignIn,
    proof: ClientProof,
    version: 1 | 2,
    parameters: Parameters,
  ): Promise<Answer> {
    attempt.user = attempt.client.tenant.objects("users").get(signIn.userId);
    return recordedSignIn(this.cloud, attempt, () => this.#usersToken(attempt, signIn, proof, version, parameters));
  }

  async #usersToken(
    attempt: SignInAttempt,
    signIn: SignIn,
    proof: ClientProof,
    version: 1 | 2,
    parameters: Parameters,
  ): Promise<Answer> {
    const { client, user } = attempt;
    if (user === undefined || user["accountEnabled"] === false) throw entraErrors.revokedGrant();
    if (signIn.servicePrincipalId !== client.servicePrincipal.id) throw entraErrors.revokedGrant();
    const wanted = wantedResource(signIn.scopes);
    const resource = resourceIn(this.cloud, client.tenant, wanted.identifier, microsoftGraph.appId);
    attempt.resource = resource;
    const granted = consentedScopes(client, resource, user, wanted.permissions);
    const accessToken = await this.tokens.delegatedToken(client, resource, proof, user, granted);
    if (attempt.eventType === "interactiveUser") this.#acceptInvitation(client.tenant, user.id);
    const wantsIdToken = signIn.scopes.includes("openid");
    const answer = {
      scope: answeredScopes(version, wanted.identifier, granted, signIn.scopes),
      access_token: accessToken,
      ...(signIn.scopes.includes("offline_access")
        ? { refresh_token: await this.tokens.sealRefreshToken(signIn) }
        : {}),
      ...(wantsIdToken ? { id_token: await this.tokens.idToken(client, user, version, signIn.nonce) } : {}),
      // For msal: the user, outside of the ID token.
      ...(parameters.get("client_info") === "1" ? { client_info: clientInformation(client.tenant, user) } : {}),
    };
    return version === 2 ? envelope(answer) : this.#version1(wanted.identifier, answer);
  }

  /**
   * A guest's first sign-in to the tenant redeems the invitation.
   * https://learn.microsoft.com/entra/external-id/redemption-experience
   */
  #acceptInvitation(tenant: Tenant, userId: string): void {
    const user = truthOf(tenant).objects("users").get(userId);
    if (user?.["externalUserState"] !== "PendingAcceptance") return;
    user["externalUserState"] = "Accepted";
    user["externalUserStateChangeDateTime"] = `${this.cloud.now().toISOString().slice(0, 19)}Z`;
    this.cloud.changed();
  }

  #client(request: FastifyRequest, parameters: Parameters): Client {
    const { tenant: name } = request.params as { tenant: string };
    const clientId = clientIdOf(request, parameters);
    return clientIn(this.cloud, this.#tenantOfGrant(name, clientId), clientId);
  }

  #tenantOfGrant(name: string, clientId: string): Tenant {
    return tenantOf(this.cloud, name, isTenantless(name) ? clientId : undefined);
  }

  /** Version 1 returns numbers as strings, and the token's validity period. */
  #version1(resource: string, answer: Answer): Answer {
    const now = Math.floor(this.cloud.now().getTime() / 1000);
    return {
      token_type: "Bearer",
      expires_in: String(accessTokenLifetime),
      ext_expires_in: String(accessTokenLifetime),
      expires_on: String(now + accessTokenLifetime),
      not_before: String(now),
      resource,
      ...answer,
    };
  }
}

/**
 * The delegated permissions of a token: all granted ones, as in Entra. Throws if a requested one is
 * not granted, since the sandbox has no consent page.
 */
function consentedScopes(client: Client, resource: Resource, user: StoredObject, asked: readonly string[]): string[] {
  const granted = [
    ...authorizedByMicrosoft(client.clientId, resource.appId),
    ...grantedScopes(client.tenant, client.servicePrincipal, resource.servicePrincipal, user),
  ];
  // Azure AD Graph always allows sign-in, and the legacy alert API's token needs no other
  // permission.
  if (granted.length === 0 && resource.appId === azureAdGraph.appId) return ["User.Read"];
  const isSignInOnly = asked.length === 0;
  const missing = asked.some((scope) => scope !== ".default" && !granted.includes(scope));
  if (missing || (granted.length === 0 && !isSignInOnly)) {
    throw entraErrors.noConsent(
      client.clientId,
      propertyText(client.servicePrincipal["displayName"]) || tenantName(client.tenant),
    );
  }
  return granted;
}

function answeredScopes(
  version: 1 | 2,
  identifier: string,
  granted: readonly string[],
  asked: readonly string[],
): string {
  if (version === 1) return granted.join(" ");
  const isGraph = identifier === microsoftGraph.appId || identifier === "https://graph.microsoft.com";
  const named = granted.map((scope) => (isGraph ? scope : `${identifier}/${scope}`));
  return [...asked.filter((scope) => signInScopes.has(scope) && scope !== "offline_access"), ...named].join(" ");
}

function checkVerifier(code: AuthorizationCode, verifier: string | undefined): void {
  if (code.codeChallenge === undefined) return;
  const hashed = code.codeChallengeMethod === "plain" ? verifier : sha256(verifier ?? "");
  if (verifier === undefined || hashed !== code.codeChallenge) throw entraErrors.wrongVerifier();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** Whether the registration allows public clients for this redirect URI. */
function isPublicRedirect(client: Client, redirectUri: string | undefined): boolean {
  const registered = ["publicClient", "spa"].flatMap((platform) =>
    listOf(propertyOf(client.application?.[platform], "redirectUris")).map(propertyText),
  );
  return redirectUri !== undefined && registered.some((one) => isSameAddress(one, redirectUri));
}

function isPublicClient(client: Client): boolean {
  const platforms = ["publicClient", "spa"].some(
    (platform) => listOf(propertyOf(client.application?.[platform], "redirectUris")).length > 0,
  );
  return client.application?.["isFallbackPublicClient"] === true || platforms;
}

function clientInformation(tenant: Tenant, user: StoredObject): string {
  return Buffer.from(JSON.stringify({ uid: user.id, utid: tenant.id })).toString("base64url");
}

function envelope(answer: Answer): Answer {
  return { token_type: "Bearer", expires_in: accessTokenLifetime, ext_expires_in: accessTokenLifetime, ...answer };
}
