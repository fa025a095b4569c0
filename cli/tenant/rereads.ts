/**
 * Reads that are made again. Entra and Azure answer from replicas: what one read does not show, the
 * next may, and who has access is what any of them shows.
 */
import { hasOneView, timeScale, wait, type Environment } from "@defender-mssp/microsoft";

export interface Rereads {
  /** Looks in all. */
  readonly looks: number;
  /** Waits between two of them. */
  readonly apart: () => Promise<void>;
}

/** For a service with one view of its tenants. */
export const oneLook: Rereads = { looks: 1, apart: () => Promise.resolve() };

/** Three looks, five seconds apart. */
export function rereads(environment: Environment, sleep: (milliseconds: number) => Promise<void> = wait): Rereads {
  return hasOneView(environment) ? oneLook : { looks: 3, apart: () => sleep(5000 * timeScale(environment)) };
}

/** Asks until a look shows it. @returns undefined where none does. */
export async function seenInAny<T>(
  { looks, apart }: Rereads,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let look = 1; ; look++) {
    const seen = await ask();
    if (seen !== undefined || look >= looks) return seen;
    await apart();
  }
}
