/**
 * Objects that carry a stack's mark. Names are not unique to an MSSP, so an object with a fitting
 * name may be another stack's, or another MSSP's: it is left, with whose it is.
 */
import { type StackMark } from "@defender-mssp/microsoft";
import { everyFound, type AnswersById, type PlanItem, type PlannedCustomer } from "./draft";
import type { FoundTenant } from "./found";

export interface SortedTenant {
  /** What the plan may adopt. */
  readonly tenant: FoundTenant;
  /** What another stack manages. */
  readonly others: readonly PlanItem[];
}

/**
 * Takes the objects with a mark out, and with each what belongs to it: secrets, grants, assignments.
 * The answer `marked:<ID>=adopt` lets a single object in, for a stack that has lost its state. There
 * is none for an application with the mark of another MSSP: the secrets on it are that MSSP's.
 */
export function withoutMarked(tenant: FoundTenant, customer: PlannedCustomer, answers: AnswersById): SortedTenant {
  const reasons = new Map<string, string>();
  const leave = (
    mark: StackMark | undefined,
    id: string,
    parts: readonly string[] = [],
    isApplication = false,
  ): void => {
    if (mark === undefined) return;
    const isForeign = mark.msspTenantId !== "" && mark.msspTenantId !== customer.msspTenantId;
    const mayAdopt = !(isApplication && isForeign);
    if (mayAdopt && answers[`marked:${id}`] === "adopt") return;
    const whose = ownerText(mark, customer);
    reasons.set(
      id,
      `${whose} ${mayAdopt ? `If that stack no longer exists: --answer marked:${id}=adopt.` : "It is never adopted."}`,
    );
    for (const part of parts)
      if (!reasons.has(part)) reasons.set(part, `It belongs to an object that another stack manages. ${whose}`);
  };
  const { guests, groups, applications, servicePrincipals, organizations, catalogs, packages, defenderRoles } = tenant;
  for (const application of applications) leave(application.mark, application.id, applicationParts(application), true);
  for (const principal of servicePrincipals) leave(principal.mark, principal.id, grantIds(principal));
  for (const { id, mark } of [...guests, ...groups]) leave(mark, id, roleIds(tenant, id));
  for (const { id, mark } of defenderRoles) {
    leave(
      mark,
      id,
      tenant.defenderAssignments
        .filter(({ roleDefinitionId }) => roleDefinitionId === id)
        .map((assignment) => assignment.id),
    );
  }
  for (const { id, mark, policies } of packages) {
    leave(
      mark,
      id,
      policies.map((policy) => policy.id),
    );
    for (const policy of policies) leave(policy.mark, policy.id);
  }
  for (const { id, mark } of [...organizations, ...catalogs, ...tenant.detectionRules]) leave(mark, id);
  const isOwn = ({ id }: { readonly id: string }): boolean => !reasons.has(id);
  return {
    tenant: {
      ...tenant,
      guests: guests.filter(isOwn),
      groups: groups.filter(isOwn),
      applications: applications.filter(isOwn),
      servicePrincipals: servicePrincipals.filter(isOwn),
      organizations: organizations.filter(isOwn),
      catalogs: catalogs.filter(isOwn),
      packages: packages.filter(isOwn).map((item) => ({ ...item, policies: item.policies.filter(isOwn) })),
      defenderRoles: defenderRoles.filter(isOwn),
      defenderAssignments: tenant.defenderAssignments.filter(isOwn),
      directoryRoles: tenant.directoryRoles.filter(isOwn),
      detectionRules: tenant.detectionRules.filter(isOwn),
    },
    others: everyFound(tenant).flatMap((item) => {
      const why = reasons.get(item.id);
      return why === undefined ? [] : [{ ...item, why }];
    }),
  };
}

function ownerText({ stack, msspTenantId }: StackMark, customer: PlannedCustomer): string {
  const named = stack === "" ? "a stack of Pulumi that its mark does not name" : `stack ${stack}`;
  if (msspTenantId === "") return `It is managed by ${named}.`;
  return msspTenantId === customer.msspTenantId
    ? `It is managed by ${named} of this MSSP.`
    : `It is managed by ${named} of another MSSP, tenant ${msspTenantId}.`;
}

function applicationParts(application: FoundTenant["applications"][number]): string[] {
  const { secrets, certificates, federatedCredentials, servicePrincipal } = application;
  return [
    ...[...secrets, ...certificates].map(({ keyId }) => keyId),
    ...federatedCredentials.map(({ id }) => id),
    ...(servicePrincipal === undefined ? [] : [servicePrincipal.id, ...grantIds(servicePrincipal)]),
  ];
}

function grantIds({ appRoles, consents }: FoundTenant["servicePrincipals"][number]): string[] {
  return [...appRoles, ...consents].map(({ id }) => id);
}

/** The role assignments that a principal alone has. */
function roleIds({ directoryRoles, defenderAssignments }: FoundTenant, principal: string): string[] {
  return [
    ...directoryRoles.filter(({ principalId }) => principalId === principal),
    ...defenderAssignments.filter(({ principalIds }) => principalIds.every((id) => id === principal)),
  ].map(({ id }) => id);
}
