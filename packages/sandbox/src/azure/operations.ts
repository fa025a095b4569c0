/**
 * Long-running operations, as the resource manager has them: an answer 202 (or 201) with an address to ask until it is over. Here what was
 * asked for is done at once, and the first question is answered with "not yet", so that clients have to wait as they must in Azure.
 */
import { randomUUID } from "node:crypto";
import type { Cloud } from "../cloud/model";
import { type ArmAnswer, type ArmRequest, type ResourceHandler, nameOf } from "./handler";

/** Questions that are still answered with "not yet", by the operation's ID. Gone with the process, when what was asked for is long done. */
const waiting = new WeakMap<Cloud, Map<string, number>>();

/** How an operation is asked about: by Location (202 until it is over), or by Azure-AsyncOperation (a status). */
export function started({ cloud, path }: ArmRequest, by: "location" | "status"): Record<string, string> {
  const id = randomUUID();
  operationsOf(cloud).set(id, 1);
  const base = `${cloud.origins.https}/subscriptions/${path.subscriptionId}`;
  const asked =
    by === "location"
      ? `/operationresults/${id}?api-version=2020-01-01`
      : `/providers/Microsoft.ManagedServices/operationStatuses/${id}?api-version=2022-10-01`;
  return { [by === "location" ? "location" : "azure-asyncoperation"]: `${base}${asked}`, "retry-after": "1" };
}

export const operationResults: ResourceHandler = {
  type: "subscriptions/operationresults",
  action: "Microsoft.Resources/subscriptions/operationresults",
  get(request): ArmAnswer {
    if (isOver(request)) return { status: 200 };
    const location = `${request.cloud.origins.https}${request.path.id}?api-version=2020-01-01`;
    return { status: 202, headers: { location, "retry-after": "1" } };
  },
};

export const operationStatuses: ResourceHandler = {
  type: "Microsoft.ManagedServices/operationStatuses",
  get(request): ArmAnswer {
    const status = isOver(request) ? "Succeeded" : "Running";
    return { status: 200, body: { id: request.path.id, name: nameOf(request.path), status } };
  },
};

function isOver({ cloud, path }: ArmRequest): boolean {
  const operations = operationsOf(cloud);
  const left = operations.get(nameOf(path)) ?? 0;
  if (left === 0) return true;
  operations.set(nameOf(path), left - 1);
  return false;
}

function operationsOf(cloud: Cloud): Map<string, number> {
  const known = waiting.get(cloud) ?? new Map<string, number>();
  waiting.set(cloud, known);
  return known;
}
