/** The settings of a new customer as options give them. */
export interface GivenSettings {
  readonly customerName?: string;
  readonly customerDomain?: string;
  readonly tenantId?: string;
  readonly msspName?: string;
  readonly msspTenantId?: string;
  readonly cloud?: string;
  readonly portalAccess?: string;
  readonly analyst?: readonly string[];
  /** `Name <address>`, or an address; empty for none. */
  readonly msspContact?: string;
  /** Application ID of the MSSP's automation; empty if nobody knows it yet. */
  readonly clientId?: string;
}
