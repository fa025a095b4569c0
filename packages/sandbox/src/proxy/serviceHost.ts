/** Microsoft's hosts that the sandbox answers for, and what each of them is in it. */
import { clouds, isUuid, legacyAlertResource, type CloudHosts, type CloudName } from "@defender-mssp/microsoft";
import { canonicalUrl } from "../cloud/canonicalUrl";
import type { ServiceNames } from "../cloud/serviceNames";

export type Service = "login" | "graph" | "resourceManager" | "keyVault" | "defender";

/** A host that a client asked for. */
export interface ServiceHost {
  readonly service: Service;
  readonly cloud: CloudName;
}

/** By host; Key Vault's stands for all names below it. */
const hosts: ReadonlyMap<string, ServiceHost> = hostTable();

/** Domains that cover every host of the table. */
export const interceptedDomains: readonly string[] = [...hosts.keys()];

/** What the host is in the sandbox; `undefined` for a host that the sandbox does not answer for. */
export function serviceHost(host: string): ServiceHost | undefined {
  const name = host.toLowerCase();
  const known = hosts.get(name);
  if (known?.service === "keyVault") return undefined;
  if (known !== undefined) return known;
  const [label, ...suffix] = name.split(".");
  const above = hosts.get(suffix.join("."));
  return above?.service === "keyVault" && /^[a-z][a-z0-9-]{1,22}[a-z0-9]$/.test(label ?? "") ? above : undefined;
}

export function namesOfCloud(cloud: CloudName): ServiceNames {
  const { loginEndpoint, loginAliases, graphEndpoint, resourceManagerEndpoint, keyVaultEndpoint } = clouds[cloud];
  return {
    login: loginEndpoint,
    loginAliases,
    graph: graphEndpoint,
    resourceManager: resourceManagerEndpoint,
    vaultSuffix: hostOf(keyVaultEndpoint),
  };
}

/** First segments of the paths of each service, which all are on one server in the sandbox. */
const segments: Readonly<Record<Exclude<Service, "login" | "keyVault">, RegExp>> = {
  graph: /^(v1\.0|beta)$/,
  resourceManager: /^(subscriptions|tenants|providers|metadata)$/i,
  defender: /^api$/,
};

/** A tenant as an address names it, besides by its ID: a domain, or one of Entra's own words. */
const tenantName = /^(common|organizations|consumers|[a-z0-9-]+(\.[a-z0-9-]+)+)$/i;

/** Where the sandbox has no route. */
const nowhere = "/unknown/path";

/** The path of the host again, for messages. */
export function hostPath(path: string): string {
  return path.startsWith(`${nowhere}/`) ? path.slice(nowhere.length) : path;
}

/**
 * The sandbox's path for a path of the host. One that the host cannot have is put where the sandbox
 * has no route, so that no service is reached under the name of another.
 */
export function sandboxPath({ service }: ServiceHost, host: string, given: string): string {
  const path = canonicalUrl(given);
  if (service === "keyVault") return `/keyvault/${host.split(".", 1)[0]?.toLowerCase() ?? ""}${path}`;
  const [, first = ""] = path.split(/[/?]/, 2);
  const isKnown = service === "login" ? isLoginPath(first) : segments[service].test(first);
  return isKnown ? path : `${nowhere}${path}`;
}

/** `v1.0` has the form of a domain. */
function isLoginPath(first: string): boolean {
  return first === "oidc" || isUuid(first) || (tenantName.test(first) && !segments.graph.test(first));
}

function hostTable(): Map<string, ServiceHost> {
  const table = new Map<string, ServiceHost>();
  for (const [cloud, row] of Object.entries(clouds) as [CloudName, CloudHosts][]) {
    const add = (origin: string, service: Service) => {
      const host = hostOf(origin);
      if (!table.has(host)) table.set(host, { service, cloud });
    };
    for (const origin of [row.loginEndpoint, ...row.loginAliases]) add(origin, "login");
    add(row.graphEndpoint, "graph");
    add(row.resourceManagerEndpoint, "resourceManager");
    add(row.keyVaultEndpoint, "keyVault");
    for (const origin of [row.defenderApi, row.defenderResource, ...Object.values(row.alertExporters)])
      add(origin, "defender");
  }
  // Of Azure AD Graph, only the audience of tokens is left: every path of it is unknown.
  table.set(hostOf(legacyAlertResource), { service: "graph", cloud: "public" });
  return table;
}

function hostOf(origin: string): string {
  return new URL(origin).hostname;
}
