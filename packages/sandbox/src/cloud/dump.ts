/**
 * The cloud's content as comparable text: sorted keys and links, without empty collections and
 * secrets.
 */
import { VisibleError } from "@defender-mssp/errors";
import type { EmulatedCloud } from "./cloud";
import type { Json } from "./model";
import type { TenantRecord } from "./store";

export interface DumpOptions {
  /** Only that tenant, by its ID. */
  readonly tenant?: string;
  /** Includes soft-deleted objects. */
  readonly deleted?: boolean;
}

/**
 * Properties whose values give access. They should never be stored; the dump omits them in any
 * case.
 */
const secretProperties: ReadonlySet<string> = new Set([
  "secretText",
  "password",
  "inviteRedeemUrl",
  "proof",
  "clientState",
  "sealedValue",
]);

/**
 * Every tenant by ID: its objects by collection and ID, its links by name and ID. Ends with a
 * newline. Throws `VisibleError` for a tenant that the cloud does not have.
 */
export function dump(cloud: EmulatedCloud, options: DumpOptions = {}): string {
  const { tenant: only } = options;
  const records = cloud.records().filter(({ id }) => only === undefined || id === only.toLowerCase());
  if (only !== undefined && records.length === 0) {
    const known = cloud.records().map(({ id }) => id);
    throw new VisibleError(`The sandbox has no tenant ${only}. It has ${known.sort().join(", ")}.`);
  }
  const tenants = records.map((tenant) => [tenant.id, dumpTenant(tenant, options)]);
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
