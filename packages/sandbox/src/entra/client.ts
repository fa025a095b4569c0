/** An application as the client of a request to Entra. */
import type { StoredObject, Tenant } from "../cloud/model";

/** An application as a client in one tenant. */
export interface Client {
  readonly tenant: Tenant;
  readonly clientId: string;
  readonly servicePrincipal: StoredObject;
  /** The registration, in any tenant. */
  readonly application: StoredObject | undefined;
  readonly homeTenant: Tenant | undefined;
}
