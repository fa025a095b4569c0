/** What one directory object gives whoever has it: the steps that a chain can take from there. */
import { textOf, textsOf } from "@defender-mssp/errors/json";
import type { StoredObject } from "@defender-mssp/sandbox/internals";
import type { ChainObject, ChainStep } from "./chain";
import type { OracleTenants } from "./principals";
import { all, directoryObject, scheduleEnd, inner, isOver, asList, named, linkStarts } from "./stored";

/** A step with what it allows. It goes on where `next` is set. */
export interface Edge extends ChainStep {
  readonly allows: string;
  readonly next?: ChainObject;
  readonly permissions?: readonly string[];
}

/** @param node a user, a group, an application or a service principal that the principal is, is in, or controls */
export function edgesFrom(tenants: OracleTenants, node: ChainObject): Edge[] {
  const edges = [
    ...groupEdges(tenants, node),
    ...roleEdges(tenants, node),
    ...applicationEdges(tenants, node),
    ...packageEdges(tenants, node),
    ...policyEdges(tenants, node),
    ...azureEdges(tenants, node),
    ...(node.type === "tenants" ? issuerEdges(tenants) : []),
  ];
  return node.type === "applications" || node.type === "servicePrincipals"
    ? [...edges, ...identityEdges(tenants, node)]
    : edges;
}

function groupEdges({ customer, now }: OracleTenants, { id }: ChainObject): Edge[] {
  const edge = (way: Edge["way"], groupId: string, allows: string, by?: string): Edge[] => {
    const next = directoryObject(customer, groupId);
    return next === undefined ? [] : [{ way, to: next, next, allows, ...(by === undefined ? {} : { by }) }];
  };
  const schedules = (collection: string): StoredObject[] =>
    all(customer, collection).filter((entry) => entry["principalId"] === id && !isOver(scheduleEnd(entry), now));
  return [
    ...linkStarts(customer, "groups.members", id).flatMap((group) => edge("membership", group, "what the group gives")),
    ...linkStarts(customer, "groups.owners", id).flatMap((group) =>
      edge("groupOwnership", group, "add anybody to the group, also themselves"),
    ),
    ...schedules("eligibilitySchedules").flatMap((entry) =>
      edge("eligibility", textOf(entry["groupId"]), `become ${textOf(entry["accessId"])} of the group`, entry.id),
    ),
    ...schedules("assignmentSchedules").flatMap((entry) =>
      edge("activation", textOf(entry["groupId"]), `be ${textOf(entry["accessId"])} of the group for a time`, entry.id),
    ),
    ...all(customer, "assignmentScheduleRequests")
      .filter((entry) => entry["principalId"] === id && /^Pending/.test(textOf(entry["status"])))
      .flatMap((entry) => edge("activation", textOf(entry["groupId"]), "be in the group after an approval", entry.id)),
  ];
}

function roleEdges({ customer, now }: OracleTenants, { id }: ChainObject): Edge[] {
  const scopeText = (scope: string): string => (scope === "/" || scope === "" ? "" : ` in ${scope}`);
  const directory = (way: Edge["way"], assignment: StoredObject): Edge => {
    const role = textOf(assignment["roleDefinitionId"]);
    const scope = textOf(assignment["directoryScopeId"]) || textOf(assignment["appScopeId"]);
    const to = named("roleDefinitions", customer.objects("roleDefinitions").get(role), role);
    return { way, to, by: assignment.id, allows: `${to.name}${scopeText(scope)}` };
  };
  const own = (collection: string): StoredObject[] =>
    all(customer, collection).filter((entry) => entry["principalId"] === id);
  return [
    ...own("roleAssignments").map((entry) => directory("directoryRole", entry)),
    ...own("roleEligibilitySchedules")
      .filter((entry) => !isOver(scheduleEnd(entry), now))
      .map((entry) => directory("eligibleDirectoryRole", entry)),
    ...all(customer, "defenderRoleAssignments")
      .filter((entry) => textsOf(entry["principalIds"]).includes(id))
      .map((entry): Edge => {
        const role = textOf(entry["roleDefinitionId"]);
        const definition = customer.objects("defenderRoleDefinitions").get(role);
        const to = named("defenderRoleDefinitions", definition, role);
        return { way: "defenderRole", to, by: entry.id, allows: `the Defender role ${to.name}` };
      }),
  ];
}

function applicationEdges({ customer, now }: OracleTenants, { type, id }: ChainObject): Edge[] {
  const resourcePrincipal = (resourceId: string) => customer.objects("servicePrincipals").get(resourceId);
  const roles = all(customer, "appRoleAssignments")
    .filter((entry) => entry["principalId"] === id)
    .map((entry): Edge => {
      const resource = resourcePrincipal(textOf(entry["resourceId"]));
      const role = asList(resource?.["appRoles"]).find((each) => inner(each, "id") === entry["appRoleId"]);
      const value = textOf(inner(role, "value")) || textOf(entry["appRoleId"]);
      const to = named("servicePrincipals", resource, textOf(entry["resourceId"]));
      const way = type === "servicePrincipals" ? "applicationPermission" : "appRole";
      return { way, to, by: entry.id, allows: `${value} of ${to.name}`, permissions: [value] };
    });
  const consents = all(customer, "oauth2PermissionGrants")
    // A consent for one person gives the application that person's rights, and the person none.
    .filter((entry) => entry["clientId"] === id)
    .map((entry): Edge => {
      const to = named(
        "servicePrincipals",
        resourcePrincipal(textOf(entry["resourceId"])),
        textOf(entry["resourceId"]),
      );
      const scopes = textOf(entry["scope"]).split(" ").filter(Boolean);
      const allows = `${scopes.join(" ")} of ${to.name} as a user`;
      return { way: "delegatedConsent", to, by: entry.id, allows, permissions: scopes };
    });
  const appId = type === "servicePrincipals" ? customer.objects(type).get(id)?.["appId"] : undefined;
  const subscriptions = all(customer, "subscriptions")
    .filter(({ applicationId, expirationDateTime }) => applicationId === appId && !isOver(expirationDateTime, now))
    .map((entry): Edge => {
      const to = { type: "subscriptions", id: entry.id, name: textOf(entry["resource"]) };
      return { way: "changeNotification", to, by: entry.id, allows: `be told of changes of ${to.name}` };
    });
  const owned = (way: Edge["way"], link: string): Edge[] =>
    linkStarts(customer, link, id).flatMap((from) => {
      const next = directoryObject(customer, from);
      return next === undefined ? [] : [{ way, to: next, next, allows: "add a credential, and sign in as it" }];
    });
  return [
    ...roles,
    ...consents,
    ...subscriptions,
    ...owned("applicationOwnership", "applications.owners"),
    ...owned("servicePrincipalOwnership", "servicePrincipals.owners"),
  ];
}

/** Access packages that a user or a group's members hold, may ask for, or approve. */
function packageEdges(tenants: OracleTenants, { id }: ChainObject): Edge[] {
  const { customer } = tenants;
  const namedPackage = (packageId: string) =>
    named("accessPackages", customer.objects("accessPackages").get(packageId), packageId);
  const isNode = (set: StoredObject[string]): boolean => inner(set, "id") === id || inner(set, "userId") === id;
  const held = all(customer, "accessPackageAssignments").flatMap((entry): Edge[] => {
    const subject = customer.objects("accessPackageSubjects").get(textOf(entry["targetId"]));
    if (subject?.["objectId"] !== id || textOf(entry["assignmentState"]) === "Expired") return [];
    const to = namedPackage(textOf(entry["accessPackageId"]));
    return [{ way: "accessPackage", to, by: entry.id, allows: `what the access package ${to.name} gives` }];
  });
  const policies = all(customer, "accessPackageAssignmentPolicies").flatMap((policy): Edge[] => {
    const to = namedPackage(textOf(policy["accessPackageId"]));
    const asks = asList(inner(policy["requestorSettings"], "allowedRequestors")).some(isNode);
    const stages = asList(inner(policy["requestApprovalSettings"], "approvalStages"));
    const isManager = linkStarts(customer, "users.manager", id).length > 0;
    const approves = stages.some((stage) =>
      ["primaryApprovers", "escalationApprovers"].some((name) =>
        asList(inner(stage, name)).some((set) => isNode(set) || (isManager && isRequestorManager(set))),
      ),
    );
    return [
      ...(asks ? [{ way: "packageRequest" as const, to, by: policy.id, allows: `ask for ${to.name}` }] : []),
      ...(approves ? [{ way: "packageApproval" as const, to, by: policy.id, allows: `approve of ${to.name}` }] : []),
    ];
  });
  return [...held, ...policies];
}

function isRequestorManager(set: StoredObject[string]): boolean {
  return textOf(inner(set, "@odata.type")) === "#microsoft.graph.requestorManager";
}

/** Applications of the customer's that take tokens of the MSSP's tenant for a credential. */
function issuerEdges({ customer, whose }: OracleTenants): Edge[] {
  return [...customer.links("applications.federatedIdentityCredentials")]
    .filter(([application]) => !whose.principals.has(application))
    .flatMap(([application, credentials]) => {
      const next = directoryObject(customer, application);
      return next === undefined
        ? []
        : credentials
            .filter((id) => whose.credentials.has(id))
            .map((by): Edge => ({ way: "federatedCredential", to: next, by, next, allows: "sign in as it" }));
    });
}

/** Conditional Access policies that leave the node out. */
function policyEdges({ customer }: OracleTenants, { type, id }: ChainObject): Edge[] {
  const list = { users: "excludeUsers", groups: "excludeGroups" }[type];
  if (list === undefined) return [];
  return all(customer, "conditionalAccessPolicies")
    .filter((policy) => policy["state"] === "enabled")
    .filter((policy) => textsOf(inner(policy["conditions"], "users", list)).includes(id))
    .map((policy) => ({
      way: "conditionalAccessExclusion",
      to: named("conditionalAccessPolicies", policy),
      allows: "sign in without what the policy asks of others",
    }));
}

function azureEdges({ customer, now }: OracleTenants, { id }: ChainObject): Edge[] {
  return all(customer, "azureResources")
    .filter((resource) => /\/(roleAssignments|roleEligibilitySchedules)$/i.test(textOf(resource["type"])))
    .filter((resource) => inner(resource["properties"], "principalId") === id)
    .filter((resource) => !isOver(inner(resource["properties"], "endDateTime"), now))
    .map((resource): Edge => {
      const scope = textOf(inner(resource["properties"], "scope"));
      const role = textOf(inner(resource["properties"], "roleDefinitionId")).split("/").at(-1) ?? "";
      const to = { type: "azureScopes", id: scope, name: scope };
      return /assignments$/i.test(textOf(resource["type"]))
        ? { way: "azureRole", to, by: resource.id, allows: `the Azure role ${role} at ${scope}` }
        : { way: "eligibleAzureRole", to, by: resource.id, allows: `activate the Azure role ${role} at ${scope}` };
    });
}

/** Who controls an application can sign in as it: by a credential that it has, or that they add. */
function identityEdges({ customer, now }: OracleTenants, node: ChainObject): Edge[] {
  const object = customer.objects(node.type).get(node.id);
  if (object === undefined) return [];
  const appId = textOf(object["appId"]);
  const same = (collection: string): StoredObject[] =>
    all(customer, collection).filter((entry) => entry["appId"] === appId);
  if (node.type === "applications") {
    return same("servicePrincipals").map((principal): Edge => {
      const next = named("servicePrincipals", principal);
      return { way: "application", to: next, next, allows: "sign in as it" };
    });
  }
  const signIn = (way: Edge["way"], to: ChainObject): Edge => ({
    way,
    to,
    by: to.id,
    allows: `sign in as ${node.name}`,
  });
  const holders = [object, ...same("applications")];
  const credentials = holders
    .flatMap((entry) => [...asList(entry["passwordCredentials"]), ...asList(entry["keyCredentials"])])
    .filter((entry) => !isOver(inner(entry, "endDateTime"), now))
    .map((entry) => {
      const keyId = textOf(inner(entry, "keyId"));
      return signIn("credential", {
        type: "credentials",
        id: keyId,
        name: textOf(inner(entry, "displayName")) || keyId,
      });
    });
  const federated = holders
    .flatMap(({ id }) => customer.links("applications.federatedIdentityCredentials").get(id) ?? [])
    .map((id) => {
      const credential = customer.objects("federatedIdentityCredentials").get(id);
      return signIn("federatedCredential", named("federatedIdentityCredentials", credential, id));
    });
  const siem = all(customer, "siemAuthorizations")
    .filter(({ applicationId }) => applicationId === appId)
    .map((entry) => signIn("siemAuthorization", { type: "siemAuthorizations", id: entry.id, name: node.name }));
  return [...credentials, ...federated, ...siem];
}
