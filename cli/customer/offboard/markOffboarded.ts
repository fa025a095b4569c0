/** Marks a customer as off-boarded: in the settings file, and by a stack tag. */
import { messageOf } from "@defender-mssp/errors";
import type { Place } from "../../base/place";
import { offboardedTag, type Offboarded } from "../../../domain/offboarded";
import { readProject, shownStackFile } from "../../../settings/project";
import { askPulumi } from "../../stack/pulumi";
import { changeConfiguration } from "../../stack/stackConfiguration";

export interface OffboardedMark extends Place {
  readonly stack: string;
  readonly mark: Offboarded;
  /** Receives what happens, a line or more. */
  readonly say: (text: string) => void;
}

/**
 * Writes both marks. A failure of one stops nothing: the access is removed, and the text says what to
 * do by hand.
 */
export async function markOffboarded({ stack, mark, say, ...place }: OffboardedMark): Promise<void> {
  const project = await readProject(place.folder);
  const file = shownStackFile(project, stack);
  const plain = { [`${project.name}:offboarded`]: { on: mark.on, ...(mark.by === undefined ? {} : { by: mark.by }) } };
  try {
    await changeConfiguration(stack, { plain }, place);
    say(`${file} says now that the customer is off-boarded: \`up\` and \`preview\` refuse. Commit it.\n`);
  } catch (error) {
    say(
      `Warning: ${file} could not be changed: ${messageOf(error)} Write into its "config": ${project.name}:offboarded: { on: "${mark.on}" }\n`,
    );
  }
  const { exitCode, stderr } = await askPulumi(
    ["stack", "tag", "set", offboardedTag, mark.on, "--stack", stack],
    place,
  );
  if (exitCode !== 0) say(`Warning: the stack has no tag that says so: ${stderr.trim().split("\n")[0] ?? ""}\n`);
}
