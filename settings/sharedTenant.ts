/**
 * `sharedTenantWith`, and the stacks that share a tenant without it: in a copied file the tenant was
 * forgotten, and one customer's analysts would come into another customer's tenant.
 */
import { optional } from "./setting";
import { listOf, text } from "./validators";

const mostStacks = 20;

const stackName = text("the name of a stack, without project and organization, such as contoso-lab", (name) =>
  /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(name),
);

export const sharedTenantSettings = {
  sharedTenantWith: optional(
    listOf(`a list of 1 to ${mostStacks} names of stacks`, stackName, { least: 1, most: mostStacks }),
    {
      description:
        "Other stacks of this project that have the same `tenantId` on purpose; each must name the others. `up`, `npx mssp fleet`, `npx mssp ci matrix` " +
        "and `npx mssp permissions` refuse a shared tenant that is not named here.",
      default: "none: no other stack has this tenant",
      example: "[contoso-lab]",
    },
  ),
};

/** What a stack's settings say of its tenant. */
export interface TenantClaim {
  readonly stack: string;
  /** Absent for a file with errors. */
  readonly tenantId?: string;
  readonly sharedTenantWith?: readonly string[];
}

/** Stacks with one tenant of which at least two do not name each other. */
export interface SharedTenant {
  readonly tenantId: string;
  /** Sorted. */
  readonly stacks: readonly string[];
}

/** @param claims of all stacks of a project. */
export function unnamedSharing(claims: readonly TenantClaim[]): readonly SharedTenant[] {
  return [...byTenant(claims)].flatMap(([tenantId, sharing]) => {
    const strangers = sharing.filter(({ stack, sharedTenantWith = [] }) =>
      sharing.some(
        (other) =>
          other.stack !== stack &&
          !(sharedTenantWith.includes(other.stack) && other.sharedTenantWith?.includes(stack) === true),
      ),
    );
    return strangers.length === 0 ? [] : [{ tenantId, stacks: strangers.map(({ stack }) => stack).sort() }];
  });
}

function byTenant(claims: readonly TenantClaim[]): ReadonlyMap<string, TenantClaim[]> {
  const tenants = new Map<string, TenantClaim[]>();
  for (const claim of claims) {
    const tenantId = claim.tenantId?.toLowerCase();
    if (tenantId !== undefined) tenants.set(tenantId, [...(tenants.get(tenantId) ?? []), claim]);
  }
  return tenants;
}

/** The error, with what to do. */
export function sharedTenantText({ tenantId, stacks }: SharedTenant): string {
  return (
    `The stacks ${stacks.join(", ")} have one tenantId, ${tenantId}. If that is a copied file, correct its tenantId. If they share ` +
    "the tenant on purpose, let each name the others in the setting sharedTenantWith."
  );
}
