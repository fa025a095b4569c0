import { connectorRestsOn, endings, type Ending } from "@defender-mssp/microsoft";
import type { Connector } from "./connector";

/** What ends for a connector, by its alert APIs and application roles, the most urgent first. */
export function connectorEndings(connector: Connector, now: Date): readonly Ending[] {
  const today = now.toISOString().slice(0, 10);
  return endings(connectorRestsOn(connector, today), today);
}
