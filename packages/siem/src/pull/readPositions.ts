/** The positions of a pull's checkpoints, for commands that only read them. */
import { readCheckpoint, type Position } from "./checkpoint";
import { destinationCheckpoint } from "./destinationCheckpoint";
import { destinations } from "../sinks/destinations";

export interface DestinationsPosition {
  /** Of several destinations: its name. */
  readonly destination?: string;
  readonly position: Position;
}

/**
 * Those of the destinations that have a checkpoint of their own; else the one that the user names.
 * Empty where there is none.
 * @throws VisibleError where one can't be used
 */
export async function readPositions(
  file: string,
  expected: Pick<Position, "tenantId" | "api">,
): Promise<readonly DestinationsPosition[]> {
  const positions: DestinationsPosition[] = [];
  for (const { name: destination } of destinations) {
    const position = await readCheckpoint(destinationCheckpoint(file, destination), expected);
    if (position !== undefined) positions.push({ destination, position });
  }
  if (positions.length > 0) return positions;
  const position = await readCheckpoint(file, expected);
  return position === undefined ? [] : [{ position }];
}
