/** `--live`: how the customer's tenant differs from the state, with what reads only. */
import { lastSegment, ServiceError } from "@defender-mssp/microsoft";
import type { Place } from "../../base/place";
import type { AdditionsPart } from "../../stack/additionsPart";
import type { AdditionsTenant } from "../../tenant/additions/tenant";
import type { GovernanceLook } from "../governance/look";
import type { ObjectKind, ReportObject } from "./model";
import type { ReportResource } from "./readState";
import type { Deployment } from "../../stack/deployment";

export interface LiveFindings {
  /** What somebody added to the stack's objects. */
  readonly parts: readonly AdditionsPart[];
  /** Objects that the tenant no longer has, for people. */
  readonly missing: readonly string[];
  /** Keys of those objects. */
  readonly missingKeys: ReadonlySet<string>;
  /** Addresses of guests that have not accepted; undefined if the users can't be read. */
  readonly pendingInvitations?: readonly string[];
  /** Permissions that the state has and the tenant has not. */
  readonly missingConsents: readonly string[];
  /** The governance relationship of the two tenants. */
  readonly governance: GovernanceLook;
  readonly notChecked: readonly { readonly what: string; readonly reason: string }[];
}

/** Where Graph has an object, and the permission to read it. */
const places: Readonly<Partial<Record<ObjectKind, { readonly path: string; readonly permission: string }>>> = {
  guest: { path: "/v1.0/users", permission: "User.Read.All" },
  group: { path: "/v1.0/groups", permission: "Group.Read.All" },
  application: { path: "/v1.0/applications", permission: "Application.Read.All" },
  servicePrincipal: { path: "/v1.0/servicePrincipals", permission: "Application.Read.All" },
  defenderRole: { path: "/beta/roleManagement/defender/roleDefinitions", permission: "RoleManagement.Read.Defender" },
};

/** Reads the customer's tenant. @throws VisibleError where credentials or tenant can't be used. */
export async function readLive(
  deployment: Deployment,
  objects: readonly ReportObject[],
  resources: readonly ReportResource[],
  options: Place,
): Promise<LiveFindings> {
  const [{ partsOf, tenantOf }, { deployedOf }, { lookAtGovernance }] = await Promise.all([
    import("../../tenant/additions/find.js"),
    import("../../tenant/additions/deployed.js"),
    import("../governance/look.js"),
  ]);
  const tenant = await tenantOf({ stack: deployment.stack, ...options }, deployedOf(deployment));
  return {
    ...(await compared(tenant, objects, resources)),
    parts: await partsOf(tenant),
    governance: await lookAtGovernance(() => Promise.resolve(tenant)),
  };
}

/** Looks each object and consent up. */
export async function compared(
  tenant: Pick<AdditionsTenant, "call">,
  objects: readonly ReportObject[],
  resources: readonly ReportResource[],
): Promise<Omit<LiveFindings, "parts" | "governance">> {
  const found = await Promise.all(objects.map((object) => lookUp(tenant, object)));
  const consents = await consentsOf(tenant, resources);
  const missing = found.filter(({ state }) => state === "missing").map(({ object }) => object);
  const unread = new Map(
    found.flatMap(({ unread: reason, object }) => (reason === undefined ? [] : [[object.kind, reason]])),
  );
  const guestsRead = found.some(({ object, state }) => object.kind === "guest" && state !== "notChecked");
  return {
    missing: missing.map(({ kind, name }) => `${kindWords[kind] ?? kind} "${name}"`),
    missingKeys: new Set(missing.map(({ key }) => key)),
    ...(guestsRead
      ? { pendingInvitations: found.filter(({ isPending }) => isPending).map(({ object }) => object.detail) }
      : {}),
    missingConsents: consents.missing,
    notChecked: [
      ...[...unread].map(([kind, reason]) => ({ what: `${kindWords[kind] ?? kind}s`, reason })),
      ...consents.notChecked,
    ],
  };
}

const kindWords: Readonly<Partial<Record<ObjectKind, string>>> = {
  guest: "guest",
  group: "group",
  application: "app registration",
  servicePrincipal: "enterprise application",
  defenderRole: "Defender role",
};

interface LookedUp {
  readonly object: ReportObject;
  readonly state: "there" | "missing" | "notChecked";
  readonly isPending: boolean;
  readonly unread?: string;
}

async function lookUp({ call }: Pick<AdditionsTenant, "call">, object: ReportObject): Promise<LookedUp> {
  const place = places[object.kind];
  if (place === undefined || object.objectId === "") return { object, state: "notChecked", isPending: false };
  const selected = object.kind === "guest" ? "?$select=id,externalUserState" : "";
  try {
    const { status, body } = await call(`${place.path}/${object.objectId}${selected}`, { accept: [404] });
    const { externalUserState } = (body ?? {}) as { readonly externalUserState?: string | null };
    return {
      object,
      state: status === 404 ? "missing" : "there",
      isPending: status !== 404 && externalUserState === "PendingAcceptance",
    };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { object, state: "notChecked", isPending: false, unread: whyNot(error, place.permission) };
  }
}

async function consentsOf(
  { call }: Pick<AdditionsTenant, "call">,
  resources: readonly ReportResource[],
): Promise<{ readonly missing: string[]; readonly notChecked: { readonly what: string; readonly reason: string }[] }> {
  const missing: string[] = [];
  const notChecked: { what: string; reason: string }[] = [];
  for (const { type, id, inputs } of resources) {
    const consent = consentAt(type, id, inputs);
    if (consent === undefined) continue;
    try {
      const { status, body } = await call(consent.path, { accept: [404] });
      const { value } = (body ?? {}) as { readonly value?: readonly { readonly id: string }[] };
      if (status === 404 || (value !== undefined && !value.some((one) => one.id === consent.id)))
        missing.push(consent.name);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      notChecked.push({ what: `consent to ${consent.name}`, reason: whyNot(error, consent.permission) });
    }
  }
  return { missing, notChecked };
}

/** Where Graph has a consent of the state. */
function consentAt(type: string, id: string, inputs: Readonly<Record<string, unknown>>) {
  const last = lastSegment(id);
  const principal = inputs["principalObjectId"];
  if (/AppRoleAssignment$|^AppRoleGrant$/.test(type) && typeof principal === "string") {
    const name =
      type === "AppRoleGrant" ? String(inputs["appRole"]) : "the application permission of the SIEM connector";
    return {
      path: `/v1.0/servicePrincipals/${principal}/appRoleAssignments`,
      id: last,
      name,
      permission: "Application.Read.All",
    };
  }
  if (/DelegatedPermissionGrant$/.test(type)) {
    const { claimValues = [] } = inputs as { readonly claimValues?: readonly string[] };
    return {
      path: `/v1.0/oauth2PermissionGrants/${last}`,
      id: last,
      name: claimValues.join(", "),
      permission: "DelegatedPermissionGrant.Read.All",
    };
  }
  return undefined;
}

function whyNot({ status, message }: ServiceError, permission: string): string {
  return status === 401 || status === 403 ? `not permitted: requires ${permission}` : message;
}
