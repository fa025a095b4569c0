import { VisibleError } from "@defender-mssp/errors";
import type { Cloud, Json, Tenant } from "../../cloud/model";
import { isObject } from "../../graph/json";
import { classifications, storeChanges } from "../changes";
import { customAlerts, storeEvents, type StoredEvent } from "./customAlerts";
import { huntingTableNames } from "./queryResult";
import { runDueRules, type RuleRun } from "./runDueRules";

export interface EventsAnswer {
  readonly events: number;
  /** The rules that were due. */
  readonly runs: readonly RuleRun[];
}

/**
 * Puts events into a tenant and runs the rules that are due. @param classification of the new alerts, which are
 * then resolved, as an analyst leaves them. @throws VisibleError if the events have
 * another shape, or name a table that advanced hunting doesn't have
 */
export async function putEvents(
  cloud: Cloud,
  tenant: Tenant,
  tables: Json,
  classification?: string,
): Promise<EventsAnswer> {
  const events = storedEvents(tables);
  const names = huntingTableNames();
  const unknown = events.find(({ table }) => names?.includes(table) === false);
  if (unknown !== undefined)
    throw new VisibleError(`${unknown.table} is no table of advanced hunting. Names are case-sensitive.`);
  if (classification !== undefined && !classifications.includes(classification))
    throw new VisibleError(`A classification is one of ${classifications.join(", ")}.`);
  storeEvents(tenant, events);
  cloud.changed();
  const before = new Set(customAlerts(tenant).map(({ id }) => id));
  const runs = await runDueRules(cloud, tenant);
  if (classification !== undefined)
    for (const { id } of customAlerts(tenant).filter((alert) => !before.has(alert.id)))
      storeChanges(cloud, tenant, "alerts_v2", id, { classification, status: "resolved" });
  return { events: events.length, runs };
}

function storedEvents(tables: Json): StoredEvent[] {
  if (!isObject(tables)) throw new VisibleError('Events are an object of tables: { "DeviceProcessEvents": [ { … } ] }');
  return Object.entries(tables).flatMap(([table, rows]) => {
    if (!Array.isArray(rows) || !rows.every(isObject))
      throw new VisibleError(`The events of ${table} are no list of rows.`);
    return rows.map((row) => ({ table, row }));
  });
}
