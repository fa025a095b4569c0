/** A tenant of the sandbox, as the searches of every kind of access get it. */
import { tenantReader, type TenantReader, type Whose } from "@defender-mssp/tenant";
import type { GraphCall } from "@defender-mssp/microsoft";

export function sandboxTenant(call: GraphCall, owner: Whose): TenantReader {
  return tenantReader({ call, owner, msspGraph: () => Promise.resolve(call) });
}
