/** The open incidents of a pull as a table, for people at a terminal. */
import type { IncidentRecord } from "@defender-mssp/microsoft";
import type { Output } from "@defender-mssp/terminal/session";
import { tableText, type TextCell } from "@defender-mssp/terminal/table";
import { dayMs, hourMs } from "@defender-mssp/errors/time";
import type { PullRunOptions } from "../pull/pullCommand";
import { chosenDestinations } from "../sinks/destinations";
import type { Destination } from "../sinks/sink";
import type { FetchedIncident } from "./incidentSource";

type OpenIncident = Pick<IncidentRecord, "id" | "tenantId" | "title" | "severity" | "createdAt" | "assignedTo">;

/** Most urgent first. */
const severities: readonly string[] = ["high", "medium", "low", "informational", "unknown"];

/** Whether a person reads the pull: a terminal, and no option that says where or how to write the records. */
export function isForPeople(options: PullRunOptions, { isTerminal }: Pick<Output, "isTerminal">): boolean {
  const named = [options.follow, options.format, options.raw, options.checkpoint, options.checkpoints];
  return isTerminal && named.every((value) => value === undefined) && chosenDestinations(options).length === 0;
}

/** Takes incidents in place of standard output; the last state of each counts. */
export class IncidentTable implements Destination<FetchedIncident> {
  readonly #open = new Map<string, OpenIncident>();
  readonly #customers = new Map<string, string>();

  addCustomer(tenantId: string, name: string): void {
    this.#customers.set(tenantId, name);
  }

  deliver(incidents: readonly FetchedIncident[]): Promise<void> {
    for (const { record } of incidents) {
      const { id, tenantId, title, severity, createdAt, assignedTo, status } = record;
      const key = `${tenantId} ${id}`;
      if (status === "resolved" || status === "redirected") this.#open.delete(key);
      else this.#open.set(key, { id, tenantId, title, severity, createdAt, assignedTo });
    }
    return Promise.resolve();
  }

  /** Undefined without an open incident. */
  text(now: Date, width: number): string | undefined {
    if (this.#open.size === 0) return undefined;
    const incidents = [...this.#open.values()].sort(
      (a, b) =>
        severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.createdAt.localeCompare(b.createdAt),
    );
    const heading = ["Customer", "ID", "Severity", "Age", "Owner", "Title"].map((text) => ({ text, color: "bold" }));
    const rows = incidents.map(({ id, tenantId, title, severity, createdAt, assignedTo }): TextCell[] => [
      ...[this.#customers.get(tenantId) ?? tenantId, id, severityCell(severity)],
      ...[ageText(now.getTime() - Date.parse(createdAt)), assignedTo ?? "–", title],
    ]);
    return tableText([heading as TextCell[], ...rows], { width });
  }
}

function severityCell(severity: string): TextCell {
  return severity === "high" || severity === "medium"
    ? { text: severity, color: severity === "high" ? "red" : "yellow" }
    : severity;
}

/** In whole days, and hours below two days. */
function ageText(age: number): string {
  const hours = Math.max(0, Math.floor(age / hourMs));
  return hours < 48 ? `${hours} h` : `${Math.floor(age / dayMs)} d`;
}
