/**
 * Azure in the emulated cloud: the resource manager (resource groups, key vaults and secrets, role
 * assignments, Lighthouse delegations) and Key Vault's data plane.
 */
import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Cloud, Routes } from "../cloud/model";
import { demand, tenantOfSubscription } from "./access";
import { answerErrors } from "../cloud/serviceError";
import { armEnvelope, armErrors } from "./armErrors";
import { conditionsOf, type Condition, type FilterRules } from "./filter";
import { existing, ok, recordOf, type ArmAnswer, type ArmRequest, type ResourceHandler } from "./handler";
import { keyVaultRoutes } from "./keyVault";
import { keyVaultKeyRoutes } from "./keyVaultKeyRoutes";
import { locations } from "./locations";
import { registrationAssignments, registrationDefinitions } from "./managedServices";
import { operationResults, operationStatuses, started } from "./operations";
import { resourceGroups, subscriptionBody, subscriptionHandler } from "./resourceGroups";
import { resourcePath, type ResourcePath } from "./resourceId";
import { resources, resourcesOfGroup } from "./resources";
import { assignmentAttributes, roleAssignments, roleDefinitions } from "./roleAssignments";
import { roleEligibilityHandlers } from "./roleEligibilityHandlers";
import { secrets } from "./keyVaultSecrets";
import { subscriptions } from "./subscriptions";
import { deletedManagedHsms, deletedVaults, deletedVaultsOfLocation, purge, vaults } from "./vaults";

const workspaces: ResourceHandler = {
  type: "Microsoft.OperationalInsights/workspaces",
  get: (request) => ok(existing(request, "Microsoft.OperationalInsights/workspaces")),
};

/** Microsoft Sentinel of a workspace: https://learn.microsoft.com/rest/api/securityinsights/sentinel-onboarding-states */
const onboardingStates: ResourceHandler = {
  type: "Microsoft.SecurityInsights/onboardingStates",
  get: (request) => ok(existing(request, "Microsoft.SecurityInsights/onboardingStates")),
};

const handlers: ReadonlyMap<string, ResourceHandler> = new Map(
  [
    deletedManagedHsms,
    deletedVaults,
    deletedVaultsOfLocation,
    locations,
    operationResults,
    operationStatuses,
    onboardingStates,
    registrationAssignments,
    registrationDefinitions,
    resourceGroups,
    resources,
    resourcesOfGroup,
    roleAssignments,
    roleDefinitions,
    ...roleEligibilityHandlers,
    secrets,
    subscriptionHandler,
    vaults,
    workspaces,
  ].map((handler) => [handler.type.toLowerCase(), handler]),
);

/** The providers of these types. The sandbox takes every api-version, and lists none. */
const providers: ResourceHandler = {
  type: "subscriptions/providers",
  action: "Microsoft.Resources/subscriptions/providers",
  get({ path: { id, subscriptionId } }) {
    const namespaces = new Set(
      [...handlers.values()].flatMap(({ type }) => /^[^/]+\.[^/]+(?=\/)/.exec(type)?.[0] ?? []),
    );
    const [, asked] = /\/providers\/([^/]+)$/i.exec(id) ?? [];
    const providers = [...namespaces].flatMap((namespace) => {
      if (asked !== undefined && namespace.toLowerCase() !== asked.toLowerCase()) return [];
      const types = [...handlers.values()].filter(({ type }) => type.startsWith(`${namespace}/`));
      const resourceTypes = types.map(({ type }) => ({
        resourceType: type.slice(namespace.length + 1),
        apiVersions: [],
      }));
      const of = `/subscriptions/${subscriptionId}/providers/${namespace}`;
      return { id: of, namespace, registrationState: "Registered", resourceTypes };
    });
    return ok(asked === undefined ? { value: providers } : providers[0]);
  },
};

/** Types of which a client can create, change or delete a resource. */
export const azureWriteTypes: readonly string[] = [...handlers.values()]
  .filter((handler) => "put" in handler || "patch" in handler || "delete" in handler)
  .map(({ type }) => type);

/** What the resource manager serves, for those who ask for something else: from the last provider on. */
export const azureServed: readonly string[] = [...handlers.values(), providers].flatMap((handler) => {
  const [first = "", ...types] = handler.type.replace(/^resourcegroups$/i, "subscriptions/resourceGroups").split("/");
  const names = [...(first.includes(".") ? [] : [first]), ...types].join("/{parent}/");
  const path = first.includes(".") ? `/providers/${first}/${names}` : `/${names}`;
  const methods = (["get", "put", "patch", "delete"] as const).filter((method) => method in handler);
  const ofOne = methods.map((method) => `${method.toUpperCase()} ${path}/{name}`);
  return "list" in handler ? [...ofOne, `GET ${path}`] : ofOne;
});

/** Headers of each answer, also of an error. */
const everyAnswer = {
  "cache-control": "no-cache",
  pragma: "no-cache",
  expires: "-1",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-content-type-options": "nosniff",
};

/** What people quote to support: https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling */
function identifying(isKeyVault: boolean, now: Date): Record<string, string> {
  const id = randomUUID();
  if (isKeyVault)
    return { "x-ms-request-id": id, "x-ms-keyvault-region": "westeurope", "x-ms-keyvault-service-version": "1.9.0" };
  return {
    "x-ms-request-id": id,
    "x-ms-correlation-request-id": id,
    "x-ms-routing-request-id": `WESTEUROPE:${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}:${id}`,
    "x-ms-ratelimit-remaining-subscription-reads": "11999",
  };
}

export const azureRoutes: Routes = (app, cloud) => {
  void app.register((scope, _options, done) => {
    answerErrors(scope, armEnvelope);
    scope.addHook("onRequest", (request, reply, next) => {
      void reply.headers({ ...everyAnswer, ...identifying(request.url.startsWith("/keyvault/"), cloud.now()) });
      next();
    });
    keyVaultRoutes(scope, cloud);
    keyVaultKeyRoutes(scope, cloud);
    resourceManagerRoutes(scope, cloud);
    done();
  });
};

function resourceManagerRoutes(scope: FastifyInstance, cloud: Cloud): void {
  // `az login` lists the tenants to find the subscriptions of each.
  scope.get("/tenants", async (request) => {
    const { tenant } = await cloud.authenticate(request, "resourceManager");
    demandApiVersion(request);
    conditionsIn(request);
    const displayName = tenant.objects("organization").get(tenant.id)?.["displayName"] ?? null;
    return { value: [{ id: `/tenants/${tenant.id}`, tenantId: tenant.id, tenantCategory: "Home", displayName }] };
  });
  scope.get("/subscriptions", async (request) => {
    const { tenant } = await cloud.authenticate(request, "resourceManager");
    demandApiVersion(request);
    conditionsIn(request);
    return { value: [...tenant.objects(subscriptions).keys()].map((id) => subscriptionBody(tenant, id)) };
  });
  scope.route({
    method: ["GET", "PUT", "PATCH", "DELETE", "POST", "HEAD"],
    url: "/subscriptions/*",
    handler: async (request, reply) => {
      const answered = await answer(cloud, request);
      if (answered !== undefined) return send(reply, answered);
      reply.callNotFound();
      return reply;
    },
  });
}

/** `undefined` for a request that no route takes. */
async function answer(cloud: Cloud, request: FastifyRequest): Promise<ArmAnswer | undefined> {
  const caller = await cloud.authenticate(request, "resourceManager");
  demandApiVersion(request);
  const [pathname = ""] = request.url.split("?", 1);
  if (request.method === "POST") return act(cloud, request, pathname);
  const path = resourcePath(pathname);
  const handler = path === undefined ? undefined : findHandler(path.type);
  if (path === undefined || handler === undefined) return undefined;
  const tenant = tenantOfSubscription(cloud, caller, path.subscriptionId, handler !== subscriptionHandler);
  const conditions = path.isCollection ? conditionsIn(request, handler.filter) : [];
  const query = recordOf(request.query);
  const armRequest: ArmRequest = { cloud, caller, tenant, path, query, body: recordOf(request.body), conditions };
  demandFor(armRequest, handler, request.method);
  return operationOf(handler, request.method, path)?.(armRequest);
}

/** A namespace alone, or none, is asked of the providers. */
function findHandler(type: string): ResourceHandler | undefined {
  const isKnown = [...handlers.keys()].some((handled) => handled.startsWith(`${type}/`));
  const isOfProvider = type === "" || (!type.includes("/") && isKnown);
  return handlers.get(type) ?? (isOfProvider ? providers : undefined);
}

/** @throws EmulatedServiceError 400 for a `$filter` that the list doesn't take. */
function conditionsIn(request: FastifyRequest, rules: FilterRules = { names: [] }): Condition[] {
  const { $filter: filter } = request.query as { $filter?: string };
  return filter === undefined || (filter === "" && rules.emptyIsNone === true) ? [] : conditionsOf(filter, rules);
}

function operationOf(
  handler: ResourceHandler,
  method: string,
  { isCollection }: ResourcePath,
): ((request: ArmRequest) => ArmAnswer) | undefined {
  if (isCollection) return method === "GET" ? handler.list?.bind(handler) : undefined;
  switch (method) {
    case "GET":
    case "HEAD":
      return handler.get?.bind(handler);
    case "PUT":
      return handler.put?.bind(handler);
    case "PATCH":
      return handler.patch?.bind(handler);
    case "DELETE":
      return handler.delete?.bind(handler);
    default:
      return undefined;
  }
}

function demandFor(request: ArmRequest, handler: ResourceHandler, method: string): void {
  const { tenant, caller, path } = request;
  const verb = method === "GET" || method === "HEAD" ? "read" : method === "DELETE" ? "delete" : "write";
  const attributes = handler === roleAssignments ? assignmentAttributes(request) : undefined;
  demand(tenant, caller, `${handler.action ?? handler.type}/${verb}`, path.id, attributes);
  // A delegation gives access: Microsoft's document requires the right to assign roles.
  const gives = handler === registrationAssignments && verb !== "read";
  if (gives) demand(tenant, caller, "Microsoft.Authorization/roleAssignments/write", path.scope);
}

/** The only action: `POST …/locations/{location}/deletedVaults/{name}/purge`. */
async function act(cloud: Cloud, request: FastifyRequest, pathname: string): Promise<ArmAnswer | undefined> {
  const caller = await cloud.authenticate(request, "resourceManager");
  const path = pathname.endsWith("/purge") ? resourcePath(pathname.slice(0, -"/purge".length)) : undefined;
  if (path?.type !== "microsoft.keyvault/locations/deletedvaults") return undefined;
  const tenant = tenantOfSubscription(cloud, caller, path.subscriptionId);
  demand(tenant, caller, "Microsoft.KeyVault/locations/deletedVaults/purge/action", path.id);
  const purging = { cloud, caller, tenant, path, query: {}, body: {}, conditions: [] };
  purge(purging);
  return { status: 202, headers: started(purging, "location") };
}

function demandApiVersion(request: FastifyRequest): void {
  const { "api-version": version } = request.query as { "api-version"?: string };
  if (version === undefined || version === "") throw armErrors.missingApiVersion();
}

function send(reply: FastifyReply, { status, body, headers = {} }: ArmAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
