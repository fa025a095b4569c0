/**
 * What the emulated cloud remembers, and the contract between its parts: the store keeps it, Entra makes tokens from it,
 * Graph and Defender answer from it and change it.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A directory object as Graph would answer it in full, secret values excepted: those are never stored. */
export interface StoredObject {
  id: string;
  [property: string]: Json;
}

/** Entra keeps deleted applications, groups and users for 30 days. */
export interface DeletedObject {
  /** The collection that it was deleted from, such as `applications`. */
  collection: string;
  object: StoredObject;
  /** When it was deleted, ISO 8601, UTC. */
  deletedDateTime: string;
}

/** One tenant of the emulated cloud. Whoever changes it calls `cloud.changed()` before answering. */
export interface Tenant {
  readonly id: string;
  /**
   * Objects by id, of one collection. Names are Graph's entity sets where there is one (`applications`,
   * `servicePrincipals`, `groups`, `users`, `domains`, `organization`, `directoryRoles`, `directoryRoleTemplates`,
   * `oauth2PermissionGrants`, `appRoleAssignments`, `roleAssignments`, …); what is not Graph's is named for what it
   * holds (`siemAuthorizations`). Made empty on first use.
   */
  objects(collection: string): Map<string, StoredObject>;
  /** Directed links by the id they start from, in the order they were made: `groups.members`, `applications.owners`, … */
  links(name: string): Map<string, string[]>;
  /** Soft-deleted objects by id. */
  readonly deleted: Map<string, DeletedObject>;
  /** Salted hashes of client secrets by keyId. No secret is ever stored in the clear. */
  readonly secretHashes: Map<string, string>;
}

/** The emulated cloud: all tenants, a clock, and the one place where changes reach the disk. */
export interface Cloud {
  /** The tenant of that ID; made, and filled as a small real tenant is, on first use. `id` must be a UUID. */
  tenant(id: string): Tenant;
  /** Every tenant there is now, by ID. */
  tenants(): Tenant[];
  /** The tenant in which an application of this application ID is registered, if there is one. */
  homeTenantOf(applicationId: string): Tenant | undefined;
  /** The cloud's clock. */
  now(): Date;
  /** Each tenant's Defender detects something once in so many milliseconds. */
  readonly detectionInterval: number;
  /** Schedules an atomic write to disk; `stop` and the end of the process wait for it. */
  changed(): void;
  /** Where this cloud answers now, without a trailing slash: `https://127.0.0.1:<port>` and `http://127.0.0.1:<port>`. */
  readonly origins: { readonly https: string; readonly http: string };
  /** Encrypts what must be given back later and is never to be stored in the clear: the values of a vault's secrets. */
  seal(text: string): string;
  /** What `seal` was given. */
  unseal(sealed: string): string;
  /** Checks the bearer token of a request for one of the audiences. Throws `TokenRefused`. */
  authenticate(request: FastifyRequest, audience: Audience): Promise<Caller>;
}

/** The APIs of the emulated cloud that take bearer tokens. */
export type Audience = "graph" | "azureADGraph" | "defender" | "resourceManager" | "keyVault";

/** Who calls: an application by itself, or a user by way of an application. */
export interface Caller {
  tenant: Tenant;
  /** Object ID of the user or of the service principal. */
  objectId: string;
  /** Application (client) ID. */
  applicationId: string;
  /** Application permissions (the token's `roles`). */
  roles: ReadonlySet<string>;
  /** Delegated permissions (the token's `scp`). */
  scopes: ReadonlySet<string>;
}

/** Why a token was refused; each API words it in its own error envelope, with status 401. */
export class TokenRefused extends Error {
  constructor(
    readonly reason: "missing" | "malformed" | "signature" | "expired" | "audience" | "tenant",
    message: string,
  ) {
    super(message);
  }
}

/** Adds one area's routes (Entra, Graph, Defender, …) to the server. */
export type Routes = (app: FastifyInstance, cloud: Cloud) => void;
