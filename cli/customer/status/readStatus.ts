/** Reads what `mssp status` shows: settings and journals, and, unless offline, states and tenants. */
import { availableParallelism } from "node:os";
import { withoutUndefined } from "@defender-mssp/errors";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { endOfDay } from "@defender-mssp/errors/time";
import { readStackSettings } from "../../../settings/fromFile";
import { daysLeft, openEnds } from "../../access/ends/ends";
import type { Place } from "../../base/place";
import type { DriftStatus, Facts } from "../../findings/facts";
import { findings } from "../../findings/findings";
import { factsByFiles, readableFacts, type FactsRun } from "../../findings/read/factsByState";
import { endedAt, readJournals, type JournalFacts } from "../../findings/read/readJournals";
import type { SelectedCustomers } from "../../selection/selectedCustomers";
import type { FleetStack } from "../../stack/inventory";
import {
  needs,
  statusReport,
  unchecked,
  type CustomerState,
  type CustomerStatus,
  type StatusReport,
} from "./customerStatus";

export interface StatusOptions extends Pick<Facts, "days" | "now"> {
  readonly isOffline: boolean;
  /** Engines at a time. Default: one for each core. */
  readonly parallel?: number;
  /** Files or folders of `mssp ci preview --drift`. */
  readonly previews?: readonly string[];
  /** Judge what was read as of the end of this day (`YYYY-MM-DD`, UTC). Default: as of `now`, the time of reading. */
  readonly on?: string;
}

type StatusRun = FactsRun & Pick<StatusOptions, "isOffline">;

/** Reads all selected customers. One that can't be read is a row with its problem. */
export async function readStatus(
  { project, chosen, journals }: SelectedCustomers,
  options: StatusOptions & Pick<Place, "environment">,
): Promise<StatusReport> {
  const { isOffline, now, on, parallel = availableParallelism() } = options;
  const journal = await readJournals(journals);
  const previewed = await previewedDrift(options.previews);
  const look: StatusRun = { ...options, folder: project.folder };
  const run = on === undefined ? look : { ...look, now: new Date(endOfDay(on)) };
  const customers = await atOnce(isOffline ? chosen.length : parallel, chosen, (customer) => {
    const { last, drift } = journal(customer.stack);
    return customerStatus(customer, { last, drift: previewed.get(customer.stack) ?? drift }, run, look);
  });
  return statusReport(customers, { now, isOffline, on });
}

async function customerStatus(
  { stack, customerName, tenantId, offboarded, problem }: FleetStack,
  journal: JournalFacts,
  run: StatusRun,
  look: StatusRun,
): Promise<CustomerStatus> {
  const { last, drift } = journal;
  const lastRun = last && withoutUndefined({ command: last.command, state: last.state, at: endedAt(last) });
  const about = withoutUndefined({ stack, customerName, tenantId, offboarded, lastRun });
  const common = { ...about, drift, retirements: [], changes: [], needs: [], notChecked: [] };
  if (problem === undefined && offboarded !== undefined) return { ...common, state: "offboarded" };
  const basis = withoutUndefined({ stack, now: run.now, days: run.days, problem, ...journal });
  const facts = await readableFacts(basis, run, async () => {
    const files = { stack, ...journal, settings: await readStackSettings(stack, run) };
    if (run.isOffline) return factsByFiles(files, run);
    return (await import("../../findings/read/factsInTenant.js")).factsInTenant(files, run, look);
  });
  if (facts.offboarded !== undefined) return { ...common, state: "offboarded", offboarded: facts.offboarded };
  const found = findings(facts);
  const { retirements = [], changes = [] } = facts;
  const said = { retirements, changes, needs: needs(found), notChecked: unchecked(found) };
  return { ...common, ...said, ...nextEnd(facts), state: customerState(facts, run) };
}

function customerState({ problem, access, onboarding, last }: Facts, { isOffline }: StatusRun): CustomerState {
  if (problem !== undefined) return "unreadable";
  if (isOffline && last?.command === "destroy" && last.state === "changed") return "notDeployed";
  if (isOffline) return last?.upAt === undefined ? "notKnown" : "deployed";
  if (access === undefined) return "notDeployed";
  const { steps = [] } = onboarding ?? {};
  if (steps.some(({ unchecked: isUnchecked }) => isUnchecked === "failed")) return "deployed";
  return steps.some((step) => step.state === "waiting" && step.unchecked === undefined) ? "onboarding" : "live";
}

function nextEnd({ ends = [], writtenAt, now }: Facts): Pick<CustomerStatus, "nextEnd"> {
  const [end] = openEnds(ends, writtenAt);
  if (end === undefined) return {};
  const { what, kind, until } = end;
  return { nextEnd: { what, kind, until, daysLeft: daysLeft(until, now) } };
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
