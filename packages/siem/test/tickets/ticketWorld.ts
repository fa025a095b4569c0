/** Both sides in memory, with faults: a Defender of one customer and a tracker whose search is late. */
import { ServiceError } from "@defender-mssp/errors";
import type { AlertRecord, IncidentChanges, IncidentRecord } from "@defender-mssp/microsoft";
import { DestinationError } from "../../src/sinks/sink";
import { Desk, type DeskState, type IncidentAccess } from "../../src/tickets/desk";
import { TicketRecords } from "../../src/tickets/ticketRecords";
import { checkedTicketSettings, type TicketSettings } from "../../src/tickets/ticketSettings";
import {
  StaleTicket,
  TrackerRefusal,
  type ListedTicket,
  type Ticket,
  type TicketChange,
  type TicketDraft,
  type Tracker,
} from "../../src/tickets/tracker";

export const tenant = "11111111-1111-4111-8111-111111111111";

/** A kill in the middle of a call. */
export class Killed extends Error {}

export type Fault = "before" | "after" | "refused" | "killBefore" | "killAfter" | "stale";

const trackerForTests = {
  profile: "roundup",
  url: "https://tracker.example",
  secret: { variable: "TRACKER_SECRET" },
  priorities: { high: "1", medium: "2", low: "3", informational: "4", unknown: "4" },
  owners: { ana: { address: "ana@mssp.example" } },
  keepOpen: ["waiting"],
};

/** Two trackers: the second one takes what is severe, where `routes` say nothing else. */
export function twoTrackers(
  routes: readonly object[] = [
    { name: "low", tracker: "desk", severities: ["low"] },
    { name: "high", tracker: "other", severities: ["high"] },
  ],
): TicketSettings {
  const trackers = { desk: trackerForTests, other: trackerForTests };
  return checkedTicketSettings({ version: 1, trackers, routes }, "tickets.yaml");
}

export function settingsForTests(): TicketSettings {
  const routes = [{ name: "all", tracker: "desk" }];
  return checkedTicketSettings({ version: 1, trackers: { desk: trackerForTests }, routes }, "tickets.yaml");
}

export class World {
  #time = Date.parse("2026-06-01T00:00:00Z");
  #serial = 0;
  readonly incidents = new Map<string, IncidentRecord>();
  readonly tickets = new Map<string, Ticket & { created: number; changed: number }>();
  readonly deletedKeys = new Set<string>();
  /** By the number of calls until it strikes. */
  readonly faults: { in: number; fault: Fault }[] = [];
  writes = 0;
  /** Tickets that were made, by key. */
  readonly made = new Map<string, number>();
  /** Changes of a state, by people and by the desk. */
  readonly flips = { people: 0, desk: 0 };
  /** Milliseconds by which this machine's clock is wrong. */
  skew = 0;
  readonly settles = 30_000;
  /** Every call of it fails. */
  isDown = false;
  /** The answer to a create or a change that it refuses. */
  refusal: (write: TicketDraft | TicketChange) => string | undefined = () => undefined;
  readonly drafts: TicketDraft[] = [];

  get now(): number {
    return this.#time + this.skew;
  }

  advance(milliseconds: number): void {
    this.#time += milliseconds;
  }

  #stamp(): string {
    this.#time += 1;
    return new Date(this.#time).toISOString();
  }

  #trip(isBefore: boolean): void {
    if (this.isDown) throw new DestinationError("no answer", true);
    const [next] = this.faults;
    if (next === undefined) return;
    if (isBefore) next.in--;
    if (next.in > 0) return;
    const { fault } = next;
    const isOfThisMoment = fault === "after" || fault === "killAfter" ? !isBefore : isBefore;
    if (!isOfThisMoment) return;
    this.faults.shift();
    if (fault === "killBefore" || fault === "killAfter") throw new Killed();
    if (fault === "stale") throw new StaleTicket();
    if (fault === "refused") throw new DestinationError("429", true, 1000);
    throw new DestinationError("no answer", true);
  }

  #refuse(write: TicketDraft | TicketChange): void {
    const reason = this.refusal(write);
    if (reason !== undefined) throw new TrackerRefusal(reason, 403);
  }

  /** A call of the tracker; the fault before it did nothing, the one after it hides that it did. */
  async #call<Result>(work: () => Result): Promise<Result> {
    await Promise.resolve();
    this.#trip(true);
    const result = work();
    this.#trip(false);
    return result;
  }

  #defender<Result>(work: () => Result): Promise<Result> {
    return this.#call(work).catch((error: unknown) => {
      if (!(error instanceof DestinationError)) throw error instanceof StaleTicket ? unavailable() : error;
      throw unavailable();
    });
  }

  newIncident(): string {
    const id = String(++this.#serial);
    const at = this.#stamp();
    this.incidents.set(id, {
      id,
      tenantId: tenant,
      title: `Incident ${id}`,
      description: null,
      summary: null,
      severity: "low",
      status: "active",
      redirectIncidentId: null,
      classification: null,
      determination: null,
      assignedTo: null,
      createdAt: at,
      updatedAt: at,
      updatedBy: null,
      url: null,
      customTags: [],
      systemTags: [],
      comments: [],
      alerts: [alertAt(at)],
    });
    return id;
  }

  incident(index: number): IncidentRecord | undefined {
    return [...this.incidents.values()][index % Math.max(1, this.incidents.size)];
  }

  changeIncident(id: string, changes: Partial<IncidentRecord>): string {
    const incident = this.incidents.get(id);
    if (incident === undefined) throw new Error("no such incident");
    const updatedAt = this.#stamp();
    this.incidents.set(id, { ...incident, ...changes, updatedAt });
    return updatedAt;
  }

  /** What a person does. */
  setIncident(id: string, changes: Partial<IncidentRecord> & { readonly status: string }): void {
    if ((this.incidents.get(id)?.status === "resolved") !== (changes.status === "resolved")) this.flips.people++;
    this.changeIncident(id, changes);
  }

  setTicket(id: string, changes: Pick<Ticket, "isOpen" | "status" | "reason">): void {
    const ticket = this.tickets.get(id);
    if (ticket !== undefined && ticket.isOpen !== changes.isOpen) this.flips.people++;
    this.changeTicket(id, changes);
  }

  addAlert(id: string): void {
    const alerts = this.incidents.get(id)?.alerts ?? [];
    this.changeIncident(id, { alerts: [...alerts, alertAt(this.#stamp())] });
  }

  merge(id: string, into: string): void {
    const moved = this.incidents.get(id)?.alerts ?? [];
    // The ticket of one follows the state of the other.
    if ((this.incidents.get(id)?.status === "resolved") !== (this.incidents.get(into)?.status === "resolved"))
      this.flips.people++;
    this.changeIncident(id, { status: "redirected", redirectIncidentId: into, alerts: [] });
    this.changeIncident(into, { alerts: [...(this.incidents.get(into)?.alerts ?? []), ...moved] });
  }

  ticketAt(index: number): Ticket | undefined {
    return [...this.tickets.values()][index % Math.max(1, this.tickets.size)];
  }

  changeTicket(id: string, changes: Partial<Ticket>): void {
    const ticket = this.tickets.get(id);
    if (ticket === undefined) return;
    this.#stamp();
    this.tickets.set(id, { ...ticket, ...changes, version: String(++this.#serial), changed: this.#time });
  }

  addNote(id: string, text: string): void {
    this.changeTicket(id, { notes: [...(this.tickets.get(id)?.notes ?? []), { id: String(++this.#serial), text }] });
  }

  delete(id: string): void {
    const ticket = this.tickets.get(id);
    if (ticket !== undefined) this.deletedKeys.add(ticket.key);
    this.tickets.delete(id);
  }

  tracker(settings: TicketSettings, name = "desk"): Tracker {
    const listed = (): readonly ListedTicket[] =>
      [...this.tickets.values()].filter(({ created }) => created <= this.#time - this.settles);
    return {
      name,
      settings: settings.trackers[name]!,
      searchSettles: this.settles,
      find: (key) => this.#call(() => listed().filter((ticket) => ticket.key === key)),
      read: (id) => this.#call(() => this.tickets.get(id)),
      create: (draft) =>
        this.#call(() => {
          this.#refuse(draft);
          this.drafts.push(draft);
          const id = String(++this.#serial);
          this.writes++;
          this.made.set(draft.key, (this.made.get(draft.key) ?? 0) + 1);
          this.#stamp();
          const at = { created: this.#time, changed: this.#time };
          const state = { isOpen: true, status: "new", reason: null, owner: null, priority: draft.priority ?? null };
          this.tickets.set(id, { id, key: draft.key, version: id, notes: [], ...state, ...at });
          return id;
        }),
      update: (ticket, change) =>
        this.#call(() => {
          const now = this.tickets.get(ticket.id);
          if (now === undefined) throw new TrackerRefusal("it is gone", 404);
          if (now.version !== ticket.version) throw new StaleTicket();
          this.#refuse(change);
          this.writes++;
          const isOpen = change.close !== undefined ? false : change.reopen === true ? true : now.isOpen;
          if (isOpen !== now.isOpen && change.key === undefined) this.flips.desk++;
          const notes = change.notes.map(({ text, marker }) => ({
            id: String(++this.#serial),
            text: `${text}\n${marker}`,
          }));
          this.changeTicket(ticket.id, {
            notes: [...now.notes, ...notes],
            ...(change.close === undefined ? {} : { isOpen: false, status: "closed", reason: change.close }),
            ...(change.reopen === true ? { isOpen: true, status: "open", reason: null } : {}),
            ...(change.priority === undefined ? {} : { priority: change.priority }),
            ...(change.key === undefined ? {} : { key: change.key }),
          });
        }),
      changed: (position) => {
        const page = () => {
          const from = Number(position ?? 0) - 2 * this.settles;
          const tickets = [...this.tickets.values()].filter(
            ({ changed, created }) => changed >= from && created <= this.#time - this.settles,
          );
          return { tickets, next: String(this.#time) };
        };
        const call = (): Promise<ReturnType<typeof page>> => this.#call(page);
        return (async function* () {
          yield await call();
        })();
      },
    };
  }

  access(oneWay?: string): IncidentAccess {
    return {
      name: "contoso",
      oneWay,
      read: (id, withAlerts = false) =>
        this.#defender(() => {
          const incident = this.incidents.get(id);
          return incident === undefined || withAlerts ? incident : { ...incident, alerts: null };
        }),
      update: (id, changes: IncidentChanges) =>
        this.#defender(() => {
          this.writes++;
          const isResolved = this.incidents.get(id)?.status === "resolved";
          if (changes.status !== undefined && isResolved !== (changes.status === "resolved")) this.flips.desk++;
          const { customTags, ...rest } = changes;
          return this.changeIncident(id, rest);
        }),
      comment: (id, text) =>
        this.#defender(() => {
          this.writes++;
          const comments = this.incidents.get(id)?.comments ?? [];
          this.changeIncident(id, { comments: [...comments, { text, createdBy: null, createdAt: null }] });
        }),
    };
  }
}

export interface CollectorOptions {
  readonly world: World;
  readonly folder: string;
  readonly settings?: TicketSettings;
  /** Without them: the world's own. */
  readonly trackers?: readonly Tracker[];
  readonly oneWay?: string | undefined;
}

/** One collector: its folder outlives its process. */
export class Collector {
  #desk: Desk | undefined;
  #records: TicketRecords | undefined;
  readonly notes: string[] = [];

  constructor(private readonly options: CollectorOptions) {}

  /** @returns false: no tracker was reached, or it was killed. */
  async do(work: (desk: Desk) => Promise<void>): Promise<boolean> {
    try {
      await work(await this.desk());
      return true;
    } catch (error) {
      if (error instanceof Killed) this.stop();
      else if (!(error instanceof DestinationError)) throw error;
      return false;
    }
  }

  stop(): void {
    this.#records?.close();
    this.#desk = this.#records = undefined;
  }

  state(): DeskState | undefined {
    return this.#desk?.state;
  }

  async desk(): Promise<Desk> {
    if (this.#desk !== undefined) return this.#desk;
    const { world, folder, oneWay, settings = settingsForTests() } = this.options;
    const trackers: readonly Tracker[] = this.options.trackers ?? [world.tracker(settings)];
    const now = (): number => world.now;
    this.#records = await TicketRecords.open(folder, "2026-01-01T00:00:00.000Z", now);
    this.#desk = new Desk({
      settings,
      trackers: new Map(trackers.map((tracker) => [tracker.name, tracker])),
      records: this.#records,
      note: (text) => this.notes.push(text),
      now,
      pollEvery: 0,
    });
    this.#desk.customer(tenant, world.access(oneWay));
    return this.#desk;
  }
}

function unavailable(): ServiceError {
  return new ServiceError({ status: 503, message: "not available", method: "GET", url: "https://graph.example" });
}

function alertAt(createdAt: string): AlertRecord {
  const lists = { mitreTechniques: [], devices: [], users: [], files: [], processes: [], ipAddresses: [], urls: [] };
  return { id: createdAt, title: `Alert of ${createdAt}`, createdAt, ...lists } as unknown as AlertRecord;
}
