import { groupNameInDirectory } from "../../domain/naming";
import { azureRoles, lastSegment, remoteGroupId } from "@defender-mssp/microsoft";
import {
  grantProblems,
  isSentinelScope,
  namedPrincipals as principalsOf,
  sentinelRolesOfGroup,
  type Grant,
  type PrincipalKind,
} from "../principals";
import { azuread, azureRoleAssignment, dynamic } from "../../domain/resourceTypes";
import {
  isMissing,
  knownItems,
  knownText,
  type StackResource,
  stackRule,
  type StackViolation,
  textList,
  unknown,
  valueAt,
} from "../rule";
import type { PolicySettings } from "../policySettings";

/** Where a type names who gets something, and kinds of principals that may. */
const grants: Readonly<Record<string, Readonly<Record<string, readonly PrincipalKind[]>>>> = {
  [azuread("AccessPackageResourceCatalogAssociation")]: { resourceOriginId: ["group"] },
  [azuread("AppRoleAssignment")]: { principalObjectId: ["servicePrincipal"] },
  [azuread("ApplicationApiAccess")]: { applicationId: ["application"] },
  [azuread("ApplicationCertificate")]: { applicationId: ["application"] },
  [azuread("ApplicationFederatedIdentityCredential")]: { applicationId: ["application"] },
  [azuread("ApplicationOwner")]: { applicationId: ["application"] },
  [azuread("ApplicationPassword")]: { applicationId: ["application"] },
  [azuread("ApplicationRedirectUris")]: { applicationId: ["application"] },
  [azuread("DirectoryRoleAssignment")]: { principalObjectId: ["group", "guest"] },
  [azuread("DirectoryRoleEligibilityScheduleRequest")]: { principalId: ["group", "guest"] },
  [azuread("Group")]: { members: ["guest"] },
  [azuread("GroupMember")]: { memberObjectId: ["guest"], groupObjectId: ["group"] },
  [azuread("ServicePrincipal")]: { clientId: ["application"] },
  [azuread("ServicePrincipalCertificate")]: { servicePrincipalId: [] },
  [azuread("ServicePrincipalDelegatedPermissionGrant")]: {
    servicePrincipalObjectId: ["servicePrincipal"],
    userObjectId: [],
  },
  [azuread("ServicePrincipalPassword")]: { servicePrincipalId: [] },
  [dynamic("AppRoleGrant")]: { principalObjectId: ["servicePrincipal"] },
  [dynamic("DefenderRoleAssignment")]: { principalIds: ["group"] },
  [dynamic("DefenderSiemAuthorization")]: { applicationId: ["application", "servicePrincipal"] },
  [dynamic("EligibleMembers")]: { members: ["guest"], groupId: ["group"], approverGroups: ["group"] },
};

type Stack = Parameters<typeof grantProblems>[1];

export const namedPrincipals = stackRule<{ principals: readonly string[] }>({
  name: "named-principals",
  severity: "critical",
  level: "mandatory",
  why: "A role, a membership, a permission or a credential goes only to a guest, a group or an application that the settings name.",
  remedy: "Add the person to analysts, or the object ID to the parameter principals.",
  link: "https://learn.microsoft.com/defender-xdr/mssp-access",
  parameters: {
    principals: {
      ...textList,
      description: "Object IDs, in the customers' tenants, of other principals that may get access.",
    },
  },
  checkStack: (resources, { settings, parameters: { principals } }) => {
    const named = settings === undefined ? [] : principalsOf(resources, settings);
    const stack = { named, resources: new Map(resources.map((resource) => [resource.urn, resource])) };
    return resources
      .flatMap((resource) =>
        [
          ...Object.entries(grants[resource.type] ?? {}).flatMap(([property, kinds]) =>
            grantProblems(grantIn(resource, property), stack, kinds, principals),
          ),
          ...(resource.type === dynamic("DefenderRoleAssignment") ? roleOfOtherGroup(resource, stack) : []),
          ...(resource.type === azuread("AccessPackageAssignmentPolicy") ? policyProblems(resource, stack) : []),
          ...(resource.type === azureRoleAssignment ? sentinelProblems(resource, stack, settings, principals) : []),
          ...(resource.type === dynamic("EligibleMembers") ? approverProblems(resource, stack, settings) : []),
        ].map((problem): StackViolation => ({ problem, resource })),
      )
      .concat(tooManyApprovers(resources, settings));
  },
});

function grantIn({ properties, sources }: StackResource, property: string): Grant {
  const value = properties[property];
  const values: readonly unknown[] = Array.isArray(value) ? value : isMissing(value) ? [] : [value];
  return { values: values.map((one) => valueAt(one, "objectId") ?? one), sources: sources[property] ?? [] };
}

/** A tier's role goes to the tier's group, which has its name. `own-references` judges whose role it is. */
function roleOfOtherGroup(assignment: StackResource, { resources, named }: Stack): readonly string[] {
  const id = assignment.properties["roleDefinitionId"];
  const roles = (assignment.sources["roleDefinitionId"] ?? [])
    .flatMap((urn) => resources.get(urn) ?? [])
    .filter(({ type, properties: { id: own = id } }) => type === dynamic("DefenderRoleDefinition") && own === id);
  if (roles.length === 0) return [];
  const { values, sources } = grantIn(assignment, "principalIds");
  const holders = named.filter(
    ({ kind, resource, ids }) =>
      kind === "group" &&
      (values.some((id) => ids.includes(id as string)) || isHiddenSource(resource.urn, sources, ids)),
  );
  const names = roles.map(({ properties }) => nameOf(properties["displayName"]));
  return holders
    .filter(({ resource }) => !names.includes(nameOf(resource.properties["displayName"])))
    .map(
      ({ resource }) => `the role ${names.join(", ")} goes to the group ${nameOf(resource.properties["displayName"])}`,
    );
}

/** A role on the workspace goes to the group for which the settings name it. `azure-principals` judges the others. */
function sentinelProblems(
  assignment: StackResource,
  stack: Stack,
  settings: PolicySettings | undefined,
  principals: readonly string[],
): readonly string[] {
  if (settings === undefined || !isSentinelScope(assignment.properties["scope"], settings)) return [];
  const grant = grantIn(assignment, "principalId");
  const role = lastSegment(knownText(assignment.properties["roleDefinitionId"]) ?? "");
  const holders = stack.named.filter(
    ({ kind, resource, ids }) =>
      kind === "group" &&
      (grant.values.some((id) => ids.includes(String(id).toLowerCase())) ||
        (ids.length === 0 &&
          grant.values.includes(unknown) &&
          grant.sources.length === 1 &&
          grant.sources.includes(resource.urn))),
  );
  const remote = Object.keys(settings.sentinelAccess?.roles ?? {}).flatMap((group) => remoteGroupId(group) ?? []);
  const strangers = grantProblems(grant, stack, ["group"], [...principals, ...remote]);
  const wrong = holders
    .map(({ resource }) => nameOf(resource.properties["displayName"]))
    .filter((name) => !sentinelRolesOfGroup(name, settings).some((allowed) => azureRoles[allowed] === role));
  return [
    ...strangers,
    ...wrong.map((name) => `sentinelAccess.roles does not name the role ${role} for the group ${name}`),
  ];
}

function isHiddenSource(urn: string, sources: readonly string[], ids: readonly string[]): boolean {
  return ids.length === 0 && sources.includes(urn);
}

function nameOf(displayName: unknown): string {
  return groupNameInDirectory(knownText(displayName) ?? "").toLowerCase();
}

/**
 * Who may request a package, and who decides: the connected organization, and groups of the
 * settings.
 */
function policyProblems(policy: StackResource, stack: Stack): readonly string[] {
  const requestors = subjectsAt(policy, "requestorSettings", "requestors");
  return [
    ...subjectProblems(requestors, policy.sources["requestorSettings"], stack, {
      connectedorganizationmembers: "organization",
    }),
    ...(["approvalSettings", "assignmentReviewSettings"] as const).flatMap((property) =>
      subjectProblems(decidersIn(policy, property), policy.sources[property], stack, {
        groupmembers: "group",
        // Judged by their number, for the settings name them by address: tooManyApprovers.
        singleuser: undefined,
      }),
    ),
  ];
}

interface Subject {
  readonly subjectType: unknown;
  readonly objectId: unknown;
}

function subjectProblems(
  subjects: readonly Subject[],
  sources: readonly string[] = [],
  stack: Stack,
  kinds: Readonly<Record<string, PrincipalKind | undefined>>,
): readonly string[] {
  return subjects.flatMap(({ subjectType, objectId }) => {
    if (typeof subjectType !== "string") return [];
    const type = subjectType.toLowerCase();
    if (!Object.hasOwn(kinds, type)) return [`${subjectType} is not allowed here`];
    const kind = kinds[type];
    return kind === undefined
      ? guestProblem(objectId, stack)
      : grantProblems({ values: [objectId], sources }, stack, [kind]);
  });
}

/** The settings name the approvers of activations by address, so only their number is known. */
function approverProblems(
  { properties }: StackResource,
  stack: Stack,
  settings: PolicySettings | undefined,
): readonly string[] {
  const approvers = knownItems(properties["approvers"]);
  const access = settings?.portalAccess;
  const most = access?.model === "rbac" ? (access.activation?.approvers?.length ?? 0) : 0;
  const tooMany =
    approvers.length > most
      ? [`${approvers.length} people approve activations; the settings name ${most} (activation.tier2Approval)`]
      : [];
  return [...approvers.flatMap((id) => guestProblem(id, stack)), ...tooMany];
}

/** The customer decides, not the MSSP. */
function guestProblem(objectId: unknown, { named }: Stack): readonly string[] {
  const isGuest = named.some(({ kind, ids }) => kind === "guest" && ids.includes(String(objectId).toLowerCase()));
  return isGuest ? [`the guest ${String(objectId)} decides about requests`] : [];
}

/**
 * The settings name approvers by address; their number is known, and that all policies name the
 * same ones.
 */
function tooManyApprovers(
  resources: readonly StackResource[],
  settings: PolicySettings | undefined,
): readonly StackViolation[] {
  const policies = resources.filter(({ type }) => type === azuread("AccessPackageAssignmentPolicy"));
  const access = settings?.portalAccess;
  const most = access?.model === "entitlement" ? access.approvers.length : 0;
  const ids = new Set<string>();
  return policies.flatMap((resource) => {
    const before = ids.size;
    for (const property of ["approvalSettings", "assignmentReviewSettings"] as const) {
      for (const { subjectType, objectId } of decidersIn(resource, property)) {
        if (String(subjectType).toLowerCase() === "singleuser" && typeof objectId === "string")
          ids.add(objectId.toLowerCase());
      }
    }
    if (ids.size <= most || ids.size === before) return [];
    return [{ problem: `${ids.size} people decide about requests; the settings name ${most} (approvers)`, resource }];
  });
}

function decidersIn(
  policy: StackResource,
  property: "approvalSettings" | "assignmentReviewSettings",
): readonly Subject[] {
  if (property === "assignmentReviewSettings") return subjectsAt(policy, property, "reviewers");
  const stages = knownItems(valueAt(policy.properties, property, "approvalStages"));
  return stages.flatMap((stage) =>
    ["primaryApprovers", "alternativeApprovers"].flatMap((list) => subjectsIn(valueAt(stage, list))),
  );
}

function subjectsAt({ properties }: StackResource, ...path: readonly string[]): readonly Subject[] {
  return subjectsIn(valueAt(properties, ...path));
}

function subjectsIn(list: unknown): readonly Subject[] {
  return knownItems(list).map((one) => ({
    subjectType: valueAt(one, "subjectType"),
    objectId: valueAt(one, "objectId"),
  }));
}
