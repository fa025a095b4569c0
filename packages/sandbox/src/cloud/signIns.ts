/**
 * The sign-ins of a tenant: each request for a token that Entra granted or refused. In memory only,
 * not part of the stored tenant. Without tokens and secrets.
 * https://learn.microsoft.com/graph/api/resources/signin?view=graph-rest-beta
 */
import { randomUUID } from "node:crypto";
import type { StoredObject, Tenant } from "./model";
import { truthOf } from "./replicas";

/** The kinds of sign-ins that the sandbox has, as in the beta property `signInEventTypes`. */
export type SignInEventType = "interactiveUser" | "nonInteractiveUser" | "servicePrincipal";

/** What Entra knows of one sign-in. */
export interface SignInRecord {
  readonly eventType: SignInEventType;
  readonly at: Date;
  readonly appId: string;
  readonly appDisplayName: string;
  /** The registration's tenant; null if unknown. */
  readonly appOwnerTenantId: string | null;
  readonly servicePrincipal: { readonly id: string; readonly displayName: string };
  /** Only where a user signs in. */
  readonly user?: {
    readonly id: string;
    readonly displayName: string | null;
    readonly userPrincipalName: string | null;
    readonly userType: "member" | "guest";
    /** The tenant that authenticates the user; null if the sandbox does not have it. */
    readonly homeTenantId: string | null;
  };
  /** The API that the token is for; undefined if it was not found. */
  readonly resource?: { readonly appId: string; readonly displayName: string };
  readonly ipAddress: string;
  readonly userAgent: string | null;
  readonly correlationId: string;
  /** AADSTS code and text of a refusal; 0 for a sign-in that succeeded. */
  readonly error: { readonly code: number; readonly reason: string | null };
}

/** The number of sign-ins that are kept. */
const kept = 5_000;

const logs = new WeakMap<Tenant, StoredObject[]>();

/** All kept sign-ins of a tenant, the newest first. */
export function signInLog(tenant: Tenant): readonly StoredObject[] {
  return logs.get(truthOf(tenant)) ?? [];
}

/** Adds a sign-in, and drops the oldest one of a full log. */
export function recordSignIn(tenant: Tenant, record: SignInRecord): void {
  const log = logs.get(truthOf(tenant)) ?? [];
  logs.set(truthOf(tenant), log);
  log.unshift(entryOf(tenant, record));
  log.length = Math.min(log.length, kept);
}

/** An application's sign-in has empty users, and a user's has an empty service principal. */
function entryOf(tenant: Tenant, record: SignInRecord): StoredObject {
  const { eventType, user, servicePrincipal, resource, error } = record;
  const isUser = user !== undefined;
  return {
    id: randomUUID(),
    createdDateTime: record.at.toISOString(),
    userDisplayName: user?.displayName ?? null,
    userPrincipalName: user?.userPrincipalName ?? null,
    userId: user?.id ?? "",
    appId: record.appId,
    appDisplayName: record.appDisplayName,
    ipAddress: record.ipAddress,
    userAgent: record.userAgent,
    correlationId: record.correlationId,
    isInteractive: eventType === "interactiveUser",
    clientAppUsed: isUser ? "Browser" : "",
    resourceDisplayName: resource?.displayName ?? null,
    resourceId: resource?.appId ?? null,
    resourceTenantId: tenant.id,
    homeTenantId: isUser ? user.homeTenantId : record.appOwnerTenantId,
    servicePrincipalId: isUser ? "" : servicePrincipal.id,
    servicePrincipalName: isUser ? null : servicePrincipal.displayName,
    status: { errorCode: error.code, failureReason: error.reason, additionalDetails: null },
    appOwnerTenantId: record.appOwnerTenantId,
    signInEventTypes: [eventType],
    userType: user?.userType ?? "member",
    crossTenantAccessType: user?.userType === "guest" ? "b2bCollaboration" : "none",
  };
}
