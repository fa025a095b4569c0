import type { Session } from "@defender-mssp/terminal/session";

/** Where a command works: the folder of the project, and the variables of the engine and sign-ins. */
export interface Place {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
}

export function placeOf({ folder, environment }: Session): Place {
  return { folder, environment };
}
