/** Records a request for a token among the tenant's sign-ins, whether it is granted or refused. */
import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { EmulatedCloud } from "../cloud/cloud";
import type { StoredObject } from "../cloud/model";
import { recordSignIn, type SignInEventType, type SignInRecord } from "../cloud/signIns";
import type { Client } from "./client";
import { propertyText, type Resource } from "./signInDirectory";
import { clientRequestId, EntraError } from "./entraErrors";

/** A sign-in while it is going on: what is known of it grows. */
export interface SignInAttempt {
  readonly request: FastifyRequest;
  readonly client: Client;
  readonly eventType: SignInEventType;
  /** Required for a user's sign-in: one without a known user is not recorded. */
  user?: StoredObject;
  resource?: Resource;
}

/** Runs the sign-in and records how it ended. */
export async function recordedSignIn<Result>(
  cloud: EmulatedCloud,
  attempt: SignInAttempt,
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    const result = await run();
    record(cloud, attempt, { code: 0, reason: null });
    return result;
  } catch (error) {
    if (error instanceof EntraError) record(cloud, attempt, { code: error.code, reason: error.message });
    throw error;
  }
}

function record(cloud: EmulatedCloud, attempt: SignInAttempt, error: SignInRecord["error"]): void {
  const { request, client, eventType, user, resource } = attempt;
  if (eventType !== "servicePrincipal" && user === undefined) return;
  const appDisplayName = propertyText(client.servicePrincipal["displayName"]);
  recordSignIn(client.tenant, {
    eventType,
    at: cloud.now(),
    appId: client.clientId,
    appDisplayName,
    appOwnerTenantId: client.homeTenant?.id ?? null,
    servicePrincipal: { id: client.servicePrincipal.id, displayName: appDisplayName },
    ...(user === undefined ? {} : { user: userOf(cloud, client, user) }),
    ...(resource === undefined
      ? {}
      : { resource: { appId: resource.appId, displayName: propertyText(resource.servicePrincipal["displayName"]) } }),
    ipAddress: request.ip,
    userAgent: request.headers["user-agent"] ?? null,
    correlationId: clientRequestId(request) ?? randomUUID(),
    error,
  });
}

function userOf(cloud: EmulatedCloud, { tenant }: Client, user: StoredObject): NonNullable<SignInRecord["user"]> {
  const isGuest = user["userType"] === "Guest";
  const domain = propertyText(user["mail"]).split("@").at(-1) ?? "";
  return {
    id: user.id,
    displayName: propertyText(user["displayName"]) || null,
    userPrincipalName: propertyText(user["userPrincipalName"]) || null,
    userType: isGuest ? "guest" : "member",
    homeTenantId: isGuest ? (cloud.tenantOfDomain(domain)?.id ?? null) : tenant.id,
  };
}
