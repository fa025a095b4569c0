/** Request and answer of the routes of a resource type. */
import { recordOf, textOf as armText } from "@defender-mssp/errors/json";
import type { Caller, Cloud, StoredObject, Tenant } from "../cloud/model";
import { azureResources } from "./subscriptions";
import type { Condition, FilterRules } from "./filter";
import { keyOf, type ResourcePath } from "./resourceId";
import { armErrors } from "./armErrors";

export interface ArmRequest {
  readonly cloud: Cloud;
  readonly caller: Caller;
  /** The tenant of the subscription. */
  readonly tenant: Tenant;
  readonly path: ResourcePath;
  /** The body's JSON; an empty object if there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Of a list: what its items must be. */
  readonly conditions: readonly Condition[];
}

export interface ArmAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One resource type. A method that it lacks is answered with 404. */
export interface ResourceHandler {
  /** As Azure spells it: `Microsoft.KeyVault/vaults`. */
  readonly type: string;
  /** Actions are `<action>/read`, `…/write`, `…/delete`. Default: the type. */
  readonly action?: string;
  put?(request: ArmRequest): ArmAnswer;
  patch?(request: ArmRequest): ArmAnswer;
  get?(request: ArmRequest): ArmAnswer;
  list?(request: ArmRequest): ArmAnswer;
  /** What `$filter` may ask of the list. Default: nothing, and a filter is refused. */
  readonly filter?: FilterRules;
  delete?(request: ArmRequest): ArmAnswer;
}

export function ok(body: unknown, status = 200): ArmAnswer {
  return { status, body };
}

export const nothing: ArmAnswer = { status: 204 };

/** The stored resource that a path names. */
export function found({ tenant, path }: ArmRequest): StoredObject | undefined {
  return tenant.objects(azureResources).get(keyOf(path.id));
}

/** @throws EmulatedServiceError 404 ResourceGroupNotFound or ResourceNotFound, in Azure's words. */
export function existing(request: ArmRequest, type: string): StoredObject {
  const resource = found(request);
  if (resource !== undefined) return resource;
  const { names, resourceGroup, subscriptionId } = request.path;
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup ?? ""}`;
  if (resourceGroup !== undefined && !request.tenant.objects(azureResources).has(keyOf(group)))
    throw armErrors.resourceGroupNotFound(resourceGroup);
  throw armErrors.resourceNotFound(type, names.join("/"), resourceGroup);
}

/** The last name in a path. */
export function armName({ names }: ResourcePath): string {
  return names.at(-1) ?? "";
}

/**
 * The required parent: a resource group, another resource, or the subscription itself.
 * @throws EmulatedServiceError 404 for a missing parent.
 */
export function demandScope({ tenant, path: { scope, resourceGroup } }: ArmRequest): void {
  const objects = tenant.objects(azureResources);
  const [, , subscriptionId = "", , group] = scope.split("/");
  if (group !== undefined && !objects.has(keyOf(`/subscriptions/${subscriptionId}/resourceGroups/${group}`))) {
    throw armErrors.resourceGroupNotFound(resourceGroup ?? group);
  }
  if (scope.split("/").length <= 5 || objects.has(keyOf(scope))) return;
  const segments = scope.split("/");
  throw armErrors.resourceNotFound(segments.slice(6, -1).join("/"), segments.at(-1) ?? "", resourceGroup);
}

export { armText, recordOf };

/** Tags as Azure keeps them: strings by name. */
export function tagsOf(body: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(recordOf(body["tags"])).map(([name, value]) => [name, armText(value)]));
}
