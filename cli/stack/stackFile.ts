/** The settings files of a project's stacks. */
import { lastSegment } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { nearOne } from "../../settings/problems";
import { readProject, shownStackFile, stacksWithSettings } from "../../settings/project";

/**
 * Refuses a stack without settings, before anything is created for a name with a typing mistake.
 * @throws VisibleError where the folder has no `Pulumi.<stack>.yaml`; it suggests the nearest name.
 */
export async function requireStackFile(stack: string, folder: string): Promise<void> {
  const name = lastSegment(stack);
  const project = await readProject(folder);
  const stacks = await stacksWithSettings(project);
  if (stacks.includes(name)) return;
  const meant = nearOne(name.slice(0, 100), stacks);
  throw new VisibleError(
    `There is no ${shownStackFile(project, name)} in ${project.folder}; nothing was created. ` +
      (meant === undefined ? "" : `Did you mean ${meant}? `) +
      (stacks.length === 0
        ? "The folder has no settings of stacks."
        : `Stacks with settings here: ${stacks.join(", ")}.`),
  );
}
