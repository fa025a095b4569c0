/**
 * What the cloud holds, as text that two moments can be compared by: keys sorted, links sorted, nothing empty, nothing secret.
 */
import type { EmulatedCloud } from "./cloud";
import type { Json } from "./model";
import type { TenantRecord } from "./store";

export interface DumpOptions {
  /** Also what has been soft-deleted. */
  readonly deleted?: boolean;
}

/** Properties whose values let somebody in. Graph answers them once at most, and nobody should store them: this makes sure. */
const secretProperties: ReadonlySet<string> = new Set([
  "secretText",
  "password",
  "inviteRedeemUrl",
  "proof",
  "sealedValue",
]);

/** Every tenant by ID: its objects by collection and ID, its links by name and ID. Ends with a newline. */
export function dump(cloud: EmulatedCloud, options: DumpOptions = {}): string {
  const tenants = cloud.records().map((tenant) => [tenant.id, dumpTenant(tenant, options)]);
  return `${JSON.stringify(sorted(Object.fromEntries(tenants) as Json), null, 2)}\n`;
}

function dumpTenant(tenant: TenantRecord, options: DumpOptions): Json {
  const objects = tenant.collections().map((name) => [name, Object.fromEntries(tenant.objects(name))]);
  const links = tenant.linkNames().map((name) => [name, linksByStart(tenant.links(name))]);
  return {
    objects: Object.fromEntries(objects) as Json,
    links: Object.fromEntries(links) as Json,
    ...(options.deleted === true ? { deleted: Object.fromEntries(tenant.deleted) as unknown as Json } : {}),
  };
}

/** Directory links have no order of their own. */
function linksByStart(links: ReadonlyMap<string, readonly string[]>): Json {
  const some = [...links].filter(([, to]) => to.length > 0);
  return Object.fromEntries(some.map(([from, to]) => [from, [...to].sort()]));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(
    names.map((name) => [name, secretProperties.has(name) ? null : sorted(value[name] ?? null)]),
  );
}
