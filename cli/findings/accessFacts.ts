/** The facts that a report's sources are. */
import { withoutUndefined } from "@defender-mssp/errors";
import { reportOf, type ReportSources } from "../access/report/build";
import type { CustomerAccess } from "../access/report/model";
import { daysOfWarning } from "../access/ends/ends";
import { notCompared, type Facts } from "./facts";

export interface AccessFacts extends Facts {
  readonly access: CustomerAccess;
}

export function hasAccess(facts: Facts): facts is AccessFacts {
  return facts.access !== undefined;
}

/** @throws NothingDeployed where the stack has no objects. */
export function accessFacts(sources: ReportSources, about: Partial<Facts> = {}): AccessFacts {
  const { stack, settings, state, source, live, now } = sources;
  const access = reportOf(sources);
  return withoutUndefined({
    stack,
    now,
    live,
    access,
    days: daysOfWarning,
    drift: notCompared,
    ...about,
    // What `up` will create was never in a state.
    state: source === "settings" ? undefined : state,
    settings,
    ends: access.ends,
    retirements: access.retirements,
    changes: access.changes,
    writtenAt: access.stateWrittenAt,
  });
}
