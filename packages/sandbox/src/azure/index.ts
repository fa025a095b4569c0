/**
 * Azure in the emulated cloud: the resource manager (resource groups, key vaults and secrets, role
 * assignments, Lighthouse delegations) and Key Vault's data plane.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Cloud, Routes } from "../cloud/model";
import { demand, tenantOfSubscription } from "./access";
import { answerErrors } from "../cloud/serviceError";
import { armEnvelope, armErrors } from "./errors";
import { conditionsOf, type Condition, type FilterRules } from "./filter";
import { existing, ok, recordOf, type ArmAnswer, type ArmRequest, type ResourceHandler } from "./handler";
import { keyVaultRoutes } from "./keyVault";
import { keyVaultKeyRoutes } from "./keyVaultKeyRoutes";
import { locations } from "./locations";
import { registrationAssignments, registrationDefinitions } from "./managedServices";
import { operationResults, operationStatuses } from "./operations";
import { resourceGroups, subscriptionBody, subscriptionHandler } from "./resourceGroups";
import { resourcePath, type ResourcePath } from "./resourceId";
import { resources, resourcesOfGroup } from "./resources";
import { assignmentAttributes, roleAssignments, roleDefinitions } from "./roleAssignments";
import { secrets } from "./secrets";
import { subscriptions } from "./subscriptions";
import { deletedVaults, deletedVaultsOfLocation, purge, vaults } from "./vaults";

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
    secrets,
    subscriptionHandler,
    vaults,
    workspaces,
  ].map((handler) => [handler.type.toLowerCase(), handler]),
);

/** Types of which a client can create, change or delete a resource. */
export const azureWriteTypes: readonly string[] = [...handlers.values()]
  .filter((handler) => "put" in handler || "patch" in handler || "delete" in handler)
  .map(({ type }) => type);

/** Headers of each answer, also of an error. */
const everyAnswer = {
  "cache-control": "no-cache",
  pragma: "no-cache",
  expires: "-1",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-content-type-options": "nosniff",
};

export const azureRoutes: Routes = (app, cloud) => {
  void app.register((scope, _options, done) => {
    answerErrors(scope, armEnvelope);
    scope.addHook("onRequest", (_request, reply, next) => {
      void reply.headers(everyAnswer);
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
    handler: async (request, reply) => send(reply, await answer(cloud, request)),
  });
}

async function answer(cloud: Cloud, request: FastifyRequest): Promise<ArmAnswer> {
  const caller = await cloud.authenticate(request, "resourceManager");
  demandApiVersion(request);
  const [pathname = ""] = request.url.split("?", 1);
  if (request.method === "POST") return act(cloud, request, pathname);
  const path = resourcePath(pathname);
  const handler = path === undefined ? undefined : handlers.get(path.type);
  if (path === undefined || handler === undefined) throw armErrors.noRoute(request.method, pathname);
  const tenant = tenantOfSubscription(cloud, caller, path.subscriptionId);
  const conditions = path.isCollection ? conditionsIn(request, handler.filter) : [];
  const query = recordOf(request.query);
  const armRequest: ArmRequest = { cloud, caller, tenant, path, query, body: recordOf(request.body), conditions };
  demandFor(armRequest, handler, request.method);
  const work = operationOf(handler, request.method, path);
  if (work === undefined) throw armErrors.noRoute(request.method, pathname);
  return work(armRequest);
}

/** @throws EmulatedServiceError 400 for a `$filter` that the list doesn't take. */
function conditionsIn(request: FastifyRequest, rules: FilterRules = { names: [] }): Condition[] {
  const { $filter: filter } = request.query as { $filter?: string };
  return filter === undefined ? [] : conditionsOf(filter, rules);
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
      return handler.get.bind(handler);
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
async function act(cloud: Cloud, request: FastifyRequest, pathname: string): Promise<ArmAnswer> {
  const caller = await cloud.authenticate(request, "resourceManager");
  const path = pathname.endsWith("/purge") ? resourcePath(pathname.slice(0, -"/purge".length)) : undefined;
  if (path?.type !== "microsoft.keyvault/locations/deletedvaults") throw armErrors.noRoute("POST", pathname);
  const tenant = tenantOfSubscription(cloud, caller, path.subscriptionId);
  demand(tenant, caller, "Microsoft.KeyVault/locations/deletedVaults/purge/action", path.id);
  purge({ cloud, caller, tenant, path, query: {}, body: {}, conditions: [] });
  return { status: 200 };
}

function demandApiVersion(request: FastifyRequest): void {
  const { "api-version": version } = request.query as { "api-version"?: string };
  if (version === undefined || version === "") throw armErrors.missingApiVersion();
}

function send(reply: FastifyReply, { status, body, headers = {} }: ArmAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
