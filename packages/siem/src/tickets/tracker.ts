/** What a tracker is to the tickets of incidents: a ticket, its change, and the verbs of a profile. */
import { randomUUID } from "node:crypto";
import type { TrackerSettings } from "./ticketSettings";

/** The key of an incident in every tracker: tenant and incident, never a time. */
export function incidentKey(tenantId: string, incidentId: string): string {
  return `${tenantId}/${incidentId}`;
}

export interface TicketNote {
  readonly id: string;
  readonly text: string;
}

export interface Ticket {
  readonly id: string;
  /** The incident's key, as the tracker keeps it. */
  readonly key: string;
  /** Another one after each change. */
  readonly version: string;
  readonly isOpen: boolean;
  readonly status: string;
  /** The close reason, of a closed ticket. */
  readonly reason: string | null;
  readonly priority: string | null;
  readonly owner: string | null;
  /** The oldest first. */
  readonly notes: readonly TicketNote[];
}

/** What a list of a tracker tells of a ticket. */
export type ListedTicket = Pick<Ticket, "id" | "key" | "version">;

/** A note of this program: its marker is in its text, so that it is known again. */
export interface MarkedNote {
  readonly text: string;
  readonly marker: string;
}

export interface TicketDraft {
  readonly key: string;
  readonly title: string;
  /** Lines of plain text, each as the tenant wrote it. */
  readonly lines: readonly string[];
  readonly link: string | null;
  readonly customer: string;
  readonly severity: string;
  readonly priority: string | undefined;
  readonly project: string | undefined;
  /** The incident's version: its last change. */
  readonly updatedAt: string;
}

/** Everything that is written to a ticket in one step. */
export interface TicketChange {
  readonly notes: readonly MarkedNote[];
  readonly close?: string | undefined;
  readonly reopen?: boolean;
  readonly priority?: string | undefined;
  /** Another incident's key: the ticket serves that one from now on. */
  readonly key?: string | undefined;
  /** The ticket that this one is linked to. */
  readonly link?: string | undefined;
  /** The same for the same change, however often it is sent. */
  readonly event: string;
}

export interface Tracker {
  readonly name: string;
  readonly settings: TrackerSettings;
  /** How long a new ticket may be missing from `find`, in milliseconds. */
  readonly searchSettles: number;
  /** All tickets with exactly this key, the oldest first. */
  find(key: string, project?: string): Promise<readonly ListedTicket[]>;
  /** Undefined: the tracker has no such ticket, or no longer. */
  read(id: string): Promise<Ticket | undefined>;
  /** A token with which a create takes effect once at most, where the tracker has one. */
  reserve?(): Promise<string>;
  /** @returns the new ticket's ID; undefined: the token was used before. */
  create(draft: TicketDraft, token: string | undefined): Promise<string | undefined>;
  /** @throws StaleTicket, TrackerRefusal, DestinationError */
  update(ticket: Ticket, change: TicketChange): Promise<void>;
  /** Pages of what has changed since a position; undefined: of everything. `next` is the position after it. */
  changed(
    position: string | undefined,
  ): AsyncIterable<{ readonly tickets: readonly ListedTicket[]; readonly next: string }>;
}

/** What a profile is opened with. */
export interface ProfileContext {
  /** The tracker's name in the settings. */
  readonly name: string;
  readonly secret: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For tests. */
  readonly sleep?: ((milliseconds: number, signal?: AbortSignal) => Promise<void>) | undefined;
}

/** The ticket has changed since it was read: read it again. */
export class StaleTicket extends Error {}

/** The tracker refuses this one request: the others go on. */
export class TrackerRefusal extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** The older ticket first: trackers count upwards. */
export function compareIds(a: string, b: string): number {
  const [x, y] = [a, b].map((id) => Number(/(\d+)$/.exec(id)?.[1] ?? Number.NaN));
  return (x ?? 0) - (y ?? 0) || (a < b ? -1 : a > b ? 1 : 0);
}

/** A key that no incident has. */
export function testKey(): string {
  return `check/${randomUUID()}`;
}
