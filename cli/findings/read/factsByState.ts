/** Reads what files, journals and a stack's state say of one customer, for the rules. */
import { NoConnectorYet } from "@defender-mssp/siem/connector/connectorSource";
import path from "node:path";
import { VisibleError, withoutUndefined } from "@defender-mssp/errors";
import { dateOf } from "@defender-mssp/microsoft";
import { stackChanges } from "../../../domain/stackChanges";
import { stackEndings } from "../../../domain/stackEndings";
import type { Settings } from "../../../settings";
import { endsOf } from "../../access/ends/ends";
import type { ReportSources } from "../../access/report/build";
import type { CustomerAccess } from "../../access/report/model";
import { reportState, type ReportState } from "../../access/state/readState";
import type { Place } from "../../base/place";
import { dayIn, monthBefore } from "../../base/spanOfDay";
import type { Deployment } from "../../stack/deployment";
import type { LastOutcome } from "../../stack/journal";
import { leakedSecrets } from "../../stack/leakedSecrets";
import { readTokenRecord } from "../../stack/stackRefreshToken";
import { sentMonthTag, stackTag } from "../../stack/stackTag";
import { accessFacts } from "../accessFacts";
import type { DriftStatus, Facts } from "../facts";

/** What the settings file and the journals say of a customer. */
export interface CustomerFiles {
  readonly stack: string;
  readonly settings: Settings;
  readonly last?: LastOutcome;
  readonly drift: DriftStatus;
}

export interface FactsRun extends Place, Pick<Facts, "now" | "days"> {}

/** A customer that can't be read stops no other: the problem is a fact, and all that was known before. */
export async function readableFacts(basis: Facts, { folder }: Place, read: () => Promise<Facts>): Promise<Facts> {
  try {
    if (basis.problem !== undefined) throw new VisibleError(basis.problem);
    return await read();
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    // A path is relative to the project: a notification leaves this machine.
    return { ...basis, problem: error.message.replaceAll(`${folder}${path.sep}`, "") };
  }
}

/** By the settings file and the journals alone. */
export async function factsByFiles({ settings, ...files }: CustomerFiles, run: FactsRun): Promise<Facts> {
  const { now, days } = run;
  const { last, stack } = files;
  const refreshToken = await readTokenRecord(stack, run);
  const isDestroyed = last?.command === "destroy" && last.state === "changed";
  return withoutUndefined({
    ...files,
    settings,
    now,
    days,
    ends: endsOf(withoutUndefined({ objects: [], outputs: {}, settings, refreshToken })),
    retirements: isDestroyed ? [] : stackEndings(settings, dateOf(now)),
    changes: isDestroyed ? [] : stackChanges(settings, dateOf(now)),
    writtenAt: last?.upAt?.toISOString(),
  });
}

/**
 * By one read of the stack's state, too. A stack without objects has no `access`, and says why.
 * @param look what a report adds
 * @throws VisibleError where the state can't be read.
 */
export async function factsByState(
  { settings, ...files }: CustomerFiles,
  deployment: () => Promise<Deployment>,
  run: FactsRun,
  look: (state: ReportState) => Partial<ReportSources> | Promise<Partial<ReportSources>> = () => ({}),
): Promise<Facts> {
  const { stack } = files;
  const { now, days } = run;
  const about = { ...files, settings, now, days };
  const read = await unlessNothing(deployment);
  if (read instanceof NoConnectorYet) return { ...about, nothing: read };
  const state = reportState(read);
  const refreshToken = await readTokenRecord(stack, run);
  const sources = { stack, settings, state, source: "state", refreshToken, now, ...(await look(state)) } as const;
  const leaked = await leakedSecrets(stack, read.resources, settings.connector.credential, run);
  const facts = await unlessNothing(() => accessFacts(withoutUndefined(sources), { ...about, leaked }));
  if (facts instanceof NoConnectorYet) return { ...about, state, leaked, nothing: facts };
  return withoutUndefined({ ...facts, unsentMonth: await unsentMonth(facts.access, settings.reportTimeZone, run) });
}

async function unlessNothing<T>(read: () => T | Promise<T>): Promise<T | NoConnectorYet> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NoConnectorYet) return error;
    throw error;
  }
}

/** The last month that is over, where the customer gets a page each month and did not get this one. */
async function unsentMonth({ stack, objects }: CustomerAccess, timeZone: string | undefined, run: FactsRun) {
  if (timeZone === undefined) return undefined;
  const [first = ""] = objects.flatMap(({ since }) => since ?? []).sort();
  const month = monthBefore(dayIn(run.now, timeZone).slice(0, 7));
  if (first === "" || dayIn(first, timeZone).slice(0, 7) > month) return undefined;
  const sent = (await stackTag(sentMonthTag, "get", stack, run)) ?? "";
  return sent >= month ? undefined : month;
}
