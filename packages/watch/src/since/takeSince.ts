/** What was done since a moment, without what an earlier run showed. */
import { dayMs } from "@defender-mssp/errors/time";
import { VisibleError } from "@defender-mssp/errors";
import { isUuid } from "@defender-mssp/microsoft";
import {
  looked,
  servicePrincipalsPath,
  tenantKinds,
  type ServicePrincipalEntry,
  type TenantReader,
} from "@defender-mssp/tenant";
import type { OpenLook } from "../access/openLook";
import { readMemory, writeMemory, type Memory } from "../access/memory";
import { takeLook, type TenantLook } from "../look/look";
import { rememberLook } from "../look/rememberLook";
import { knownActors } from "./actors";
import { explain, type ExplainedEntry } from "./explain";
import { readLogs, retentionNote, type ReadLogs } from "./readLogs";

export interface Since {
  /** ISO 8601, UTC. */
  readonly from: string;
  readonly until: string;
  /** What the reader must know first. */
  readonly retention: string;
  readonly findings: readonly ExplainedEntry[];
  /** Agreed identities within agreed rights: a line for each, with the number. */
  readonly agreed: readonly { readonly who: string; readonly what: string; readonly count: number }[];
  readonly others: readonly ExplainedEntry[];
  readonly unread: ReadLogs["unread"];
}

export interface SinceResult {
  readonly since: Since;
  readonly look: TenantLook;
  readonly logs: ReadLogs;
}

/** Entries come late: so much before the end of the last run is read again, and shown entries stay out. */
const overlap = dayMs;
/** Entra keeps nothing longer. */
const longest = 30 * dayMs;

/**
 * @param day the first one, UTC; default: where the last run ended.
 * @param isWhole reads all that the log keeps, for what the MSSP made
 */
export async function takeSince(
  opened: OpenLook,
  {
    file,
    now,
    day,
    isWhole = false,
  }: { readonly file: string; readonly now: Date; readonly day?: string | undefined; readonly isWhole?: boolean },
): Promise<SinceResult> {
  const { customer, tenant, domains, handOut } = opened;
  const look = await takeLook(tenant, domains, handOut, now);
  const before = await readMemory(file, look.tenantId, look.msspTenantIds);
  const from = firstMoment(day, before, now);
  const first = new Date(isWhole ? Math.min(from.getTime(), now.getTime() - longest) : from);
  const actors = knownActors(look, before, handOut, domains, await presentApplications(tenant));
  const all = await readLogs(customer.call, actors, first);
  const logs = { ...all, entries: all.entries.filter(({ at }) => at >= from.toISOString()) };
  const memory = await rememberLook(look, file);
  // A named day is asked for whole; a run without one shows what is new.
  const isShown = ({ id }: { readonly id: string }) => day === undefined && id in before.shown;
  const entries = logs.entries.filter((entry) => !isShown(entry)).map((entry) => explain(entry, look, handOut));
  await writeMemory(file, remembered(memory, logs, now));
  const since: Since = {
    from: from.toISOString(),
    until: now.toISOString(),
    retention: retentionNote(logs, from, now),
    findings: entries.filter(({ verdict }) => verdict === "finding"),
    agreed: counted(entries.filter(({ verdict }) => verdict === "agreed")),
    others: entries.filter(({ verdict }) => verdict === "other"),
    unread: logs.unread,
  };
  return { since, look, logs };
}

async function presentApplications(tenant: TenantReader): Promise<ReadonlySet<string> | undefined> {
  const answer = await looked(tenantKinds.servicePrincipal, () =>
    tenant.list<ServicePrincipalEntry>(servicePrincipalsPath),
  );
  return "value" in answer ? new Set(answer.value.map(({ appId }) => appId.toLowerCase())) : undefined;
}

function firstMoment(day: string | undefined, { readUntil }: Memory, now: Date): Date {
  if (day === undefined) {
    const last = readUntil["logs"];
    return last === undefined ? new Date(now.getTime() - longest) : new Date(Date.parse(last) - overlap);
  }
  const from = new Date(/^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}T00:00:00Z` : day);
  if (Number.isNaN(from.getTime()) || isUuid(day) || !from.toISOString().startsWith(day.slice(0, 10)))
    throw new VisibleError(`${day} is no day: write it as 2026-11-01.`);
  if (from > now) throw new VisibleError(`${day} is in the future.`);
  return from;
}

/** A log that could not be read is read again from where the last whole run ended. */
function remembered(memory: Memory, { entries, unread }: ReadLogs, now: Date): Memory {
  const oldest = new Date(now.getTime() - longest - overlap).toISOString();
  const shown = Object.fromEntries(
    [...Object.entries(memory.shown), ...entries.map(({ id, at }) => [id, at] as const)].filter(
      ([, at]) => at >= oldest,
    ),
  );
  return { ...memory, shown, ...(unread.length === 0 ? { readUntil: { logs: now.toISOString() } } : {}) };
}

function counted(entries: readonly ExplainedEntry[]): Since["agreed"] {
  const lines = new Map<string, { who: string; what: string; count: number }>();
  for (const { who, what, log } of entries) {
    const text = log === "changes" ? (what.split(":")[0] ?? what) : log;
    const line = lines.get(`${who} ${text}`) ?? { who, what: text, count: 0 };
    lines.set(`${who} ${text}`, { ...line, count: line.count + 1 });
  }
  return [...lines.values()];
}
