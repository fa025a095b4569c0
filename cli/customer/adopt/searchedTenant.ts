/** What each part of the search needs. */
import type { GraphCall, PortalCall } from "@defender-mssp/microsoft";

export interface SearchedTenant {
  readonly call: GraphCall;
  /** Server for Defender's calls without a public API; undefined if there is none. */
  readonly defender: PortalCall | undefined;
  readonly msspName: string;
  readonly msspTenantId: string;
  /** Domains of the MSSP's addresses, in lower case. */
  readonly msspDomains: readonly string[];
}

/** Runs one part of the search; without its permission the part is empty and named. */
export type Look = <T>(what: string, permission: string, empty: T, look: () => Promise<T>) => Promise<T>;
