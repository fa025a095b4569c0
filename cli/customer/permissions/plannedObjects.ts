/** What `up` will create for the customers of a text, by their settings alone. */
import { readStackSettingsOffline } from "../../../settings/fromFile";
import type { Session } from "@defender-mssp/terminal/session";
import { plannedResources } from "../../planned/plannedResources";
import { isWithCustomer } from "../report/kindInReport";
import { objectsOf } from "../report/objects";
import { plannedState } from "../report/readState";
import { en } from "../report/texts/en";
import type { Permissions } from "./needed";
import type { PlannedObjects } from "./text";

/** @returns by stack, in the order in which people read of the kinds. */
export async function plannedObjects(
  { customers }: Permissions,
  { folder, now }: Pick<Session, "folder" | "now">,
): Promise<ReadonlyMap<string, PlannedObjects>> {
  const planned = new Map<string, PlannedObjects>();
  for (const { stack } of customers) {
    const settings = await readStackSettingsOffline(stack, folder);
    const { resources } = plannedState(await plannedResources(settings, now()));
    const objects = objectsOf(resources, settings).objects.filter(({ kind }) => isWithCustomer(kind));
    const kinds = [...new Set(objects.map(({ kind }) => kind))];
    planned.set(
      stack,
      kinds.map((kind) => ({
        kind: en.kinds[kind].name,
        names: [...new Set(objects.filter((object) => object.kind === kind).map(({ name }) => name))],
      })),
    );
  }
  return planned;
}
