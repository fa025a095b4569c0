/**
 * Creates of the azuread plugin that fail although the service has the object, or does not know yet
 * what the object refers to:
 * - lost: the connection was cut after Graph had received the request, or while the plugin polled for
 *   the object, after which it keeps the ID of some types only;
 * - not read back: the plugin's read after the create was answered by another replica;
 * - existing: an earlier request of this stack was carried out although it was refused;
 * - too early: a replica does not know the new object that the create refers to;
 * - timed out: the plugin waited for the object as long as it may.
 *
 * The engine takes no object over within a create. What a create has left is therefore deleted and
 * made again, except after a time-out: that object is left, and the next `up` goes on from it.
 *
 * An object counts only if it is what the create asked for: it carries the very description with
 * the stack's mark and was created in this run, or is a part of an object that the stack has made (an application's service
 * principal, a package's role). A Conditional Access policy has no place for a mark: it counts by its
 * name, its state, its people and its age.
 */
import { clockDifference } from "../clock";
import { X509Certificate } from "node:crypto";
import { textOf, valueAt } from "@defender-mssp/errors/json";
import type { ServiceError } from "@defender-mssp/errors";
import { federatedCredentialsPath, graphApplications } from "./application";
import { equals, graphList, type GraphCall } from "./call";
import type { GraphCollection } from "./collection";
import { graphAccessPolicies, listAccessPolicies } from "./conditionalAccess";
import { existingText } from "./createOnce";
import { graphRoleAssignments, listRolesOf } from "./directoryRole";
import {
  catalogResourceRequestsPath,
  catalogResourcesPath,
  graphAccessPackages,
  graphAssignmentPolicies,
  graphCatalogs,
  packageRolePath,
  packageRolesPath,
} from "./entitlementManagement";
import { goneStatuses, isDenied, isGone, isNotFound } from "./gone";
import { graphGroups } from "./group";
import {
  appRoleAssignedToPath,
  graphPermissionGrants,
  graphServicePrincipals,
  listAppRoleAssignments,
  listClientGrants,
} from "./servicePrincipal";
import { lastSegment } from "../lastSegment";
import { untilSeen, waits, type WaitContext } from "../waits";

/** The create of one azuread resource. */
export interface FailedCreate {
  /** Type token, such as `azuread:index/group:Group`. */
  readonly type: string;
  /** Inputs of the resource, as the engine has them. */
  readonly inputs: Inputs;
  /** What the plugin reported, newest first: every failed try of this create. */
  readonly errors: readonly string[];
  /** Whether the stack's state has an object of this ID. */
  readonly isKnown: (id: string) => boolean;
  /** When the run began that sent the create. */
  readonly since: Date;
}

/**
 * `repeat`: nothing of the create is left, and it may be sent again. `later`: the same, but the service
 * does not know yet what it refers to. `leave`: no repetition helps, or it is not certain that nothing
 * is left of it.
 */
export type LostCreateOutcome = "repeat" | "later" | "leave";

/** Why a create failed that may be made again; see the module. */
export type CreateFailure = "lost" | "notReadBack" | "existing" | "tooEarly" | "timedOut";

type Inputs = Readonly<Record<string, unknown>>;
type GraphObject = Readonly<Record<string, unknown>>;

interface Removal {
  readonly path: string;
  /** Sent in place of DELETE. */
  readonly change?: { readonly method: "PATCH" | "POST"; readonly json: unknown };
}

interface Kind {
  /**
   * The request that creates the object: method, and the end of the path. A later request of the
   * same create has left a known ID.
   */
  readonly request: RegExp;
  /**
   * Whether Graph refuses a second one, so that the request may be repeated although nothing was
   * found.
   */
  readonly isUnique: boolean;
  /**
   * Whether the plugin keeps the ID only after its poll for the new object has succeeded. Read in
   * terraform-provider-azuread 3.8.0, where each create calls `d.SetId`.
   */
  readonly isKeptAfterPoll?: boolean;
  /** Whether the object signs in. Nothing refers to it: also after a time-out it is deleted. */
  readonly isCredential?: boolean;
  find(call: GraphCall, inputs: Inputs, isKnown: FailedCreate["isKnown"], since: Date): Promise<Removal[]>;
}

/** Deletes what a failed create has left, after the directory has had time to show it. */
export async function undoLostCreate(
  call: GraphCall,
  { type, inputs, errors, isKnown, since }: FailedCreate,
  context: WaitContext = {},
): Promise<LostCreateOutcome> {
  const kind = findKind(type);
  const failures = errors.map((error) => failureOf(type, error));
  const has = (...kinds: readonly CreateFailure[]) => kinds.some((one) => failures.includes(one));
  if (kind === undefined || failures[0] === "timedOut" || !has("lost", "notReadBack", "existing", "tooEarly"))
    return "leave";
  const isSure = has("notReadBack", "existing");
  const look = async () => {
    const removals = await kind.find(call, inputs, isKnown, since).catch((failure: unknown) => {
      // A replica that does not know the parent: nothing is seen of its new part.
      if (isNotFound(failure)) return [];
      throw failure;
    });
    return removals.length > 0 && removals;
  };
  // What was refused may have landed, too: of such an object a repetition would make a second one.
  const mayHaveLanded = has("lost") || !kind.isUnique;
  const found =
    isSure || mayHaveLanded
      ? await untilSeen(isSure ? waits.leftObject : waits.lostAnswer, look, context)
      : await look();
  if (found) {
    let removed = 0;
    // A list may have the object of an earlier try, deleted since, before it has the last one.
    const clear = async () => {
      const removals = (await look()) || [];
      for (const removal of removals) if (await remove(call, removal)) removed++;
      return removals.length === 0 && (removed > 0 || kind.isUnique);
    };
    // Of a resource in a catalog, the removal is a request: a replica that does not know the resource refuses it.
    const isUnknown = ({ status }: ServiceError) => status === 400;
    const isClear = await untilSeen(waits.leftObjectDeletion, clear, { ...context, isUnknown });
    return isClear === true ? "repeat" : "leave";
  }
  if (failures[0] === "tooEarly") return "later";
  // What "exists" and is not there for that long was deleted before: by an earlier try, or by hand.
  return kind.isUnique && (has("lost") || failures[0] === "existing") ? "repeat" : "leave";
}

/** Why a create failed; undefined for a failure that no repetition mends. */
export function failureOf(type: string, error: string): CreateFailure | undefined {
  const kind = findKind(type);
  if (/expected non-nil error with nil state during Create|Root object was present, but now absent/.test(error))
    return kind && "notReadBack";
  if (isTimedOut(error)) return kind?.isCredential === true && failedPoll.test(error) ? "lost" : "timedOut";
  if (kind === undefined) return undefined;
  if (kind.request.test(lostRequest(error)) || (kind.isKeptAfterPoll === true && failedPoll.test(error))) return "lost";
  if (failedPoll.test(error) || changesNewObject.test(error)) return undefined;
  if (halvedAnswerOfCreate.test(error)) return "lost";
  if (kind.isUnique && existingText.test(error)) return "existing";
  if (!unknownReference.test(error)) return undefined;
  const [, method = "GET", path = ""] =
    /\b(GET|POST|PATCH|PUT|DELETE) https?:\/\/[^/\s]+(\S*) answered/.exec(error) ?? [];
  return method === "GET" || kind.request.test(`${method} ${path.split("?")[0] ?? ""}`) ? "tooEarly" : undefined;
}

/** Whether a failed create may have left an object that is not in the state. */
export function isLostCreate({ type, errors }: Pick<FailedCreate, "type" | "errors">): boolean {
  return errors.some((error) => isLostAnswer(error) || failureOf(type, error) !== undefined);
}

/** Whether the service refused a request because it does not know yet what the request refers to. */
export function isTooEarly(error: string): boolean {
  return unknownReference.test(error);
}

function findKind(type: string): Kind | undefined {
  return kinds[type.split(":").at(-1) ?? ""];
}

function isTimedOut(error: string): boolean {
  return /Timed out whilst waiting|timeout while waiting for|couldn't find resource|context deadline exceeded|has not shown the change in time/.test(
    error,
  );
}

/** The plugin's error for a poll that failed, such as `Waiting for password credential for …`. */
const failedPoll = /(^|[*:]\s*)Waiting for (?!deletion of )/;

/** The plugin's words for an answer that ends in the middle, or is empty: it names the step then, and no request. */
const halvedAnswerOfCreate = /unmarshaling response body|model was nil/;

/** What the plugin says of a request that follows the one which has made the object. */
const changesNewObject = /after creating|Could not (add|remove)/;

/** How the service and the plugin name an object that a replica does not know. */
const unknownReference = new RegExp(
  [
    "does not exist or one of its queried reference-property objects are not present",
    "Not a valid reference update",
    "does not reference a valid application object",
    "backing application of the service principal being created must",
    "ResourceNotFoundInOriginSystem|SubjectNotFound|Error_MsaAppDoesNotExist",
    "no matching resource found|was not found|not found for resource",
    "answered 404|unexpected status 404",
  ].join("|"),
);

/** Whether a request of the plugin's was sent and not answered. */
export function isLostAnswer(error: string): boolean {
  return lostRequest(error) !== "";
}

/**
 * Method and path of the request whose answer was lost; empty if there is none. Go's HTTP client
 * writes `Post "https://…": <reason>`, the stand-in plugin `POST https://… failed: <reason>`.
 */
function lostRequest(error: string): string {
  const found = /\b(POST|PATCH|PUT) "?https?:\/\/[^/\s"]+([^\s"?]*)\S*(?:":| failed:) /i.exec(error);
  return found === null ? "" : `${(found[1] ?? "").toUpperCase()} ${found[2] ?? ""}`;
}

/** Whether the object was there. */
async function remove(call: GraphCall, { path, change }: Removal): Promise<boolean> {
  const options = { ...(change ?? { method: "DELETE" }), accept: goneStatuses, idempotent: true };
  try {
    return !isGone(await call(path, options));
  } catch (failure) {
    if (isDenied(failure)) return false;
    throw failure;
  }
}

const kinds: Readonly<Record<string, Kind>> = {
  ApplicationRegistration: described(graphApplications),
  Group: described(graphGroups),
  AccessPackageCatalog: described(graphCatalogs),
  AccessPackage: described(graphAccessPackages, ({ catalogId }, inputs) => catalogId === inputs["catalogId"]),
  AccessPackageAssignmentPolicy: described(
    graphAssignmentPolicies,
    ({ accessPackageId }, inputs) => accessPackageId === inputs["accessPackageId"],
  ),
  ServicePrincipal: {
    request: /^POST .*\/servicePrincipals$/,
    isUnique: true,
    async find(call, inputs, isKnown) {
      const found = await graphList(
        call,
        `${graphServicePrincipals.path}?$filter=${equals("appId", textOf(inputs["clientId"]))}`,
      );
      return found
        .filter((one) => !isKnown(textOf(one["id"])))
        .map((one) => ({ path: graphServicePrincipals.item(textOf(one["id"])) }));
    },
  },
  AppRoleAssignment: {
    request: /^POST .*\/appRoleAssignedTo$/,
    isUnique: true,
    async find(call, inputs, isKnown) {
      const resourceId = textOf(inputs["resourceObjectId"]);
      return (await listAppRoleAssignments(call, textOf(inputs["principalObjectId"])))
        .filter((one) => one.appRoleId === inputs["appRoleId"] && one.resourceId === resourceId)
        .filter(({ id }) => !isKnown(id))
        .map(({ id }) => ({ path: `${appRoleAssignedToPath(resourceId)}/${id}` }));
    },
  },
  ServicePrincipalDelegatedPermissionGrant: {
    request: /^POST .*\/oauth2PermissionGrants$/,
    isUnique: true,
    async find(call, inputs, isKnown) {
      return (await listClientGrants(call, textOf(inputs["servicePrincipalObjectId"])))
        .filter((one) => one.resourceId === inputs["resourceServicePrincipalObjectId"])
        .filter(({ scope }) => isSameSet((scope ?? "").trim().split(/\s+/), inputs["claimValues"]))
        .filter(({ id }) => !isKnown(id))
        .map(({ id }) => ({ path: graphPermissionGrants.item(id) }));
    },
  },
  DirectoryRoleAssignment: {
    request: /^POST .*\/roleManagement\/directory\/roleAssignments$/,
    isUnique: true,
    async find(call, inputs, isKnown) {
      return (await listRolesOf(call, textOf(inputs["principalObjectId"])))
        .filter(({ id, roleDefinitionId }) => roleDefinitionId === inputs["roleId"] && !isKnown(id))
        .map(({ id }) => ({ path: graphRoleAssignments.item(id) }));
    },
  },
  ApplicationRedirectUris: {
    request: /^PATCH .*\/applications\/[^/]+$/,
    isUnique: true,
    find: (call, inputs) =>
      partOf(call, inputs, ({ web }) => {
        const { redirectUris = [] } = (web ?? {}) as { readonly redirectUris?: readonly unknown[] };
        const isOurs = inputs["type"] === "Web" && isSameSet(redirectUris, inputs["redirectUris"]);
        return isOurs ? { web: { redirectUris: [] } } : undefined;
      }),
  },
  ApplicationApiAccess: {
    request: /^PATCH .*\/applications\/[^/]+$/,
    isUnique: true,
    find: (call, inputs) =>
      partOf(call, inputs, ({ requiredResourceAccess }) => {
        const apis = (requiredResourceAccess ?? []) as readonly GraphObject[];
        const others = apis.filter(({ resourceAppId }) => resourceAppId !== inputs["apiClientId"]);
        return others.length < apis.length ? { requiredResourceAccess: others } : undefined;
      }),
  },
  ApplicationCertificate: {
    request: /^PATCH .*\/applications\/[^/]+$/,
    isUnique: true,
    isKeptAfterPoll: true,
    isCredential: true,
    find: (call, inputs, isKnown) =>
      partOf(call, inputs, ({ keyCredentials }) => {
        const thumbprint = new X509Certificate(textOf(inputs["value"])).fingerprint.replaceAll(":", "");
        const keys = (keyCredentials ?? []) as readonly GraphObject[];
        const isOurs = (key: GraphObject) => textOf(key["customKeyIdentifier"]).toUpperCase() === thumbprint;
        const others = keys.filter((key) => !isOurs(key) || isKnown(textOf(key["keyId"])));
        return others.length < keys.length ? { keyCredentials: others } : undefined;
      }),
  },
  ApplicationFederatedIdentityCredential: {
    request: /^POST .*\/federatedIdentityCredentials$/,
    isUnique: true,
    isKeptAfterPoll: true,
    async find(call, inputs, isKnown) {
      const path = federatedCredentialsPath(lastSegment(textOf(inputs["applicationId"])));
      return (await graphList(call, path))
        .filter((one) => one["name"] === inputs["displayName"] && !isKnown(textOf(one["id"])))
        .map((one) => ({ path: `${path}/${textOf(one["id"])}` }));
    },
  },
  ApplicationPassword: {
    request: /^POST .*\/addPassword$/,
    isUnique: false,
    isKeptAfterPoll: true,
    isCredential: true,
    async find(call, inputs, isKnown) {
      const { passwordCredentials = [] } = (await application(call, inputs)) as {
        readonly passwordCredentials?: readonly GraphObject[];
      };
      const isOurs = (one: GraphObject) =>
        one["displayName"] === inputs["displayName"] &&
        second(one["endDateTime"]) === second(inputs["endDate"]) &&
        !isKnown(textOf(one["keyId"]));
      return passwordCredentials.filter(isOurs).map(({ keyId }) => ({
        path: `${applicationOf(inputs)}/removePassword`,
        change: { method: "POST" as const, json: { keyId } },
      }));
    },
  },
  ConditionalAccessPolicy: {
    request: /^POST .*\/conditionalAccess\/policies$/,
    isUnique: false,
    isKeptAfterPoll: true,
    async find(call, inputs, isKnown, since) {
      const declaredPeople = policyText(inputs, "included", [
        "conditions",
        "users",
        "includedGuestsOrExternalUsers",
        "0",
      ]);
      return (await listAccessPolicies(call))
        .filter(({ createdDateTime }) => Date.parse(createdDateTime ?? "") >= since.getTime() - clockDifference)
        .filter(
          (policy) =>
            policyText(policy, "include", ["conditions", "users", "includeGuestsOrExternalUsers"]) === declaredPeople,
        )
        .filter(({ id }) => !isKnown(id))
        .map(({ id }) => ({ path: graphAccessPolicies.item(id) }));
    },
  },
  AccessPackageResourceCatalogAssociation: {
    request: /^POST .*\/accessPackageResourceRequests$/,
    isUnique: true,
    isKeptAfterPoll: true,
    async find(call, inputs) {
      const catalogId = textOf(inputs["catalogId"]);
      return (await graphList(call, catalogResourcesPath(catalogId)))
        .filter(({ originId }) => originId === inputs["resourceOriginId"])
        .map(({ originId, originSystem }) => ({
          path: catalogResourceRequestsPath,
          change: {
            method: "POST" as const,
            json: {
              catalogId,
              executeImmediately: true,
              requestType: "AdminRemove",
              accessPackageResource: { originId, originSystem },
            },
          },
        }));
    },
  },
  AccessPackageResourcePackageAssociation: {
    request: /^POST .*\/accessPackageResourceRoleScopes$/,
    // Its ID is made of the role's and the scope's.
    isUnique: true,
    isKeptAfterPoll: true,
    async find(call, inputs) {
      const packageId = textOf(inputs["accessPackageId"]);
      const answer = await call(packageRolesPath(packageId, "Role", "Scope"), { accept: goneStatuses });
      const { accessPackageResourceRoleScopes: scopes = [] } = (answer.body ?? {}) as {
        readonly accessPackageResourceRoleScopes?: readonly GraphObject[];
      };
      // `<catalog>/<object ID of the group>`
      const originId = lastSegment(textOf(inputs["catalogResourceAssociationId"]));
      const isOurs = ({ accessPackageResourceScope: scope }: GraphObject) =>
        (scope as GraphObject | undefined)?.["originId"] === originId;
      return scopes.filter(isOurs).map((one) => ({ path: packageRolePath(packageId, textOf(one["id"])) }));
    },
  },
};

/**
 * The mark of a stack with its random ID, as a description has it. Without the ID any stack of that
 * name would fit.
 */
const mark = /\([^(),\s]+#[0-9a-f]{16}[,)]/;

/**
 * What carries the stack's mark in its description, and was created in this run: anybody can copy a description. Graph takes a
 * second one of the same name.
 */
function described(
  { path: list, item: path }: GraphCollection,
  isIn: (one: GraphObject, inputs: Inputs) => boolean = () => true,
): Kind {
  const collection = lastSegment(list);
  return {
    request: new RegExp(`^POST .*/${collection}$`),
    isUnique: false,
    async find(call, inputs, isKnown, since) {
      const [name, description] = [textOf(inputs["displayName"]), textOf(inputs["description"])];
      if (!mark.test(description)) return [];
      return (await graphList(call, `${list}?$filter=${equals("displayName", name)}`))
        .filter((one) => one["displayName"] === name && one["description"] === description && isIn(one, inputs))
        .filter((one) => Date.parse(textOf(one["createdDateTime"])) >= since.getTime() - clockDifference)
        .filter((one) => !isKnown(textOf(one["id"])))
        .map((one) => ({ path: path(textOf(one["id"])) }));
    },
  };
}

/**
 * A property of the stack's own application. @param without the property without the part;
 * undefined where the part is not there.
 */
async function partOf(
  call: GraphCall,
  inputs: Inputs,
  without: (application: GraphObject) => object | undefined,
): Promise<Removal[]> {
  const json = without(await application(call, inputs));
  return json === undefined ? [] : [{ path: applicationOf(inputs), change: { method: "PATCH", json } }];
}

async function application(call: GraphCall, inputs: Inputs): Promise<GraphObject> {
  const answer = await call(applicationOf(inputs), { accept: goneStatuses });
  return isGone(answer) ? {} : (answer.body as GraphObject);
}

/** Name, state, applications and people of a policy, in the plugin's form or in Graph's. */
function policyText(policy: object, prefix: "include" | "included", guests: readonly string[]): string {
  const types: unknown = valueAt(policy, [...guests, "guestOrExternalUserTypes"]);
  const [tenants, list] = [valueAt(policy, [...guests, "externalTenants"]), prefix === "included"];
  return JSON.stringify([
    valueAt(policy, ["displayName"]),
    valueAt(policy, ["state"]),
    sorted(valueAt(policy, ["conditions", "applications", `${prefix}Applications`])),
    sorted(typeof types === "string" ? types.split(",") : types),
    sorted(valueAt(tenants, list ? ["0", "members"] : ["members"])),
  ]);
}

function sorted(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.map((entry) => textOf(entry).trim().toLowerCase()).sort() : [];
}

/** Of `/applications/<object ID>`. */
function applicationOf(inputs: Inputs): string {
  return graphApplications.item(lastSegment(textOf(inputs["applicationId"])));
}

function second(moment: unknown): number {
  return typeof moment === "string" ? Math.floor(Date.parse(moment) / 1000) : NaN;
}

function isSameSet(some: readonly unknown[], others: unknown): boolean {
  if (!Array.isArray(others)) return false;
  return some.length === others.length && some.every((one) => others.includes(one));
}
