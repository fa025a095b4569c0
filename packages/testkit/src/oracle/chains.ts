/**
 * The oracle: of the stored state of two emulated tenants, every chain by which a person or an application of one can do
 * something in the other. It reads stored objects, and nothing of the commands that it judges.
 */
import { chainKey, type Chain, type ChainObject, type ChainStep } from "./chain";
import { edgesFrom } from "./edges";
import { isMsspApplication, msspPrincipals, tenantItself, type OracleTenants } from "./principals";
import { tenantChains } from "./tenantWays";

/** Steps after which a chain is not followed. */
const longestPath = 5;

export function findChains(tenants: OracleTenants): Chain[] {
  const chains = [
    ...msspPrincipals(tenants).flatMap((principal) => chainsFrom(tenants, principal)),
    ...[...tenants.whose.foreignGroups].flatMap((id) =>
      pathsFrom(tenants, { type: "foreignGroups", id, name: `group ${id} of the MSSP's tenant` }),
    ),
    ...pathsFrom(tenants, tenantItself(tenants)),
    ...tenantChains(tenants),
  ];
  return [...new Map(chains.map((chain) => [chainKey(chain), chain])).values()];
}

function chainsFrom(tenants: OracleTenants, principal: ChainObject): Chain[] {
  const way = principal.type === "users" ? "person" : "application";
  const itself = { way, principal, steps: [{ way, to: principal }], allows: "sign in to the tenant" } as const;
  return [itself, ...pathsFrom(tenants, principal)];
}

function pathsFrom(tenants: OracleTenants, principal: ChainObject): Chain[] {
  const chains: Chain[] = [];
  const visited = new Set([principal.id]);
  const waiting: { readonly node: ChainObject; readonly path: readonly ChainStep[] }[] = [
    { node: principal, path: [] },
  ];
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
    for (const { allows, next, permissions, ...step } of edgesFrom(tenants, at.node)) {
      // The MSSP has credentials of its own applications in its own tenant: another one gives it nothing.
      const isOwn = at.path.length === 0 && isOwnApplication(tenants, at.node);
      if (isOwn && /credential$/i.test(step.way)) continue;
      const steps = [...at.path, step];
      chains.push({ way: step.way, principal, steps, allows, ...(permissions === undefined ? {} : { permissions }) });
      if (next === undefined || visited.has(next.id) || steps.length >= longestPath) continue;
      visited.add(next.id);
      waiting.push({ node: next, path: steps });
    }
  }
  return chains;
}

function isOwnApplication({ customer, mssp }: OracleTenants, { type, id }: ChainObject): boolean {
  const object = type === "servicePrincipals" ? customer.objects(type).get(id) : undefined;
  return object !== undefined && isMsspApplication(mssp, object);
}
