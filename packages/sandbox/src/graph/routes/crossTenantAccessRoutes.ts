/**
 * Cross-tenant access: the default configuration and one for each partner.
 * https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicy-overview
 *
 * Stricter than documented where the service is not known: a complex property is replaced as a
 * whole, and a deleted partner is still there for two reads within ten seconds, while its creation
 * conflicts. Codes and texts of refusals are the sandbox's own.
 */
import { isUuid } from "@defender-mssp/microsoft";
import type { Json, StoredObject, Tenant } from "../../cloud/model";
import { createdEntity, entity, list } from "../answers";
import { badRequest, EmulatedGraphError, notFound, sameKey } from "../graphErrors";
import { innerOf, isObject, objectsIn, jsonText, type JsonObject } from "../json";
import { requireLicence } from "../licences";
import { complete } from "../objects";
import { permissions } from "../permissions";
import { type Call, callBody, done, parameter, route, type Route, type RouteAnswer } from "../route";
import { checkCreate, checkUpdate } from "../validate";

const base = "/policies/crossTenantAccessPolicy";
const partnersPath = `${base}/partners`;
const partnerPath = `${partnersPath}/{tenantId}`;
const syncPath = `${partnerPath}/identitySynchronization`;
const partners = "crossTenantAccessPartners";
const synchronizations = "crossTenantIdentitySynchronizations";
const defaults = "crossTenantAccessDefault";
/** Deleted partners that reads still return. */
const leaving = "sandboxLeavingPartners";
const readsAfterDelete = 2;
/** They end also without reads, so that a client that only waits gets on. */
const leavesAfter = 10_000;

const versions = ["v1.0"] as const;
const read = permissions.readCrossTenantAccess;
const write = permissions.writeCrossTenantAccess;
const contextName = "policies/crossTenantAccessPolicy";

export const crossTenantAccessRoutes: readonly Route[] = [
  route(
    "GET",
    `${base}/default`,
    read,
    (call) => entity(call, defaults, defaultOf(call.tenant), `${contextName}/default`),
    { versions },
  ),
  route("PATCH", `${base}/default`, write, done(patchDefault), { versions }),
  route(
    "GET",
    partnersPath,
    read,
    (call) => list(call, partners, call.tenant.objects(partners).values(), `${contextName}/partners`),
    { versions },
  ),
  route("POST", partnersPath, write, create, { versions }),
  route("GET", partnerPath, read, readPartner, { versions }),
  route("PATCH", partnerPath, write, done(patch), { versions }),
  route("DELETE", partnerPath, write, done(remove), { versions }),
  route("GET", syncPath, read, readSynchronization, { versions }),
  route("PUT", syncPath, write, done(putSynchronization), { versions }),
  route("DELETE", syncPath, write, done(removeSynchronization), { versions }),
];

function readPartner(call: Call): RouteAnswer {
  const name = `${contextName}/partners`;
  const id = key(call);
  const gone = leavingPartner(call, id);
  if (gone === undefined) return entity(call, partners, subject(call), name);
  const { readsLeft, deletedAt: _, ...partner } = gone;
  if (readsLeft === 1) call.tenant.objects(leaving).delete(id);
  else gone["readsLeft"] = Number(readsLeft) - 1;
  call.cloud.changed();
  return entity(call, partners, partner, name);
}

function leavingPartner({ tenant, cloud }: Call, id: string): StoredObject | undefined {
  const gone = tenant.objects(leaving).get(id);
  if (gone === undefined || cloud.now().getTime() - Number(gone["deletedAt"] ?? 0) < leavesAfter) return gone;
  tenant.objects(leaving).delete(id);
  return undefined;
}

function create(call: Call): RouteAnswer {
  const { values } = checkCreate(partners, callBody(call), call.version);
  const id = jsonText(values["tenantId"]).toLowerCase();
  if (!isUuid(id) || id === call.tenant.id) throw badRequest(`The tenantId '${id}' is not valid.`);
  if (call.tenant.objects(partners).has(id) || leavingPartner(call, id) !== undefined) {
    throw sameKey(`A configuration of the partner ${id} already exists.`);
  }
  checkConfiguration(call, values);
  const partner = complete(partners, { ...values, tenantId: id, id });
  call.tenant.objects(partners).set(id, partner);
  call.cloud.changed();
  return createdEntity(call, partners, partner, `${contextName}/partners`);
}

function patch(call: Call): void {
  const partner = subject(call);
  const { values } = checkUpdate(partners, callBody(call), call.version);
  checkConfiguration(call, values);
  Object.assign(partner, complete(partners, { ...partner, ...values }));
}

function remove(call: Call): void {
  const partner = subject(call);
  if (call.tenant.objects(synchronizations).has(partner.id)) {
    throw badRequest("The partner has an identity synchronization policy. Delete that first.");
  }
  call.tenant.objects(partners).delete(partner.id);
  call.tenant.objects(leaving).set(partner.id, {
    ...partner,
    readsLeft: readsAfterDelete,
    deletedAt: call.cloud.now().getTime(),
  });
}

function patchDefault(call: Call): void {
  const { values } = checkUpdate(defaults, callBody(call), call.version);
  checkConfiguration(call, values);
  if (usersAreNamed(values)) throw badRequest("The default policy cannot name users or groups.");
  const changed = complete(defaults, { ...defaultOf(call.tenant), ...values, isServiceDefault: false });
  call.tenant.objects(defaults).set(changed.id, changed);
}

function readSynchronization(call: Call): RouteAnswer {
  const { id } = subject(call);
  const found = call.tenant.objects(synchronizations).get(id);
  if (found === undefined) throw notFound(id);
  return entity(call, synchronizations, found, `${contextName}/partners('${id}')/identitySynchronization`);
}

function putSynchronization(call: Call): void {
  const { id } = subject(call);
  const { values } = checkUpdate(synchronizations, callBody(call), call.version);
  call.tenant.objects(synchronizations).set(id, complete(synchronizations, { ...values, tenantId: id, id }));
}

function removeSynchronization(call: Call): void {
  call.tenant.objects(synchronizations).delete(subject(call).id);
}

function key(call: Call): string {
  return parameter(call, "tenantId").toLowerCase();
}

function subject(call: Call): StoredObject {
  const id = key(call);
  const partner = call.tenant.objects(partners).get(id);
  if (partner === undefined) throw notFound(id);
  return partner;
}

/** The service's own default: everybody may come as a guest, and nothing of theirs is trusted. */
function defaultOf(tenant: Tenant): StoredObject {
  const [stored] = tenant.objects(defaults).values();
  if (stored !== undefined) return stored;
  const everyone = (accessType: string): Json => ({
    usersAndGroups: { accessType, targets: [{ target: "AllUsers", targetType: "user" }] },
    applications: { accessType, targets: [{ target: "AllApplications", targetType: "application" }] },
  });
  return complete(defaults, {
    id: tenant.id,
    isServiceDefault: true,
    b2bCollaborationInbound: everyone("allowed"),
    b2bCollaborationOutbound: everyone("allowed"),
    b2bDirectConnectInbound: everyone("blocked"),
    b2bDirectConnectOutbound: everyone("blocked"),
    inboundTrust: {
      isMfaAccepted: false,
      isCompliantDeviceAccepted: false,
      isHybridAzureADJoinedDeviceAccepted: false,
    },
    automaticUserConsentSettings: { inboundAllowed: false, outboundAllowed: false },
  });
}

const limits = [
  "b2bCollaborationInbound",
  "b2bCollaborationOutbound",
  "b2bDirectConnectInbound",
  "b2bDirectConnectOutbound",
] as const;

/**
 * Microsoft's rules: trust and named targets need P1; all users are blocked exactly where all
 * applications are.
 */
function checkConfiguration(call: Call, values: JsonObject): void {
  const trusts = isObject(values["inboundTrust"]) && Object.values(values["inboundTrust"]).includes(true);
  if (trusts || targetsOf(values).some(isNamed)) requireLicence(call, "crossTenantAccess");
  for (const name of limits) {
    const setting = values[name];
    if (!isObject(setting)) continue;
    const [users, applications] = [setting["usersAndGroups"], setting["applications"]];
    for (const side of [users, applications]) {
      if (isObject(side) && objectsIn(innerOf(side, "targets")).length === 0)
        throw invalid(name, "each side needs a target");
    }
    // The page's example of a create has one side alone.
    const isWhole = isObject(users) && isObject(applications);
    if (isWhole && blocksAll(users, "AllUsers") !== blocksAll(applications, "AllApplications")) {
      throw invalid(name, "all users and all applications are blocked together or not at all");
    }
  }
}

function invalid(name: string, reason: string): EmulatedGraphError {
  return new EmulatedGraphError(400, "BadRequest", `The value of '${name}' is not valid: ${reason}.`);
}

function blocksAll(side: Json | undefined, everything: string): boolean {
  const targets = objectsIn(innerOf(side, "targets"));
  return innerOf(side, "accessType") === "blocked" && targets.some(({ target }) => target === everything);
}

function targetsOf(values: JsonObject): JsonObject[] {
  return limits.flatMap((name) =>
    ["usersAndGroups", "applications"].flatMap((side) => objectsIn(innerOf(innerOf(values[name], side), "targets"))),
  );
}

function isNamed({ target }: JsonObject): boolean {
  return !["AllUsers", "AllApplications"].includes(jsonText(target));
}

function usersAreNamed(values: JsonObject): boolean {
  return targetsOf(values).some((target) => isNamed(target) && target["targetType"] !== "application");
}
