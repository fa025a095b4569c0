/**
 * The tokens that Entra issues. Access tokens for Microsoft's APIs have version 1.0, as real ones;
 * an application's own API gets the version of its registration
 * (`api.requestedAccessTokenVersion`). Claims:
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
import { createHash, randomBytes } from "node:crypto";
import { EncryptJWT, errors, jwtDecrypt, jwtVerify, SignJWT, type JWTPayload } from "jose";
import type { EmulatedCloud } from "../cloud/cloud";
import type { StoredObject, Tenant } from "../cloud/model";
import { canAnswerMfa } from "../cloud/switches";
import type { Client } from "./client";
import { assignedRoles, propertyText, type Resource } from "./signInDirectory";
import { entraErrors } from "./entraErrors";
import type { TokenKeys } from "./keys";

/** Lifetime of access tokens, in seconds. */
export const accessTokenLifetime = 3599;
const refreshTokenLifetime = 90 * 24 * 60 * 60;
const codeLifetime = 10 * 60;

/** How the client authenticated: the token's `appidacr` or `azpacr`. */
export type ClientProof = "none" | "secret" | "certificate";

const proofClaim: Readonly<Record<ClientProof, string>> = { none: "0", secret: "1", certificate: "2" };

/** A user's sign-in to a client, as it is sealed into authorization codes and refresh tokens. */
export interface SignIn {
  readonly tenantId: string;
  readonly clientId: string;
  /** Object ID of the client's service principal; a recreated one has another. */
  readonly servicePrincipalId: string;
  readonly userId: string;
  /** The requested scopes, in full. */
  readonly scopes: readonly string[];
  readonly nonce?: string;
}

/** The content of an authorization code or a device code. */
export interface AuthorizationCode extends SignIn {
  readonly codeId: string;
  readonly redirectUri?: string;
  readonly codeChallenge?: string;
  readonly codeChallengeMethod?: "plain" | "S256";
}

/** Tokens whose signature is remembered: checking it takes longer than most requests. */
const mostVerified = 200;

export class TokenMaker {
  readonly #verified = new Map<string, JWTPayload>();

  constructor(
    readonly cloud: EmulatedCloud,
    private readonly keys: TokenKeys,
  ) {}

  /** A token for an application by itself. */
  async applicationToken(client: Client, resource: Resource, proof: ClientProof): Promise<string> {
    const roles = assignedRoles(client.tenant, client.servicePrincipal, resource.servicePrincipal);
    const claims = {
      ...(resource.tokenVersion === 1 ? { idtyp: "app" } : {}),
      oid: client.servicePrincipal.id,
      ...(roles.length > 0 ? { roles } : {}),
      sub: client.servicePrincipal.id,
    };
    return this.#accessToken(client, resource, proof, claims);
  }

  /** A token for a user by an application. */
  async delegatedToken(
    client: Client,
    resource: Resource,
    proof: ClientProof,
    user: StoredObject,
    scopes: readonly string[],
  ): Promise<string> {
    const name = propertyText(user["displayName"]);
    const userPrincipalName = propertyText(user["userPrincipalName"]);
    const person =
      resource.tokenVersion === 1
        ? {
            acr: "1",
            amr: methodsIn(client.tenant, this.cloud.now()),
            idtyp: "user",
            unique_name: userPrincipalName,
            upn: userPrincipalName,
          }
        : { preferred_username: userPrincipalName };
    const claims = { ...person, name, oid: user.id, scp: scopes.join(" "), sub: pairwise(user.id, resource.appId) };
    return this.#accessToken(client, resource, proof, claims);
  }

  /** The ID token: the user, for the client. */
  async idToken(client: Client, user: StoredObject, version: 1 | 2, nonce: string | undefined): Promise<string> {
    const userPrincipalName = propertyText(user["userPrincipalName"]);
    const person =
      version === 1
        ? { amr: methodsIn(client.tenant, this.cloud.now()), unique_name: userPrincipalName, upn: userPrincipalName }
        : { preferred_username: userPrincipalName, email: propertyText(user["mail"]) || undefined };
    return this.#sign(client.tenant, version, client.clientId, {
      ...person,
      name: propertyText(user["displayName"]),
      ...(nonce === undefined ? {} : { nonce }),
      oid: user.id,
      sub: pairwise(user.id, client.clientId),
    });
  }

  /** A code for a sign-in, valid for ten minutes. */
  sealCode(code: AuthorizationCode): Promise<string> {
    return this.#seal("code", { ...code }, codeLifetime);
  }

  async openCode(text: string): Promise<AuthorizationCode> {
    return (await this.#open("code", text, entraErrors.expiredCode)) as unknown as AuthorizationCode;
  }

  /**
   * A refresh token. As in Entra it is valid for 90 days; each use returns a new one, and the old
   * one stays valid.
   */
  sealRefreshToken(signIn: SignIn): Promise<string> {
    const { tenantId, clientId, servicePrincipalId, userId, scopes } = signIn;
    return this.#seal("refresh", { tenantId, clientId, servicePrincipalId, userId, scopes }, refreshTokenLifetime);
  }

  async openRefreshToken(text: string): Promise<SignIn> {
    return (await this.#open("refresh", text, entraErrors.expiredRefreshToken)) as unknown as SignIn;
  }

  /**
   * The claims of a token that this cloud has signed and that hasn't expired. Throws jose's errors.
   */
  async verify(token: string): Promise<JWTPayload> {
    const currentDate = this.cloud.now();
    const known = this.#verified.get(token);
    if (known !== undefined && isValidAt(currentDate, known)) return known;
    const { payload } = await jwtVerify(token, this.keys.publicKey, { algorithms: ["RS256"], currentDate });
    if (this.#verified.size >= mostVerified) this.#verified.clear();
    this.#verified.set(token, payload);
    return payload;
  }

  #accessToken(client: Client, resource: Resource, proof: ClientProof, claims: JWTPayload): Promise<string> {
    if (resource.tokenVersion === 2) {
      return this.#sign(client.tenant, 2, resource.appId, {
        aio: randomText(),
        azp: client.clientId,
        azpacr: proofClaim[proof],
        rh: randomText(),
        ...claims,
        xms_ftd: randomText(),
      });
    }
    return this.#sign(client.tenant, 1, resource.audience, {
      aio: randomText(),
      app_displayname: propertyText(client.servicePrincipal["displayName"]),
      appid: client.clientId,
      appidacr: proofClaim[proof],
      idp: issuerOf(client.tenant.id, 1, this.cloud.services.login),
      rh: randomText(),
      ...claims,
      xms_ftd: randomText(),
    });
  }

  #sign(tenant: Tenant, version: 1 | 2, audience: string, claims: JWTPayload): Promise<string> {
    const now = this.#seconds();
    const header = {
      typ: "JWT",
      alg: "RS256",
      kid: this.keys.keyId,
      ...(version === 1 ? { x5t: this.keys.keyId } : {}),
    };
    return new SignJWT({
      aud: audience,
      iss: issuerOf(tenant.id, version, this.cloud.services.login),
      iat: now,
      nbf: now,
      exp: now + accessTokenLifetime,
      ...claims,
      tid: tenant.id,
      uti: randomText(),
      ver: version === 1 ? "1.0" : "2.0",
    })
      .setProtectedHeader(header)
      .sign(this.keys.privateKey);
  }

  #seal(kind: string, content: JWTPayload, lifetime: number): Promise<string> {
    const now = this.#seconds();
    return new EncryptJWT({ ...content, kind, jti: randomText() })
      .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
      .setIssuedAt(now)
      .setExpirationTime(now + lifetime)
      .encrypt(this.keys.sealingKey);
  }

  async #open(kind: string, text: string, expired: () => Error): Promise<JWTPayload> {
    const opened = await jwtDecrypt(text, this.keys.sealingKey, { currentDate: this.cloud.now() }).catch(
      (error: unknown) => {
        throw error instanceof errors.JWTExpired ? expired() : entraErrors.invalidCode();
      },
    );
    if (opened.payload["kind"] !== kind) throw entraErrors.invalidCode();
    return opened.payload;
  }

  #seconds(): number {
    return Math.floor(this.cloud.now().getTime() / 1000);
  }
}

/**
 * The issuer of a tenant's tokens. In version 1.0 it is the same in each cloud, in 2.0 it is the
 * login host.
 */
export function issuerOf(tenantId: string, version: 1 | 2, origin: string): string {
  return version === 1 ? `https://sts.windows.net/${tenantId}/` : `${origin}/${tenantId}/v2.0`;
}

/** How the tenant's users sign in. */
function methodsIn(tenant: Tenant, now: Date): string[] {
  return canAnswerMfa(tenant, now) ? ["pwd", "mfa"] : ["pwd"];
}

/** A user's `sub` differs for each application. */
export function pairwise(userId: string, appId: string): string {
  return createHash("sha256").update(`${userId}/${appId}`).digest("base64url");
}

function randomText(): string {
  return randomBytes(16).toString("base64url");
}

function isValidAt(moment: Date, { nbf = -Infinity, exp = Infinity }: JWTPayload): boolean {
  const seconds = Math.floor(moment.getTime() / 1000);
  return nbf <= seconds && seconds < exp;
}
