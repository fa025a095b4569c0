/** What one directory object gives whoever has it: the steps that a chain can take from there. */
import type { StoredObject } from "@defender-mssp/sandbox/internals";
import type { ChainObject, ChainStep } from "./chain";
import type { OracleTenants } from "./principals";
import { all, directoryObject, endOf, inner, isOver, listOf, named, startsOf, textOf, textsOf } from "./stored";

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
    all(customer, collection).filter((one) => one["principalId"] === id && !isOver(endOf(one), now));
  return [
    ...startsOf(customer, "groups.members", id).flatMap((group) => edge("membership", group, "what the group gives")),
    ...startsOf(customer, "groups.owners", id).flatMap((group) =>
      edge("groupOwnership", group, "add anybody to the group, also themselves"),
    ),
    ...schedules("eligibilitySchedules").flatMap((one) =>
      edge("eligibility", textOf(one["groupId"]), `become ${textOf(one["accessId"])} of the group`, one.id),
    ),
    ...schedules("assignmentSchedules").flatMap((one) =>
      edge("activation", textOf(one["groupId"]), `be ${textOf(one["accessId"])} of the group for a time`, one.id),
    ),
    ...all(customer, "assignmentScheduleRequests")
      .filter((one) => one["principalId"] === id && /^Pending/.test(textOf(one["status"])))
      .flatMap((one) => edge("activation", textOf(one["groupId"]), "be in the group after an approval", one.id)),
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
    all(customer, collection).filter((one) => one["principalId"] === id);
  return [
    ...own("roleAssignments").map((one) => directory("directoryRole", one)),
    ...own("roleEligibilitySchedules")
      .filter((one) => !isOver(endOf(one), now))
      .map((one) => directory("eligibleDirectoryRole", one)),
    ...all(customer, "defenderRoleAssignments")
      .filter((one) => textsOf(one["principalIds"]).includes(id))
      .map((one): Edge => {
        const role = textOf(one["roleDefinitionId"]);
        const definition = customer.objects("defenderRoleDefinitions").get(role);
        const to = named("defenderRoleDefinitions", definition, role);
        return { way: "defenderRole", to, by: one.id, allows: `the Defender role ${to.name}` };
      }),
  ];
}

function applicationEdges({ customer }: OracleTenants, { type, id }: ChainObject): Edge[] {
  const resourceOf = (resourceId: string) => customer.objects("servicePrincipals").get(resourceId);
  const roles = all(customer, "appRoleAssignments")
    .filter((one) => one["principalId"] === id)
    .map((one): Edge => {
      const resource = resourceOf(textOf(one["resourceId"]));
      const role = listOf(resource?.["appRoles"]).find((each) => inner(each, "id") === one["appRoleId"]);
      const value = textOf(inner(role, "value")) || textOf(one["appRoleId"]);
      const to = named("servicePrincipals", resource, textOf(one["resourceId"]));
      const way = type === "servicePrincipals" ? "applicationPermission" : "appRole";
      return { way, to, by: one.id, allows: `${value} of ${to.name}`, permissions: [value] };
    });
  const consents = all(customer, "oauth2PermissionGrants")
    // A consent for one person gives the application that person's rights, and the person none.
    .filter((one) => one["clientId"] === id)
    .map((one): Edge => {
      const to = named("servicePrincipals", resourceOf(textOf(one["resourceId"])), textOf(one["resourceId"]));
      const scopes = textOf(one["scope"]).split(" ").filter(Boolean);
      const allows = `${scopes.join(" ")} of ${to.name} as a user`;
      return { way: "delegatedConsent", to, by: one.id, allows, permissions: scopes };
    });
  const owned = (way: Edge["way"], link: string): Edge[] =>
    startsOf(customer, link, id).flatMap((from) => {
      const next = directoryObject(customer, from);
      return next === undefined ? [] : [{ way, to: next, next, allows: "add a credential, and sign in as it" }];
    });
  return [
    ...roles,
    ...consents,
    ...owned("applicationOwnership", "applications.owners"),
    ...owned("servicePrincipalOwnership", "servicePrincipals.owners"),
  ];
}

/** Access packages that a user or a group's members hold, may ask for, or approve. */
function packageEdges(tenants: OracleTenants, { id }: ChainObject): Edge[] {
  const { customer } = tenants;
  const packageOf = (packageId: string) =>
    named("accessPackages", customer.objects("accessPackages").get(packageId), packageId);
  const isNode = (set: StoredObject[string]): boolean => inner(set, "id") === id || inner(set, "userId") === id;
  const held = all(customer, "accessPackageAssignments").flatMap((one): Edge[] => {
    const subject = customer.objects("accessPackageSubjects").get(textOf(one["targetId"]));
    if (subject?.["objectId"] !== id || textOf(one["assignmentState"]) === "Expired") return [];
    const to = packageOf(textOf(one["accessPackageId"]));
    return [{ way: "accessPackage", to, by: one.id, allows: `what the access package ${to.name} gives` }];
  });
  const policies = all(customer, "accessPackageAssignmentPolicies").flatMap((policy): Edge[] => {
    const to = packageOf(textOf(policy["accessPackageId"]));
    const asks = listOf(inner(policy["requestorSettings"], "allowedRequestors")).some(isNode);
    const stages = listOf(inner(policy["requestApprovalSettings"], "approvalStages"));
    const approves = stages.some((stage) =>
      ["primaryApprovers", "escalationApprovers"].some((name) => listOf(inner(stage, name)).some(isNode)),
    );
    return [
      ...(asks ? [{ way: "packageRequest" as const, to, by: policy.id, allows: `ask for ${to.name}` }] : []),
      ...(approves ? [{ way: "packageApproval" as const, to, by: policy.id, allows: `approve of ${to.name}` }] : []),
    ];
  });
  return [...held, ...policies];
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

function azureEdges({ customer }: OracleTenants, { id }: ChainObject): Edge[] {
  return all(customer, "azureResources")
    .filter((resource) => /\/roleAssignments$/i.test(textOf(resource["type"])))
    .filter((resource) => inner(resource["properties"], "principalId") === id)
    .map((resource): Edge => {
      const scope = textOf(inner(resource["properties"], "scope"));
      const role = textOf(inner(resource["properties"], "roleDefinitionId")).split("/").at(-1) ?? "";
      const to = { type: "azureScopes", id: scope, name: scope };
      return { way: "azureRole", to, by: resource.id, allows: `the Azure role ${role} at ${scope}` };
    });
}

/** Who controls an application can sign in as it: by a credential that it has, or that they add. */
function identityEdges({ customer, now }: OracleTenants, node: ChainObject): Edge[] {
  const object = customer.objects(node.type).get(node.id);
  if (object === undefined) return [];
  const appId = textOf(object["appId"]);
  const same = (collection: string): StoredObject[] =>
    all(customer, collection).filter((one) => one["appId"] === appId);
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
    .flatMap((one) => [...listOf(one["passwordCredentials"]), ...listOf(one["keyCredentials"])])
    .filter((one) => !isOver(inner(one, "endDateTime"), now))
    .map((one) => {
      const keyId = textOf(inner(one, "keyId"));
      return signIn("credential", { type: "credentials", id: keyId, name: textOf(inner(one, "displayName")) || keyId });
    });
  const federated = holders
    .flatMap(({ id }) => customer.links("applications.federatedIdentityCredentials").get(id) ?? [])
    .map((id) => {
      const credential = customer.objects("federatedIdentityCredentials").get(id);
      return signIn("federatedCredential", named("federatedIdentityCredentials", credential, id));
    });
  const siem = all(customer, "siemAuthorizations")
    .filter(({ applicationId }) => applicationId === appId)
    .map((one) => signIn("siemAuthorization", { type: "siemAuthorizations", id: one.id, name: node.name }));
  return [...credentials, ...federated, ...siem];
}
