import { connectorRestsOn, endings, dateOf, type Ending } from "@defender-mssp/microsoft";
import type { Connector } from "./connector";

/** What ends for a connector, by its alert APIs and application roles, the most urgent first. */
export function connectorEndings(connector: Connector, now: Date): readonly Ending[] {
  const today = dateOf(now);
  return endings(connectorRestsOn(connector, today), today);
}
