/**
 * Keeps tickets and incidents alike. Every step reads first what both sides are, so that whatever a kill, a lost
 * answer or a second collector has left is found and not done again.
 */
import type { IncidentChanges, IncidentRecord } from "@defender-mssp/microsoft";
import { messageOf, ServiceError, VisibleError } from "@defender-mssp/errors";
import { DestinationError } from "../sinks/sink";
import { agreedAtCreation, isResolved, markerFor, planTicket, type TicketPlan } from "./plan";
import { plainLine } from "./plainText";
import type { Agreed, TicketRecord, TicketRecords } from "./ticketRecords";
import { routesFor, type TicketSettings } from "./ticketSettings";
import {
  compareIds,
  incidentKey,
  StaleTicket,
  TrackerRefusal,
  type MarkedNote,
  type Ticket,
  type TicketChange,
  type TicketDraft,
  type Tracker,
} from "./tracker";

/** A customer's incidents: the way back. */
export interface IncidentAccess {
  readonly name: string;
  /** Why incidents are only read; undefined: they may be changed. */
  oneWay: string | undefined;
  /** Undefined: there is none, or no longer. */
  read(id: string, withAlerts?: boolean): Promise<IncidentRecord | undefined>;
  /** @returns the incident's last change, by the service's clock. */
  update(id: string, changes: IncidentChanges): Promise<string>;
  comment(id: string, text: string): Promise<void>;
}

export interface DeskOptions {
  readonly settings: TicketSettings;
  readonly trackers: ReadonlyMap<string, Tracker>;
  readonly records: TicketRecords;
  readonly note: (text: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The least time between two readings of a tracker's changes, in milliseconds. */
  readonly pollEvery?: number;
}

export interface DeskState extends ReturnType<typeof stateOfRecords> {
  readonly unreached: readonly { readonly tracker: string; readonly seconds: number }[];
  readonly joined: number;
}

/** What needs somebody of a folder's records. @param now milliseconds since 1970 */
export function stateOfRecords(all: readonly TicketRecord[], now: number) {
  const waiting = all.filter(({ isDue, creating }) => isDue === true || creating !== undefined);
  return {
    tickets: all.filter(({ ticket }) => ticket !== undefined).length,
    open: all.filter(({ agreed }) => agreed?.isOpen === true).length,
    withoutTicket: all
      .filter(({ ticket, mergedInto }) => ticket === undefined && mergedInto === undefined)
      .map(({ key }) => key),
    refused: all.flatMap(({ key, refused }) => (refused === undefined ? [] : [{ key, reason: refused }])),
    findings: all.flatMap(({ key, findings = [] }) => findings.map((text) => ({ key, text }))),
    waiting: waiting.length,
    oldestSeconds: waiting.reduce((most, { changedAt }) => Math.max(most, (now - changedAt) / 1000), 0),
  };
}

/** Times that a changing ticket is read again. */
const triesOfStale = 5;

/** The pause before one of several trackers is tried again: as long as it has been down, within these, in milliseconds. */
const pauses = { shortest: 5000, longest: 300_000 } as const;

interface Outage {
  readonly since: number;
  readonly until: number;
  readonly error: DestinationError;
}

export class Desk {
  readonly #customers = new Map<string, IncidentAccess>();
  readonly #polledAt = new Map<string, number>();
  readonly #outages = new Map<string, Outage>();
  /** One at a time: a delivery and a pass of two customers can meet at one ticket. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Doubles that were joined. */
  joined = 0;

  constructor(private readonly options: DeskOptions) {}

  customer(tenantId: string, access: IncidentAccess): void {
    this.#customers.set(tenantId, access);
  }

  /**
   * Brings the tickets of incidents up to date. Incidents of a tracker that is down wait in the folder, and the next
   * passes deliver them.
   * @throws DestinationError where no tracker is reached
   */
  deliver(incidents: readonly IncidentRecord[]): Promise<void> {
    return this.#inTurn(async () => {
      // After a lost folder: the trackers' keys, once, before the first create. After an outage: whether it is over.
      const { trackers, records } = this.options;
      const isAsked = ({ name }: Tracker): boolean => records.position(name) === undefined || this.#outages.has(name);
      await this.#pollAll([...trackers.values()].filter(isAsked));
      for (const incident of incidents) await this.#deliver(incident);
    });
  }

  /** Takes over what has changed in the trackers. It throws for the signal only. */
  async pass(tenantId: string): Promise<void> {
    try {
      await this.#inTurn(async () => {
        await this.#pollAll([...this.options.trackers.values()]);
        for (const { key } of this.options.records.all.filter(
          ({ key, isDue }) => isDue === true && key.startsWith(`${tenantId}/`),
        ))
          await this.#guarded(key, () => this.#compare(key));
        await this.options.records.flush();
      });
    } catch (error) {
      if (!(error instanceof VisibleError)) throw error;
      this.options.note(`--tickets: ${error.message.replace(/\.$/, "")}. The way back is tried again later.`);
    }
  }

  /** Dead letters are tried again. */
  repeat(tenantId: string): Promise<void> {
    return this.#inTurn(async () => {
      for (const record of this.options.records.all.filter(
        ({ key, refused }) => refused !== undefined && key.startsWith(`${tenantId}/`),
      )) {
        const { refused, ...rest } = record;
        const incident = await this.#customers.get(tenantId)?.read(idOf(record.key), true);
        if (incident === undefined) continue;
        // Due: a kill or a lost tracker in between leaves it to the next pass.
        this.options.records.put({ ...rest, isDue: true });
        await this.#deliver(incident);
      }
    });
  }

  async flush(): Promise<void> {
    await this.#inTurn(() => this.options.records.flush());
  }

  get state(): DeskState {
    const now = this.options.now();
    const unreached = [...this.#outages].map(([tracker, { since }]) => ({ tracker, seconds: (now - since) / 1000 }));
    return { ...stateOfRecords(this.options.records.all, now), unreached, joined: this.joined };
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** @throws DestinationError where no tracker is reached */
  async #pollAll(trackers: readonly Tracker[]): Promise<void> {
    for (const tracker of trackers)
      await this.#poll(tracker).catch((error: unknown) => {
        if (!(error instanceof DestinationError)) throw error;
      });
    const [outage] = this.#outages.values();
    if (outage !== undefined && this.#isNoneReached) throw outage.error;
  }

  async #poll(tracker: Tracker): Promise<void> {
    const { records, now, pollEvery = 2000 } = this.options;
    const last = this.#polledAt.get(tracker.name);
    const outage = this.#outages.get(tracker.name);
    if (outage === undefined && last !== undefined && now() - last < pollEvery) return;
    // Each try may take its time, and the other trackers wait for it.
    if (outage !== undefined && !this.#isNoneReached && now() < outage.until) return;
    await this.#reached(tracker, async () => {
      let position = records.position(tracker.name);
      try {
        for await (const { tickets, next } of tracker.changed(position)) {
          for (const { id, key, version } of tickets) this.#listed(tracker, id, key, version);
          position = next;
        }
      } catch (error) {
        throw error instanceof TrackerRefusal ? new DestinationError(error.message, false) : error;
      }
      if (position !== undefined) records.moveTo(tracker.name, position);
    });
    this.#polledAt.set(tracker.name, now());
  }

  #listed(tracker: Tracker, id: string, key: string, version: string): void {
    const { records } = this.options;
    // Of another program, or a test ticket.
    if (!/^[0-9a-f-]{36}\/[^/]+$/i.test(key)) return;
    const known = records.get(key);
    if (known === undefined || (known.ticket === undefined && known.tracker === tracker.name)) {
      const { creating, ...rest } = known ?? { route: "" };
      records.put({ ...rest, key, tracker: tracker.name, ticket: id, isDue: true });
    } else if (known.tracker !== tracker.name) return;
    else if (known.ticket === id) {
      if (known.agreed?.version !== version && known.isDeleted !== true) records.put({ ...known, isDue: true });
    } else if (known.mergedInto === undefined && known.doubles?.includes(id) !== true) {
      records.put({ ...known, doubles: [...(known.doubles ?? []), id], isDue: true });
    }
  }

  /** The incident's failures are the incident's: a dead letter. @throws DestinationError where no tracker is reached */
  async #guarded(key: string, work: () => Promise<void>): Promise<void> {
    const { records, note } = this.options;
    try {
      await work();
    } catch (error) {
      const isOutage = error instanceof DestinationError;
      if (isOutage ? this.#isNoneReached : !(error instanceof TrackerRefusal || error instanceof VisibleError))
        throw error;
      const record = records.get(key);
      if (record === undefined) return;
      const reason = messageOf(error);
      // This tracker, Defender or this customer's connector does not answer, which is said elsewhere: it comes again.
      if (isOutage || (error instanceof ServiceError && ![400, 404, 409, 422].includes(error.status))) {
        if (record.isDue !== true) records.put({ ...record, isDue: true });
        return;
      }
      if (record.refused !== reason) note(`--tickets: incident ${key}: ${reason}`);
      const { isDue, ...rest } = record;
      records.put({ ...rest, refused: reason });
    }
  }

  async #deliver(incident: IncidentRecord): Promise<void> {
    const { settings, records, note } = this.options;
    const key = incidentKey(incident.tenantId, incident.id);
    if (incident.redirectIncidentId !== null) return this.#guarded(key, () => this.#merge(incident));
    const known = records.get(key);
    if (known?.refused !== undefined) return;
    if (known?.ticket === undefined && known?.creating === undefined) {
      const customer = this.#customers.get(incident.tenantId)?.name ?? incident.tenantId;
      const routes = routesFor(settings, customer, incident);
      const [route] = routes;
      if (route === undefined || incident.createdAt < records.since || isResolved(incident)) {
        if (known !== undefined) this.#noTicket(known, incident);
        return;
      }
      const record = { key, tracker: route.tracker, route: route.name };
      if (routes.length > 1) {
        const names = routes.map(({ name }) => name).join(", ");
        const refused = `Two routes take it: ${names}. Make them exclude each other.`;
        note(`--tickets: incident ${key}: ${refused}`);
        records.put({ ...record, refused });
        return;
      }
      // One that waits for its tracker keeps its age.
      if (known?.isDue !== true || known.route !== route.name) records.put(record);
    }
    await this.#guarded(key, () => this.#compare(key, incident));
  }

  /** @param incident as it was delivered; undefined: it is read where it is needed. */
  async #compare(key: string, incident?: IncidentRecord): Promise<void> {
    const { records } = this.options;
    const tenantId = tenantOf(key);
    const access = this.#customers.get(tenantId);
    const known = records.get(key);
    if (known === undefined || known.isDeleted === true || known.mergedInto !== undefined || access === undefined) {
      if (known?.isDue === true && known.mergedInto !== undefined) records.put({ ...known, isDue: false });
      return;
    }
    const tracker = this.#tracker(known.tracker);
    this.#requireReached(tracker);
    let current = incident ?? (await access.read(idOf(key), true));
    if (current === undefined) {
      const { isDue, ...rest } = known;
      records.put({ ...rest, findings: ["The incident is not in Defender, or no longer."] });
      return;
    }
    if (current.redirectIncidentId !== null) return this.#merge(current);
    await this.#reached(tracker, async () => {
      if (records.get(key)?.ticket === undefined) await this.#create(tracker, known, current as IncidentRecord);
      for (let tries = 0; tries < triesOfStale; tries++) {
        try {
          if ((records.get(key)?.doubles ?? []).length > 0) await this.#join(tracker, key);
          current = await this.#agree(tracker, key, current as IncidentRecord, access);
          return;
        } catch (error) {
          if (!(error instanceof StaleTicket)) throw error;
        }
      }
      throw new DestinationError(`Ticket ${records.get(key)?.ticket} changes faster than it is read.`, true);
    });
  }

  async #agree(tracker: Tracker, key: string, given: IncidentRecord, access: IncidentAccess): Promise<IncidentRecord> {
    const { records, note } = this.options;
    const record = records.get(key);
    if (record?.ticket === undefined) return given;
    let incident = given;
    const agreed = record.agreed ?? agreedAtCreation(incident);
    const ticket = await this.#read(tracker, record);
    if (ticket === undefined) return incident;
    const planned = (): TicketPlan =>
      planTicket({
        agreed,
        incident,
        ticket,
        settings: tracker.settings,
        customer: access.name,
        mayWrite: access.oneWay === undefined,
      });
    // An older answer would undo what came after it.
    if (incident.updatedAt < agreed.updatedAt) incident = (await access.read(incident.id)) ?? incident;
    if (incident.updatedAt < agreed.updatedAt) return incident;
    let plan = planned();
    let writtenAt: string | undefined;
    if (plan.incident !== undefined || plan.comments.length > 0) {
      const alerts = incident.alerts;
      const fresh = await access.read(incident.id);
      if (fresh !== undefined) incident = { ...fresh, alerts: fresh.alerts ?? alerts };
      plan = planned();
      const written = await this.#write(incident, plan, access);
      if (written === undefined) plan = planned();
      writtenAt = written;
    }
    let next = { ...plan.next, updatedAt: writtenAt ?? plan.next.updatedAt };
    const findings = [...plan.findings];
    if (plan.ticket !== undefined) {
      try {
        await tracker.update(ticket, plan.ticket);
      } catch (error) {
        const isState = plan.ticket.close !== undefined || plan.ticket.reopen === true;
        if (!(error instanceof TrackerRefusal) || !isState) throw error;
        // The workflow does not allow it: a note, and a person closes it.
        const text = `The tracker refuses to ${plan.ticket.reopen === true ? "open" : "close"} the ticket: ${plainLine(error.message, 200)}.`;
        findings.push(text);
        const marker = markerFor(key, "refused", agreed.count);
        const { close, reopen, ...change } = plan.ticket;
        // Some of it may have been written before the refusal.
        const now = (await tracker.read(ticket.id)) ?? ticket;
        const notes = [...change.notes, { text, marker }].filter((one) => !hasNote(now, one.marker));
        await tracker.update(now, { ...change, notes, event: `${change.event}/refused` });
        next = { ...next, isOpen: ticket.isOpen, reason: ticket.reason };
      }
    }
    for (const text of findings)
      if (record.findings?.includes(text) !== true) note(`--tickets: incident ${key}: ${text}`);
    const { isDue, findings: former, ...rest } = record;
    // What was found stays until both sides agree again.
    const kept = next.isResolved === !next.isOpen ? findings : [...new Set([...(former ?? []), ...findings])];
    records.put({ ...rest, agreed: next, ...(kept.length === 0 ? {} : { findings: kept }) });
    return incident;
  }

  /**
   * @returns the incident's last change; undefined where Defender refuses: from then on this customer's incidents are
   * only read.
   */
  async #write(
    { id, updatedAt }: IncidentRecord,
    { incident, comments }: TicketPlan,
    access: IncidentAccess,
  ): Promise<string | undefined> {
    try {
      const written = incident === undefined ? updatedAt : await access.update(id, incident);
      for (const { text, marker } of comments) await access.comment(id, `${text}\n${marker}`);
      return written;
    } catch (error) {
      if (!(error instanceof ServiceError) || (error.status !== 401 && error.status !== 403)) throw error;
      access.oneWay = messageOf(error);
      this.options.note(`--tickets: ${access.name}: incidents are only read: ${access.oneWay}`);
      return undefined;
    }
  }

  /** The record's ticket; a deleted one and another incident's are left alone, and said. */
  async #read(tracker: Tracker, record: TicketRecord): Promise<Ticket | undefined> {
    const { records, note } = this.options;
    const ticket = await tracker.read(record.ticket ?? "");
    if (ticket?.key === record.key) return ticket;
    if (ticket?.key === "" && record.agreed?.version === "" && record.agreed.count === 0)
      throw new DestinationError(
        `Ticket ${ticket.id} was made for ${record.key}, and its key can't be read back: let the tracker's user read that field. No other ticket is made.`,
        false,
      );
    // Another collector may have joined it with an older one.
    const [other] = (await tracker.find(record.key)).filter(({ id }) => id !== record.ticket);
    if (other !== undefined) {
      const { agreed, doubles, ...rest } = record;
      records.put({ ...rest, ticket: other.id, isDue: true });
      return undefined;
    }
    const text =
      ticket === undefined
        ? `A person has deleted the ticket ${record.ticket}: it is not made again.`
        : `The ticket ${record.ticket} has another key: it is left alone.`;
    note(`--tickets: incident ${record.key}: ${text}`);
    const { isDue, ...rest } = record;
    records.put({ ...rest, isDeleted: true, findings: [text] });
    return undefined;
  }

  /** Asks for the key first. After a lost answer it creates again only when the search has had its time. */
  async #create(tracker: Tracker, record: TicketRecord, incident: IncidentRecord): Promise<void> {
    const { records, settings, now } = this.options;
    const { key, creating } = record;
    const route = settings.routes.find(({ name }) => name === record.route);
    const existing = await tracker.find(key, route?.project);
    const { creating: begun, ...rest } = record;
    if (existing[0] !== undefined) {
      records.put({ ...rest, ticket: existing[0].id, doubles: existing.slice(1).map(({ id }) => id), isDue: true });
      return;
    }
    if (isResolved(incident) && creating === undefined) {
      this.#noTicket(rest, incident);
      return;
    }
    const left = creating === undefined ? 0 : creating.at + tracker.searchSettles - now();
    const isSafe = creating?.token !== undefined;
    if (left > 0 && !isSafe) {
      throw new DestinationError(`Whether ticket ${key} was made is not known: the search gets its time.`, true, left);
    }
    const token = creating?.token ?? (await tracker.reserve?.());
    records.put({ ...rest, creating: { at: now(), ...(token === undefined ? {} : { token }) } });
    let id: string | undefined;
    try {
      id = await tracker.create(
        draftOf(incident, key, route?.project, this.#customers.get(incident.tenantId)?.name, tracker),
        token,
      );
    } catch (error) {
      // A refusal made nothing.
      if (error instanceof TrackerRefusal) records.put(rest);
      throw error;
    }
    if (id === undefined) {
      // The token was used: the ticket is there, or the token is too old.
      const [found] = await tracker.find(key, route?.project);
      if (found === undefined) {
        records.put({ ...rest, creating: { at: now() } });
        throw new DestinationError(
          `Whether ticket ${key} was made is not known: it is looked for again.`,
          true,
          tracker.searchSettles,
        );
      }
      id = found.id;
    }
    records.put({ ...rest, ticket: id, agreed: agreedAtCreation(incident) });
  }

  /** A ticket was begun, and there is no use for it any more. */
  #noTicket({ isDue, ...record }: TicketRecord, incident: IncidentRecord): void {
    const why = isResolved(incident)
      ? "The incident was resolved before it got a ticket."
      : "No route takes the incident any more.";
    if (isDue === true || record.findings?.includes(why) !== true)
      this.options.records.put({ ...record, findings: [why] });
  }

  /** With the ticket that a create has left whose answer was lost. Undefined: whether it has is not known yet. */
  async #found({ creating, ...record }: TicketRecord): Promise<TicketRecord | undefined> {
    if (creating === undefined) return record;
    const { records, settings, now } = this.options;
    const tracker = this.#tracker(record.tracker);
    const project = settings.routes.find(({ name }) => name === record.route)?.project;
    const [ticket] = await this.#reached(tracker, () => tracker.find(record.key, project));
    if (ticket !== undefined) {
      records.put({ ...record, ticket: ticket.id, isDue: true });
      return records.get(record.key);
    }
    if (now() >= creating.at + tracker.searchSettles) return record;
    if (record.isDue !== true) records.put({ ...record, creating, isDue: true });
    return undefined;
  }

  /** Two tickets of one incident: the older one stays. */
  async #join(tracker: Tracker, key: string): Promise<void> {
    const { records, note } = this.options;
    const record = records.get(key);
    if (record?.ticket === undefined) return;
    const ids = [...new Set([record.ticket, ...(record.doubles ?? [])])].sort(compareIds);
    const tickets: Ticket[] = [];
    for (const id of ids) {
      const ticket = await tracker.read(id);
      if (ticket?.key === key) tickets.push(ticket);
    }
    const [kept, ...others] = tickets;
    if (kept === undefined) return;
    for (const double of others) {
      await this.#link(tracker, double, kept, `A double of ticket ${kept.id}, which stays.`, `double ${double.id}`);
      this.joined++;
      note(`--tickets: incident ${key}: ticket ${double.id} was a double of ${kept.id} and is closed.`);
    }
    const { doubles, agreed, ...rest } = record;
    const isSame = kept.id === record.ticket;
    records.put({ ...rest, ticket: kept.id, ...(isSame && agreed !== undefined ? { agreed } : {}), isDue: true });
  }

  /** Closes one ticket as a duplicate of another, which gets a note. */
  async #link(
    tracker: Tracker,
    closed: Ticket,
    kept: Ticket,
    text: string,
    event: string,
    key?: string,
  ): Promise<void> {
    const marker = markerFor(kept.id, closed.id, event);
    const change: TicketChange = {
      notes: hasNote(closed, marker) ? [] : [{ text, marker }],
      link: kept.id,
      key: key ?? `joined/${closed.key}`,
      event: `${closed.key}/${event}`,
    };
    if (!hasNote(kept, marker))
      await tracker.update(kept, {
        notes: [{ text: `Ticket ${closed.id} was joined with this one.`, marker }],
        link: closed.id,
        event: `${kept.key}/${event}/kept`,
      });
    await this.#retire(tracker, closed, change);
  }

  /** Another ticket serves its incident. */
  async #retire(tracker: Tracker, ticket: Ticket, change: TicketChange): Promise<void> {
    const close = ticket.isOpen ? { close: tracker.settings.duplicate ?? "Duplicate" } : {};
    await tracker.update(ticket, { ...change, ...close });
  }

  /** An incident was merged into another one: the older ticket serves both. */
  async #merge(incident: IncidentRecord): Promise<void> {
    const { records } = this.options;
    const key = incidentKey(incident.tenantId, incident.id);
    const known = records.get(key);
    if (known === undefined || known.isDeleted === true || known.mergedInto !== undefined) return;
    const target = incidentKey(incident.tenantId, incident.redirectIncidentId ?? "");
    const first = known.ticket === undefined ? await this.#found(known) : known;
    if (first === undefined) return;
    if (first.ticket === undefined) {
      // A dead letter of it has nothing left to repeat.
      const { refused, findings, isDue, ...rest } = first;
      records.put({ ...rest, mergedInto: target });
      return;
    }
    const tracker = this.#tracker(first.tracker);
    this.#requireReached(tracker);
    await this.#reached(tracker, async () => {
      if ((first.doubles ?? []).length > 0) await this.#join(tracker, key);
      const record = records.get(key) ?? first;
      const own = await tracker.read(record.ticket ?? "");
      const other = records.get(target);
      const isElsewhere = other?.ticket !== undefined && other.tracker !== record.tracker;
      const into = other?.ticket === undefined || isElsewhere ? undefined : await tracker.read(other.ticket);
      const { isDue, ...rest } = record;
      const done = (): void => {
        records.put({ ...rest, mergedInto: target });
      };
      // What a kill has left half done: the ticket has the other key already.
      if (own === undefined || (own.key !== key && own.key !== target)) {
        done();
        return;
      }
      const text = `Incident ${incident.id} was merged into incident ${incident.redirectIncidentId}.`;
      const marker = markerFor(key, "merged", target);
      const noted = (said: string): MarkedNote[] => (hasNote(own, marker) ? [] : [{ text: said, marker }]);
      if (isElsewhere) {
        // No link leads from one tracker to another.
        const notes = noted(`${text} Ticket ${other.ticket} of the tracker ${other.tracker} serves it.`);
        await this.#retire(tracker, own, { notes, key: `merged/${key}`, event: `${key}/merged` });
      } else if (into === undefined || into.id === own.id || compareIds(own.id, into.id) < 0) {
        // The older ticket takes the other incident's key, and then the younger one is a double of it.
        if (own.key !== target) await tracker.update(own, { notes: noted(text), key: target, event: `${key}/merged` });
        const base = { key: target, tracker: record.tracker, route: other?.route ?? record.route };
        const doubles = into === undefined || into.id === own.id ? [] : [into.id];
        // What this ticket agreed on stays: what differs from the other incident now is planned, and said, on this one.
        const { severity, alerts, alertsTo } = other?.agreed ?? record.agreed ?? {};
        const seen = { severity, alerts, alertsTo, updatedAt: other?.agreed?.updatedAt ?? "" };
        const { agreed, findings } = record;
        records.put({
          ...base,
          ticket: own.id,
          doubles,
          isDue: true,
          ...(agreed === undefined ? {} : { agreed: { ...agreed, ...seen } as Agreed }),
          ...(findings === undefined ? {} : { findings }),
        });
      } else await this.#link(tracker, own, into, text, "merged", `merged/${key}`);
      done();
    });
  }

  #tracker(name: string): Tracker {
    const tracker = this.options.trackers.get(name);
    if (tracker === undefined) throw new VisibleError(`There is no tracker "${name}" in the settings.`);
    return tracker;
  }

  get #isNoneReached(): boolean {
    return this.#outages.size === this.options.trackers.size;
  }

  /** One of several that is down gets nothing until its list answers. @throws DestinationError */
  #requireReached({ name }: Tracker): void {
    const outage = this.#outages.get(name);
    if (outage !== undefined) throw outage.error;
  }

  async #reached<Result>(tracker: Tracker, work: () => Promise<Result>): Promise<Result> {
    const { now, note } = this.options;
    try {
      const result = await work();
      this.#outages.delete(tracker.name);
      return result;
    } catch (thrown) {
      const error =
        thrown instanceof StaleTicket
          ? new DestinationError("A ticket has changed while it was written.", true, 1000)
          : thrown;
      if (error instanceof DestinationError) {
        const known = this.#outages.get(tracker.name);
        const since = known?.since ?? now();
        const pause = Math.max(pauses.shortest, Math.min(now() - since, pauses.longest), error.retryAfter ?? 0);
        this.#outages.set(tracker.name, { since, until: now() + pause, error });
        if (known === undefined && !this.#isNoneReached)
          note(`--tickets: ${error.message.replace(/\.$/, "")}. Its tickets wait; the other trackers go on.`);
      }
      throw error;
    }
  }
}

function hasNote({ notes }: Ticket, marker: string): boolean {
  return notes.some(({ text }) => text.includes(marker));
}

function draftOf(
  incident: IncidentRecord,
  key: string,
  project: string | undefined,
  customer: string | undefined,
  { settings }: Tracker,
): TicketDraft {
  const { alerts, title, severity, url, description, summary, updatedAt } = incident;
  const texts = (alerts ?? []).flatMap(({ devices, users }) => [
    ...devices.map(({ name }) => name),
    ...users.map(({ name }) => name),
  ]);
  const entities = [...new Set(texts.filter((text) => typeof text === "string" && text !== ""))].slice(0, 20);
  const rules = [...new Set((alerts ?? []).map((alert) => alert.title))].slice(0, 20);
  return {
    key,
    title: plainLine(title, 200) || `Incident ${incident.id}`,
    lines: [
      ...[summary ?? description ?? ""].filter((text) => text !== ""),
      ...(rules.length === 0 ? [] : [`Alerts: ${rules.join("; ")}`]),
      ...(entities.length === 0 ? [] : [`Entities: ${entities.join(", ")}`]),
    ].map((line) => plainLine(line, 2000)),
    link: url,
    customer: plainLine(customer ?? incident.tenantId, 100),
    severity,
    priority: settings.priorities?.[severity],
    project,
    updatedAt,
  };
}

function tenantOf(key: string): string {
  return key.slice(0, key.indexOf("/"));
}

function idOf(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}
