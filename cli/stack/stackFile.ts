/** The settings files of a project's stacks. */
import { lastSegment } from "@defender-mssp/microsoft";
import { closest, distance } from "fastest-levenshtein";
import { VisibleError } from "@defender-mssp/errors";
import { readProject, shownStackFile, stacksWithSettings } from "../../settings/project";

/** Typing mistakes in a name that is still recognized as another. */
const recognizedMistakes = 2;

/**
 * Refuses a stack without settings, before anything is created for a name with a typing mistake.
 * @throws VisibleError where the folder has no `Pulumi.<stack>.yaml`; it suggests the nearest name.
 */
export async function requireStackFile(stack: string, folder: string): Promise<void> {
  const name = lastSegment(stack);
  const project = await readProject(folder);
  const stacks = await stacksWithSettings(project);
  if (stacks.includes(name)) return;
  const nearest = stacks.length === 0 ? undefined : closest(name, stacks);
  const isMeant = nearest !== undefined && distance(name, nearest) <= recognizedMistakes;
  throw new VisibleError(
    `There is no ${shownStackFile(project, name)} in ${project.folder}; nothing was created. ` +
      (isMeant ? `Did you mean ${nearest}? ` : "") +
      (stacks.length === 0
        ? "The folder has no settings of stacks."
        : `Stacks with settings here: ${stacks.join(", ")}.`),
  );
}
