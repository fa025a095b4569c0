/**
 * Whose actions an evidence shows: the stack's guests, those who hold its access packages, its
 * applications, and the MSSP's application that runs `up`; also those that were deleted and that
 * the tenant still keeps.
 */
import { graphList, isCallError, ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import { parseGuestMark } from "@defender-mssp/microsoft";
import { accessPackagesOf, assignmentsOf } from "../../tenant/additions/accessPackages";
import type { DeployedObject } from "../../tenant/additions/deployed";
import { unreadReason } from "../../tenant/unreadReason";
import { servicePrincipalsOf } from "../../tenant/additions/servicePrincipal";
import type { AdditionsTenant } from "../../tenant/additions/tenant";

export interface Subject {
  readonly kind: "guest" | "application";
  /** Object ID of a guest; application (client) ID of an application. */
  readonly id: string;
  /** Address or name. */
  readonly name: string;
  /** Why it counts as the MSSP's. */
  readonly because: string;
  /** When it was deleted, ISO 8601, UTC; absent for an existing one. */
  readonly deletedOn?: string;
}

export interface Subjects {
  readonly subjects: readonly Subject[];
  /** Who could not be looked for, and why. */
  readonly unseen: readonly string[];
}

/**
 * @param owner the stack's mark, without which deleted objects are not looked for.
 * @param automation application (client) ID of the identity that runs `up`, if it is an application.
 */
export async function subjectsOf(
  tenant: AdditionsTenant,
  owner: string | undefined,
  automation: string | undefined,
): Promise<Subjects> {
  const unseen: string[] = [];
  const looked = async (what: string, permission: string, look: () => Promise<Subject[]>): Promise<Subject[]> => {
    try {
      return await look();
    } catch (error) {
      if (!isCallError(error)) throw error;
      const why = error instanceof ServiceError ? unreadReason(error, permission) : error.message;
      unseen.push(`${what}: ${why}`);
      return [];
    }
  };
  const found = [
    ...tenant.deployed.all("Guest").map(guest),
    ...(await looked("holders of access packages", "EntitlementManagement.Read.All", () => holders(tenant))),
    ...servicePrincipalsOf(tenant).map(application),
    ...(automation === undefined
      ? []
      : [{ kind: "application" as const, id: automation, name: "the MSSP's automation", because: "it runs `up`" }]),
    ...(owner === undefined
      ? []
      : await looked("deleted guests", "User.Read.All", () => deletedGuests(tenant.call, owner))),
    ...(owner === undefined
      ? []
      : await looked("deleted applications", "Application.Read.All", () => deletedApplications(tenant.call, owner))),
  ];
  const byId = new Map<string, Subject>();
  for (const one of found) if (one.id !== "" && !byId.has(one.id.toLowerCase())) byId.set(one.id.toLowerCase(), one);
  return { subjects: [...byId.values()], unseen };
}

function guest({ objectId, inputs }: DeployedObject): Subject {
  return { kind: "guest", id: objectId, name: textOr(inputs["email"], objectId), because: "a guest of the stack" };
}

function application({ objectId, inputs, outputs }: DeployedObject): Subject {
  const id = outputs["clientId"] ?? inputs["applicationId"] ?? inputs["clientId"];
  const name = textOr(outputs["displayName"], `service principal ${objectId}`);
  return {
    kind: "application",
    id: textOr(id, ""),
    name,
    because: "the SIEM's application of the stack",
  };
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

async function holders(tenant: AdditionsTenant): Promise<Subject[]> {
  if (accessPackagesOf(tenant).length === 0) return [];
  return (await assignmentsOf(tenant)).flatMap(({ target }) =>
    target?.objectId == null
      ? []
      : [
          {
            kind: "guest" as const,
            id: target.objectId,
            name: target.email ?? target.displayName ?? target.objectId,
            because: "holds an access package of the stack",
          },
        ],
  );
}

interface DeletedUser {
  readonly id: string;
  readonly displayName: string | null;
  readonly mail: string | null;
  readonly employeeType?: string | null;
  readonly deletedDateTime: string | null;
}

async function deletedGuests(call: GraphCall, owner: string): Promise<Subject[]> {
  const select = "id,displayName,mail,employeeType,deletedDateTime";
  const users = await graphList<DeletedUser>(
    call,
    `/v1.0/directory/deletedItems/microsoft.graph.user?$select=${select}`,
  );
  return users
    .filter(({ employeeType = null }) => parseGuestMark(employeeType)?.owner === owner)
    .map(({ id, mail, displayName, deletedDateTime }) => ({
      kind: "guest",
      id,
      name: mail ?? displayName ?? id,
      because: "a deleted guest with the stack's mark",
      deletedOn: deletedDateTime ?? "",
    }));
}

interface DeletedApplication {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string | null;
  readonly description?: string | null;
  readonly deletedDateTime: string | null;
}

async function deletedApplications(call: GraphCall, owner: string): Promise<Subject[]> {
  const path = "/v1.0/directory/deletedItems/microsoft.graph.application";
  return (await graphList<DeletedApplication>(call, path))
    .filter(({ description }) => description?.includes(`(${owner}`) === true)
    .map(({ appId, displayName, deletedDateTime }) => ({
      kind: "application",
      id: appId,
      name: displayName ?? appId,
      because: "a deleted application with the stack's mark",
      deletedOn: deletedDateTime ?? "",
    }));
}
