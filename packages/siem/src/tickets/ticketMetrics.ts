/** What the desk tells Prometheus. */
import { gaugeText, metricText } from "../pull/gaugeText";
import type { DeskState } from "./desk";

export function ticketMetrics(state: DeskState): string {
  const one = (name: string, help: string, value: number): string =>
    gaugeText(`mssp_tickets_${name}`, help, [{ labels: {}, value }]);
  return [
    one("kept", "Number of tickets that the folder keeps.", state.tickets),
    one("open", "Number of open tickets.", state.open),
    one("incidents_without_ticket", "Number of incidents of a route that have no ticket.", state.withoutTicket.length),
    one(
      "refused",
      "Number of dead letters: incidents whose change the tracker or Defender refuses.",
      state.refused.length,
    ),
    one("findings", "Number of things that need somebody.", state.findings.length),
    one("waiting", "Number of incidents whose ticket is to be compared.", state.waiting),
    one("oldest_wait_seconds", "Age of the oldest of them.", state.oldestSeconds),
    metricText("mssp_tickets_joined_total", "counter", "Number of doubles that were joined.", [
      { labels: {}, value: state.joined },
    ]),
    gaugeText(
      "mssp_tickets_tracker_unreached_seconds",
      "How long a tracker has not been reached.",
      state.unreached.map(({ tracker, seconds }) => ({ labels: { tracker }, value: seconds })),
    ),
  ].join("");
}
