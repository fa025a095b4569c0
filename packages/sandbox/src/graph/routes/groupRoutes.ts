/** Groups with their owners and members. https://learn.microsoft.com/graph/api/resources/group */
import { randomUUID } from "node:crypto";
import type { StoredObject } from "../../cloud/model";
import { createdEntity, directoryObjects, entity, list } from "../answers";
import { linked, refuseTakenName, remove, type DirectoryEntry } from "../directory";
import { followMemberOf } from "../dynamicMembership";
import { badRequest, denied, invalidValue } from "../graphErrors";
import { requireLicence } from "../licences";
import { securityIdentifier, wholeSeconds } from "../identifiers";
import { transitiveMembers } from "../memberships";
import { asReadBack, complete, update } from "../objects";
import type { JsonObject } from "../json";
import { mayManageRoles, passes, permissions } from "../permissions";
import { type Call, callBody, done, route, type Route, type RouteAnswer } from "../route";
import { checkCreate, checkUpdate } from "../validate";
import {
  bind,
  guardRoleAssignable,
  referenceRoutes,
  refuseExisting,
  resolveBindings,
  subject,
} from "./referenceRoutes";

const entitySet = "groups";

export const groupRoutes: readonly Route[] = [
  route(
    "GET",
    "/groups",
    permissions.listGroups,
    (call) => list(call, entitySet, call.tenant.objects(entitySet).values()),
    { searchable: true },
  ),
  route("POST", "/groups", permissions.createGroup, create),
  route("GET", "/groups/{id}", permissions.readGroups, (call) => entity(call, entitySet, subject(call, entitySet))),
  route("PATCH", "/groups/{id}", permissions.writeGroup, done(patch)),
  route("DELETE", "/groups/{id}", permissions.deleteGroup, done(removeGroup)),
  route(
    "GET",
    "/groups/{id}/transitiveMembers",
    permissions.readGroups,
    (call) => directoryObjects(call, transitiveMembers(call.tenant, subject(call, entitySet).id)),
    { searchable: true, castable: "advanced" },
  ),
  ...referenceRoutes(
    entitySet,
    "owners",
    { read: permissions.readGroups, write: permissions.writeGroup },
    { beforeAdd: guardRoleAssignable, beforeRemove: keepOneOwner, searchable: true },
  ),
  ...referenceRoutes(
    entitySet,
    "members",
    { read: permissions.readGroups, write: permissions.writeMembers },
    {
      beforeAdd: checkMember,
      beforeRemove: guardRoleAssignable,
      added: followMemberOf,
      removed: followMemberOf,
      searchable: true,
    },
  ),
];

function create(call: Call): RouteAnswer {
  const { values, bindings } = checkCreate(entitySet, callBody(call), call.version);
  checkKind(values);
  refuseTakenName(call.tenant, entitySet, values["uniqueName"]);
  if (values["isAssignableToRole"] === true) {
    if (!mayManageRoles(call.caller)) throw denied(["RoleManagement.ReadWrite.Directory"]);
    requireLicence(call, "roleAssignableGroups");
  }
  resolved(call, bindings);
  const id = randomUUID();
  const now = wholeSeconds(call.cloud.now());
  const common = {
    id,
    createdByAppId: call.caller.applicationId,
    createdDateTime: now,
    organizationId: call.tenant.id,
    renewedDateTime: now,
    securityIdentifier: securityIdentifier(id),
    visibility: values["visibility"] ?? visibilityOf(values),
  };
  call.tenant.objects(entitySet).set(id, complete(entitySet, { ...asReadBack(entitySet, values), ...common }));
  bind(call, entitySet, id, bindings);
  // With a token for owned groups only, the creator becomes an owner.
  if (!bindings.has("owners") && createsOnlyOwn(call))
    call.tenant.links("groups.owners").set(id, [call.caller.objectId]);
  followMemberOf(call);
  call.cloud.changed();
  return createdEntity(call, entitySet, complete(entitySet, { ...values, ...common }));
}

function patch(call: Call): void {
  const group = subject(call, entitySet);
  guardRoleAssignable(call, group);
  const { values, bindings } = checkUpdate(entitySet, callBody(call), call.version);
  checkKind({ ...group, ...values });
  refuseExisting(call, entitySet, group.id, resolved(call, bindings));
  update(entitySet, group, asReadBack(entitySet, values));
  bind(call, entitySet, group.id, bindings);
  followMemberOf(call);
}

function removeGroup(call: Call): void {
  const group = subject(call, entitySet);
  guardRoleAssignable(call, group);
  remove(call.cloud, call.tenant, entitySet, group);
  followMemberOf(call);
}

/** The allowed kinds of groups: https://learn.microsoft.com/graph/api/resources/groups-overview */
function checkKind(group: JsonObject): void {
  const types = Array.isArray(group["groupTypes"]) ? group["groupTypes"] : [];
  const nickname = group["mailNickname"];
  if (typeof nickname === "string" && (nickname.length > 64 || /[@()\\[\]";:<>, ]/.test(nickname))) {
    throw invalidValue("mailNickname", "Group");
  }
  if (group["mailEnabled"] === true && !types.includes("Unified")) {
    throw badRequest(
      "The service does not currently support writes of mail-enabled groups. Please ensure that the " +
        "mail-enablement property is unset and the security-enablement property is set.",
    );
  }
  if (group["mailEnabled"] !== true && group["securityEnabled"] !== true) {
    throw badRequest("Both mail-enablement and security-enablement are unset: a group has one of them at least.");
  }
  if (group["isAssignableToRole"] !== true) return;
  // MicrosoftDocs/azure-docs issue 78786.
  if (group["mailEnabled"] !== true && types.includes("Unified"))
    throw badRequest("GroupType cannot be set for security groups assignable to roles.");
  if (group["securityEnabled"] !== true || types.includes("DynamicMembership")) {
    throw invalidValue("isAssignableToRole", "Group");
  }
}

function visibilityOf(group: JsonObject): string | null {
  if (group["isAssignableToRole"] === true) return "Private";
  return Array.isArray(group["groupTypes"]) && group["groupTypes"].includes("Unified") ? "Public" : null;
}

/** A service principal needs both permissions, also of the owner: https://learn.microsoft.com/graph/api/group-post-members */
function checkKindOfMember({ caller }: Call, { entitySet: kind }: DirectoryEntry): void {
  const enough = ["Application.ReadWrite.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"];
  if (kind === "servicePrincipals" && !passes(caller, enough)) throw denied(enough.slice(0, 1));
}

/** What a body binds. */
function resolved(call: Call, bindings: Parameters<typeof resolveBindings>[2]): ReturnType<typeof resolveBindings> {
  const links = resolveBindings(call, entitySet, bindings);
  for (const [link, targets] of links)
    if (link === "members") for (const target of targets) checkKindOfMember(call, target);
  return links;
}

function checkMember(call: Call, group: StoredObject, entry: DirectoryEntry): void {
  guardRoleAssignable(call, group);
  checkKindOfMember(call, entry);
  if (entry.object.id === group.id) throw badRequest("A group can't be a member of itself.");
  const types = Array.isArray(group["groupTypes"]) ? group["groupTypes"] : [];
  if (types.includes("DynamicMembership")) {
    throw badRequest("Insufficient privileges: members of a group with dynamic membership follow its rule.");
  }
}

function keepOneOwner(call: Call, group: StoredObject): void {
  guardRoleAssignable(call, group);
  if (linked(call.tenant, "groups.owners", group.id).length > 1) return;
  throw badRequest("The group must have at least one owner, hence this owner cannot be removed.");
}

function createsOnlyOwn({ caller }: Call): boolean {
  return (
    caller.scopes.size === 0 && !caller.roles.has("Group.ReadWrite.All") && !caller.roles.has("Directory.ReadWrite.All")
  );
}
