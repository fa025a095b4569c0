import type { Tenant } from "./model";

/**
 * A tenant to create: its ID and, if known, its name (a stack's `customerName` and
 * `customerDomain`).
 */
export interface TenantDescription {
  readonly tenantId: string;
  readonly displayName?: string;
  readonly domain?: string;
  /** The automation's permissions in it. Default: `automationPermissions`. */
  readonly permissions?: PermissionsByResource;
  /** Whether stacks name it as the MSSP's own. */
  readonly isMssp?: boolean;
}

/** Names of application permissions, by the application ID of the API that has them. */
export type PermissionsByResource = Readonly<Record<string, readonly string[]>>;

/** The objects of new tenants, which the cloud's services know. */
export interface TenantMaker {
  /** Fills a new tenant. */
  fill(tenant: Tenant, description: TenantDescription): void;
  /**
   * Verifies the described domain in a tenant that was made on first use, without a description.
   * @returns whether that changed the tenant.
   */
  verifyDomain(tenant: Tenant, description: TenantDescription): boolean;
}
