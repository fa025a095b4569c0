/**
 * The model of the emulated cloud, which its parts share: the store keeps it, Entra issues tokens
 * from it, Graph and Defender read and change it.
 */
import { minuteMs } from "@defender-mssp/errors/time";
import type { ServiceNames } from "./serviceNames";
import type { FastifyInstance, FastifyRequest } from "fastify";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * A directory object with all properties of Graph's, except secret values, which are never stored.
 */
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

/**
 * One tenant of the emulated cloud. Whoever changes it calls `cloud.changed()` before answering.
 */
export interface Tenant {
  readonly id: string;
  /**
   * Objects by id, of one collection. Names are Graph's entity sets where there is one
   * (`applications`, `servicePrincipals`, `groups`, `users`, `domains`, `organization`,
   * `directoryRoles`, `directoryRoleTemplates`, `oauth2PermissionGrants`, `appRoleAssignments`,
   * `roleAssignments`, …); other collections are named after their objects (`siemAuthorizations`).
   * Created empty on first use.
   */
  objects(collection: string): Map<string, StoredObject>;
  /**
   * Directed links by the ID that they start from, in the order of their creation:
   * `groups.members`, `applications.owners`, …
   */
  links(name: string): Map<string, string[]>;
  /** Soft-deleted objects by id. */
  readonly deleted: Map<string, DeletedObject>;
  /** Salted hashes of client secrets by keyId. No secret is stored in plain text. */
  readonly secretHashes: Map<string, string>;
}

/** The default interval between detections, in milliseconds. */
export const detectionInterval = 20 * minuteMs;

/** The emulated cloud: all tenants, a clock, and the only place that writes changes to the disk. */
export interface Cloud {
  /**
   * The tenant of that ID, created on first use with the objects of a small real tenant. `id` must
   * be a UUID.
   */
  tenant(id: string): Tenant;
  /** All existing tenants, by ID. */
  tenants(): Tenant[];
  /** Whether there is a tenant of that ID; it is not created. */
  hasTenant(id: string): boolean;
  /** The tenant that has this domain name, verified. */
  tenantOfDomain(domain: string): Tenant | undefined;
  /** The tenant in which an application of this application ID is registered, if there is one. */
  homeTenantOf(applicationId: string): Tenant | undefined;
  /** The cloud's clock. */
  now(): Date;
  /** Interval of detections in each tenant, in milliseconds. */
  readonly detectionInterval: number;
  /**
   * Schedules an atomic write to disk; `stop` and the end of the process wait for it. `isOld`: what has
   * changed stands for objects that have been there long.
   */
  changed(isOld?: boolean): void;
  /**
   * The cloud's current origins, without a trailing slash: `https://127.0.0.1:<port>` and
   * `http://127.0.0.1:<port>`.
   */
  readonly origins: { readonly https: string; readonly http: string };
  /** The services' names in the answer to the current request. */
  readonly services: ServiceNames;
  /**
   * Encrypts values that must be returned later and must not be stored in plain text: a vault's
   * secrets.
   */
  seal(text: string): string;
  /** Decrypts a value of `seal`. */
  unseal(sealed: string): string;
  /** Checks the bearer token of a request for one of the audiences. Throws `TokenRefused`. */
  authenticate(request: FastifyRequest, audience: Audience): Promise<Caller>;
}

/** The APIs of the emulated cloud that take bearer tokens. */
export type Audience = "graph" | "azureADGraph" | "defender" | "resourceManager" | "keyVault";

/** A check that a request has passed. */
export interface PassedCheck {
  /** Display name of the API that asks for the permission. */
  readonly api: string;
  /** The granted permissions that are each enough, least privileged first. */
  readonly enough: readonly string[];
  /** What was checked, where that is not the request's operation: an action in Azure. */
  readonly operation?: string;
}

/** The caller: an application, or a user by an application. */
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
  /** How the user has signed in (the token's `amr`), such as `mfa`. Undefined: not known. */
  methods?: ReadonlySet<string>;
  /** The API that the token is for. */
  audience: Audience;
  /** What the request does, such as `POST /groups`. */
  operation: string;
  /** The checks that the request has passed. */
  readonly passed: PassedCheck[];
}

/** Why a token was refused. Each API answers with 401 in its own error envelope. */
export class TokenRefused extends Error {
  constructor(
    readonly reason: "missing" | "malformed" | "signature" | "expired" | "audience" | "tenant",
    message: string,
    /** Of an expired token: when it expired, and the cloud's time. */
    readonly times: readonly Date[] = [],
  ) {
    super(message);
  }
}

/** Adds one area's routes (Entra, Graph, Defender, …) to the server. */
export type Routes = (app: FastifyInstance, cloud: Cloud) => void;
