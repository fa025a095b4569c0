/** Opens what a run with `--tickets` works with: settings, trackers, the folder, and the desk over them. */
import path from "node:path";
import {
  commentOnIncident,
  readIncident,
  recordOfIncident,
  ServiceError,
  updateIncident,
  type IncidentRecord,
  type RequestLimiter,
} from "@defender-mssp/microsoft";
import { parsedJson } from "@defender-mssp/errors/json";
import { UsageError } from "@defender-mssp/terminal/usageError";
import type { Session } from "@defender-mssp/terminal/session";
import { momentOf } from "../pull/time";
import type { Sink } from "../sinks/sink";
import type { GraphAccess } from "../tokens/graphAccess";
import { Desk, type IncidentAccess } from "./desk";
import { openTracker } from "./profiles/profiles";
import { ticketMetrics } from "./ticketMetrics";
import { TicketRecords } from "./ticketRecords";
import { readTicketSettings, trackerSecret, type TicketSettings } from "./ticketSettings";
import type { Tracker } from "./tracker";

export interface TicketOptions {
  /** The settings file. */
  readonly tickets: string;
  readonly checkpoint?: string;
  readonly checkpoints?: string;
  readonly since?: string;
}

type TicketSession = Pick<Session, "environment" | "now" | "err">;

export interface OpenedTickets {
  readonly desk: Desk;
  readonly sink: Sink;
  readonly metrics: () => string;
  readonly close: () => void;
}

/** @throws VisibleError, UsageError */
export async function openTickets(
  options: TicketOptions,
  session: TicketSession,
  note: (text: string) => void,
): Promise<OpenedTickets> {
  const settings = await readTicketSettings(options.tickets);
  const trackers = await openTrackers(options.tickets, settings, session);
  const now = (): number => session.now().getTime();
  // A first run begins now: old incidents are not made tickets by surprise.
  const since = options.since === undefined ? session.now() : momentOf(options.since, session.now());
  const records = await TicketRecords.open(ticketFolder(options), since.toISOString(), now);
  const desk = new Desk({ settings, trackers, records, note, now });
  const sink: Sink = {
    deliver: (items) => desk.deliver(items.map(({ text }) => parsedJson(text) as IncidentRecord)),
    flush: () => desk.flush(),
  };
  return { desk, sink, metrics: () => ticketMetrics(desk.state), close: () => records.close() };
}

/** The folder of the checkpoints. @throws UsageError */
export function ticketFolder({ checkpoint, checkpoints }: TicketOptions): string {
  const folder = checkpoints ?? (checkpoint === undefined ? undefined : path.dirname(checkpoint));
  if (folder !== undefined) return folder;
  throw new UsageError(
    "--tickets needs --checkpoint or --checkpoints: their folder keeps which incident has which ticket.",
  );
}

/** @throws VisibleError for a secret that is missing or of another form */
export async function openTrackers(
  file: string,
  settings: TicketSettings,
  { environment, now }: Pick<TicketSession, "environment" | "now">,
): Promise<ReadonlyMap<string, Tracker>> {
  const trackers = new Map<string, Tracker>();
  for (const [name, tracker] of Object.entries(settings.trackers)) {
    const secret = await trackerSecret(tracker, path.dirname(file), environment);
    trackers.set(name, openTracker(tracker, { name, secret, now: () => now().getTime() }));
  }
  return trackers;
}

export interface CustomerIncidents {
  readonly name: string;
  readonly access: GraphAccess;
  /** Why its incidents are only read, where that is known before any call. */
  readonly oneWay: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly limiter?: RequestLimiter | undefined;
}

/** A customer's incidents in Graph. */
export function incidentAccess({ name, access, oneWay, signal, limiter }: CustomerIncidents): IncidentAccess {
  const { tenantId, endpoints, tokens } = access;
  const call = { endpoints, limiter, ...(signal === undefined ? {} : { signal }) };
  return {
    name,
    oneWay,
    read: async (id, withAlerts = false) => {
      try {
        const { incident } = await tokens.use((token) => readIncident(id, { ...call, token, withAlerts }));
        const record = recordOfIncident(incident, tenantId);
        return withAlerts ? record : { ...record, alerts: null };
      } catch (error) {
        if (error instanceof ServiceError && error.status === 404) return undefined;
        throw error;
      }
    },
    update: async (id, changes) => {
      const incident = await tokens.use((token) => updateIncident(id, changes, { ...call, token }));
      return recordOfIncident(incident, tenantId).updatedAt;
    },
    comment: async (id, text) => {
      await tokens.use((token) => commentOnIncident(id, text, { ...call, token }));
    },
  };
}
