/**
 * The judge of the oracle: every principal of the MSSP signs in at the sandbox and tries one call of every served route.
 * What succeeds must be explained by a chain. A call that is refused for its content alone has passed the permissions.
 */
import { jsonText, routeTable, type Chain, type StoredObject } from "@defender-mssp/testkit";
import { tenantId } from "../faults/customer";
import { requestToken, type World } from "./world";

const audiences = {
  graph: "https://graph.microsoft.com",
  azure: "https://management.azure.com",
  defender: "https://api.securitycenter.microsoft.com",
} as const;
const azureCli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

interface UsedRoute {
  readonly api: keyof typeof audiences;
  readonly method: string;
  readonly path: string;
  /** Permissions of which one is enough; undefined where a role in Azure decides. */
  readonly enough?: readonly string[];
}

/** `principal method path` of each call that passed. */
export type Uses = ReadonlySet<string>;

/** The world is the same afterwards. */
export async function findUses(world: World): Promise<Uses> {
  const uses = new Set<string>();
  const routes = usedRoutes(world);
  const undo = world.remember();
  for (const { id, type } of world.principals()) {
    const object = world.customer.objects(type).get(id);
    if (object === undefined) continue;
    for (const api of Object.keys(audiences) as UsedRoute["api"][]) {
      const token = await tokenFor(world, type, object, audiences[api]);
      if (token === undefined) continue;
      for (const { method, path } of routes.filter((route) => route.api === api)) {
        const status = await callStatus(world, token, method, path);
        if (status !== 401 && status !== 403) uses.add(`${id} ${method} ${path.replace(/\?.*/, "")}`);
      }
    }
  }
  undo();
  return uses;
}

/** Uses that no chain explains. */
export function unexplained(world: World, uses: Uses): string[] {
  const chains = world.chains();
  const routes = usedRoutes(world);
  return [...uses].filter((use) => {
    const [id = "", method = "", path = ""] = use.split(" ");
    const route = routes.find((each) => each.method === method && each.path.replace(/\?.*/, "") === path);
    return !chains.some((chain) => chain.principal.id === id && explains(chain, route));
  });
}

function explains({ way, permissions = [], principal }: Chain, route: UsedRoute | undefined): boolean {
  if (route?.api === "azure") return way === "azureRole" || way === "lighthouse";
  // Microsoft's own clients have permissions for whoever signs in.
  if (principal.type === "users") return way === "person";
  if (route?.api === "defender" && way === "siemAuthorization") return true;
  return permissions.some((value) => route?.enough?.includes(value) === true);
}

function usedRoutes(world: World): readonly UsedRoute[] {
  const graph = routeTable.routes.map((route): UsedRoute => {
    const { application, delegated, owned } = route.permissions;
    const path = `/${route.versions[0] ?? "v1.0"}${filled(world, route.method, route.path)}`;
    return { api: "graph", method: route.method, path, enough: [...application, ...delegated, ...owned] };
  });
  const subscription = `/subscriptions/${world.subscriptionId}`;
  const none = "00000000-0000-4000-8000-00000000dead";
  const azure = [
    ["GET", `${subscription}/resourceGroups`],
    ["GET", `${subscription}/resourceGroups/sentinel`],
    ["GET", `${subscription}/resourceGroups/sentinel/providers/Microsoft.OperationalInsights/workspaces/sentinel`],
    ["GET", `${subscription}/providers/Microsoft.Authorization/roleAssignments`],
    ["PUT", `${subscription}/providers/Microsoft.Authorization/roleAssignments/${none}`],
    ["PUT", `${subscription}/providers/Microsoft.ManagedServices/registrationDefinitions/${none}`],
    ["PUT", `${subscription}/resourceGroups/sentinel/providers/Microsoft.KeyVault/vaults/none`],
  ].map(([method = "", path = ""]): UsedRoute => ({ api: "azure", method, path: `${path}?api-version=2022-10-01` }));
  const settings = ["IntegrationConfiguration.ReadWrite"];
  const defender = ["/notificationRules/none", `/siemAuthorizations/${none}`].map((path): UsedRoute => ({
    api: "defender",
    method: "GET",
    path,
    enough: settings,
  }));
  return [...graph, ...azure, ...defender];
}

/** An object of the collection for a read; nothing that is there for a write. */
function filled(world: World, method: string, path: string): string {
  return path.replaceAll(/\{\w+\}/g, (_name, at: number) => {
    const collection = path.slice(0, at).split("/").at(-2) ?? "";
    const [first] = method === "GET" ? world.customer.objects(collection).keys() : [];
    return first ?? "00000000-0000-4000-8000-00000000dead";
  });
}

async function callStatus(world: World, token: string, method: string, path: string): Promise<number> {
  const isEmpty = method === "GET" || method === "DELETE";
  const response = await fetch(`${world.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(isEmpty ? {} : { body: "{}" }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** An application by itself; a person by the Azure CLI. */
async function tokenFor(
  world: World,
  type: string,
  object: StoredObject,
  audience: string,
): Promise<string | undefined> {
  if (type === "servicePrincipals") {
    const id = jsonText(object["appId"]);
    return requestToken(world.origin, { id, secret: world.secretOf(id) }, audience);
  }
  const ask = async (path: string, form: Readonly<Record<string, string>>) =>
    (await (
      await fetch(`${world.origin}/${tenantId}/oauth2/v2.0/${path}`, {
        method: "POST",
        body: new URLSearchParams({ client_id: azureCli, ...form }),
      })
    ).json()) as Readonly<Record<string, string>>;
  const scope = `${audience}/.default`;
  const { device_code: code = "" } = await ask("devicecode", {
    scope,
    login_hint: jsonText(object["userPrincipalName"]),
  });
  const poll = { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: code };
  await ask("token", poll);
  return (await ask("token", poll))["access_token"];
}
