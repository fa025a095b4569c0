/** What `up` will create for the customers of a text, by their settings alone. */
import { automatedActionForms, ruleActionNames } from "@defender-mssp/microsoft";
import type { Session } from "@defender-mssp/terminal/session";
import type { Settings } from "../../../settings";
import { readStackSettingsOffline } from "../../../settings/fromFile";
import { readProject } from "../../../settings/project";
import { plannedResources } from "../../planned/plannedResources";
import { isWithCustomer } from "../../access/objects/kindInReport";
import { objectsOf } from "../../access/objects/objects";
import { plannedState, type ReportResource } from "../../access/state/readState";
import { kindWords } from "../../access/objects/kindWords";
import type { Permissions } from "../../access/permissions/needed";
import type { PlannedObjects } from "./text";

/** @returns by stack, in the order in which people read of the kinds. */
export async function plannedObjects(
  { customers }: Permissions,
  { folder, now }: Pick<Session, "folder" | "now">,
): Promise<ReadonlyMap<string, PlannedObjects>> {
  const project = await readProject(folder);
  const planned = new Map<string, PlannedObjects>();
  for (const { stack } of customers) {
    const settings = await readStackSettingsOffline(stack, folder);
    const { resources } = plannedState(await plannedResources(settings, now(), project.folder));
    const objects = objectsOf(resources, settings).objects.filter(({ kind }) => isWithCustomer(kind));
    const note = actionsNote(resources, settings);
    const kinds = [...new Set(objects.map(({ kind }) => kind))];
    planned.set(
      stack,
      kinds.map((kind) => ({
        kind: kindWords[kind].name,
        names: [...new Set(objects.filter((object) => object.kind === kind).map(({ name }) => name))],
        ...(kind === "detectionRule" && note !== undefined ? { note } : {}),
      })),
    );
  }
  return planned;
}

/** What rules do by themselves, and who approved it: `up` deploys no action without an approval. */
function actionsNote(planned: readonly ReportResource[], { detections }: Settings): string | undefined {
  const { approvedBy = "nobody", until = "never" } = detections ?? {};
  const acting = planned.flatMap(({ kind, inputs }) => {
    const names = kind === "detectionRule" ? ruleActionNames(inputs) : [];
    const effects = names.map((name) => automatedActionForms[name].effect).join(", ");
    return names.length === 0 ? [] : [`${String(inputs["displayName"])} ${effects}`];
  });
  if (acting.length === 0) return undefined;
  return `By themselves, on each row that their queries find: ${acting.join("; ")}. ${approvedBy} approved that until ${until}.`;
}
