/** Who acted: the MSSP, another tenant, or the customer's own, who is nobody's business here. */
import { microsoftServicesTenantId } from "@defender-mssp/microsoft";
import type { DomainTenants } from "../access/domainTenants";
import type { HandOut } from "../access/handOut";
import type { Memory } from "../access/memory";
import type { TenantLook } from "../look/look";

export interface LogIdentity {
  /** Object ID; empty where the log has none. */
  readonly id: string;
  /** Of an application that acts by itself; else empty. */
  readonly appId: string;
  readonly homeTenantId: string;
  readonly name: string;
  readonly displayName: string;
}

export interface LogActor {
  readonly whose: "mssp" | "other";
  /** Object or application ID, a tenant, or a name: what tells it from others. */
  readonly id: string;
  /** Tenant, domain or word under which a stranger stands. */
  readonly key: string;
  readonly isPerson: boolean;
  readonly appId: string;
}

export interface Actors {
  readonly identify: (identity: LogIdentity) => Promise<LogActor | undefined>;
  /** Application IDs of the MSSP and of every other tenant. */
  readonly appIds: () => ReadonlySet<string>;
}

/** Whoever acted as an application that is gone: nothing tells whose it was. */
export const departed = "an application that is no longer in your directory";

/**
 * By IDs first: of this look, of earlier ones, of the hand-out; then by the home tenant; a name is the last.
 * @param applications application IDs in the directory; undefined where they may not be read
 */
export function knownActors(
  look: TenantLook,
  memory: Memory,
  handOut: HandOut | undefined,
  domains: DomainTenants,
  applications: ReadonlySet<string> | undefined,
): Actors {
  const own = [...look.objects, ...memory.identities];
  const principals = look.objects.filter(({ id, chains }) => chains.some(({ principal }) => principal === id));
  const ids = new Set([
    ...principals.map(({ id }) => id.toLowerCase()),
    ...memory.identities.map(({ id }) => id.toLowerCase()),
    ...(handOut?.objects ?? []).map(({ objectId }) => objectId),
  ]);
  const appIds = new Set([
    ...own.flatMap(({ appId }) => appId?.toLowerCase() ?? []),
    ...(handOut?.applications ?? []).map(({ id }) => id),
  ]);
  for (const set of [ids, appIds]) set.delete("");
  const others = new Map<string, string>();
  for (const { key, ways } of look.strangers)
    for (const { id, appId } of ways) {
      others.set(id.toLowerCase(), key);
      if (appId !== undefined) others.set(appId.toLowerCase(), key);
    }
  const strangerApps = look.strangers.flatMap(({ ways }) => ways.flatMap(({ appId }) => appId?.toLowerCase() ?? []));
  const hasRelationship = look.objects.some(({ kind }) => kind === "governanceRelationship");
  const home = async ({ homeTenantId, name }: LogIdentity): Promise<string | undefined> => {
    if (homeTenantId !== "") return homeTenantId.toLowerCase();
    const domain = /_([^_]+)#EXT#@/i.exec(name)?.[1]?.toLowerCase();
    if (domain === undefined) return undefined;
    const owner = await domains(domain);
    return "tenantId" in owner ? owner.tenantId : domain;
  };
  const identify = async (identity: LogIdentity): Promise<LogActor | undefined> => {
    const [id, appId] = [identity.id.toLowerCase(), identity.appId.toLowerCase()];
    const actor = (whose: LogActor["whose"], key: string): LogActor => ({
      whose,
      id: id || appId || identity.name,
      key,
      isPerson: appId === "",
      appId,
    });
    const [msspTenant = ""] = look.msspTenantIds;
    if (ids.has(id) || appIds.has(appId)) return actor("mssp", msspTenant);
    const tenant = await home(identity);
    if (tenant !== undefined && look.msspTenantIds.includes(tenant)) return actor("mssp", tenant);
    // Microsoft shows people of a governing tenant as "<tenant> Technician".
    if (/ technician$/i.test(identity.displayName) && tenant === undefined)
      return actor(hasRelationship ? "mssp" : "other", hasRelationship ? msspTenant : identity.displayName);
    const isGone = appId !== "" && applications?.has(appId) === false;
    const key = others.get(id) ?? others.get(appId) ?? tenant ?? (isGone ? departed : undefined);
    if (key === undefined || key === look.tenantId || key === microsoftServicesTenantId) return undefined;
    return actor("other", key);
  };
  return { identify, appIds: () => new Set([...appIds, ...strangerApps]) };
}
