/**
 * The sandbox's fixed identities, and IDs that are the same each time the same object is created.
 */
import { createHash } from "node:crypto";
import { uuidV5 } from "@defender-mssp/microsoft";

/** The MSSP's own tenant in every sandbox. */
export const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";

/**
 * Application (client) ID of the application that `pulumi up` runs as: registered in the MSSP's
 * tenant, consented by each customer.
 */
export const automationApplicationId = "5ec0de00-a070-4000-8000-000000000001";

/** The sandbox customer of `Pulumi.dev.yaml`. */
export const sandboxCustomerTenantId = "c0570500-0000-4000-8000-00000000000a";

/** A name-based UUID (RFC 9562, version 5) in the tenant's namespace. */
export function derivedId(tenantId: string, name: string): string {
  return uuidV5(tenantId, name);
}

/** An ID in the form of Graph's grants and assignments: 43 characters, URL-safe base64. */
export function derivedLinkId(tenantId: string, name: string): string {
  return createHash("sha256").update(tenantId).update("\0").update(name).digest("base64url");
}
