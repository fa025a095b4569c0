/** Tickets of incidents, in the trackers of a file. The desk is the command's: it has the way back, too. */
import { Option } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import type { DestinationKind } from "./destinationKind";
import type { Sink } from "./sink";

export interface TicketValues {
  readonly tickets?: string;
  /** Where `incidents` keeps them. */
  readonly ticketDesk?: Sink;
}

export const tickets: DestinationKind<TicketValues> = {
  name: "tickets",
  format: "record",
  noun: "incident",
  options: () => [
    new Option(
      "--tickets <file>",
      "keep a ticket for each incident in the trackers of this file, both ways (tickets.yaml)",
    ),
  ],
  open: (place, { ticketDesk }) => {
    if (ticketDesk === undefined) throw new VisibleError(`--tickets ${place} goes with \`incidents\` only.`);
    return ticketDesk;
  },
};
