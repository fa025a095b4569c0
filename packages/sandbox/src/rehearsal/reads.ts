/** The requests of a rehearsal: a closed list, and the one function that decides whether a request may be sent. */
import { routeTable } from "../graph/routes";

/** Microsoft Graph, Azure Resource Manager, Entra's sign-in. */
export type ReadService = "graph" | "azure" | "login";

export interface ReadRequest {
  readonly service: ReadService;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** JSON; of Entra's token endpoint the fields of the form. */
  readonly body?: unknown;
}

/** A row of the list. `{name}` in its path stands for one segment. */
export interface Read {
  readonly service: ReadService;
  readonly method: "GET" | "POST";
  readonly route: string;
  readonly query?: string;
  readonly body?: unknown;
}

/** Every GET of the emulated Graph, in v1.0 where it has both versions; `delta` leaves out what an object lacks. */
const graphRoutes = routeTable.routes
  .filter(({ method, tracksChanges }) => method === "GET" && tracksChanges !== true)
  .map(({ path, versions }) => `/${versions.includes("v1.0") ? "v1.0" : "beta"}${path}`);

const noObject = "00000000-0000-4000-8000-000000000000";
const hunting = "/v1.0/security/runHuntingQuery";
const batch = "/v1.0/$batch";
const token = "/{tenant}/oauth2/v2.0/token";
const authorization = "/subscriptions/{id}/providers/Microsoft.Authorization";
const managed = "/subscriptions/{id}/providers/Microsoft.ManagedServices";

const rows: readonly (readonly [ReadService, string, string?])[] = [
  ...graphRoutes.map((route) => ["graph", route] as const),
  // As this product asks, and what the service refuses.
  ["graph", "/v1.0/users", "$filter=userType eq 'Guest'&$select=id,displayName,mail,userType"],
  ["graph", "/v1.0/servicePrincipals", "$filter=appId eq '00000003-0000-0000-c000-000000000000'"],
  ["graph", "/v1.0/users", "$filter=noSuchProperty eq 'x'"],
  ...["users", "groups", "applications"].map((set) => ["graph", `/v1.0/${set}/${noObject}`] as const),
  ["graph", "/v1.0/security/alerts_v2", "$top=50"],
  ["graph", "/v1.0/security/incidents", "$top=50"],
  ...["alerts_v2/{id}", "incidents/{id}", "incidents/{id}/alerts"].map(
    (route) => ["graph", `/v1.0/security/${route}`] as const,
  ),
  ...["", "/{id}"].map((end) => ["graph", `/beta/security/rules/detectionRules${end}`] as const),
  ["azure", "/subscriptions", "api-version=2022-12-01"],
  ["azure", "/tenants", "api-version=2022-12-01"],
  ["azure", "/subscriptions/{id}", "api-version=2022-12-01"],
  ["azure", "/subscriptions/{id}/resourceGroups", "api-version=2024-11-01"],
  ["azure", `${authorization}/roleAssignments`, "api-version=2022-04-01&$filter=atScope()"],
  ["azure", `${authorization}/roleEligibilitySchedules`, "api-version=2020-10-01"],
  ["azure", `${authorization}/roleDefinitions`, "api-version=2022-04-01&$filter=roleName eq 'Reader'"],
  ["azure", `${managed}/registrationDefinitions`, "api-version=2022-10-01"],
  ["azure", `${managed}/registrationAssignments`, "api-version=2022-10-01"],
  ["azure", "/subscriptions/{id}/providers/Microsoft.KeyVault/vaults", "api-version=2024-11-01"],
  ["login", "/{tenant}/v2.0/.well-known/openid-configuration"],
];

const batched = ["/organization", `/users/${noObject}`].map((url, index) => ({ id: `${index}`, method: "GET", url }));

/** All that a rehearsal asks, lists before their items. */
export const reads: readonly Read[] = [
  ...rows.map(([service, route, query]): Read => ({ service, method: "GET", route, query })),
  { service: "login", method: "POST", route: token },
  { service: "graph", method: "POST", route: hunting, body: { Query: "AlertInfo | take 5" } },
  { service: "graph", method: "POST", route: batch, body: { requests: batched } },
].sort((left, right) => segments(left.route) - segments(right.route)) as readonly Read[];

const patterns = reads.map(({ service, method, route }) => ({ service, method, pattern: patternFor(route) }));

/**
 * Whether a request changes nothing and is one of the list. Nothing else is sent to a tenant. A GET counts by its path;
 * a POST is a hunting query, a batch of GETs that are each of the list, or a token for an application.
 */
export function isRead({ service, method, path, body }: ReadRequest): boolean {
  const [pathname = ""] = path.split("?", 1);
  // What a server or a proxy might take for another path.
  if (/\\|\/\/|#|%2f|%5c|\/(\.|%2e){1,2}(\/|$)/i.test(pathname)) return false;
  const isListed = patterns.some(
    (read) => read.service === service && read.method === method && read.pattern.test(pathname),
  );
  if (!isListed || method === "GET") return isListed && body === undefined;
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (path !== pathname) return false;
  if (service === "login") return fields["grant_type"] === "client_credentials";
  if (pathname === hunting) return typeof fields["Query"] === "string" && Object.keys(fields).length === 1;
  const requests = fields["requests"] as readonly Readonly<Record<string, unknown>>[];
  return (
    Array.isArray(requests) &&
    requests.every(({ method: inner, url, body: content }: Readonly<Record<string, unknown>>) => {
      const asked = { service, method: "GET", path: `/v1.0${String(url)}`, body: content };
      return inner === "GET" && isRead(asked);
    })
  );
}

function patternFor(route: string): RegExp {
  const escaped = route.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}

function segments(route: string): number {
  return route.split("/").length;
}
