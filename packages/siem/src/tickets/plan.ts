/**
 * What to do about a ticket: of what both sides were when they agreed last, and what they are now. Pure.
 * Each side's own change goes to the other; what both have done alike is done.
 */
import { createHash } from "node:crypto";
import type { IncidentChanges, IncidentRecord } from "@defender-mssp/microsoft";
import { reasonTables, ticketSeverities, type TrackerSettings } from "./ticketSettings";
import { plainLine } from "./plainText";
import type { Agreed } from "./ticketRecords";
import type { MarkedNote, Ticket, TicketChange } from "./tracker";

export interface PlanOptions {
  readonly agreed: Agreed;
  readonly incident: IncidentRecord;
  readonly ticket: Ticket;
  readonly settings: TrackerSettings;
  /** The name of the customer whose incident it is. */
  readonly customer: string;
  /** Whether incidents of this customer may be changed. */
  readonly mayWrite: boolean;
}

export interface TicketPlan {
  /** Undefined: nothing to write to the ticket. */
  readonly ticket: TicketChange | undefined;
  readonly incident: IncidentChanges | undefined;
  readonly comments: readonly MarkedNote[];
  /** What needs somebody. */
  readonly findings: readonly string[];
  /** What holds when everything of it is written. */
  readonly next: Agreed;
}

const markerPattern = /\[defender:[0-9a-f]{12}\]/;

/** Whether this program wrote it. */
export function isMarked(text: string): boolean {
  return markerPattern.test(text);
}

export function markerFor(...parts: readonly (string | number)[]): string {
  return `[defender:${createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12)}]`;
}

/** What a new ticket begins with: an open ticket of an active incident. */
export function agreedAtCreation(incident: IncidentRecord): Agreed {
  return {
    updatedAt: incident.createdAt,
    severity: incident.severity,
    isResolved: false,
    alerts: incident.alerts?.length ?? 0,
    alertsTo: newestAlert(incident),
    version: "",
    isOpen: true,
    reason: null,
    owner: null,
    priority: null,
    note: "",
    count: 0,
  };
}

/** @param options the incident is not older than what was agreed. */
export function planTicket(options: PlanOptions): TicketPlan {
  return new Planner(options).plan();
}

class Planner {
  readonly #notes: MarkedNote[] = [];
  readonly #comments: MarkedNote[] = [];
  readonly #findings: string[] = [];
  #change: Omit<TicketChange, "notes" | "event"> = {};
  #incident: { -readonly [Name in keyof IncidentChanges]: IncidentChanges[Name] } = {};
  #isResolved: boolean;
  #isOpen: boolean;
  #reason: string | null;
  #priority: string | null;

  constructor(private readonly options: PlanOptions) {
    this.#isResolved = isResolved(options.incident);
    this.#isOpen = options.ticket.isOpen;
    this.#reason = options.ticket.reason;
    this.#priority = options.ticket.priority;
  }

  plan(): TicketPlan {
    const { agreed, incident, ticket } = this.options;
    this.#alerts();
    this.#severity();
    this.#state();
    this.#owner();
    this.#customerNotes();
    const isTicketChanged = this.#notes.length > 0 || Object.keys(this.#change).length > 0;
    const isChanged = isTicketChanged || this.#comments.length > 0 || Object.keys(this.#incident).length > 0;
    const event = `${incident.tenantId}/${incident.id}/${incident.updatedAt}#${agreed.count}`;
    return {
      ticket: isTicketChanged ? { ...this.#change, notes: this.#notes, event } : undefined,
      incident: Object.keys(this.#incident).length === 0 ? undefined : this.#incident,
      comments: this.#comments,
      findings: this.#findings,
      next: {
        updatedAt: incident.updatedAt,
        severity: incident.severity,
        isResolved: this.#isResolved,
        alerts: incident.alerts?.length ?? agreed.alerts,
        alertsTo: incident.alerts === null ? agreed.alertsTo : newestAlert(incident),
        version: isTicketChanged ? "" : ticket.version,
        isOpen: this.#isOpen,
        reason: this.#reason,
        owner: ticket.owner,
        priority: this.#priority,
        note: ticket.notes.at(-1)?.id ?? agreed.note,
        count: agreed.count + (isChanged ? 1 : 0),
      },
    };
  }

  #alerts(): void {
    const { agreed, incident } = this.options;
    const { alerts } = incident;
    if (alerts === null || alerts.length === agreed.alerts) return;
    const fresh = alerts
      .filter(({ createdAt }) => createdAt > agreed.alertsTo)
      .map(({ title }) => plainLine(title, 120));
    const titles = [...new Set(fresh)].slice(0, 5).join("; ");
    const more = alerts.length > agreed.alerts ? `New alerts: ${titles || "moved here"}. ` : "Alerts were moved away. ";
    this.#note(
      `${more}The incident has ${alerts.length} alerts, before ${agreed.alerts}.`,
      "alerts",
      incident.updatedAt,
    );
  }

  #severity(): void {
    const { agreed, incident, ticket, settings } = this.options;
    const [before, now] = [rankOf(agreed.severity), rankOf(incident.severity)];
    if (now >= before) return;
    this.#note(`Severity: ${agreed.severity} -> ${incident.severity}.`, "severity", incident.updatedAt);
    const wanted = settings.priorities?.[incident.severity];
    // What a person has set stays.
    const isOwn = ticket.priority === (settings.priorities?.[agreed.severity] ?? null);
    if (wanted === undefined || !isOwn) return;
    this.#change = { ...this.#change, priority: wanted };
    this.#priority = wanted;
  }

  #state(): void {
    const { agreed, incident, ticket } = this.options;
    const isIncidentChanged = isResolved(incident) !== agreed.isResolved;
    const isTicketChanged = ticket.isOpen !== agreed.isOpen;
    if (isResolved(incident) === !ticket.isOpen) return;
    if (isTicketChanged) {
      if (ticket.isOpen) this.#activate();
      else this.#resolve();
    } else if (isIncidentChanged) {
      if (isResolved(incident)) this.#close();
      else this.#reopen();
    } else if (!ticket.isOpen && agreed.reason !== undefined && ticket.reason !== agreed.reason) {
      // It was closed without a reason of the table, and has got one.
      this.#resolve();
    }
  }

  #close(): void {
    const { incident, ticket, settings } = this.options;
    const verdict = [incident.classification, incident.determination].filter((part) => part !== null).join(", ");
    const done = `The incident was resolved in Defender${verdict === "" ? "" : ` (${plainLine(verdict)})`}.`;
    if (settings.keepOpen.includes(ticket.status)) {
      this.#note(`${done} The ticket stays open: its status is "${ticket.status}".`, "held", incident.updatedAt);
      return;
    }
    const reason = closeReason(settings, incident);
    if (reason === undefined) {
      this.#find("unknownReason", `${done} The table has no close reason for it: close the ticket by hand.`);
      return;
    }
    this.#note(done, "closed", incident.updatedAt);
    this.#change = { ...this.#change, close: reason };
    this.#isOpen = false;
    this.#reason = reason;
  }

  #reopen(): void {
    this.#note("The incident is active again in Defender.", "reopened", this.options.incident.updatedAt);
    this.#change = { ...this.#change, reopen: true };
    this.#isOpen = true;
    this.#reason = null;
  }

  #resolve(): void {
    const { ticket, settings, mayWrite } = this.options;
    const reason = ticket.reason ?? "";
    const { toIncident } = reasonTables(settings);
    const verdict = Object.hasOwn(toIncident, reason) ? toIncident[reason] : undefined;
    if (!mayWrite) {
      this.#find(
        "oneWay",
        "The ticket was closed. The incident stays active: this customer's incidents are only read.",
      );
    } else if (verdict === undefined) {
      const problem =
        reason === ""
          ? "The ticket was closed without a close reason"
          : `The close reason "${plainLine(reason, 100)}" is in no table`;
      this.#find("unknownReason", `${problem}: the incident stays active until the ticket gets one of the table.`);
    } else {
      const [classification, determination] = verdict.split("/") as [
        NonNullable<IncidentChanges["classification"]>,
        IncidentChanges["determination"],
      ];
      Object.assign(this.#incident, { status: "resolved", classification });
      if (determination !== undefined) this.#incident.determination = determination;
      this.#isResolved = true;
    }
  }

  #activate(): void {
    if (this.options.mayWrite) {
      this.#incident.status = "active";
      this.#isResolved = false;
    } else
      this.#find(
        "oneWay",
        "The ticket is open again. The incident stays resolved: this customer's incidents are only read.",
      );
  }

  #owner(): void {
    const { agreed, incident, ticket, settings, customer, mayWrite } = this.options;
    const { owner } = ticket;
    if (owner === agreed.owner) return;
    if (owner === null) {
      const former = settings.owners[agreed.owner ?? ""]?.address.toLowerCase();
      if (mayWrite && former !== undefined && incident.assignedTo?.toLowerCase() === former)
        this.#incident.assignedTo = null;
      return;
    }
    const entry = Object.hasOwn(settings.owners, owner) ? settings.owners[owner] : undefined;
    const isAnalyst = entry !== undefined && (entry.customers === undefined || entry.customers.includes(customer));
    if (!isAnalyst || !mayWrite) {
      const why = mayWrite
        ? "is no analyst of this customer in the table of owners"
        : "can't be assigned: incidents are only read";
      this.#note(
        `The owner "${plainLine(owner, 100)}" ${why}. The incident's owner stays.`,
        "owner",
        owner,
        agreed.count,
      );
    } else if (incident.assignedTo?.toLowerCase() !== entry.address.toLowerCase()) {
      this.#incident.assignedTo = entry.address;
    }
  }

  #customerNotes(): void {
    const { agreed, incident, ticket, settings, mayWrite } = this.options;
    const after = ticket.notes.findIndex(({ id }) => id === agreed.note);
    for (const { id, text } of ticket.notes.slice(after + 1)) {
      if (!text.trimStart().startsWith(settings.customerNote) || isMarked(text)) continue;
      const marker = markerFor("comment", ticket.id, id);
      if (!mayWrite) {
        this.#note("The note for the customer was not sent: incidents are only read.", "comment", id);
      } else if (!incident.comments.some((comment) => comment.text?.includes(marker) === true)) {
        this.#comments.push({ text: text.trimStart().slice(settings.customerNote.length).trim(), marker });
      }
    }
  }

  #find(kind: string, text: string): void {
    this.#findings.push(text);
    this.#note(text, kind, this.options.agreed.count);
  }

  /** Not what the ticket has already: a try that was cut off wrote it. */
  #note(text: string, ...version: readonly (string | number)[]): void {
    const { incident, ticket } = this.options;
    const marker = markerFor(incident.tenantId, incident.id, ...version);
    if (!ticket.notes.some((note) => note.text.includes(marker))) this.#notes.push({ text, marker });
  }
}

export function isResolved({ status }: Pick<IncidentRecord, "status">): boolean {
  return status === "resolved";
}

/** Undefined: the table has no row for what Defender says. */
export function closeReason(
  settings: TrackerSettings,
  { classification, determination }: Pick<IncidentRecord, "classification" | "determination">,
): string | undefined {
  const { toTicket } = reasonTables(settings);
  const name = classification ?? "unknown";
  const pair = `${name}/${determination ?? ""}`;
  if (Object.hasOwn(toTicket, pair)) return toTicket[pair];
  return Object.hasOwn(toTicket, name) ? toTicket[name] : undefined;
}

function newestAlert({ alerts }: IncidentRecord): string {
  return (alerts ?? []).reduce((newest, { createdAt }) => (createdAt > newest ? createdAt : newest), "");
}

/** The most severe is the least. */
function rankOf(severity: IncidentRecord["severity"]): number {
  return ticketSeverities.indexOf(severity);
}
