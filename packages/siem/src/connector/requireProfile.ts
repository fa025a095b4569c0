/** A write is refused before any call where the contract with the customer does not include it. */
import { profileIncludes, writesHaveEnded } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Connector } from "./connector";
import { shownConnector } from "./shownConnector";

/**
 * A connection file does not say what the connector may do: there Graph decides.
 * @param today an ISO 8601 date, UTC. @throws VisibleError
 */
export function requireTriage(connector: Connector, today: string): void {
  if (connector.connection !== undefined) return;
  const { profile, writesEndOn } = connector;
  if (!profileIncludes(profile, "triage")) {
    throw new VisibleError(
      `The connector of ${shownConnector(connector)} has the profile "${profile}", which changes nothing. Set ` +
        "connector.profile: triage, with connector.approvedBy and connector.writesEndOn, and run `npx pulumi up`. It grants " +
        "SecurityIncident.ReadWrite.All.",
    );
  }
  if (writesHaveEnded({ profile, writesEndOn }, today)) {
    throw new VisibleError(
      `The connector of ${shownConnector(connector)} could change incidents until ${writesEndOn}. Set a later ` +
        "connector.writesEndOn, and run `npx pulumi up`.",
    );
  }
}
