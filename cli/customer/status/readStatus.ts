/** Reads what `mssp status` shows: settings and journals, and, unless offline, states and tenants. */
import { dateOf } from "@defender-mssp/microsoft";
import { availableParallelism } from "node:os";
import path from "node:path";
import { VisibleError, withoutUndefined } from "@defender-mssp/errors";
import { atOnce } from "@defender-mssp/terminal/atOnce";
import { stackEndings } from "../../../domain/stackEndings";
import { readStackSettings } from "../../../settings/fromFile";
import type { Place } from "../../base/place";
import type { FleetStack } from "../../stack/inventory";
import { latestOutcomes, readRuns, type LastOutcome } from "../../stack/journal";
import { lastComparisons } from "./lastComparisons";
import type { SelectedCustomers } from "../../selection/selectedCustomers";
import { readTokenRecord } from "../../stack/stackRefreshToken";
import { endsOf } from "../../access/ends/ends";
import { sortedNeeds, statusReport, type CustomerStatus, type DriftStatus, type StatusReport } from "./customerStatus";
import { nextEnd, type CustomerFiles, type ReadPart, type StatusOptions, type StatusRun } from "./customerFiles";
import { driftNeeds, driftStatus, endNeeds, failedRunNeeds, retirementNeeds, unreadableNeed } from "./needs";

/** Reads all selected customers. One that can't be read is a row with its problem. */
export async function readStatus(
  { project, chosen, journals }: SelectedCustomers,
  options: StatusOptions & Pick<Place, "environment">,
): Promise<StatusReport> {
  const { isOffline, now, parallel = availableParallelism() } = options;
  const runs = await readRuns(journals);
  const [last, compared] = [latestOutcomes(runs), lastComparisons(runs)];
  const previewed = await previewedDrift(options.previews);
  const run: StatusRun = { ...options, folder: project.folder };
  const customers = await atOnce(isOffline ? chosen.length : parallel, chosen, (customer) => {
    const { stack } = customer;
    const drift = previewed.get(stack) ?? driftStatus(compared.get(stack));
    return customerStatus(customer, { drift, last: last.get(stack) }, run);
  });
  return statusReport(customers, { now, isOffline });
}

async function customerStatus(
  customer: FleetStack,
  { drift, last }: Pick<CustomerFiles, "drift" | "last">,
  run: StatusRun,
): Promise<CustomerStatus> {
  const { stack, customerName, tenantId, offboarded, problem } = customer;
  const common = {
    ...withoutUndefined({ stack, customerName, tenantId, offboarded, lastRun: lastRun(last) }),
    drift,
    retirements: [],
    needs: [],
    notChecked: [],
  };
  if (problem !== undefined) return unreadable(common, problem, run);
  if (offboarded !== undefined) return { ...common, state: "offboarded" };
  try {
    const files = { customer, settings: await readStackSettings(stack, run), drift, last };
    if (run.isOffline) return { ...common, ...(await statusByFiles(files, run)) };
    const { statusByState } = await import("./statusByState.js");
    return { ...common, ...(await statusByState(files, run)) };
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    return unreadable(common, error.message, run);
  }
}

/** A path is relative to the project: a notification leaves this machine. */
function unreadable(common: Omit<CustomerStatus, "state">, problem: string, { folder }: StatusRun): CustomerStatus {
  const text = problem.replaceAll(`${folder}${path.sep}`, "");
  return { ...common, state: "unreadable", needs: [unreadableNeed(text)] };
}

function lastRun(last: LastOutcome | undefined): CustomerStatus["lastRun"] {
  if (last === undefined) return undefined;
  const { command, state, at } = last;
  return { command, state, ...(at.getTime() === 0 ? {} : { at: at.toISOString() }) };
}

/** By the settings file and the journals alone. */
async function statusByFiles({ customer, settings, drift, last }: CustomerFiles, run: StatusRun): Promise<ReadPart> {
  const { stack } = customer;
  const refreshToken = await readTokenRecord(stack, run);
  const ends = endsOf(withoutUndefined({ objects: [], outputs: {}, settings, refreshToken }));
  const writtenAt = last?.upAt?.toISOString();
  const retirements = stackEndings(settings, dateOf(run.now));
  const isDestroyed = last?.command === "destroy" && last.state === "changed";
  return {
    state: isDestroyed ? "notDeployed" : last?.upAt === undefined ? "notKnown" : "deployed",
    retirements,
    ...nextEnd(ends, writtenAt, run.now),
    needs: sortedNeeds([
      ...failedRunNeeds(last, undefined),
      ...driftNeeds(stack, drift),
      ...endNeeds(ends, { ...run, writtenAt }),
      ...retirementNeeds(isDestroyed ? [] : retirements),
    ]),
  };
}

async function previewedDrift(places: readonly string[] | undefined): Promise<ReadonlyMap<string, DriftStatus>> {
  if (places === undefined) return new Map();
  const { readPreviews } = await import("../../stack/stackPreview.js");
  const previews = await readPreviews(places);
  return new Map(
    previews.flatMap(({ stack, failed, changes, additions, changing }) => {
      const differences = changes.length + additions.flatMap((part) => part.additions).length;
      const status: DriftStatus = { state: differences > 0 ? "drifted" : "clean", differences };
      // A preview that failed compared nothing; nor did two reads that differ.
      return failed || (differences === 0 && changing !== undefined) ? [] : [[stack, status] as const];
    }),
  );
}
