import { z } from "zod";
import { ticketSettingsSchema } from "./ticketSettings";

/**
 * The JSON schema (draft 2020-12) of `tickets.yaml`: an editor completes its keys, describes them and
 * underlines mistakes. `readTicketSettings` refuses more: a schema can't compare tables with each other.
 */
export function ticketSettingsJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(ticketSettingsSchema, { io: "input" });
  return { $schema, title: "Tickets of incidents (tickets.yaml)", ...schema };
}
