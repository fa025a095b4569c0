/** Analysts whose last day is over: they are invited, and get no membership. */
import { dateOf } from "@defender-mssp/microsoft";

interface Analyst {
  readonly displayName: string;
  /** Last day of access: ISO 8601, UTC. */
  readonly accessEndsOn?: string;
}

export function endedAccess(analysts: readonly Analyst[], now: Date): readonly string[] {
  const today = dateOf(now);
  return analysts.flatMap(({ displayName, accessEndsOn }, index) =>
    accessEndsOn !== undefined && accessEndsOn < today
      ? [`analysts[${index}] (${displayName}): access ended on ${accessEndsOn}; the guest has no membership.`]
      : [],
  );
}
