/**
 * Long-running operations of the resource manager: 202 (or 201) with an address to poll. The
 * sandbox does the work at once and answers the first poll with "not yet", so that clients must
 * wait as in Azure.
 */
import { randomUUID } from "node:crypto";
import type { Cloud } from "../cloud/model";
import { type ArmAnswer, type ArmRequest, type ResourceHandler, armName } from "./handler";

/** Operations whose first poll is outstanding, by ID. In memory only: the work is already done. */
const waiting = new WeakMap<Cloud, Map<string, number>>();

/** How an operation is polled: Location (202 until it ends) or Azure-AsyncOperation (a status). */
export function started({ cloud, path }: ArmRequest, by: "location" | "status"): Record<string, string> {
  const id = randomUUID();
  operationsOf(cloud).set(id, 1);
  const base = `${cloud.services.resourceManager}/subscriptions/${path.subscriptionId}`;
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
    const location = `${request.cloud.services.resourceManager}${request.path.id}?api-version=2020-01-01`;
    return { status: 202, headers: { location, "retry-after": "1" } };
  },
};

export const operationStatuses: ResourceHandler = {
  type: "Microsoft.ManagedServices/operationStatuses",
  get(request): ArmAnswer {
    const status = isOver(request) ? "Succeeded" : "Running";
    return { status: 200, body: { id: request.path.id, name: armName(request.path), status } };
  },
};

function isOver({ cloud, path }: ArmRequest): boolean {
  const operations = operationsOf(cloud);
  const left = operations.get(armName(path)) ?? 0;
  if (left === 0) return true;
  operations.set(armName(path), left - 1);
  return false;
}

function operationsOf(cloud: Cloud): Map<string, number> {
  const known = waiting.get(cloud) ?? new Map<string, number>();
  waiting.set(cloud, known);
  return known;
}
